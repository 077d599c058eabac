//! Consent (<https://docs.canvasmedical.com/api/consent/>): what a patient agreed to or refused.

mod coding;
mod elements;
mod rules;
mod store;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{
    Contract, Decision, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision, parameter,
};
use crate::keyed::{default, pick};
use crate::references::tell_type;
use crate::search::Reading;
use crate::sent::Sent;
use crate::write::Write;
use crate::{file, stored, time};
use fhir::datetime::PartialDateTime;
use fhir::definitions::SearchParameterType::{Date, Reference};
use fhir::{Json, Object, ResourceType, json};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Consent;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Create, Interaction::SearchType],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    indexed: &[ExtraParameter {
        number: ParameterId::FIRST_EXTRA,
        code: START,
        resource_type: ResourceType::CONSENT,
        kind: Date,
        expression: "Consent.provision.period.start",
        targets: &[],
    }],
    rules: rules::RULES,
    minimal: r#"{"resourceType":"Consent","status":"active","scope":{},"category":[{"coding":[{"system":"INTERNAL","code":"TELE"}]}],"patient":{"reference":"Patient/{demo-patient}"},"sourceAttachment":{"contentType":"application/pdf","data":"JVBERi0xLjYK","title":"signed.pdf"},"provision":{"period":{"start":"2024-05-01"}}}"#,
    files: &["sourceAttachment"],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Consent", ResourceType::CONSENT, IdForm::Uuid)
};

/// The parameter of when a consent starts.
const START: &str = "canvas-start";

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("period", Date, Finds::Date(START))
        .defined_by("http://hl7.org/fhir/SearchParameter/Consent-period")
        .note("provision.period.start; repeat it for a range"),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "A create for a patient and a consent coding that there is a consent of changes that one: its id is in Location, with 201.",
    "category becomes the configured coding (clinic.toml), found by system and code, or by system and display.",
    "provision.period.end that is not sent is what the coding's expiration says: a start and 365 days, 31 December of its year, or none.",
    "An active consent whose period has ended is shown as inactive.",
    "Of the documents of a consent the one with the latest period.start is served; of two with the same, the later one.",
    "The document is shown by its URLs, of which one needs the bearer token and one expires; title, contentType and data are not shown.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "status inactive on create",
        "Is refused, as any but active and rejected.",
        "The current page takes two; that an intermediate edition took it ranks below.",
    ),
    decision(
        "A rejected consent whose period has ended",
        "Stays rejected.",
        "The page speaks of consents that expire; a refusal is none.",
    ),
    decision(
        "scope",
        "Is stored and shown with the text Unknown, whatever was sent; {} is taken as that. What other software stored stays and is not shown.",
        "The page ignores the content. R4 wants one, so the placeholder is it.",
    ),
    decision(
        "policyRule, which R4 demands and the vendor does not know",
        "Is stored with the text Unknown, where none is stored, and not shown.",
        "It says that no policy was named.",
    ),
    decision(
        "Consent codings that are not in use any more",
        "Are taken.",
        "The text of the refusal says that a coding does not exist, which is not so; what is in use comes first.",
    ),
    decision(
        "Several codings of a category",
        "The first that is configured counts. Categories that mean two different ones are refused (422).",
        "The page wants one that matches; of two consents in one body one would be lost.",
    ),
    decision(
        "{code} in the text of a coding that was sent without code",
        "Is its display.",
        "That is what was looked for.",
    ),
    decision(
        "dateTime of a consent that a create changes",
        "Is the moment of that create.",
        "It is the ingestion of what the consent says now.",
    ),
    decision(
        "period",
        "Finds by the day on which a consent starts.",
        "The page maps it to provision.period.start; R4's parameter of the name finds by the whole period.",
    ),
    decision(
        "Which document a later create leaves",
        "sourceAttachment.creation holds the start of the consent that the document came with; a create with an earlier start leaves the document.",
        "The page serves the one with the latest start. Those before it are in the history of the R4 door.",
    ),
    decision(
        "category.coding.code",
        "Is shown.",
        "The table has it, the examples lack it; the table ranks higher.",
    ),
];

impl CanvasType for Consent {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        if body.get("scope").and_then(Json::as_object).is_some_and(Object::is_empty) {
            body.insert("scope", store::unknown());
        }
        if !body.contains("policy") {
            default(body, "policyRule", store::unknown());
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        let before = store::same(resource, write)?.map(|(_, stored)| stored);
        let now = fhir::datetime::instant(write.unit.now());
        Ok(Some(store::merged(resource, before.as_ref(), now)))
    }

    fn replaces(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<String>, Refusal> {
        Ok(store::same(resource, write)?.map(|(id, _)| id))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        if resource.str("status") == Some("active") && has_ended(resource, reading) {
            resource.insert("status", "inactive");
        }
        resource.insert("scope", store::unknown());
        tell_type(resource.get_mut("patient"));
        time::show(resource, &["dateTime"]);
        let document = self.file(resource, "sourceAttachment");
        let document = document.map(|stored| file::shown(reading, resource, "sourceAttachment", stored, &[]));
        let elsewhere = || {
            let attachment = resource.get("sourceAttachment")?.as_object()?;
            attachment.contains("url").then(|| pick(&["extension", "url"], attachment, None).into())
        };
        match document.or_else(elsewhere) {
            Some(shown) => resource.insert("sourceAttachment", shown),
            None => drop(resource.remove("sourceAttachment")),
        }
        if let Some(period) =
            store::period(resource).map(|period| Json::from(pick(&["start", "end"], period, None)))
        {
            resource.insert("provision", json!({ "period": period }));
        }
        *resource = stored::in_contract_order(&CONTRACT, std::mem::take(resource));
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }

    fn file<'a>(&self, resource: &'a Object, element: &str) -> Option<&'a Object> {
        let document = resource.get("sourceAttachment")?.as_object()?;
        (element == "sourceAttachment" && document.contains("data")).then_some(document)
    }
}

/// Whether the last day of the consent is over at the clinic.
fn has_ended(resource: &Object, reading: &Reading<'_>) -> bool {
    let end = store::period(resource).and_then(|period| period.str("end")).and_then(PartialDateTime::parse);
    end.is_some_and(|end| end.period(&reading.clinic.time_zone).to <= reading.now())
}
