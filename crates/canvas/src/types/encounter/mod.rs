//! Encounter (<https://docs.canvasmedical.com/api/encounter/>), read-only at this door.

mod elements;
mod present;

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision, parameter,
};
use crate::search::Reading;
use fhir::definitions::SearchParameterType::{Date, Reference};
use fhir::{Object, ResourceType};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Encounter;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-encounter"],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    indexed: INDEXED,
    behaviours: &[
        "identifier is the id; reasonCode, hospitalization and the type of participants are the same on every encounter.",
        "A planned encounter shows no period; participants have the period of the encounter.",
        "Encounters are written at the R4 door.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Encounter", ResourceType::ENCOUNTER, IdForm::Uuid)
};

const START: &str = "canvas-start";

/// When an encounter began, unless it is planned: then no time is shown.
const INDEXED: &[ExtraParameter] = &[ExtraParameter {
    number: ParameterId::FIRST_EXTRA + 200,
    code: START,
    resource_type: ResourceType::ENCOUNTER,
    kind: Date,
    expression: "Encounter.where(status != 'planned').period.start",
    targets: &[],
}];

const PARAMETERS: &[ParameterFact] = &[
    parameter("appointment", Reference, Finds::Reference("appointment"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Encounter-appointment")
        .note("Appointment/{id}"),
    parameter("date", Date, Finds::Date(START))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-date")
        .note("period.start; repeat it for a range"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("subject", Reference, Finds::Reference("subject"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Encounter-subject")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "date",
        "Compares the start of the period. Planned encounters, which show none, are not found by it.",
        "The page says start; the definition that the live statement names would not find an encounter that goes on by its day.",
    ),
    decision(
        "status",
        "arrived, triaged and onleave are shown as in-progress, entered-in-error as cancelled; unknown as it is. A planned one whose last appointment is cancelled, noshow or entered-in-error is cancelled: nothing is recorded in it either.",
        "The page: what is checked in and not locked is in progress, what was deleted from the chart, or whose appointment was cancelled or missed, is cancelled.",
    ),
    decision(
        "class",
        "The vendor's system, with code and display as stored.",
        "The page has one system, whose codes are those that R4 uses.",
    ),
    decision(
        "participant",
        "Practitioners alone, each once, displayed by their credentialed name.",
        "The page has no others.",
    ),
    decision(
        "reasonReference",
        "The Conditions of reasonReference and diagnosis, then those whose encounter this is, each once; not those that were entered in error.",
        "The page: conditions diagnosed, assessed or used as indication in the encounter.",
    ),
    decision(
        "note-id",
        "As stored, else the encounter's own id.",
        "The same as on the records of the encounter: every encounter has a note.",
    ),
];

impl CanvasType for Encounter {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        present::present(resource, reading)
    }
}
