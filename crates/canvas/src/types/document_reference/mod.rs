//! DocumentReference (<https://docs.canvasmedical.com/api/documentreference/>): documents of a patient's chart.

mod elements;
mod kinds;
mod rules;
mod store;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{Contract, Decision, IdForm, SearchFacts, decision};
use crate::keyed::{default, pick};
use crate::references::{leads_to, tell_type, typed};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::in_contract_order;
use crate::write::Write;
use crate::{file, time};
use elements::IDENTIFIER;
use fhir::{Json, Object, Reference, ResourceType};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal};

/// The type.
pub struct DocumentReference;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-documentreference"],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: SearchFacts::by(elements::PARAMETERS),
    rules: rules::RULES,
    authors: Some(&["author"]),
    minimal: r#"{"resourceType":"DocumentReference","extension":[{"url":"http://schemas.canvasmedical.com/fhir/document-reference-clinical-date","valueDate":"2024-04-01"},{"url":"http://schemas.canvasmedical.com/fhir/document-reference-reviewer","valueReference":{"reference":"Practitioner/{demo-practitioner}"}},{"url":"http://schemas.canvasmedical.com/fhir/document-reference-requires-signature","valueBoolean":false}],"status":"current","type":{"coding":[{"system":"http://loinc.org","code":"34109-9"}]},"category":[{"coding":[{"system":"http://schemas.canvasmedical.com/fhir/document-reference-category","code":"uncategorizedclinicaldocument"}]}],"subject":{"reference":"Patient/{demo-patient}"},"content":[{"attachment":{"data":"JVBERi0xLjYK"}}]}"#,
    files: &["content"],
    behaviours: &[
        "A create makes a current document. Its type is shown in the vendor's words for the code; its description is the title of the type.",
        "priority is false when it is not sent.",
        "The document is shown by its URLs, of which one needs the bearer token and one expires; its data is not shown.",
        "context.period is that of the encounter.",
        "Each create leaves a Provenance.",
    ],
    decisions: DECISIONS,
    ..Contract::of("DocumentReference", ResourceType::DOCUMENT_REFERENCE, IdForm::Uuid)
};

const DECISIONS: &[Decision] = &[
    decision(
        "status on create",
        "Any of the three is taken; the document is current.",
        "The table says that the value is not used. What is created is an uploaded document, which is current.",
    ),
    decision(
        "content.attachment.contentType",
        "May be left out: then the first bytes of the data tell. What is sent is kept, whatever it is.",
        "The table has it both required and excluded; the vendor's sample requests send application/pdf.",
    ),
    decision(
        "description of 53243-2",
        "A create may say Advance Beneficiary Notice, as listed, or Advanced Beneficiary Notice, as shown. The second is shown.",
        "The page has both; what a client read it may send.",
    ),
    decision(
        "Kinds of clinic.toml",
        "Can be created beside the vendor's, or in place of one with the same code, under their title; one that is not active cannot.",
        "The page has a fixed table; practices keep documents that it has no kind for.",
    ),
    decision("type.text", "Is shown.", "Every search example has it, the read example lacks it."),
    decision("Which types go with which of the two categories", "Any with any.", "The page does not say."),
    decision(
        "date",
        "Is the moment of the create.",
        "The page says when the record was made; that all examples are at midnight UTC, which is another day at the clinic, is no rule.",
    ),
    decision(
        "subject.reference",
        "Is required.",
        "The table requires subject alone, which without it would be nobody.",
    ),
    decision(
        "valueBoolean",
        "Is a JSON boolean.",
        "The table types it string, all examples and R4 have booleans.",
    ),
    decision(
        "identifier",
        "Is shown of documents that were stored with one of the vendor's system; a create gets none.",
        "The table has it, no example does, and nothing says what its value is.",
    ),
    decision(
        "custodian of documents that were stored without",
        "Is the vendor's default organization.",
        "Every example has it.",
    ),
    decision(
        "Documents of the R4 door with several contents",
        "The first with data is served and shown, and those that are elsewhere by their own URLs.",
        "One address serves the content.",
    ),
    decision(
        "Documents that the vendor's own software makes: letters, reports, invoices, locked notes",
        "Come from the R4 door; status, author, context and extensions are as they are stored there.",
        "That software is no part of the API.",
    ),
];

