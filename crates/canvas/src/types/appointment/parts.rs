//! The parts of an appointment that several files look at: who takes part, where it is, of what type it is.

use crate::clinic::{AppointmentType, Clinic};
use fhir::{Json, Object, Reference, ResourceType, json};

/// The type and id that a Reference of this server has.
pub fn target(reference: &Json) -> Option<(ResourceType, &str)> {
    match Reference::parse(reference.str("reference")?)? {
        Reference::Local { resource_type, id, .. } => Some((resource_type, id)),
        _ => None,
    }
}

/// The id of the first participant of that type.
pub fn participant(appointment: &Object, wanted: ResourceType) -> Option<&str> {
    let actors = appointment.items("participant").iter().filter_map(|participant| participant.get("actor"));
    actors.filter_map(target).find(|(found, _)| *found == wanted).map(|(_, id)| id)
}

/// The references to Locations in supportingInformation, with their position.
pub fn locations(appointment: &Object) -> impl Iterator<Item = (usize, &str)> {
    let entries = appointment.items("supportingInformation").iter().enumerate();
    entries.filter_map(|(index, entry)| match target(entry)? {
        (ResourceType::LOCATION, id) => Some((index, id)),
        _ => None,
    })
}

/// A Reference with its type.
pub fn reference(resource_type: ResourceType, id: &str) -> Json {
    json!({ "reference": (format!("{resource_type}/{id}")), "type": (resource_type.name()) })
}

/// A participant as it is stored and read.
pub fn accepted(resource_type: ResourceType, id: &str) -> Json {
    let actor = reference(resource_type, id);
    json!({ "actor": actor, "status": "accepted" })
}

/// System and code of the appointment's type: of the first coding that the clinic knows, else of the first.
pub fn type_coding<'a>(appointment: &'a Object, clinic: &Clinic) -> Option<(&'a str, &'a str)> {
    let codings = appointment.get("appointmentType")?.get("coding")?.items();
    let mut pairs = codings.iter().filter_map(|coding| Some((coding.str("system")?, coding.str("code")?)));
    let known = |(system, code): &(&str, &str)| clinic.appointment_type(system, code).is_some();
    let first = pairs.next()?;
    Some(if known(&first) { first } else { pairs.find(known).unwrap_or(first) })
}

/// The clinic's type of the appointment, if it has one that the clinic knows.
pub fn known_type<'c>(appointment: &Object, clinic: &'c Clinic) -> Option<&'c AppointmentType> {
    let (system, code) = type_coding(appointment, clinic)?;
    clinic.appointment_type(system, code)
}

/// `appointmentType` as it is stored and read.
pub fn type_concept(known: &AppointmentType) -> Json {
    let (system, code, display) = (known.system.as_str(), known.code.as_str(), known.display.as_str());
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}
