//! Coverage (<https://docs.canvasmedical.com/api/coverage/>).

mod elements;
mod rank;
mod rules;
mod store;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{
    Contract, Decision, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision, parameter,
};
use crate::references::id_of;
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{in_contract_order, replaced};
use crate::time;
use crate::write::Write;
use fhir::definitions::SearchParameterType::{Reference, String, Token};
use fhir::{Json, Object, ResourceType};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Coverage;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-coverage"],
    elements: elements::ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    indexed: INDEXED,
    rules: rules::RULES,
    minimal: r#"{"resourceType":"Coverage","status":"active","subscriber":{"reference":"Patient/{demo-patient}"},"beneficiary":{"reference":"Patient/{demo-patient}"},"relationship":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/subscriber-relationship","code":"self"}]},"payor":[{"reference":"Organization/{demo-insurer}"}],"order":1}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Coverage", ResourceType::COVERAGE, IdForm::Uuid)
};

const SUBSCRIBER_ID: &str = "canvas-subscriber-id";

const INDEXED: &[ExtraParameter] = &[ExtraParameter {
    number: ParameterId::FIRST_EXTRA,
    code: SUBSCRIBER_ID,
    resource_type: ResourceType::COVERAGE,
    kind: String,
    expression: "Coverage.subscriberId",
    targets: &[],
}];

const PARAMETERS: &[ParameterFact] = &[
    parameter("identifier", Token, Finds::Token("identifier"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Coverage-identifier")
        .note("the member id"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Coverage-patient")
        .note("the beneficiary"),
    parameter("status", Token, Finds::Token("status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Coverage-status")
        .one_of(&["active", "cancelled"]),
    parameter("subscriberid", String, Finds::Beginning(&[SUBSCRIBER_ID]))
        .defined_by("https://docs.canvasmedical.com/reference/coverage-search")
        .also(&["subscriberId"])
        .note("the beginning of the subscriber's id"),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "An active coverage takes its rank among the patient's active ones: the one that has it moves down by one, and so on up to 5, which several can have.",
    "A cancelled coverage is read and found, and takes no rank.",
    "update replaces what was sent before: what is left out is gone.",
    "period.start is the current date when it is not sent.",
    "A payor that is named by its payer id is stored as the Organization that clinic.toml has for it.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "Systems of type, relationship and class",
        "Both are taken; stored and shown is that of 2025-10-21. The code pay is of coverage-selfpay.",
        "The newer facts replace the systems, and say not that the old ones are refused. pay is no ActCode; R4's value set takes it from there.",
    ),
    decision(
        "A type with a system that is not listed",
        "Is refused (400).",
        "An earlier edition of the page drops it, which the sender would not learn.",
    ),
    decision(
        "relationship.text",
        "self 18, spouse 01, child 19, common 53, injured 41, other and parent G8; a text of the CMS list that the R4 door stored is kept.",
        "The page gives the list and the code of self alone; these are what claims use for them. No code means a parent of either sex.",
    ),
    decision(
        "subscriberId left out, where the patient is the subscriber",
        "Is the member id of identifier.",
        "The page says that both are equal then. identifier is not made of subscriberId: older clients mean other things by that.",
    ),
    decision("subscriberid", "Is found by its beginning.", "The live capability statement types it string."),
    decision(
        "class.value",
        "Is required.",
        "R4 requires it, and write bodies are checked strictly against R4.",
    ),
    decision(
        "period.start left out of a coverage that has ended",
        "Stays out.",
        "The current date would be after period.end, which R4 forbids (per-1).",
    ),
    decision(
        "payor with both reference and identifier",
        "The reference counts; the identifier must be known all the same.",
        "The page does not say. What is sent is checked even where it is not used.",
    ),
    decision(
        "An update that keeps rank, status and patient",
        "Moves no other coverage, even one with the same rank.",
        "Nothing was asked to move.",
    ),
    decision(
        "Other coverages (the section of the profile without ranks)",
        "There is none: every active coverage is in the stack.",
        "Over the API it cannot be reached or told.",
    ),
];

impl CanvasType for Coverage {
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
        replaced(&CONTRACT, stored, &store::compose(&write.sent))
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        rank::make_room(resource, write)?;
        let today = time::date(write.unit.now(), &write.sent.clinic.time_zone);
        Ok(starting(resource, &today))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        store::present(resource, reading)
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        let payor = resource.items("payor").first();
        Some(payor.and_then(|payor| payor.str("reference")).into_iter().collect())
    }
}

/// The coverage with a start of today, when it has none and has not ended before.
fn starting(coverage: &Object, today: &str) -> Option<Object> {
    let period = coverage.get("period").and_then(Json::as_object);
    let has_start = period.is_some_and(|period| period.contains("start"));
    // Dates of the same precision are in the order of their texts; a year or month is not over before its end.
    let end = period.and_then(|period| period.str("end"));
    let has_ended = end.is_some_and(|end| end < &today[..end.len().min(today.len())]);
    if has_start || has_ended {
        return None;
    }
    let mut period = period.cloned().unwrap_or_default();
    period.insert_at(0, "start", today);
    let mut starting = coverage.clone();
    starting.insert("period", period);
    Some(in_contract_order(&CONTRACT, starting))
}

/// Whether a stored Coverage says that it is of another patient than the one of this reference.
pub(crate) fn is_of_another(coverage: &Object, patient: Option<&Json>) -> bool {
    let of = |reference| id_of(reference, ResourceType::PATIENT);
    of(coverage.get("beneficiary")).is_some_and(|beneficiary| of(patient) != Some(beneficiary))
}
