//! The medical record number, which the server issues (Patient.json, `behaviours`).

use fhir::{Json, Object, json};

/// The system of medical record numbers.
pub const MRN_SYSTEM: &str = "http://canvasmedical.com";

/// A fresh number of nine digits. Whether it is free, the write finds out.
pub fn fresh() -> String {
    let random = uuid::Uuid::new_v4().as_u128() as u64 >> 12;
    (100_000_000 + random % 900_000_000).to_string()
}

/// Whether an identifier is an MRN, or says to be one: they cannot be written.
pub fn is_mrn(identifier: &Json) -> bool {
    identifier.str("system") == Some(MRN_SYSTEM)
}

/// The identifier of a number. It has no id.
pub fn identifier(number: &str) -> Json {
    json!({
        "use": "usual",
        "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }] },
        "system": MRN_SYSTEM,
        "value": number,
        "assigner": { "display": "Canvas Medical" }
    })
}

/// The patient's number.
pub fn of(patient: &Object) -> Option<&str> {
    patient.items("identifier").iter().find(|identifier| is_mrn(identifier))?.str("value")
}
