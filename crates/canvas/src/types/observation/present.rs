//! A stored observation in the vendor's shape. The R4 door may have stored it in any form.

use super::shown_value::{self, Told};
use super::store::{absent_code, not_performed};
use super::vitals::{self, LOINC};
use super::{CONTRACT, panel};
use crate::search::Reading;
use crate::stored::in_contract_order;
use crate::time;
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::Refusal;
use interactions::unit::stored_json;

/// Gives it the vendor's shape.
pub fn present(observation: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let vital = vitals::of(observation);
    let told = shown_value::of(observation, vital);
    let mut shown = Object::new();
    for name in ["resourceType", "id", "status"] {
        copy(observation, name, &mut shown);
    }
    let categories: Vec<Json> = observation.items("category").iter().filter_map(coded).collect();
    insert_list(&mut shown, "category", categories);
    shown.insert("code", code(observation));
    for name in ["subject", "specimen"] {
        if let Some(reference) = observation.get(name).and_then(reference) {
            shown.insert(name, reference);
        }
    }
    for name in ["performer", "derivedFrom"] {
        let references: Vec<Json> = observation.items(name).iter().filter_map(reference).collect();
        insert_list(&mut shown, name, references);
    }
    insert_list(&mut shown, "hasMember", members(observation, reading)?);
    if let Some(effective) = effective(observation) {
        shown.insert("effectiveDateTime", time::shown(effective));
    }
    let updated = observation.get("meta").and_then(|meta| meta.str("lastUpdated"));
    if let Some(issued) = observation.str("issued").or(updated) {
        shown.insert("issued", time::shown(issued));
    }
    let components: Vec<Json> =
        observation.items("component").iter().filter_map(Json::as_object).map(component).collect();
    let is_empty = matches!(told, Told::Nothing) && components.is_empty();
    insert_told(&mut shown, told);
    if is_empty {
        let reason = observation.get("dataAbsentReason").and_then(coded);
        shown.insert("dataAbsentReason", reason.unwrap_or_else(not_performed));
    }
    insert_list(&mut shown, "component", components);
    *observation = in_contract_order(&CONTRACT, shown);
    Ok(())
}

/// How many members are looked up for their displays: more than any panel has.
const LOOKED_UP: usize = 100;

/// The references to members whose displays are not stored with them, those that are looked up.
pub fn unnamed_members(observation: &Object) -> Vec<&str> {
    let unnamed = observation.items("hasMember").iter().filter(|member| member.get("display").is_none());
    unnamed
        .filter(|member| panel::referred(member).is_some())
        .filter_map(|member| member.str("reference"))
        .take(LOOKED_UP)
        .collect()
}

/// The members, each with the display of its first coding.
fn members(observation: &Object, reading: &mut Reading<'_>) -> Result<Vec<Json>, Refusal> {
    let (mut members, mut looked_up) = (Vec::new(), 0);
    for stored in observation.items("hasMember") {
        let Some(mut member) = reference(stored) else { continue };
        let display = match (stored.get("display"), panel::referred(stored)) {
            (Some(display), _) => Some(display.clone()),
            (None, Some(id)) if looked_up < LOOKED_UP => {
                looked_up += 1;
                display_of(id, reading)?
            }
            (None, _) => None,
        };
        if let (Some(display), Json::Object(member)) = (display, &mut member) {
            member.insert("display", display);
        }
        members.push(member);
    }
    Ok(members)
}

/// The display of the first coding of a stored observation.
fn display_of(id: &str, reading: &mut Reading<'_>) -> Result<Option<Json>, Refusal> {
    let found = reading.reader.resource(ResourceType::OBSERVATION, id)?;
    let Some(version) = found.filter(|version| version.body.is_some()) else { return Ok(None) };
    let observation = stored_json(&version)?;
    let code = observation.as_object().map(code);
    Ok(code.as_ref().and_then(|code| code.at(&["coding", "0", "display"])).cloned())
}

fn insert_told(shown: &mut Object, told: Told) {
    match told {
        Told::Quantity(quantity) => shown.insert("valueQuantity", quantity),
        Told::Text(text) => shown.insert("valueString", text),
        Told::Concept(concept) => shown.insert("valueCodeableConcept", concept),
        Told::Nothing | Told::Untold => {}
    }
}

