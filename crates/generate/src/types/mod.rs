//! Resources, one file for each type or for types that come together.

pub(crate) mod allergy_intolerance;
pub(crate) mod appointment;
pub(crate) mod care_plan;
pub(crate) mod claim;
pub(crate) mod condition;
pub(crate) mod coverage;
pub(crate) mod device;
pub(crate) mod diagnostic_report;
pub(crate) mod document_reference;
pub(crate) mod encounter;
pub(crate) mod immunization;
pub(crate) mod medication_request;
pub(crate) mod observation;
pub(crate) mod patient;
pub(crate) mod procedure;
pub(crate) mod provenance;
