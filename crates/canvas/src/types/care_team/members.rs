//! Who is on a team, and what becomes of those who are not any more (CareTeam.json, `behaviours`).

use super::{CONTRACT, LEAD, STATUSES, subject};
use crate::clinic::Clinic;
use crate::keyed::pick;
use crate::provenance;
use crate::sent::extension;
use crate::write::Write;
use fhir::{Json, Object, json};
use interactions::unit::{Effect, stored_json};
use interactions::{Refusal, State};

/// Who a participant is: the reference.
pub fn member(participant: &Json) -> Option<&str> {
    participant.get("member")?.str("reference")
}

/// Whether a participant leads, if that is said.
pub fn lead(participant: &Object) -> Option<bool> {
    extension(participant, LEAD)?.get("valueBoolean")?.as_bool()
}

/// Says of a participant whether it leads, before anything else.
fn set_lead(participant: &mut Object, leads: bool) {
    let mut extensions = vec![json!({ "url": LEAD, "valueBoolean": leads })];
    let others = participant.items("extension").iter().filter(|other| other.str("url") != Some(LEAD));
    extensions.extend(others.cloned());
    participant.remove("extension");
    participant.insert_at(0, "extension", extensions);
}

/// What is shown of a participant's extensions: whether it leads.
pub fn show_lead(participant: &mut Object) {
    let leads = lead(participant).unwrap_or(false);
    participant.remove("extension");
    set_lead(participant, leads);
}

/// Sets the participants; R4 has no empty lists.
pub fn set(team: &mut Object, participants: Vec<Json>) {
    match participants.is_empty() {
        true => drop(team.remove("participant")),
        false => team.insert("participant", participants),
    }
}

/// The active members after an update of `stored` with `sent`.
pub fn active(stored: &Object, sent: &Object, clinic: &Clinic) -> Vec<Json> {
    let participants = || sent.items("participant").iter().filter_map(Json::as_object);
    let is_said = participants().any(|participant| lead(participant).is_some());
    let before = |sent: &Object| {
        let is_it = |stored: &&Json| member(stored).is_some() && member(stored) == reference(sent);
        stored.items("participant").iter().find(is_it).and_then(Json::as_object)
    };
    participants()
        .map(|sent| {
            let before = before(sent);
            let leads = match is_said {
                true => lead(sent),
                false => before.and_then(lead),
            };
            let mut participant = before.cloned().unwrap_or_default();
            if sent.contains("role") {
                let roles = sent.items("role").iter().map(|role| role_of(role, clinic));
                participant.insert("role", roles.collect::<Vec<Json>>());
            }
            if let Some(member) = sent.get("member").and_then(Json::as_object).filter(|_| before.is_none()) {
                participant.insert("member", pick(&["reference", "type"], member, None));
            }
            set_lead(&mut participant, leads.unwrap_or(false));
            participant.into()
        })
        .collect()
}

/// A role as the clinic calls it: what a client calls it, and a text, could say something else.
fn role_of(sent: &Json, clinic: &Clinic) -> Json {
    let codings = sent.get("coding").map(Json::items).unwrap_or_default().iter().filter_map(Json::as_object);
    let codings = codings.map(|coding| {
        let mut coding = pick(&["system", "code", "display"], coding, None);
        let text = |name: &str| coding.str(name).unwrap_or_default();
        if let Some(known) = clinic.care_team_role(text("system"), text("code")) {
            coding.insert("display", known.display.as_str());
        }
        Json::from(coding)
    });
    json!({ "coding": (codings.collect::<Vec<Json>>()) })
}

fn reference(participant: &Object) -> Option<&str> {
    participant.get("member")?.str("reference")
}

/// After an update of the active team to `team`: those who are on it are in no group of another status, and those who were
/// and are not any more are inactive.
///
/// # Errors
///
/// The store's failures.
pub fn move_others(team: &Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let listed: Vec<&str> = team.items("participant").iter().filter_map(member).collect();
    let is_listed = |participant: &Json| member(participant).is_some_and(|member| listed.contains(&member));
    let before = write.stored.map(|stored| stored.items("participant")).unwrap_or_default();
    let departed: Vec<&Json> = before.iter().filter(|participant| !is_listed(participant)).collect();
    for status in STATUSES.iter().filter(|status| **status != "active") {
        let id = group_id(write.id, status);
        if !fhir::primitive::is_id(&id) {
            continue;
        }
        let state = write.unit.state(CONTRACT.resource_type, &id)?;
        let group = match &state {
            State::Present(version) => stored_json(version)?.as_object().cloned(),
            State::Absent | State::Deleted(_) => None,
        };
        let mut participants =
            group.as_ref().map(|group| group.items("participant").to_vec()).unwrap_or_default();
        participants.retain(|participant| !is_listed(participant));
        if *status == "inactive" {
            for participant in &departed {
                participants
                    .retain(|earlier| member(earlier).is_none() || member(earlier) != member(participant));
                participants.push(without_lead(participant));
            }
        }
        store_group(write, status, &id, state, group, participants)?;
    }
    Ok(())
}

/// The id of the members of a status.
pub fn group_id(patient: &str, status: &str) -> String {
    format!("{patient}.{status}")
}

fn without_lead(participant: &Json) -> Json {
    let mut participant = participant.as_object().cloned().unwrap_or_default();
    set_lead(&mut participant, false);
    participant.into()
}

/// Stores a group of members, or deletes it when it has none any more.
fn store_group(
    write: &mut Write<'_, '_>,
    status: &str,
    id: &str,
    state: State,
    group: Option<Object>,
    participants: Vec<Json>,
) -> Result<(), Refusal> {
    if participants.is_empty() {
        if let State::Present(version) = &state {
            write.unit.delete(version)?;
        }
        return Ok(());
    }
    let mut group = group.unwrap_or_else(|| {
        let members = [
            ("resourceType", Json::from("CareTeam")),
            ("status", Json::from(status)),
            ("subject", subject(write.id)),
        ];
        members.into_iter().collect()
    });
    set(&mut group, participants);
    let prepared = write.unit.prepare(CONTRACT.resource_type, id, group.clone().into());
    let done = provenance::done(&state);
    if write.unit.put(state, &prepared)?.effect != Effect::Unchanged {
        provenance::record(write.unit, &CONTRACT, done, id, &group)?;
    }
    Ok(())
}
