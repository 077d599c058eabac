//! The conditions that a claim adds to the patient's list: one for each diagnosis that is not active there
//! (Claim.json, `behaviours`).

use super::store::without_dot;
use crate::contract::NOTE_ID;
use crate::provenance;
use crate::sent::extension;
use crate::types::condition::CONTRACT;
use crate::write::Write;
use fhir::{Json, Object, ResourceType, json};
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal, State};
use std::collections::BTreeSet;

const ICD_10: &str = "http://hl7.org/fhir/sid/icd-10-cm";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

/// Adds what is missing.
///
/// # Errors
///
/// The store's failures.
pub fn add(claim: &Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let Some(patient) = claim.get("patient").and_then(|patient| patient.str("reference")) else {
        return Ok(());
    };
    let mut known = active(patient, write)?;
    for diagnosis in claim.items("diagnosis") {
        let concept = diagnosis.get("diagnosisCodeableConcept");
        let codings = concept.and_then(|concept| concept.get("coding")).map(Json::items).unwrap_or_default();
        let Some(coding) = codings.iter().find(|coding| coding.str("system") == Some(ICD_10)) else {
            continue;
        };
        let Some(code) = coding.str("code") else { continue };
        if known.insert(without_dot(code)) {
            let condition = condition(claim, coding, write.unit.now());
            let id = uuid::Uuid::new_v4().to_string();
            let prepared = write.unit.prepare(ResourceType::CONDITION, &id, condition.clone().into());
            write.unit.put(State::Absent, &prepared)?;
            provenance::record(write.unit, &CONTRACT, Interaction::Create, &id, &condition)?;
        }
    }
    Ok(())
}

/// The ICD-10 codes of the patient's active conditions.
fn active(patient: &str, write: &mut Write<'_, '_>) -> Result<BTreeSet<String>, Refusal> {
    let registry = write.engine.registry();
    let criterion = reference_criterion(&registry, ResourceType::CONDITION, "patient", patient);
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let mut codes = BTreeSet::new();
    for version in write.unit.search(&Query::all(ResourceType::CONDITION).and(criterion))? {
        let condition = stored_json(&version)?;
        let has = |element: &str, wanted: &[&str]| {
            let codings = condition.at(&[element, "coding"]).map(Json::items).unwrap_or_default();
            codings.iter().filter_map(|coding| coding.str("code")).any(|code| wanted.contains(&code))
        };
        if has("clinicalStatus", &["active", "recurrence", "relapse"])
            && !has("verificationStatus", &["entered-in-error", "refuted"])
        {
            let codings = condition.at(&["code", "coding"]).map(Json::items).unwrap_or_default();
            codes.extend(codings.iter().filter_map(|coding| coding.str("code")).map(without_dot));
        }
    }
    Ok(codes)
}

fn condition(claim: &Object, coding: &Json, now: i64) -> Object {
    let part = |name: &str| claim.get(name).cloned().unwrap_or(Json::Null);
    let condition = json!({
        "resourceType": "Condition",
        "clinicalStatus": { "coding": [{ "system": CLINICAL, "code": "active", "display": "Active" }], "text": "Active" },
        "verificationStatus": {
            "coding": [{ "system": VERIFICATION, "code": "confirmed", "display": "Confirmed" }],
            "text": "Confirmed"
        },
        "category": [{
            "coding": [{ "system": CATEGORY, "code": "encounter-diagnosis", "display": "Encounter Diagnosis" }],
            "text": "Encounter Diagnosis"
        }],
        "code": { "coding": [(coding.clone())] },
        "subject": (part("patient")),
        "recordedDate": (fhir::datetime::instant(now)),
        "recorder": (part("provider"))
    });
    let mut condition = condition.as_object().cloned().unwrap_or_default();
    if let Some(note) = extension(claim, NOTE_ID) {
        condition.insert_at(1, "extension", vec![Json::from(note.clone())]);
    }
    if let (Some(display), Some(code)) =
        (coding.str("display"), condition.get_mut("code").and_then(Json::as_object_mut))
    {
        code.insert("text", display);
    }
    condition
}
