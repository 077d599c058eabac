//! A stored patient in the vendor's shape: what depends on other resources, settings and the address of the server, and
//! what a patient written at the R4 door lacks.

use super::elements::{DEFAULT_LOCATION, DEFAULT_PROVIDER, PREFERRED_PHARMACY};
use super::{CONTRACT, lists, narrative, pharmacy};
use crate::display;
use crate::file;
use crate::keyed::default;
use crate::search::Reading;
use crate::sent::extension;
use crate::stored::in_contract_order;
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
    let is_whole = patient.contains("active") && patient.contains("text");
    if !is_whole {
        let narrative = narrative::of(patient);
        default(patient, "active", true);
        default(patient, "text", narrative);
        *patient = in_contract_order(&CONTRACT, std::mem::take(patient));
    }
    if let Some(Json::Array(names)) = patient.get_mut("name") {
        for name in names.iter_mut().filter_map(Json::as_object_mut) {
            default(name, "period", lists::always());
        }
    }
    Ok(())
}

/// The references that are looked up for their displays.
pub fn references(patient: &Object) -> Vec<&str> {
    let extensions =
        [DEFAULT_PROVIDER, DEFAULT_LOCATION].into_iter().filter_map(|url| extension(patient, url));
    extensions.filter_map(|extension| extension.get("valueReference")?.str("reference")).collect()
}
