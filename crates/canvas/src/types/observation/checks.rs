//! How the rules of Observation are checked.

use super::vitals::{self, MMHG, Value, Vital};
use super::{panel, pressure, records, store};
use crate::finding::Findings;
use crate::references::only;
use crate::sent::Sent;
use crate::write::Write;
use fhir::{Json, Object, ResourceType, primitive};
use interactions::Refusal;

/// Where a value is, whatever its type.
const VALUE: &str = "Observation.value";

pub fn effective(sent: &Sent<'_>, findings: &mut Findings) {
    if let Some(value) = sent.body.get("effectiveDateTime")
        && primitive::check("dateTime", value).is_err()
    {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        findings.add("Observation.effective", &[("value", &shown)]);
    }
}

pub fn effective_form(sent: &Sent<'_>, findings: &mut Findings) {
    for element in ["effectivePeriod", "effectiveTiming"].into_iter().filter(|name| sent.body.contains(name))
    {
        findings.add("Observation.effective", &[("element", element)]);
    }
}

pub fn subject(sent: &Sent<'_>, findings: &mut Findings) {
    only(sent, "subject", &[ResourceType::PATIENT], findings);
}

/// The one vital sign that was sent; `None` where another rule refuses the code.
fn vital(sent: &Sent<'_>) -> Option<&'static Vital> {
    match vitals::named(sent.body.get("code"))[..] {
        [vital] => Some(vital),
        _ => None,
    }
}

/// The members of the body that hold a value, but for those that are said to have no effect.
fn values<'a>(sent: &Sent<'a>) -> impl Iterator<Item = (&'a str, &'a Json)> {
    let is_value = |name: &str| name.starts_with("value") && name != "valueCodeableConcept";
    sent.body.iter().filter(move |(name, _)| is_value(name))
}

pub fn code(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let code = write.sent.body.get("code");
    if vitals::named(code).is_empty() {
        let codings = code.and_then(|code| code.get("coding")).map(Json::items).unwrap_or_default();
        let first = codings.first().and_then(|coding| coding.str("code")).unwrap_or_default();
        findings.add("Observation.code", &[("code", first)]);
    }
    Ok(())
}

pub fn one_code(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vitals::named(write.sent.body.get("code")).len() > 1 {
        findings.add("Observation.code", &[]);
    }
    Ok(())
}

pub fn unit(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let sent = &write.sent;
    let Some(vital) = vital(sent) else { return Ok(()) };
    if let (Value::Number(_), Some(quantity)) = (&vital.value, sent.body.get("valueQuantity"))
        && let Err(named) = store::unit(quantity, vital)
    {
        let element = if quantity.get("unit").is_some() { "unit" } else { "code" };
        let place = format!("Observation.value.{element}");
        findings.add(&place, &[("unit", named), ("code", vital.code())]);
    }
    if vital.value == Value::Pressure {
        for (place, component) in sent.objects("component") {
            let Some(quantity) = component.get("valueQuantity") else { continue };
            let (element, expected) = match quantity.get("unit") {
                Some(_) => ("unit", MMHG.name),
                None => ("code", MMHG.code),
            };
            if let Some(named) = quantity.str(element).filter(|named| *named != expected) {
                findings.add(&format!("{place}.value.{element}"), &[("unit", named), ("code", vital.code())]);
            }
        }
    }
    Ok(())
}

pub fn rhythm(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(Value::OneOf(known)) = vital(&write.sent).map(|vital| &vital.value) else { return Ok(()) };
    for (name, value) in values(&write.sent) {
        if name != "valueString" || !value.as_str().is_some_and(|text| known.contains(&text)) {
            findings.add(VALUE, &[]);
        }
    }
    Ok(())
}

pub fn pressure_quantity(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vital(&write.sent).is_some_and(|vital| vital.value == Value::Pressure)
        && write.sent.body.contains("valueQuantity")
    {
        findings.add("Observation.value", &[]);
    }
    Ok(())
}

pub fn pressure_text(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vital(&write.sent).is_none_or(|vital| vital.value != Value::Pressure) {
        return Ok(());
    }
    for (name, value) in values(&write.sent).filter(|(name, _)| *name != "valueQuantity") {
        if name != "valueString" || value.as_str().and_then(pressure::parse).is_none() {
            findings.add(VALUE, &[]);
        }
    }
    Ok(())
}

