//! A patient's contacts as RelatedPersons: those that are written through Patient.contact are read there too, under the
//! contact's id.

use crate::write::Write;
use fhir::{Json, Object, ResourceType, json};
use interactions::{Refusal, State};

/// Stores a RelatedPerson for each contact of `patient`, and deletes those of the contacts that are gone.
///
/// # Errors
///
/// 422 when a rule is broken; the store's failures.
pub fn record(patient: &Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let contacts = patient.items("contact");
    for contact in contacts.iter().filter_map(Json::as_object) {
        if let Some(id) = contact.str("id")
            && let Some(before) = state(id, write)?
        {
            let related = related(contact, write.id);
            let prepared = write.unit.prepare(ResourceType::RELATED_PERSON, id, related);
            write.unit.put(before, &prepared)?;
        }
    }
    let is_gone = |id: &&str| !contacts.iter().any(|contact| contact.str("id") == Some(id));
    let stored = write.stored.map(|stored| stored.items("contact")).unwrap_or_default();
    for id in stored.iter().filter_map(|contact| contact.str("id")).filter(is_gone) {
        if let Some(State::Present(current)) = state(id, write)? {
            write.unit.delete(&current)?;
        }
    }
    Ok(())
}

/// What is stored under a contact's id; nothing when that is no id, or somebody else's: the R4 door may have stored any.
fn state(id: &str, write: &mut Write<'_, '_>) -> Result<Option<State>, Refusal> {
    if !fhir::primitive::is_id(id) {
        return Ok(None);
    }
    let state = write.unit.state(ResourceType::RELATED_PERSON, id)?;
    if let State::Present(current) = &state {
        let patient = interactions::unit::stored_json(current)?;
        let patient = patient.at(&["patient", "reference"]).and_then(Json::as_str);
        if patient != Some(&*format!("Patient/{}", write.id)) {
            return Ok(None);
        }
    }
    Ok(Some(state))
}

fn related(contact: &Object, patient: &str) -> Json {
    let patient = format!("Patient/{patient}");
    let mut related = Object::new();
    related.insert("resourceType", ResourceType::RELATED_PERSON.name());
    related.insert("active", true);
    related.insert("patient", json!({ "reference": patient }));
    for name in ["relationship", "telecom"] {
        if let Some(value) = contact.get(name) {
            related.insert(name, value.clone());
        }
    }
    if let Some(name) = contact.get("name") {
        related.insert("name", vec![name.clone()]);
    }
    related.into()
}
