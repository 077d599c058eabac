//! Panels and their readings: each reading is in one panel, which lists it and holds one of each kind
//! (Observation.json, `behaviours`).

use super::records::{derived, listing, put, stored};
use super::store::{category, not_performed};
use super::vitals::{self, Vital};
use super::{CONTRACT, NOTE};
use crate::note;
use crate::stored::in_contract_order;
use crate::write::Write;
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::Refusal;

/// An observation that a reference leads to.
pub fn referred(reference: &Json) -> Option<&str> {
    match Reference::local(reference.str("reference")?)? {
        Reference::Local { resource_type: ResourceType::OBSERVATION, id, .. } => Some(id),
        _ => None,
    }
}

/// The kinds of readings that a panel holds: those it lists, and those that say they are in it. What was entered in
/// error does not count.
pub fn held(write: &mut Write<'_, '_>, id: &str, panel: &Object) -> Result<Vec<&'static Vital>, Refusal> {
    let mut kinds = Vec::new();
    let mut take = |reading: &Object| {
        if reading.str("status") != Some("entered-in-error") {
            kinds.extend(vitals::of(reading));
        }
    };
    for member in panel.items("hasMember").iter().filter_map(referred) {
        if let Some(reading) = stored(write, member)? {
            take(&reading);
        }
    }
    for reading in derived(write, &format!("Observation/{id}"))? {
        take(&reading.1);
    }
    Ok(kinds)
}

/// The last touch on what is created: when it was, and its place in a panel.
pub fn settle(resource: &Object, write: &mut Write<'_, '_>) -> Result<Object, Refusal> {
    let now = fhir::datetime::instant(write.unit.now());
    let mut resource = resource.clone();
    if !resource.contains("effectiveDateTime") {
        resource.insert("effectiveDateTime", now.as_str());
    }
    resource.insert("issued", now);
    let Some(vital) = vitals::of(&resource) else { return Ok(resource) };
    if vital.is_panel() {
        note::import(write, &NOTE, &mut resource, None)?;
        adopt(&mut resource, write)?;
    } else {
        let panel = match resource.items("derivedFrom").first().and_then(referred).map(str::to_owned) {
            Some(panel) => join(&panel, vital, &mut resource, write)?,
            None => found(vital, &mut resource, write)?,
        };
        resource.insert("derivedFrom", vec![reference(&panel)]);
    }
    Ok(in_contract_order(&CONTRACT, resource))
}

fn reference(id: &str) -> Json {
    json!({ "reference": (format!("Observation/{id}")), "type": "Observation" })
}

fn member(id: &str, vital: &Vital) -> Json {
    json!({
        "reference": (format!("Observation/{id}")), "type": "Observation", "display": (vital.display())
    })
}

/// A new panel readings join: from now on each is in this one and no other.
fn adopt(panel: &mut Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let ids: Vec<String> = panel.items("hasMember").iter().filter_map(referred).map(str::to_owned).collect();
    let mut members = Vec::with_capacity(ids.len());
    for id in &ids {
        let Some(mut reading) = stored(write, id)? else { continue };
        members.extend(vitals::of(&reading).map(|vital| member(id, vital)));
        for (former_id, former) in listing(write, id)? {
            leave(&former_id, former, id, write)?;
        }
        reading.insert("derivedFrom", vec![reference(write.id)]);
        put(write, id, reading)?;
    }
    if !members.is_empty() {
        panel.insert("hasMember", members);
    }
    Ok(())
}

/// A panel no longer lists a reading. What is no panel of vital signs keeps its members.
fn leave(panel_id: &str, mut panel: Object, reading: &str, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    if !vitals::of(&panel).is_some_and(Vital::is_panel) {
        return Ok(());
    }
    let Some(Json::Array(members)) = panel.get_mut("hasMember") else { return Ok(()) };
    members.retain(|member| referred(member) != Some(reading));
    if members.is_empty() {
        panel.remove("hasMember");
    }
    put(write, panel_id, panel)
}

/// A reading joins a panel and is in its note.
fn join(
    panel_id: &str,
    vital: &Vital,
    reading: &mut Object,
    write: &mut Write<'_, '_>,
) -> Result<String, Refusal> {
    // That there is such a panel was a rule of this write.
    if let Some(mut panel) = stored(write, panel_id)? {
        note::share(&NOTE, &panel, reading);
        let mut members = panel.items("hasMember").to_vec();
        members.push(member(write.id, vital));
        panel.insert("hasMember", members);
        put(write, panel_id, panel)?;
    }
    Ok(panel_id.to_owned())
}

/// A reading that comes without a panel gets one of its own.
fn found(vital: &Vital, reading: &mut Object, write: &mut Write<'_, '_>) -> Result<String, Refusal> {
    let id = CONTRACT.ids.fresh();
    let mut panel = Object::new();
    panel.insert("resourceType", "Observation");
    panel.insert("status", "final");
    panel.insert("category", category("vital-signs", "Vital Signs"));
    panel.insert("code", vitals::panel().concept());
    for name in ["subject", "effectiveDateTime", "issued"] {
        if let Some(value) = reading.get(name) {
            panel.insert(name, value.clone());
        }
    }
    panel.insert("dataAbsentReason", not_performed());
    panel.insert("hasMember", vec![member(write.id, vital)]);
    note::import(write, &NOTE, &mut panel, None)?;
    note::share(&NOTE, &panel, reading);
    put(write, &id, panel)?;
    Ok(id)
}
