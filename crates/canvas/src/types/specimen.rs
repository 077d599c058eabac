//! Specimen (<https://docs.canvasmedical.com/api/specimen/>), read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Object, ResourceType};
use interactions::Interaction;

/// The type.
pub struct Specimen;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-specimen"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &["Specimens are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("Specimen", ResourceType::SPECIMEN, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with hyphens"),
    element("type", "CodeableConcept").read_only(),
    element("type.text", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Specimen-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[decision(
    "The type of a specimen that was stored with codings alone",
    "The first display, else the first code, is its text.",
    "The page has a text and no codings.",
)];

impl CanvasType for Specimen {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
