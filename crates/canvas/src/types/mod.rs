//! The resource types of the Canvas door, one file (or folder) each.

pub mod allergen;
pub mod allergy_intolerance;
pub mod appointment;
pub mod care_plan;
pub mod care_team;
pub mod communication;
pub mod condition;
pub mod consent;
pub mod coverage_eligibility_response;
pub mod detected_issue;
pub mod device;
pub mod diagnostic_report;
pub mod document_reference;
pub mod encounter;
pub mod goal;
pub mod immunization;
pub mod location;
pub mod media;
pub mod medication;
pub mod medication_dispense;
pub mod medication_request;
pub mod medication_statement;
pub mod observation;
pub mod organization;
pub mod patient;
pub mod practitioner;
pub mod procedure;
pub mod provenance;
pub mod questionnaire;
pub mod questionnaire_response;
pub mod related_person;
pub mod schedule;
pub mod service_request;
pub mod slot;
pub mod specimen;
pub mod task;

use crate::canvas_type::CanvasType;
use crate::note;
use fhir::ResourceType;
use interactions::search::ExtraParameter;
use std::sync::LazyLock;

/// Every type that is served, by name.
pub static TYPES: &[&dyn CanvasType] = &[
    &allergen::Allergen,
    &allergy_intolerance::AllergyIntolerance,
    &appointment::Appointment,
    &care_plan::CarePlan,
    &care_team::CareTeam,
    &communication::Communication,
    &condition::Condition,
    &consent::Consent,
    &coverage_eligibility_response::CoverageEligibilityResponse,
    &detected_issue::DetectedIssue,
    &device::Device,
    &diagnostic_report::DiagnosticReport,
    &document_reference::DocumentReference,
    &encounter::Encounter,
    &goal::Goal,
    &immunization::Immunization,
    &location::Location,
    &media::Media,
    &medication::Medication,
    &medication_dispense::MedicationDispense,
    &medication_request::MedicationRequest,
    &medication_statement::MedicationStatement,
    &observation::Observation,
    &organization::Organization,
    &patient::Patient,
    &practitioner::Practitioner,
    &procedure::Procedure,
    &provenance::Provenance,
    &questionnaire::Questionnaire,
    &questionnaire_response::QuestionnaireResponse,
    &related_person::RelatedPerson,
    &schedule::Schedule,
    &service_request::ServiceRequest,
    &slot::Slot,
    &specimen::Specimen,
    &task::Task,
];

/// What the searches of all types need indexed beyond R4's parameters: for the engine's registry.
pub static CANVAS_PARAMETERS: LazyLock<Vec<ExtraParameter>> = LazyLock::new(|| {
    TYPES.iter().flat_map(|served| served.contract().indexed).chain(note::INDEXED).cloned().collect()
});

/// The type, if it is served.
pub fn canvas_type(resource_type: ResourceType) -> Option<&'static dyn CanvasType> {
    TYPES.iter().copied().find(|served| served.contract().resource_type == resource_type)
}

/// The name of a type that R4 does not know, if it is served.
pub fn beyond_r4(name: &str) -> Option<&'static str> {
    let names = TYPES.iter().map(|served| served.contract().name);
    names.filter(|known| ResourceType::from_name(known).is_none()).find(|known| *known == name)
}