pub fn components(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let sent = &write.sent;
    let Some(vital) = vital(sent).filter(|vital| !vital.is_panel()) else { return Ok(()) };
    let said = sent.body.str("valueString").and_then(pressure::parse);
    let mut seen = Vec::new();
    for (place, component) in sent.objects("component") {
        let number = pressure::number(component);
        let agrees = |index: usize| match (number, &said) {
            (None, said) => said.is_none(),
            (Some(number), None) => number.as_f64() >= 0.0,
            (Some(number), Some(said)) => {
                said.get(index).is_some_and(|said| said.as_f64() == number.as_f64())
            }
        };
        let has_other_value =
            component.iter().any(|(name, _)| name.starts_with("value") && name != "valueQuantity");
        let position = pressure::position(component).filter(|_| vital.value == Value::Pressure);
        let is_one = position.is_some_and(|index| !seen.contains(&index) && agrees(index));
        if !is_one || has_other_value || is_compared(component.get("valueQuantity")) {
            findings.add(&place, &[]);
        }
        seen.extend(position);
    }
    Ok(())
}

/// Whether a Quantity is "less than" or "more than" its number.
fn is_compared(quantity: Option<&Json>) -> bool {
    quantity.is_some_and(|quantity| quantity.get("comparator").is_some())
}

pub fn positive(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(vital) = vital(&write.sent).filter(|vital| !vital.units().is_empty()) else { return Ok(()) };
    for (name, value) in values(&write.sent) {
        let place = match (name, store::number(value)) {
            ("valueQuantity", _) if is_compared(Some(value)) => "Observation.value.comparator",
            ("valueQuantity", Some(number)) if number.as_f64() <= 0.0 => "Observation.value.value",
            ("valueQuantity", _) => continue,
            _ => VALUE,
        };
        findings.add(place, &[("vital sign", vital.name)]);
    }
    Ok(())
}

pub fn note(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vital(&write.sent).is_some_and(|vital| vital.value == Value::Text) {
        for _ in values(&write.sent).filter(|(name, _)| *name != "valueString") {
            findings.add(VALUE, &[]);
        }
    }
    Ok(())
}

pub fn panel_value(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vital(&write.sent).is_none_or(|vital| !vital.is_panel()) {
        return Ok(());
    }
    let others = ["component", "derivedFrom"].into_iter().filter(|name| write.sent.body.contains(name));
    for name in values(&write.sent).map(|_| "value").chain(others) {
        findings.add(&format!("Observation.{name}"), &[]);
    }
    Ok(())
}

/// Whether a stored observation is of the patient whom the request is about.
fn is_of_same_patient(sent: &Sent<'_>, stored: &Object) -> bool {
    let patient = |observation: &Object| {
        observation.get("subject").and_then(|subject| subject.str("reference")).map(str::to_owned)
    };
    patient(sent.body).is_some() && patient(sent.body) == patient(stored)
}

pub fn members(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(vital) = vital(&write.sent) else { return Ok(()) };
    for (index, member) in write.sent.body.items("hasMember").iter().enumerate() {
        let reading = match panel::referred(member).filter(|_| vital.is_panel()) {
            Some(id) => records::stored(write, id)?,
            None => None,
        };
        let is_one = reading.is_some_and(|reading| {
            vitals::of(&reading).is_some_and(|vital| !vital.is_panel())
                && is_of_same_patient(&write.sent, &reading)
        });
        if !is_one {
            findings.add(&format!("Observation.hasMember[{index}].reference"), &[]);
        }
    }
    Ok(())
}

/// The panel that a reading is to join, if it is one of the patient.
fn joined(write: &mut Write<'_, '_>) -> Result<Option<(String, Object)>, Refusal> {
    let [reference] = write.sent.body.items("derivedFrom") else { return Ok(None) };
    let Some(id) = panel::referred(reference) else { return Ok(None) };
    let found = records::stored(write, id)?.filter(|found| {
        vitals::of(found).is_some_and(Vital::is_panel)
            && is_of_same_patient(&write.sent, found)
            && found.str("status") != Some("entered-in-error")
    });
    Ok(found.map(|found| (id.to_owned(), found)))
}

pub fn joins_panel(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let is_reading = vital(&write.sent).is_some_and(|vital| !vital.is_panel());
    if is_reading && !write.sent.body.items("derivedFrom").is_empty() && joined(write)?.is_none() {
        findings.add("Observation.derivedFrom[0].reference", &[]);
    }
    Ok(())
}

pub fn held(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(vital) = vital(&write.sent) else { return Ok(()) };
    if vital.is_panel() {
        return held_twice(write, findings);
    }
    if let Some((id, found)) = joined(write)?
        && panel::held(write, &id, &found)?.contains(&vital)
    {
        findings.add("Observation.derivedFrom[0].reference", &[]);
    }
    Ok(())
}

/// A panel that adopts two readings of a kind.
fn held_twice(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let mut kinds: Vec<&Vital> = Vec::new();
    for (index, member) in write.sent.body.items("hasMember").iter().enumerate() {
        let Some(id) = panel::referred(member) else { continue };
        let Some(kind) = records::stored(write, id)?.as_ref().and_then(vitals::of) else { continue };
        if kinds.contains(&kind) {
            findings.add(&format!("Observation.hasMember[{index}].reference"), &[]);
        } else {
            kinds.push(kind);
        }
    }
    Ok(())
}
