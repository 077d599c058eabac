//! What the body of a create or update must keep (Appointment.json, `rules` with status 400).

use super::parts::{locations, target};
use super::{endpoint, time};
use crate::finding::Findings;
use crate::sent::Sent;
use fhir::{Json, ResourceType};

/// The old API wrapped the resource.
pub fn wrapped(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.get("resource").is_some_and(|inner| inner.as_object().is_some()) {
        findings.add("", &[]);
    }
}

/// `start` and `end` are dates and times. That they are there is another rule's.
pub fn times(sent: &Sent<'_>, findings: &mut Findings) {
    for name in ["start", "end"] {
        let Some(value) = sent.body.get(name) else { continue };
        if value.as_str().and_then(|text| time::instant(text, sent.clinic)).is_none() {
            findings.add(&format!("Appointment.{name}"), &[("element", name)]);
        }
    }
}

/// Times are told apart up to the end of the year before.
pub fn years(sent: &Sent<'_>, findings: &mut Findings) {
    for name in ["start", "end"].into_iter().filter(|name| is_beyond(sent.body.str(name))) {
        findings.add(&format!("Appointment.{name}"), &[("element", name)]);
    }
}

fn is_beyond(time: Option<&str>) -> bool {
    time.is_some_and(|time| time.starts_with("9999"))
}

/// `entered-in-error` is only read.
pub fn mistaken_status(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.str("status") == Some("entered-in-error") {
        findings.add("Appointment.status", &[]);
    }
}

/// Participants are one Practitioner and at most one Patient.
pub fn practitioner_is_there(sent: &Sent<'_>, findings: &mut Findings) {
    let participants = sent.body.items("participant");
    let actors = participants.iter().filter_map(|participant| participant.get("actor"));
    let mut types = actors.filter_map(target).map(|(resource_type, _)| resource_type);
    if !participants.is_empty() && !types.any(|found| found == ResourceType::PRACTITIONER) {
        findings.add("Appointment.participant", &[]);
    }
}

/// Nobody else takes part.
pub fn participant_types(sent: &Sent<'_>, findings: &mut Findings) {
    for (index, actor) in actors(sent) {
        let found = target(actor).map(|(resource_type, _)| resource_type);
        if !matches!(found, Some(ResourceType::PRACTITIONER | ResourceType::PATIENT)) {
            findings.add(&format!("Appointment.participant[{index}].actor.reference"), &[]);
        }
    }
}

/// One of each at most.
pub fn one_of_each(sent: &Sent<'_>, findings: &mut Findings) {
    let mut seen = Vec::new();
    for (index, actor) in actors(sent) {
        let Some((found, _)) = target(actor) else { continue };
        if seen.contains(&found) {
            findings.add(&format!("Appointment.participant[{index}]"), &[]);
        }
        seen.push(found);
    }
}

/// The actors that say whom they refer to, with the position of their participant.
fn actors<'a>(sent: &Sent<'a>) -> impl Iterator<Item = (usize, &'a Json)> {
    let participants = sent.body.items("participant").iter().enumerate();
    participants
        .filter_map(|(index, participant)| Some((index, participant.get("actor")?)))
        .filter(|(_, actor)| actor.str("reference").is_some_and(|text| !text.is_empty()))
}

/// One Endpoint and nothing else is contained.
pub fn one_endpoint(sent: &Sent<'_>, findings: &mut Findings) {
    let Some(Json::Array(contained)) = sent.body.get("contained") else { return };
    if !matches!(contained.as_slice(), [only] if endpoint::is_endpoint(only)) {
        findings.add("Appointment.contained", &[]);
    }
}

/// The Endpoint has an id to refer to it by and a link.
pub fn endpoint_has_link(sent: &Sent<'_>, findings: &mut Findings) {
    for (index, resource) in sent.body.items("contained").iter().enumerate() {
        for name in ["id", "address"] {
            if endpoint::is_endpoint(resource) && resource.get(name).is_none() {
                findings.add(&format!("Appointment.contained[{index}].{name}"), &[]);
            }
        }
    }
}

/// `#id` refers to what is contained.
pub fn links(sent: &Sent<'_>, findings: &mut Findings) {
    let contained = sent.body.items("contained");
    for (index, entry) in sent.body.items("supportingInformation").iter().enumerate() {
        let Some(text) = entry.str("reference") else { continue };
        let Some(id) = text.strip_prefix('#') else { continue };
        if !contained.iter().any(|resource| resource.str("id") == Some(id)) {
            let place = format!("Appointment.supportingInformation[{index}].reference");
            findings.add(&place, &[("reference", text)]);
        }
    }
}

/// There is a Location.
pub fn location_is_there(sent: &Sent<'_>, findings: &mut Findings) {
    let entries = sent.body.items("supportingInformation");
    if !entries.is_empty() && locations(sent.body).next().is_none() {
        findings.add("Appointment.supportingInformation", &[]);
    }
}

/// There is only one.
pub fn one_location(sent: &Sent<'_>, findings: &mut Findings) {
    for (index, _) in locations(sent.body).skip(1) {
        findings.add(&format!("Appointment.supportingInformation[{index}].reference"), &[]);
    }
}

/// A type has one coding with system and code.
pub fn one_type(sent: &Sent<'_>, findings: &mut Findings) {
    let Some(concept) = sent.body.get("appointmentType") else { return };
    let codings = concept.get("coding").map(Json::items).unwrap_or_default();
    let is_whole = |coding: &Json| coding.str("system").is_some() && coding.str("code").is_some();
    if !matches!(codings, [only] if is_whole(only)) {
        findings.add("Appointment.appointmentType.coding", &[]);
    }
}