impl CanvasType for DocumentReference {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        let Some(Json::Array(contents)) = body.get_mut("content") else { return };
        for content in contents.iter_mut().filter_map(Json::as_object_mut) {
            if let Some(attachment) = content.get_mut("attachment") {
                file::add_content_type(attachment);
            }
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        let mut dated = resource.clone();
        dated.insert("date", fhir::datetime::instant(write.unit.now()));
        Ok(Some(in_contract_order(&CONTRACT, dated)))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        if let Some(Json::Array(identifiers)) = resource.get_mut("identifier") {
            identifiers.retain(|identifier| identifier.str("system") == Some(IDENTIFIER));
            if identifiers.is_empty() {
                resource.remove("identifier");
            }
        }
        kinds::tell(resource, reading.clinic);
        tell_type(resource.get_mut("subject"));
        tell_type(resource.get_mut("author"));
        default(resource, "custodian", store::custodian());
        time::show(resource, &["date"]);
        let contents = contents(resource, reading);
        resource.insert("content", contents);
        match context(resource, reading)? {
            Some(context) => resource.insert("context", context),
            None => drop(resource.remove("context")),
        }
        *resource = in_contract_order(&CONTRACT, std::mem::take(resource));
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        let encounter = encounters(resource).next().and_then(|encounter| encounter.str("reference"));
        Some(encounter.into_iter().collect())
    }

    fn file<'a>(&self, resource: &'a Object, element: &str) -> Option<&'a Object> {
        let attachments = resource.items("content").iter().filter_map(|content| content.get("attachment"));
        let mut attachments = attachments.filter_map(Json::as_object).filter(|_| element == "content");
        attachments.find(|attachment| attachment.contains("data"))
    }
}

/// The contents as they are shown.
fn contents(resource: &Object, reading: &Reading<'_>) -> Vec<Json> {
    let served = DocumentReference.file(resource, "content");
    let mut shown = Vec::new();
    for content in resource.items("content") {
        let Some(attachment) = content.get("attachment").and_then(Json::as_object) else { continue };
        let attachment = match attachment.contains("data") {
            true if served.is_some_and(|served| std::ptr::eq(served, attachment)) => {
                file::shown(reading, resource, "content", attachment, &["contentType"])
            }
            true => continue,
            false => pick(&["extension", "contentType", "url"], attachment, None).into(),
        };
        let format = content.get("format").cloned().unwrap_or_else(store::format);
        shown.push(fhir::json!({ "attachment": attachment, "format": format }));
    }
    shown
}

fn encounters(resource: &Object) -> impl Iterator<Item = &Json> {
    let encounters = resource.get("context").and_then(|context| context.get("encounter")).map(Json::items);
    let is_one = |reference: &&Json| leads_to(reference) == Some(ResourceType::ENCOUNTER);
    encounters.unwrap_or_default().iter().filter(is_one)
}

/// The encounters and the period of the first; `None` when there is neither.
fn context(resource: &Object, reading: &mut Reading<'_>) -> Result<Option<Object>, Refusal> {
    let mut context = Object::new();
    let encounters: Vec<Json> = encounters(resource).map(typed).collect();
    let own = resource.get("context").and_then(|context| context.get("period")).cloned();
    let period = match (own, encounters.first()) {
        (Some(period), _) => Some(period),
        (None, Some(encounter)) => period_of(encounter, reading)?,
        (None, None) => None,
    };
    if !encounters.is_empty() {
        context.insert("encounter", encounters);
    }
    if let Some(period) = period.as_ref().and_then(Json::as_object) {
        let mut shown = Object::new();
        for name in ["start", "end"] {
            if let Some(time) = period.str(name).map(time::shown) {
                shown.insert(name, time);
            }
        }
        context.insert("period", shown);
    }
    Ok((!context.is_empty()).then_some(context))
}

/// The period of an encounter that is referred to.
fn period_of(encounter: &Json, reading: &mut Reading<'_>) -> Result<Option<Json>, Refusal> {
    let Some(Reference::Local { id, .. }) = encounter.str("reference").and_then(Reference::local) else {
        return Ok(None);
    };
    let found = reading.reader.resource(ResourceType::ENCOUNTER, id)?;
    let Some(version) = found.filter(|version| version.body.is_some()) else { return Ok(None) };
    Ok(stored_json(&version)?.get("period").cloned())
}
