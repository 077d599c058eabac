//! MedicationRequest (<https://docs.canvasmedical.com/api/medicationrequest/>): prescriptions, read-only at this door.

mod elements;
mod pharmacy;

use crate::canvas_type::CanvasType;
use crate::concept;
use crate::contract::{
    Contract, Decision, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision, parameter,
};
use crate::hidden::{Hidden, refers_to_patient, without_patient};
use crate::keyed::default;
use crate::medication_code;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::{Reference, Token};
use fhir::{Object, ResourceType};
use interactions::search::ExtraParameter;
use interactions::{Interaction, Refusal};

/// The type.
pub struct MedicationRequest;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medicationrequest"],
    elements: elements::ELEMENTS,
    hides: Some(Hidden::without_patient(|request| !refers_to_patient(request, "subject"))),
    search: SearchFacts::by(PARAMETERS),
    indexed: INDEXED,
    behaviours: &[
        "Prescriptions without a patient are neither read nor found.",
        "Prescriptions are written at the R4 door.",
    ],
    decisions: DECISIONS,
    ..Contract::of("MedicationRequest", ResourceType::MEDICATION_REQUEST, IdForm::Uuid)
};

const PARAMETERS: &[ParameterFact] = &[
    parameter("intent", Token, Finds::Token("intent"))
        .defined_by("http://hl7.org/fhir/SearchParameter/MedicationRequest-intent")
        .one_of(&["order", "filler-order"]),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("requester", Reference, Finds::Reference("requester"))
        .defined_by("http://hl7.org/fhir/SearchParameter/MedicationRequest-requester")
        .note("Practitioner/{id}"),
    parameter("status", Token, Finds::Token("status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/medications-status")
        .one_of(&["active", "entered-in-error", "cancelled"]),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "The medication of a prescription that was stored with a reference",
        "Is the code of the Medication that it leads to, stored or in the catalogue, else the display of the reference, else its identifier (system|value).",
        "The page has the medication inline alone.",
    ),
    decision(
        "status and intent",
        "As stored, also codes of R4 that are not among the vendor's; a search takes the vendor's alone.",
        "A prescription that is on hold or completed must not read as active.",
    ),
    decision(
        "Which systems of reasonCode are shown as ICD-10-CM's",
        "ICD-10, http://hl7.org/fhir/sid/icd-10 and the OID of ICD-10-CM, as with Condition. What is stored stays.",
        "The page has ICD-10-CM's system for codes of ICD-10.",
    ),
    decision(
        "reportedBoolean",
        "As stored, else whether a reporter is stored.",
        "The page has it always, and always false; R4 may know better.",
    ),
    decision(
        "performer",
        "Not shown; dispenseRequest.performer is.",
        "The page calls it deprecated and its content wrong.",
    ),
    decision(
        "dispenseRequest.performer",
        "The stored display, else name, NCPDP id, address, phone and fax of the Organization it refers to, those that are known.",
        "The page gives the form.",
    ),
];

const INDEXED: &[ExtraParameter] = &[without_patient(
    ResourceType::MEDICATION_REQUEST,
    "MedicationRequest.subject.where(resolve() is Patient).exists().not().where($this)",
)];

impl CanvasType for MedicationRequest {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        medication_code::add(resource, reading)?;
        concept::tell_icd_10_cm(resource, "reasonCode");
        pharmacy::add_display(resource, reading)?;
        let is_reported = resource.contains("reportedReference");
        default(resource, "reportedBoolean", is_reported);
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(medication_code::reference(resource).into_iter().chain(pharmacy::reference(resource)).collect())
    }
}