/// The code: of a vital sign its own; else the codings that are stored, the text as a coding's display, or why there is
/// none.
fn code(observation: &Object) -> Json {
    if let Some(vital) = vitals::of(observation) {
        return vital.concept();
    }
    let stored = observation.get("code");
    if let Some(name) = stored.filter(|_| is_laboratory(observation)).and_then(uncoded) {
        return json!({ "coding": [{ "system": LOINC, "code": "N/A", "display": name }] });
    }
    if let Some(mut code) = stored.and_then(coded) {
        if vitals::is_vital(observation) {
            rename(&mut code);
        }
        return code;
    }
    let extensions = stored.and_then(|code| code.get("extension")).map(Json::items).unwrap_or_default();
    let reason = extensions.iter().find_map(|extension| extension.str("valueCode"));
    absent_code(reason.unwrap_or("unknown"))
}

/// Whether it is a value of a laboratory: without a code of LOINC, the vendor shows N/A.
fn is_laboratory(observation: &Object) -> bool {
    let categories = observation.items("category").iter();
    let codings = categories.flat_map(|category| category.get("coding").map(Json::items).unwrap_or_default());
    codings.into_iter().any(|coding| coding.str("code") == Some("laboratory"))
}

/// The text of a concept without codings.
fn uncoded(concept: &Json) -> Option<&str> {
    concept.str("text").filter(|_| concept.get("coding").is_none())
}

/// Calls vital signs that are not created here as the vendor does.
fn rename(code: &mut Json) {
    let Some(Json::Array(codings)) = code.as_object_mut().and_then(|code| code.get_mut("coding")) else {
        return;
    };
    for coding in codings.iter_mut().filter_map(Json::as_object_mut) {
        let is_loinc = coding.str("system") == Some(LOINC);
        let display = coding.str("code").filter(|_| is_loinc).and_then(vitals::read_only_display);
        if let Some(display) = display {
            coding.insert("display", display);
        }
    }
}

/// A CodeableConcept as its codings, of each system, code and display; its text as a display where it has none.
pub fn coded(concept: &Json) -> Option<Json> {
    let codings = concept.get("coding").map(Json::items).unwrap_or_default();
    let mut codings: Vec<Json> = codings.iter().filter_map(Json::as_object).map(coding).collect();
    if let (true, Some(text)) = (codings.is_empty(), concept.str("text")) {
        codings.push(json!({ "display": text }));
    }
    (!codings.is_empty()).then(|| json!({ "coding": codings }))
}

fn coding(coding: &Object) -> Json {
    let mut shown = Object::new();
    for name in ["system", "code", "display"] {
        copy(coding, name, &mut shown);
    }
    shown.into()
}

/// A Reference as text and type.
fn reference(stored: &Json) -> Option<Json> {
    let text = stored.str("reference")?;
    let type_name = match Reference::local(text) {
        Some(Reference::Local { resource_type, .. }) => Some(resource_type.name()),
        _ => stored.str("type"),
    };
    let mut shown = Object::new();
    shown.insert("reference", text);
    if let Some(type_name) = type_name {
        shown.insert("type", type_name);
    }
    Some(shown.into())
}

/// When it was: the start of a period.
fn effective(observation: &Object) -> Option<&str> {
    let period = || observation.get("effectivePeriod")?.str("start");
    observation.str("effectiveDateTime").or_else(|| observation.str("effectiveInstant")).or_else(period)
}

fn component(stored: &Object) -> Json {
    let mut shown = Object::new();
    if let Some(code) = stored.get("code").and_then(coded) {
        shown.insert("code", code);
    }
    let told = shown_value::of(stored, None);
    if matches!(told, Told::Nothing) {
        let reason = stored.get("dataAbsentReason").and_then(coded);
        shown.insert("dataAbsentReason", reason.unwrap_or_else(not_performed));
    }
    insert_told(&mut shown, told);
    shown.into()
}

fn copy(from: &Object, name: &str, to: &mut Object) {
    if let Some(value) = from.get(name) {
        to.insert(name, value.clone());
    }
}

fn insert_list(shown: &mut Object, name: &str, items: Vec<Json>) {
    if !items.is_empty() {
        shown.insert(name, items);
    }
}
