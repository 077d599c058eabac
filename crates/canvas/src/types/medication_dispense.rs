//! MedicationDispense (<https://docs.canvasmedical.com/api/medicationdispense/>), read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::medication_code;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct MedicationDispense;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationdispense"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &["Dispenses are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("MedicationDispense", ResourceType::MEDICATION_DISPENSE, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with hyphens"),
    element("status", "code").read_only().one_of(&["completed", "entered-in-error", "stopped"]),
    element("medicationCodeableConcept", "CodeableConcept").read_only(),
    element("medicationCodeableConcept.coding", "Coding").list().read_only(),
    element("medicationCodeableConcept.coding.system", "uri")
        .read_only()
        .one_of(&["http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.fdbhealth.com/"]),
    element("medicationCodeableConcept.coding.code", "code").read_only(),
    element("medicationCodeableConcept.coding.display", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("performer", "BackboneElement").list().read_only(),
    element("performer.actor", "Reference").read_only(),
    element("performer.actor.reference", "string").read_only().format("Practitioner/{id}"),
    element("performer.actor.type", "uri").read_only().one_of(&["Practitioner"]),
    element("authorizingPrescription", "Reference").list().read_only(),
    element("authorizingPrescription.reference", "string").read_only().format("MedicationRequest/{uuid}"),
    element("authorizingPrescription.type", "uri").read_only().one_of(&["MedicationRequest"]),
    element("type", "CodeableConcept").read_only(),
    element("type.text", "string").read_only(),
    element("quantity", "Quantity").read_only(),
    element("quantity.value", "decimal").read_only(),
    element("whenHandedOver", "dateTime").read_only(),
    element("dosageInstruction", "Dosage").list().read_only(),
    element("dosageInstruction.text", "string").read_only(),
    element("dosageInstruction.timing", "Timing").read_only(),
    element("dosageInstruction.timing.event", "dateTime").list().read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "The medication of a dispense that was stored with a reference",
        "Is the code of the Medication that it leads to, stored or in the catalogue, else the display of the reference, else its identifier (system|value).",
        "The page has the medication inline alone.",
    ),
    decision(
        "status",
        "As stored, also codes of R4 that are not among the vendor's.",
        "A dispense that is under way must not read as completed.",
    ),
    decision(
        "What the page lists after dosageInstruction",
        "Is not shown.",
        "It was not visible, and there is no example.",
    ),
];

impl CanvasType for MedicationDispense {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        medication_code::add(resource, reading)
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(medication_code::reference(resource).into_iter().collect())
    }
}
