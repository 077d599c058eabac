//! A stored appointment in the vendor's shape (Appointment.json, `behaviours`; examples). The R4 door may have stored it in
//! any form.

use super::parts::{
    accepted, known_type, locations, participant, reference, target, type_coding, type_concept,
};
use super::{CONTRACT, endpoint, identifiers, reason, time};
use crate::search::Reading;
use crate::sent::extension;
use crate::stored::in_contract_order;
use fhir::{Json, Object, ResourceType, json};
use interactions::Refusal;
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;

/// The extension that holds a practitioner's meeting room (Practitioner.json).
const MEETING_ROOM: &str =
    "http://schemas.canvasmedical.com/fhir/extensions/practitioner-personal-meeting-room-link";

/// Gives it the vendor's shape.
pub fn present(appointment: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let clinic = reading.clinic;
    appointment.remove("extension");
    let link = meeting_link(appointment, reading)?;
    let information = supporting_information(appointment, link.is_some(), reading)?;
    match link {
        Some(address) => appointment.insert("contained", vec![endpoint::endpoint(&address)]),
        None => drop(appointment.remove("contained")),
    }
    set_list(appointment, "supportingInformation", information);
    let shown: Vec<Json> = appointment.items("identifier").iter().filter_map(identifiers::shown).collect();
    set_list(appointment, "identifier", shown);
    if let Some(known) = known_type(appointment, clinic) {
        appointment.insert("appointmentType", type_concept(known));
    } else if let Some(concept) = unknown_type(appointment, reading) {
        appointment.insert("appointmentType", concept);
    }
    reason::present(appointment, clinic);
    for name in ["start", "end"] {
        if let Some(instant) = appointment.str(name).and_then(|text| time::instant(text, clinic)) {
            appointment.insert(name, time::shown(instant));
        }
    }
    let both = [ResourceType::PRACTITIONER, ResourceType::PATIENT];
    let participants: Vec<Json> =
        both.iter().filter_map(|shown| Some(accepted(*shown, participant(appointment, *shown)?))).collect();
    set_list(appointment, "participant", participants);
    *appointment = in_contract_order(&CONTRACT, std::mem::take(appointment));
    Ok(())
}

/// One coding of a type that the clinic does not know.
fn unknown_type(appointment: &Object, reading: &Reading<'_>) -> Option<Json> {
    let (system, code) = type_coding(appointment, reading.clinic)?;
    let codings = appointment.get("appointmentType")?.get("coding")?.items();
    let is_it = |coding: &&Json| coding.str("system") == Some(system) && coding.str("code") == Some(code);
    let mut coding = json!({ "system": system, "code": code });
    if let (Some(display), Json::Object(coding)) = (codings.iter().find(is_it)?.get("display"), &mut coding) {
        coding.insert("display", display.clone());
    }
    Some(json!({ "coding": [coding] }))
}

/// The meeting link: the appointment's own; for a telehealth type else the practitioner's meeting room.
fn meeting_link(appointment: &Object, reading: &mut Reading<'_>) -> Result<Option<String>, Refusal> {
    if let Some(address) = endpoint::address(appointment.items("contained")) {
        return Ok(Some(address.to_owned()));
    }
    let is_telehealth = known_type(appointment, reading.clinic).is_some_and(|known| known.telehealth);
    let Some(id) = participant(appointment, ResourceType::PRACTITIONER).filter(|_| is_telehealth) else {
        return Ok(None);
    };
    let found =
        reading.reader.resource(ResourceType::PRACTITIONER, id)?.filter(|version| version.body.is_some());
    let practitioner = found.as_ref().map(stored_json).transpose()?;
    Ok(practitioner.as_ref().and_then(meeting_room).map(str::to_owned))
}

/// The link of a practitioner's personal meeting room.
pub fn meeting_room(practitioner: &Json) -> Option<&str> {
    extension(practitioner.as_object()?, MEETING_ROOM)?.str("valueUrl")
}

/// Location, Endpoint, Encounter, Appointment, in the order of the examples.
fn supporting_information(
    appointment: &Object,
    has_link: bool,
    reading: &mut Reading<'_>,
) -> Result<Vec<Json>, Refusal> {
    let mut places: Vec<&str> = locations(appointment).map(|(_, id)| id).collect();
    if places.is_empty() {
        // R4 clients put the location among the participants.
        places.extend(participant(appointment, ResourceType::LOCATION));
    }
    let mut entries: Vec<Json> = places.into_iter().map(|id| reference(ResourceType::LOCATION, id)).collect();
    if has_link {
        entries.push(endpoint::link());
    }
    let of_type = |wanted: ResourceType| {
        let stored = appointment.items("supportingInformation").iter();
        stored.filter_map(move |entry| {
            target(entry).filter(|(found, _)| *found == wanted).map(|(_, id)| (entry, id))
        })
    };
    let mut encounters: Vec<String> = of_type(ResourceType::ENCOUNTER).map(|(_, id)| id.to_owned()).collect();
    for id in encounters_of(appointment, reading)? {
        if !encounters.contains(&id) {
            encounters.push(id);
        }
    }
    entries.extend(encounters.iter().map(|id| reference(ResourceType::ENCOUNTER, id)));
    for (entry, id) in of_type(ResourceType::APPOINTMENT) {
        let mut shown = reference(ResourceType::APPOINTMENT, id);
        if let (Some(display), Json::Object(shown)) = (entry.get("display"), &mut shown) {
            shown.insert("display", display.clone());
        }
        entries.push(shown);
    }
    Ok(entries)
}

/// The Encounters that say that they came of the appointment.
fn encounters_of(appointment: &Object, reading: &mut Reading<'_>) -> Result<Vec<String>, Refusal> {
    let Some(id) = appointment.str("id") else { return Ok(Vec::new()) };
    let registry = &reading.engine.registry();
    let value = format!("Appointment/{id}");
    let Ok(criterion) = reference_criterion(registry, ResourceType::ENCOUNTER, "appointment", &value) else {
        return Ok(Vec::new());
    };
    let found = reading.reader.search(&Query::all(ResourceType::ENCOUNTER).and(criterion))?;
    Ok(found.resources.into_iter().map(|version| version.id).collect())
}

fn set_list(appointment: &mut Object, name: &str, items: Vec<Json>) {
    match items.is_empty() {
        true => drop(appointment.remove(name)),
        false => appointment.insert(name, items),
    }
}
