//! A stored patient in the vendor's shape: what depends on other resources, settings and the address of the server, and
//! what a patient written at the R4 door lacks.

use super::elements::{DEFAULT_LOCATION, DEFAULT_PROVIDER, PREFERRED_PHARMACY};
use super::{CONTRACT, lists, narrative, pharmacy, store};
use crate::display;
use crate::file;
use crate::keyed::default;
use crate::search::Reading;
use crate::sent::extension;
use crate::shape;
use fhir::{Json, Object};
use interactions::Refusal;

/// Completes narrative, names, extensions and photo.
pub fn present(patient: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    if let Some(Json::Array(extensions)) = patient.get_mut("extension") {
        for extension in extensions.iter_mut().filter_map(Json::as_object_mut) {
            match extension.str("url").unwrap_or_default() {
                PREFERRED_PHARMACY => pharmacy::show(extension, reading.clinic),
                DEFAULT_PROVIDER | DEFAULT_LOCATION => {
                    display::add(extension.get_mut("valueReference"), reading)?;
                }
                _ => {}
            }
        }
    }
    if let Some(first) = patient.items("photo").first().and_then(Json::as_object) {
        let shown = match first.contains("data") {
            true => file::shown(reading, patient, "photo", first, &[]),
            false => first.clone().into(),
        };
        patient.insert("photo", vec![shown]);
    }
    if !patient.contains("text") {
        patient.insert("text", narrative::of(patient));
    }
    default(patient, "active", true);
    if let Some(date) = patient.str("birthDate").map(store::whole_date) {
        patient.insert("birthDate", date);
    }
    if let Some(Json::Array(contacts)) = patient.get_mut("contact") {
        contacts.iter_mut().filter_map(Json::as_object_mut).for_each(name_contact);
    }
    if let Some(Json::Array(names)) = patient.get_mut("name") {
        for name in names.iter_mut().filter_map(Json::as_object_mut) {
            default(name, "period", lists::always());
            // The vendor has a name by its parts alone.
            if let Some(text) = name.str("text").map(str::to_owned)
                && !name.contains("family")
                && !name.contains("given")
            {
                name.insert("family", text);
            }
        }
    }
    // The R4 door stores more than the contract lists, at every depth.
    *patient = shape::of(&CONTRACT, patient);
    Ok(())
}

/// A contact's name is shown as a text: one that has none is told by its parts.
fn name_contact(contact: &mut Object) {
    let Some(name) = contact.get_mut("name").and_then(Json::as_object_mut) else { return };
    if let Some(text) = display::person_name(name).filter(|_| !name.contains("text")) {
        name.insert("text", text);
    }
}

/// The references that are looked up for their displays.
pub fn references(patient: &Object) -> Vec<&str> {
    let extensions =
        [DEFAULT_PROVIDER, DEFAULT_LOCATION].into_iter().filter_map(|url| extension(patient, url));
    extensions.filter_map(|extension| extension.get("valueReference")?.str("reference")).collect()
}
