//! The last touch inside the write: what only the store can tell of a composed appointment.

use super::parts::{known_type, participant, reference, target};
use super::{endpoint, present};
use crate::scheduling::location_key;
use crate::scheduling::schedule_id::parse_key;
use crate::write::Write;
use fhir::{Json, Object, ResourceType};
use interactions::{Refusal, State};

/// What is stored in place of `resource`, if something else is.
pub fn settle(resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
    let location = named_by_key(resource, write)?;
    let borrowed = borrows_its_link(resource, write)?;
    if location.is_none() && !borrowed {
        return Ok(None);
    }
    let mut settled = resource.clone();
    if let Some(Json::Array(entries)) = settled.get_mut("supportingInformation") {
        if let (Some(id), Some(entry)) = (location, entries.iter_mut().find(|entry| is_legacy(entry))) {
            *entry = reference(ResourceType::LOCATION, &id);
        }
        entries.retain(|entry| !borrowed || *entry != endpoint::link());
    }
    if let (true, Some(Json::Array(contained))) = (borrowed, settled.get_mut("contained")) {
        contained.retain(|resource| !endpoint::is_endpoint(resource));
        if contained.is_empty() {
            settled.remove("contained");
        }
    }
    Ok(Some(settled))
}

/// The id of the Location, where the reference to it has the legacy form and means another than it says.
fn named_by_key(resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<String>, Refusal> {
    let Some(entry) = resource.items("supportingInformation").iter().find(|entry| is_legacy(entry)) else {
        return Ok(None);
    };
    let key = target(entry).map(|(_, key)| key).unwrap_or_default();
    Ok(location_id(write, key)?.filter(|id| id != key))
}

/// Whether the link that was sent is only the practitioner's meeting room, which a telehealth appointment shows by
/// itself: a client that writes back what it read must not pin it to the appointment.
fn borrows_its_link(resource: &Object, write: &mut Write<'_, '_>) -> Result<bool, Refusal> {
    let sent = endpoint::address(write.sent.body.items("contained"));
    let is_telehealth = known_type(resource, write.sent.clinic).is_some_and(|known| known.telehealth);
    let Some(address) = sent.filter(|_| is_telehealth) else { return Ok(false) };
    let now = participant(resource, ResourceType::PRACTITIONER);
    let before = write.stored.and_then(|stored| participant(stored, ResourceType::PRACTITIONER));
    for id in now.into_iter().chain(before.filter(|before| now != Some(before))) {
        let practitioner = write.unit.resource(ResourceType::PRACTITIONER, id)?;
        if practitioner.as_ref().and_then(present::meeting_room) == Some(address) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The id of the Location that `Location/{text}` means: a Location with that id, else one with that key.
pub fn location_id(write: &mut Write<'_, '_>, text: &str) -> Result<Option<String>, Refusal> {
    if exists(write, text)? {
        return Ok(Some(text.to_owned()));
    }
    let Some(key) = parse_key(text) else { return Ok(None) };
    match location_key::location_in(write.unit, key)? {
        Some(id) if exists(write, &id)? => Ok(Some(id)),
        _ => Ok(None),
    }
}

fn exists(write: &mut Write<'_, '_>, location: &str) -> Result<bool, Refusal> {
    Ok(matches!(write.unit.state(ResourceType::LOCATION, location)?, State::Present(_)))
}

/// Whether a reference is the legacy form of one to a Location.
fn is_legacy(reference: &Json) -> bool {
    matches!(target(reference), Some((ResourceType::LOCATION, id)) if parse_key(id).is_some())
}
