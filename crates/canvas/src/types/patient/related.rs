//! A patient's contacts as RelatedPersons: those that are written through Patient.contact are read there too, under the
//! contact's id. They follow the contacts at whichever door these change.

use crate::write::Write;
use fhir::{Json, Object, ResourceType, json};
use interactions::unit::stored_json;
use interactions::{Change, Refusal, State, Unit};

/// Stores a RelatedPerson for each contact of `patient` that has none yet.
///
/// # Errors
///
/// 422 when a rule is broken; the store's failures.
pub fn record(patient: &Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    for contact in patient.items("contact").iter().filter_map(Json::as_object) {
        if let Some(id) = contact.str("id")
            && let Some(before @ (State::Absent | State::Deleted(_))) = state(id, write.id, write.unit)?
        {
            let prepared = write.unit.prepare(ResourceType::RELATED_PERSON, id, related(contact, write.id));
            write.unit.put(before, &prepared)?;
        }
    }
    Ok(())
}

/// Follows a change of a patient: the related person of a contact that is changed is changed, that of one that is gone is
/// deleted.
///
/// # Errors
///
/// 422 when a rule is broken; the store's failures.
pub fn follow(unit: &mut Unit<'_>, change: &Change<'_>) -> Result<(), Refusal> {
    let State::Present(before) = unit.state(ResourceType::PATIENT, change.id)? else { return Ok(()) };
    let text = std::str::from_utf8(before.body.as_deref().unwrap_or_default()).unwrap_or_default();
    if !text.contains("\"contact\"") {
        return Ok(());
    }
    let before = stored_json(&before)?;
    let contacts = |patient: &'_ Json| patient.get("contact").map(Json::items).unwrap_or_default().to_vec();
    let after = change.after.map(contacts).unwrap_or_default();
    for earlier in contacts(&before) {
        let Some(id) = earlier.str("id") else { continue };
        let now = after.iter().find(|contact| contact.str("id") == Some(id));
        if now == Some(&earlier) {
            continue;
        }
        let Some(State::Present(current)) = state(id, change.id, unit)? else { continue };
        match now.and_then(Json::as_object) {
            Some(contact) => {
                let prepared = unit.prepare(ResourceType::RELATED_PERSON, id, related(contact, change.id));
                unit.put(State::Present(current), &prepared)?;
            }
            None => drop(unit.delete(&current)?),
        }
    }
    Ok(())
}

/// What is stored under a contact's id; nothing when that is no id, or somebody else's: the R4 door may have stored any.
fn state(id: &str, patient: &str, unit: &mut Unit<'_>) -> Result<Option<State>, Refusal> {
    if !fhir::primitive::is_id(id) {
        return Ok(None);
    }
    let state = unit.state(ResourceType::RELATED_PERSON, id)?;
    if let State::Present(current) = &state {
        let related = stored_json(current)?;
        let whose = related.at(&["patient", "reference"]).and_then(Json::as_str);
        if whose != Some(&*format!("Patient/{patient}")) {
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
