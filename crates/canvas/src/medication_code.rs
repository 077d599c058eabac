//! What was prescribed or dispensed: the vendor has a concept where R4 may have a reference to a Medication.

use crate::catalogue;
use crate::search::Reading;
use fhir::{Json, Object, Reference, ResourceType};
use interactions::Refusal;
use interactions::unit::stored_json;

/// Sets `medicationCodeableConcept` from the Medication that `medicationReference` leads to: a contained one, a stored one,
/// or an entry of the clinic's catalogue.
///
/// # Errors
///
/// The store's failures.
pub fn add(resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let Some(reference) = reference(resource) else { return Ok(()) };
    let code = match Reference::parse(reference) {
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
    let named = || resource.get("medicationReference").and_then(|reference| reference.str("display"));
    let code = code.or_else(|| named().map(|name| fhir::json!({ "text": name })));
    if let Some(code) = code {
        resource.insert("medicationCodeableConcept", code);
    }
    Ok(())
}

/// The reference that is looked up for it.
pub fn reference(resource: &Object) -> Option<&str> {
    match resource.contains("medicationCodeableConcept") {
        true => None,
        false => resource.get("medicationReference").and_then(|reference: &Json| reference.str("reference")),
    }
}
