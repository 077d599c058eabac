//! Claim (<https://docs.canvasmedical.com/api/claim/>).

mod activity;
mod conditions;
mod elements;
mod rules;
mod store;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{
    Contract, Decision, Finds, ID_PARAMETER, IdForm, NOTE_ID, NoteFact, ParameterFact, SearchFacts, decision,
    parameter,
};
use crate::note;
use crate::references::id_of;
use crate::search::Reading;
use crate::sent::{Sent, extension};
use crate::write::Write;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Json, Object, ResourceType};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal};

pub use store::{queue_code, total};

/// The type.
pub struct Claim;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    rules: rules::RULES,
    operations: &[activity::ADD_ACTIVITY_LOG_ITEM],
    minimal: r#"{"resourceType":"Claim","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},"use":"claim","patient":{"reference":"Patient/{demo-patient}"},"created":"2024-05-06","provider":{"reference":"Practitioner/{demo-practitioner}"},"priority":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/processpriority","code":"normal"}]},"diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"F41.1","display":"Generalized anxiety"}]}}],"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"Coverage/{demo-coverage}"}}],"item":[{"sequence":1,"diagnosisSequence":[1],"productOrService":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"99213","display":"Office visit"}]},"quantity":{"value":1},"unitPrice":{"value":75}}]}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Claim", ResourceType::CLAIM, IdForm::Uuid)
};

/// The note that each create lands in.
const NOTE: NoteFact = NoteFact { element: "", rules: &[], import_type: None, dated_by: Some("created") };

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Claim-patient"),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "A claim without the claim-queue extension is put into NeedsCodingReview.",
    "update changes the queue and nothing else; what is required must be there and valid all the same.",
    "create makes a Data Import note dated created, whose reason for visit is the text of supportingInfo.",
    "create adds a Condition for each ICD-10 code that is not active on the patient's list.",
    "A claim that the patient pays is sent with one insurance that is not focal, whose coverage has the display No Coverage; a read shows no insurance.",
    "Codes of ICD-10 are read without the dot, systems in the form of code systems, item.net is quantity times unitPrice.",
    "$add-activity-log-item stores a List of the claim whose note is the comment, by the automation user; the R4 door finds it: List?item=Claim/{id}.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "A focal insurance with another patient's Coverage",
        "Is refused on create (422), with the text of CoverageEligibilityRequest.",
        "The page is silent; a claim must not be filed with somebody else's insurer.",
    ),
    decision(
        "item.quantity.value, item.unitPrice.value, created",
        "A quantity is a whole number from 1 on, a price from 0 on, created a whole date or a time; else 400.",
        "The table has an integer, US dollars and two forms of time, and no texts.",
    ),
    decision(
        "The note of a claim",
        "Is always a new one.",
        "The page says that one may be used, and names nothing by which it is chosen; the note-id extension is without effect.",
    ),
    decision(
        "Assessments",
        "Are the Conditions that the claim adds; each names the claim's note.",
        "Assessments are no resource of the API.",
    ),
    decision(
        "Conditions that are active already",
        "Are told by their codes with and without the dot, in the states active, recurrence and relapse.",
        "Both forms are taken in claims, and a condition that came back is not inactive.",
    ),
    decision(
        "created",
        "Is read as the date in UTC.",
        "A date alone is midnight in UTC; in the clinic's zone it would be another day.",
    ),
    decision(
        "Booking a billable appointment",
        "Makes no claim.",
        "Whether a type of appointment is billable, and what it costs, is no setting here.",
    ),
    decision(
        "item.modifier.coding.display",
        "May be left out.",
        "The table requires it, the vendor's own example lacks it.",
    ),
    decision("item.net, when it is sent", "Is counted anew.", "It follows from quantity and unitPrice."),
    decision(
        "item.servicedDate",
        "Is stored and read.",
        "Only the vendor's request collection has it; the examples of reads lack it because their claims do.",
    ),
    decision(
        "An update without diagnosis",
        "Takes any diagnosisSequence.",
        "The items are without effect, and what they refer to is not sent.",
    ),
    decision(
        "$add-activity-log-item",
        "Stores a List; it needs a scope to write claims besides its own.",
        "The log must not be lost and R4's Claim has no place for it. The facts name no answer; it is 200 without a body.",
    ),
];

impl CanvasType for Claim {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        store::normalise(body);
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent)
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        store::requeued(stored, &write.sent)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        if write.sent.interaction != Interaction::Create {
            return Ok(None);
        }
        let mut claim = resource.clone();
        let reason = resource.items("supportingInfo").first().and_then(|info| info.str("valueString"));
        note::import(write, &NOTE, &mut claim, reason)?;
        conditions::add(&claim, write)?;
        Ok(Some(claim))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        store::present(resource);
        let Some(encounter) = id_of(unnoted(resource), ResourceType::ENCOUNTER) else { return Ok(()) };
        let found = reading.reader.resource(ResourceType::ENCOUNTER, encounter)?;
        let Some(found) = found.filter(|version| version.body.is_some()) else { return Ok(()) };
        let encounter = stored_json(&found)?;
        if let Some(id) = encounter.as_object().and_then(note::id_of_encounter) {
            note::show_id(resource, id);
        }
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(unnoted(resource).and_then(|encounter| encounter.str("reference")).into_iter().collect())
    }
}

/// The encounter that tells the note of a claim, where the claim does not tell it.
fn unnoted(claim: &Object) -> Option<&Json> {
    if extension(claim, NOTE_ID).is_some() {
        return None;
    }
    claim.items("item").iter().find_map(|item| item.get("encounter")?.items().first())
}
