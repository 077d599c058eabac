//! What is held against a create (Observation.json, `rules`).

use super::{panel, pressure, records, store, vitals};
use crate::check::refers_elsewhere;
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::write::Write;
use fhir::{IssueCode, Json, ResourceType, primitive};
use interactions::{Interaction, Refusal};
use vitals::{MMHG, Value, Vital};

const ON_CREATE: &[Interaction] = &[Interaction::Create];
/// Where a value is, whatever its type.
const VALUE: &str = "Observation.value";
const OURS: &str = "not the vendor's";

const RHYTHM: &str = r#"{"coding":[{"system":"http://loinc.org","code":"8884-9","display":"Pulse Rhythm"}]}"#;
const PRESSURE: &str =
    r#"{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood Pressure"}]}"#;
const PANEL: &str =
    r#"{"coding":[{"system":"http://loinc.org","code":"85353-1","display":"Vital Signs Panel"}]}"#;
const NOTE: &str = r#"{"coding":[{"system":"http://loinc.org","code":"80339-5","display":"Note"}]}"#;
const HEIGHT: &str = r#"{"coding":[{"system":"http://loinc.org","code":"8302-2","display":"Height"}]}"#;
const LAST: &str = r#"[{"reference":"Observation/{id}"}]"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule("observation-required", IssueCode::Required, "{path} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(
            &[remove("code.coding.0.display")],
            "Observation.code.coding[0].display",
            "code.coding.display is required",
        )
        .kept_by(&[]),
    rule("observation-listed", IssueCode::Value, "{path} '{value}' is not one of those listed for it")
        .on(ON_CREATE)
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("status", "\"preliminary\"")],
            "Observation.status",
            "status 'preliminary' is not one of those listed for it",
        )
        .kept_by(&[set("status", "\"unknown\"")])
        .note(OURS),
    rule("observation-effective", IssueCode::Value, "Invalid effectiveDateTime: {value}")
        .on(ON_CREATE)
        .when("effectiveDateTime is not a dateTime")
        .check(Check::Body(effective))
        .broken_by(
            &[set("effectiveDateTime", "\"2024-02-30\"")],
            "Observation.effective",
            "Invalid effectiveDateTime: 2024-02-30",
        )
        .kept_by(&[set("effectiveDateTime", "\"2024-02-29T08:50:24.883809+00:00\"")]),
    rule("observation-subject", IssueCode::Value, "subject must be a Patient, not {type}")
        .on(ON_CREATE)
        .when("subject refers to another type than Patient")
        .check(Check::Body(subject))
        .broken_by(
            &[set("subject", r#"{"reference":"Location/{demo-location}"}"#)],
            "Observation.subject.reference",
            "subject must be a Patient, not Location",
        )
        .kept_by(&[])
        .note(OURS),
    rule("observation-code", IssueCode::BusinessRule, "Unsupported vital sign code: {code}")
        .on(ON_CREATE)
        .when("code names none of the vital signs of LOINC that can be created")
        .check(Check::Write(code))
        .broken_by(
            &[set("code.coding.0.code", "\"39156-5\"")],
            "Observation.code",
            "Unsupported vital sign code: 39156-5",
        )
        .kept_by(&[set("code", HEIGHT), set("valueQuantity", r#"{"value":69}"#)]),
    rule("observation-one-code", IssueCode::BusinessRule, "code must name one vital sign, not several")
        .on(ON_CREATE)
        .when("codings of code name different vital signs")
        .check(Check::Write(one_code))
        .broken_by(
            &[set("code.coding.1", r#"{"system":"http://loinc.org","code":"8302-2","display":"Height"}"#)],
            "Observation.code",
            "code must name one vital sign, not several",
        )
        .kept_by(&[set("code.coding.1", r#"{"system":"http://snomed.info/sct","code":"27113001","display":"Body weight"}"#)])
        .note(OURS),
    rule("observation-unit", IssueCode::BusinessRule, "Unit {unit} is not supported for code: {code}")
        .on(ON_CREATE)
        .when("a unit, or without one its UCUM code, is not accepted for the code")
        .check(Check::Write(unit))
        .broken_by(
            &[set("valueQuantity.unit", "\"st\"")],
            "Observation.value.unit",
            "Unit st is not supported for code: 29463-7",
        )
        .kept_by(&[set("valueQuantity.unit", "\"lb\"")]),
    rule(
        "observation-rhythm",
        IssueCode::BusinessRule,
        "Pulse rhythm must be one of: Regular, Irregularly Irregular, Regularly Irregular",
    )
    .in_place_of("Pulse rhythm must be one of: Regular, Irregularly Irregular, Regulary Irregular")
    .on(ON_CREATE)
    .when("a pulse rhythm is none of three; the spelling of the third is that of 2026-11-18")
    .check(Check::Write(rhythm))
    .broken_by(
        &[set("code", RHYTHM), remove("valueQuantity"), set("valueString", "\"Regulary Irregular\"")],
        "Observation.value",
        "Pulse rhythm must be one of: Regular, Irregularly Irregular, Regularly Irregular",
    )
    .kept_by(&[set("code", RHYTHM), remove("valueQuantity"), set("valueString", "\"Regularly Irregular\"")]),
    rule(
        "observation-held",
        IssueCode::BusinessRule,
        "Vital sign reading already exists for the given reading",
    )
    .documented()
    .on(ON_CREATE)
    .when("the panel that a reading joins holds one of its kind, or a panel is to adopt two of a kind")
    .check(Check::Write(held))
    .after(&[&[], &[set("code", PANEL), remove("valueQuantity"), set("hasMember", LAST)]])
    .broken_by(
        &[set("derivedFrom", LAST)],
        "Observation.derivedFrom[0].reference",
        "Vital sign reading already exists for the given reading",
    )
    .kept_by(&[set("code", HEIGHT), set("valueQuantity", r#"{"value":69}"#), set("derivedFrom", LAST)]),
    rule(
        "observation-pressure-quantity",
        IssueCode::BusinessRule,
        "Blood pressure must be sent as components, not valueQuantity",
    )
    .on(ON_CREATE)
    .when("a blood pressure has a valueQuantity of its own")
    .check(Check::Write(pressure_quantity))
    .broken_by(
        &[set("code", PRESSURE), set("valueQuantity", r#"{"value":122}"#)],
        "Observation.value",
        "Blood pressure must be sent as components, not valueQuantity",
    )
    .kept_by(&[set("code", PRESSURE), remove("valueQuantity"), set("valueString", "\"122/68\"")]),
    rule(
        "observation-pressure",
        IssueCode::BusinessRule,
        "Blood pressure must be systolic/diastolic, such as 122/68",
    )
    .on(ON_CREATE)
    .when("the valueString of a blood pressure is not {systolic}/{diastolic}, mmHg after it or not")
    .check(Check::Write(pressure_text))
    .broken_by(
        &[set("code", PRESSURE), remove("valueQuantity"), set("valueString", "\"122 over 68\"")],
        "Observation.value",
        "Blood pressure must be systolic/diastolic, such as 122/68",
    )
    .kept_by(&[set("code", PRESSURE), remove("valueQuantity"), set("valueString", "\"122/68 mmHg\"")]),
    rule(
        "observation-components",
        IssueCode::BusinessRule,
        "Components must be one systolic (8480-6) and one diastolic (8462-4) pressure, each a number from 0 and as valueString has it",
    )
    .on(ON_CREATE)
    .when("the components of a blood pressure are others than its two numbers, or another reading has some")
    .check(Check::Write(components))
    .broken_by(
        &[
            set("code", PRESSURE),
            remove("valueQuantity"),
            set("valueString", "\"122/68\""),
            set(
                "component",
                r#"[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"BP - Systolic"}]},"valueQuantity":{"value":124,"unit":"mmHg"}}]"#,
            ),
        ],
        "Observation.component[0]",
        "Components must be one systolic (8480-6) and one diastolic (8462-4) pressure, each a number from 0 and as valueString has it",
    )
    .kept_by(&[
        set("code", PRESSURE),
        remove("valueQuantity"),
        set(
            "component",
            r#"[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6","display":"BP - Systolic"}]},"valueQuantity":{"value":"122","unit":"mmHg"}}]"#,
        ),
    ])
    .note(OURS),
    rule(
        "observation-positive",
        IssueCode::BusinessRule,
        "{vital sign} must be a number greater than zero",
    )
    .on(ON_CREATE)
    .when("the value of a vital sign that is a number is not one greater than zero")
    .check(Check::Write(positive))
    .broken_by(
        &[set("valueQuantity.value", "0")],
        "Observation.value.value",
        "weight must be a number greater than zero",
    )
    .kept_by(&[set("valueQuantity.value", "\"50\"")]),
    rule("observation-note", IssueCode::BusinessRule, "A note must be sent as valueString")
        .on(ON_CREATE)
        .when("a note has a value of another kind")
        .check(Check::Write(note))
        .broken_by(&[set("code", NOTE)], "Observation.value", "A note must be sent as valueString")
        .kept_by(&[set("code", NOTE), remove("valueQuantity"), set("valueString", "\"after exercise\"")])
        .note(OURS),
    rule(
        "observation-panel-value",
        IssueCode::BusinessRule,
        "A vital sign panel has no value, component or derivedFrom: its readings have them",
    )
    .on(ON_CREATE)
    .when("a panel has what only readings have")
    .check(Check::Write(panel_value))
    .broken_by(
        &[set("code", PANEL)],
        "Observation.value",
        "A vital sign panel has no value, component or derivedFrom: its readings have them",
    )
    .kept_by(&[set("code", PANEL), remove("valueQuantity")])
    .note(OURS),
    rule(
        "observation-members",
        IssueCode::BusinessRule,
        "hasMember is for vital sign panels and names vital sign readings of the same patient",
    )
    .on(ON_CREATE)
    .when("a reading has members, or a member of a panel is no vital sign reading of its patient")
    .check(Check::Write(members))
    .after(&[&[]])
    .broken_by(
        &[set("hasMember", LAST)],
        "Observation.hasMember[0].reference",
        "hasMember is for vital sign panels and names vital sign readings of the same patient",
    )
    .kept_by(&[set("code", PANEL), remove("valueQuantity"), set("hasMember", LAST)])
    .note(OURS),
    rule(
        "observation-panel",
        IssueCode::BusinessRule,
        "derivedFrom must name one vital sign panel of the same patient",
    )
    .on(ON_CREATE)
    .when("derivedFrom names several, or something else than a panel of the patient")
    .check(Check::Write(joins_panel))
    .after(&[&[]])
    .broken_by(
        &[set("derivedFrom", LAST)],
        "Observation.derivedFrom[0].reference",
        "derivedFrom must name one vital sign panel of the same patient",
    )
    .kept_by(&[])
    .note(OURS),
];

fn effective(sent: &Sent<'_>, findings: &mut Findings) {
    if let Some(value) = sent.body.get("effectiveDateTime")
        && primitive::check("dateTime", value).is_err()
    {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        findings.add("Observation.effective", &[("value", &shown)]);
    }
}

fn subject(sent: &Sent<'_>, findings: &mut Findings) {
    refers_elsewhere(sent, "subject.reference", &[ResourceType::PATIENT], findings);
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

fn code(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let code = write.sent.body.get("code");
    if vitals::named(code).is_empty() {
        let codings = code.and_then(|code| code.get("coding")).map(Json::items).unwrap_or_default();
        let first = codings.first().and_then(|coding| coding.str("code")).unwrap_or_default();
        findings.add("Observation.code", &[("code", first)]);
    }
    Ok(())
}

fn one_code(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vitals::named(write.sent.body.get("code")).len() > 1 {
        findings.add("Observation.code", &[]);
    }
    Ok(())
}

fn unit(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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

fn rhythm(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let Some(Value::OneOf(known)) = vital(&write.sent).map(|vital| &vital.value) else { return Ok(()) };
    for (name, value) in values(&write.sent) {
        if name != "valueString" || !value.as_str().is_some_and(|text| known.contains(&text)) {
            findings.add(VALUE, &[]);
        }
    }
    Ok(())
}

fn pressure_quantity(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vital(&write.sent).is_some_and(|vital| vital.value == Value::Pressure)
        && write.sent.body.contains("valueQuantity")
    {
        findings.add("Observation.value", &[]);
    }
    Ok(())
}

fn pressure_text(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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

fn components(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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

fn positive(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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

fn note(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if vital(&write.sent).is_some_and(|vital| vital.value == Value::Text) {
        for _ in values(&write.sent).filter(|(name, _)| *name != "valueString") {
            findings.add(VALUE, &[]);
        }
    }
    Ok(())
}

fn panel_value(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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
fn is_of_same_patient(sent: &Sent<'_>, stored: &fhir::Object) -> bool {
    let patient = |observation: &fhir::Object| {
        observation.get("subject").and_then(|subject| subject.str("reference")).map(str::to_owned)
    };
    patient(sent.body).is_some() && patient(sent.body) == patient(stored)
}

fn members(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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
fn joined(write: &mut Write<'_, '_>) -> Result<Option<(String, fhir::Object)>, Refusal> {
    let [reference] = write.sent.body.items("derivedFrom") else { return Ok(None) };
    let Some(id) = panel::referred(reference) else { return Ok(None) };
    let found = records::stored(write, id)?.filter(|found| {
        vitals::of(found).is_some_and(Vital::is_panel) && is_of_same_patient(&write.sent, found)
    });
    Ok(found.map(|found| (id.to_owned(), found)))
}

fn joins_panel(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let is_reading = vital(&write.sent).is_some_and(|vital| !vital.is_panel());
    if is_reading && !write.sent.body.items("derivedFrom").is_empty() && joined(write)?.is_none() {
        findings.add("Observation.derivedFrom[0].reference", &[]);
    }
    Ok(())
}

fn held(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
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
