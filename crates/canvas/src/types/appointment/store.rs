//! What is stored of an appointment: on create and, over what was stored, on update (Appointment.json, `behaviours`).

use super::parts::{accepted, locations, participant, reference, target, type_concept};
use super::{CONTRACT, endpoint, identifiers, parts, reason, time};
use crate::clinic::Clinic;
use crate::stored::in_contract_order;
use fhir::{Json, Object, ResourceType};

/// The appointment to store, given what was sent and, on update, what is stored. `now` is the time of an update.
pub fn compose(sent: &Object, stored: Option<&Object>, now: i64, clinic: &Clinic) -> Object {
    let nothing = Object::new();
    let before = stored.unwrap_or(&nothing);
    let mut appointment = before.clone();
    appointment.insert("resourceType", "Appointment");
    if let Some(status) = sent.get("status") {
        appointment.insert("status", status.clone());
    }
    set_times(&mut appointment, sent, clinic);
    if let Some(concept) = type_of(sent, before, stored.is_none(), clinic) {
        appointment.insert("appointmentType", concept);
    }
    if sent.contains("identifier") {
        let list = identifiers::updated(before.items("identifier"), sent.items("identifier"), now, clinic);
        appointment.insert("identifier", list);
    }
    reason::compose(&mut appointment, sent, stored.is_none(), clinic);
    appointment.insert("participant", participants(sent, before));
    appointment.insert("supportingInformation", supporting_information(sent, before));
    if let Some(address) = endpoint::address(sent.items("contained")) {
        let others =
            before.items("contained").iter().filter(|resource| !endpoint::is_endpoint(resource)).cloned();
        let contained: Vec<Json> = std::iter::once(endpoint::endpoint(address)).chain(others).collect();
        appointment.insert("contained", contained);
    }
    in_contract_order(&CONTRACT, appointment)
}

/// Start and end. What an R4 client said of length and slots of another time no longer holds.
fn set_times(appointment: &mut Object, sent: &Object, clinic: &Clinic) {
    for name in ["start", "end"] {
        let Some(text) = sent.str(name) else { continue };
        let text = time::instant(text, clinic).map_or_else(|| text.to_owned(), time::shown);
        let same = |stored: &str| time::instant(stored, clinic) == time::instant(&text, clinic);
        if !appointment.str(name).is_some_and(same) {
            appointment.remove("minutesDuration");
            appointment.remove("slot");
        }
        appointment.insert(name, text);
    }
}

/// The type as the clinic has it: that sent, else the stored one, else on create the clinic's default.
fn type_of(sent: &Object, before: &Object, is_new: bool, clinic: &Clinic) -> Option<Json> {
    if let Some(concept) = sent.get("appointmentType") {
        // What the clinic does not know is refused inside the write.
        return Some(parts::known_type(sent, clinic).map_or_else(|| concept.clone(), type_concept));
    }
    match before.get("appointmentType") {
        Some(concept) => Some(concept.clone()),
        None => clinic.default_appointment_type().filter(|_| is_new).map(type_concept),
    }
}

/// The sent Practitioner, then the sent Patient, then whom an R4 client invited besides: this door shows one of each
/// and replaces only those.
fn participants(sent: &Object, before: &Object) -> Vec<Json> {
    const SHOWN: [ResourceType; 2] = [ResourceType::PRACTITIONER, ResourceType::PATIENT];
    let has_location = locations(sent).next().is_some();
    let shown = SHOWN.map(|shown| Some((shown, participant(sent, shown)?)));
    let replaced = SHOWN.map(|shown| Some((shown, participant(before, shown)?)));
    let mut participants: Vec<Json> =
        shown.iter().flatten().map(|(shown, id)| accepted(*shown, id)).collect();
    participants.extend(
        before
            .items("participant")
            .iter()
            .filter(|other| {
                let who = other.get("actor").and_then(target);
                // The location that is sent stands in place of one that an R4 client put here.
                let is_moved = has_location && matches!(who, Some((ResourceType::LOCATION, _)));
                !is_moved && (who.is_none() || !(shown.contains(&who) || replaced.contains(&who)))
            })
            .cloned(),
    );
    participants
}

/// The sent Location, the link to the meeting, and what is not the client's to write: the stored rest.
fn supporting_information(sent: &Object, before: &Object) -> Vec<Json> {
    let mut entries: Vec<Json> =
        locations(sent).map(|(_, id)| reference(ResourceType::LOCATION, id)).collect();
    let is_link = |entry: &&Json| entry.str("reference").is_some_and(|text| text.starts_with('#'));
    let stored = before.items("supportingInformation").iter();
    match endpoint::address(sent.items("contained")) {
        Some(_) => entries.push(endpoint::link()),
        None => entries.extend(stored.clone().filter(is_link).cloned()),
    }
    let is_location = |entry: &&Json| matches!(target(entry), Some((ResourceType::LOCATION, _)));
    entries.extend(stored.filter(|entry| !is_link(entry) && !is_location(entry)).cloned());
    entries
}
