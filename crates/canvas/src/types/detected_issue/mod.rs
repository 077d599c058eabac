//! DetectedIssue (<https://docs.canvasmedical.com/api/detectedissue/>): coding gaps, and what was done about them.

mod body_rules;
mod mitigation;
mod rules;

use crate::canvas_type::CanvasType;
use crate::concept;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, WRITES,
    decision, element, parameter,
};
use crate::keyed;
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored;
use crate::time;
use crate::write::Write;
use fhir::definitions::SearchParameterType::{self, Date, Reference};
use fhir::{Json, Object, ResourceType};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct DetectedIssue;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    indexed: &[ExtraParameter {
        number: ParameterId::FIRST_EXTRA,
        code: STATUS,
        resource_type: ResourceType::DETECTED_ISSUE,
        kind: SearchParameterType::Token,
        expression: "DetectedIssue.status",
        targets: &[],
    }],
    rules: rules::RULES,
    minimal: r#"{"resourceType":"DetectedIssue","status":"registered","code":{"coding":[{"system":"https://terminology.hl7.org/CodeSystem/v3-ActCode","code":"CODINGGAP"}]},"patient":{"reference":"Patient/{demo-patient}"},"identifiedDateTime":"2024-08-10T14:23:08+00:00","author":{"reference":"Practitioner/{demo-practitioner}"},"evidence":[{"code":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9","display":"Type 2 diabetes"}]}]}]}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("DetectedIssue", ResourceType::DETECTED_ISSUE, IdForm::Uuid)
};

/// The parameter of the status, which R4 has none for.
const STATUS: &str = "canvas-status";

/// The system of the code, with the scheme that the vendor writes.
const ACT_CODE: &str = "https://terminology.hl7.org/CodeSystem/v3-ActCode";
const ICD_10_CM: &str = "http://hl7.org/fhir/sid/icd-10-cm";
const ACTION: &str = "https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action";

