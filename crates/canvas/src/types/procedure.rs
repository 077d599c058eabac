//! Procedure (<https://docs.canvasmedical.com/api/procedure/>), read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::keyed::default;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Procedure;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-procedure"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &["Procedures are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("Procedure", ResourceType::PROCEDURE, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("basedOn", "Reference").list().read_only(),
    element("basedOn.reference", "string").read_only().format("ServiceRequest/{id}"),
    element("basedOn.type", "uri").read_only().one_of(&["ServiceRequest"]),
    element("status", "code").read_only().one_of(&[
        "in-progress",
        "stopped",
        "completed",
        "unknown",
        "entered-in-error",
    ]),
    element("code", "CodeableConcept").read_only(),
    element("code.coding", "Coding").list().read_only(),
    element("code.coding.system", "uri")
        .read_only()
        .one_of(&["http://www.ama-assn.org/go/cpt", "unstructured"]),
    element("code.coding.code", "code").read_only(),
    element("code.coding.display", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("performedDateTime", "dateTime").read_only().format("YYYY-MM-DDThh:mm:ss[.ffffff]+zz:zz"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "performedDateTime of a procedure that was stored with a period",
        "The start of the period.",
        "The vendor has one time, that of the service.",
    ),
    decision(
        "A procedure that is not coded",
        "Its text is shown as the display of a coding of the system unstructured.",
        "The page has the system and no text.",
    ),
    decision(
        "basedOn",
        "reference and type, as all references.",
        "The vendor's changes name the element, no page shows it.",
    ),
];

impl CanvasType for Procedure {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        let start = resource.get("performedPeriod").and_then(|period| period.get("start")).cloned();
        if let Some(start) = start {
            default(resource, "performedDateTime", start);
        }
        if let Some(code) = resource.get_mut("code").and_then(Json::as_object_mut)
            && code.items("coding").is_empty()
            && let Some(text) = code.str("text")
        {
            let coding = json!([{ "system": "unstructured", "display": text }]);
            code.insert("coding", coding);
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
