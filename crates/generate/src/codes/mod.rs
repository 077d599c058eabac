//! What records are coded with: as many codes as primary care uses every day.

pub(crate) mod encounters;
pub(crate) mod labs;
pub(crate) mod problems;
pub(crate) mod procedures;
pub(crate) mod vaccines;

use fhir::{Json, json};

pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const SNOMED: &str = "http://snomed.info/sct";
pub(crate) const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
pub(crate) const CVX: &str = "http://hl7.org/fhir/sid/cvx";
pub(crate) const ICD10: &str = "http://hl7.org/fhir/sid/icd-10-cm";
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// A code and what it stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) code: &'static str,
    pub(crate) display: &'static str,
}

pub(crate) const fn code(code: &'static str, display: &'static str) -> Code {
    Code { code, display }
}

impl Code {
    /// As a Coding.
    pub(crate) fn coding(&self, system: &str) -> Json {
        json!({ "system": system, "code": (self.code), "display": (self.display) })
    }

    /// As a CodeableConcept with a text.
    pub(crate) fn concept(&self, system: &str) -> Json {
        json!({ "coding": [(self.coding(system))], "text": (self.display) })
    }
}

/// A CodeableConcept of one of HL7's own code systems.
pub(crate) fn terminology(system: &str, code: &str, display: &str) -> Json {
    let system = format!("http://terminology.hl7.org/CodeSystem/{system}");
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

/// A decimal with so many places.
pub(crate) fn decimal(value: f64, places: usize) -> Json {
    fhir::json::parse(format!("{value:.places$}").as_bytes(), 1).unwrap_or(Json::Null)
}

/// A Quantity in a UCUM unit.
pub(crate) fn quantity(value: f64, places: usize, unit: &str, code: &str) -> Json {
    json!({ "value": (decimal(value, places)), "unit": unit, "system": UCUM, "code": code })
}