const STATUSES: &[&str] =
    &["registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error"];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("identifier", "Identifier").list().note("at most one"),
    element("identifier.system", "uri").required(),
    element("identifier.value", "string").required(),
    element("status", "code").required().one_of(STATUSES).note("follows from the mitigations: see the rules"),
    element("code", "CodeableConcept").required(),
    element("code.coding", "Coding").list().required(),
    element("code.coding.system", "uri").required().one_of(&[ACT_CODE]),
    element("code.coding.code", "code").required().one_of(&["CODINGGAP"]),
    element("code.coding.display", "string").ignored_on(WRITES).note("that of the code: Codinggap"),
    element("code.text", "string").ignored_on(WRITES).note("that of the code: Codinggap"),
    element("severity", "code").one_of(&["high", "moderate", "low"]),
    element("patient", "Reference").required(),
    element("patient.reference", "string").required().format("Patient/{id}"),
    element("patient.type", "uri"),
    element("identifiedDateTime", "dateTime").required().format("YYYY-MM-DDThh:mm:ss+zz:zz"),
    element("author", "Reference").required(),
    element("author.reference", "string")
        .required()
        .format("Practitioner/{id}")
        .to(&[ResourceType::PRACTITIONER]),
    element("author.type", "uri"),
    element("evidence", "BackboneElement").list().required(),
    element("evidence.id", "string")
        .ignored_on(&[Interaction::Create])
        .note("issued; on update it keeps the entry"),
    element("evidence.code", "CodeableConcept").list().required(),
    element("evidence.code.coding", "Coding").list().required(),
    element("evidence.code.coding.system", "uri").required().note("one of ICD-10-CM at least"),
    element("evidence.code.coding.code", "code").required(),
    element("evidence.code.coding.display", "string").required(),
    element("detail", "string"),
    element("reference", "uri").note("a URL"),
    element("mitigation", "BackboneElement").list_or_empty(),
    element("mitigation.id", "string")
        .ignored_on(&[Interaction::Create])
        .note("issued; on update it keeps the entry"),
    element("mitigation.action", "CodeableConcept").required(),
    element("mitigation.action.coding", "Coding").list().required(),
    element("mitigation.action.coding.system", "uri").required().one_of(&[ACTION]),
    element("mitigation.action.coding.code", "code").required().one_of(&[
        "valid",
        "invalid",
        "accepted",
        "refuted",
        "deferred",
        "corrected",
    ]),
    element("mitigation.action.coding.display", "string").ignored_on(WRITES),
    element("mitigation.date", "dateTime")
        .required()
        .format("YYYY-MM-DDThh:mm:ss+zz:zz")
        .note("orders the mitigations"),
    element("mitigation.author", "Reference").required(),
    element("mitigation.author.reference", "string")
        .required()
        .format("Practitioner/{id}")
        .to(&[ResourceType::PRACTITIONER]),
    element("mitigation.author.type", "uri"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("identified", Date, Finds::Date("identified"))
        .defined_by("http://hl7.org/fhir/SearchParameter/DetectedIssue-identified")
        .note("repeat it for a range"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("status", SearchParameterType::String, Finds::Token(STATUS))
        .defined_by("https://docs.canvasmedical.com/reference/detected-issue-search")
        .one_of(STATUSES),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "The status follows from the mitigations in the order of their dates: none: registered; one: preliminary (valid) or cancelled (invalid); several: what the latest did.",
    "update replaces evidence and mitigation: entries with the id of a stored one are that one, others are new, and stored ones that are left out are gone.",
    "Display and text of the code are those of the code.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "The status of an update",
        "200.",
        "The page prints 201 there and nowhere else; nothing is created.",
    ),
    decision(
        "entered-in-error",
        "Goes with any mitigations; what holds among these holds all the same.",
        "It is listed, the vendor's own requests send it beside a valid mitigation, and no mitigation leads to it.",
    ),
    decision(
        "Systems of evidence",
        "Others than ICD-10-CM's are accepted beside it.",
        "The table lists the one, the rule asks for one at least; a closed list would leave the rule without meaning.",
    ),
    decision(
        "An update of an entry that is stored",
        "Keeps its id and takes what is sent.",
        "The rules are asked of what is sent; what is stored must keep them too.",
    ),
    decision(
        "mitigation that is left out or [] on update",
        "Removes those that are stored.",
        "The page has it so for entries; identifier, severity, detail and reference keep their values.",
    ),
    decision(
        "evidence.id, severity",
        "Are shown.",
        "The examples lack them; the one is needed to keep an entry, the other is in the table.",
    ),
    decision(
        "status as a search parameter",
        "Finds the statuses that are listed, whole and as they are written.",
        "The live statement has a string, the page a token of a closed list.",
    ),
    decision(
        "reference",
        "Must have a scheme and a host: https://example.com.",
        "The page says a valid URL; R4 would take any URI.",
    ),
];

impl CanvasType for DetectedIssue {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        for (name, members) in KEYED {
            entries(&mut resource, name, members, &[]);
        }
        resource
    }

    fn merge(&self, stored: &Object, write: &Write<'_, '_>) -> Object {
        let mut merged = stored::merged(stored, &write.sent);
        for (name, members) in KEYED {
            match write.sent.body.items(name).is_empty() {
                true => drop(merged.remove(name)),
                false => entries(&mut merged, name, members, stored.items(name)),
            }
        }
        merged
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        concept::tell(resource, "code", ACT_CODE, &[("CODINGGAP", "Codinggap")]);
        time::show(resource, &["identifiedDateTime"]);
        if let Some(Json::Array(mitigations)) = resource.get_mut("mitigation") {
            mitigations
                .iter_mut()
                .filter_map(Json::as_object_mut)
                .for_each(|mitigation| time::show(mitigation, &["date"]));
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

/// The lists whose entries have ids, with the members that a client writes.
const KEYED: [(&str, &[&str]); 2] = [("evidence", &["code"]), ("mitigation", &["action", "date", "author"])];

/// Gives the entries of a list their ids; what is stored under an id keeps the members that no client writes.
fn entries(resource: &mut Object, name: &str, members: &[&str], stored: &[Json]) {
    if !resource.contains(name) {
        return;
    }
    let entries = keyed::entries(stored, resource.items(name), |sent, stored| {
        let mut entry = stored.cloned().unwrap_or_default();
        entry.remove("id");
        for (name, value) in keyed::pick(members, sent, None).iter() {
            entry.insert(name, value.clone());
        }
        entry
    });
    resource.insert(name, entries);
}
