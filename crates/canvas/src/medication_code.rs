//! What was prescribed or dispensed: the vendor has a concept where R4 may have a reference to a Medication.

use crate::catalogue;
use crate::search::Reading;
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::Refusal;
use interactions::unit::stored_json;

/// Sets `medicationCodeableConcept` from the Medication that `medicationReference` leads to: a contained one, a stored one,
/// or an entry of the clinic's catalogue. Without a code, it is told by the display of the reference, else by its identifier.
///
/// # Errors
///
/// The store's failures.
pub fn add(resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let code = match reference(resource).and_then(Reference::parse) {
        Some(Reference::Contained(id)) => {
            let mut contained = resource.items("contained").iter();
            contained
                .find(|one| one.str("id") == Some(id))
                .and_then(|medication| medication.get("code"))
                .cloned()
        }
        Some(Reference::Local { resource_type: ResourceType::MEDICATION, id, .. }) => {
            let found = reading.reader.resource(ResourceType::MEDICATION, id)?;
            let found = found.filter(|version| version.body.is_some());
            match found.as_ref().map(stored_json).transpose()? {
                Some(medication) => medication.get("code").cloned(),
                None => catalogue::by_id(&reading.clinic.medications, id).map(catalogue::concept),
            }
        }
        _ => None,
    };
    let named = || referred(resource).and_then(name).map(|name| json!({ "text": name }));
    if let Some(code) = code.or_else(named) {
        resource.insert("medicationCodeableConcept", code);
    }
    Ok(())
}

/// The reference that is looked up for it.
pub fn reference(resource: &Object) -> Option<&str> {
    referred(resource)?.str("reference")
}

/// The Reference that stands in place of a concept.
fn referred(resource: &Object) -> Option<&Json> {
    match resource.contains("medicationCodeableConcept") {
        true => None,
        false => resource.get("medicationReference"),
    }
}

/// What a Reference calls a medication: its display, else its identifier as a token is written (`system|value`).
fn name(reference: &Json) -> Option<String> {
    if let Some(display) = reference.str("display") {
        return Some(display.to_owned());
    }
    let identifier = reference.get("identifier")?;
    let value = identifier.str("value")?;
    Some(match identifier.str("system") {
        Some(system) => format!("{system}|{value}"),
        None => value.to_owned(),
    })
}
