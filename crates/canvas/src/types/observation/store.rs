//! What is stored of a reading or panel that is created.

use super::vitals::{self, UCUM, Unit, Value, Vital};
use super::{CONTRACT, pressure};
use crate::sent::Sent;
use crate::stored::{in_contract_order, writable};
use fhir::{Json, Number, Object, json, primitive};

/// The categories by where a record came from (Observation.json, `behaviours`).
pub fn category(code: &str, display: &str) -> Json {
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    json!([{ "coding": [{ "system": system, "code": code, "display": display }] }])
}

/// Why there is no value.
pub fn not_performed() -> Json {
    let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    json!({ "coding": [{ "system": system, "code": "not-performed", "display": "Not Performed" }] })
}

/// In place of a coding: why there is none.
pub fn absent_code(reason: &str) -> Json {
    let url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    json!({ "extension": [{ "url": url, "valueCode": reason }] })
}

/// The observation to store. What breaks a rule is refused inside the write and may come out as it is.
pub fn compose(sent: &Sent<'_>) -> Object {
    let mut resource = writable(sent);
    resource.insert("status", "final");
    resource.insert("category", category("vital-signs", "Vital Signs"));
    type_reference(resource.get_mut("subject"), "Patient");
    let Some(vital) = vitals::named(sent.body.get("code")).first().copied() else { return resource };
    resource.insert("code", vital.concept());
    match vital.value {
        Value::Number(_) => {
            let quantity = resource.remove("valueQuantity");
            if let Some(quantity) = quantity.as_ref().and_then(|quantity| self::quantity(quantity, vital)) {
                resource.insert("valueQuantity", quantity);
            }
        }
        Value::Pressure => {
            let said = resource.str("valueString").and_then(pressure::parse);
            let components = pressure::components(resource.items("component"), said.as_ref());
            if let Some(said) = &said {
                resource.insert("valueString", pressure::text(said));
            }
            match components.is_empty() {
                true => drop(resource.remove("component")),
                false => resource.insert("component", components),
            }
        }
        Value::Panel | Value::OneOf(_) | Value::Text => {}
    }
    let has_value = ["valueQuantity", "valueString", "component"].iter().any(|name| resource.contains(name));
    if !has_value {
        resource.insert("dataAbsentReason", not_performed());
    }
    in_contract_order(&CONTRACT, resource)
}

/// The number that a Quantity holds.
pub fn number(quantity: &Json) -> Option<&Number> {
    quantity.get("value").and_then(Json::as_number)
}

/// The unit of a Quantity that was sent for a vital sign: the one it names, else the one whose code it has, else the
/// vital sign's first; `Err` with what it names when that is none of the vital sign's.
pub fn unit<'q>(quantity: &'q Json, vital: &Vital) -> Result<&'static Unit, &'q str> {
    let units = vital.units();
    match (quantity.str("unit"), quantity.str("code")) {
        (Some(name), _) => units.iter().find(|unit| unit.name == name).ok_or(name),
        (None, Some(code)) => units.iter().find(|unit| unit.code == code).ok_or(code),
        (None, None) => units.first().ok_or(""),
    }
}

/// The Quantity to store; `None` when it has no number.
fn quantity(sent: &Json, vital: &Vital) -> Option<Json> {
    let number = number(sent)?.clone();
    let unit = unit(sent, vital).ok()?;
    Some(json!({
        "value": (Json::Number(number)), "unit": (unit.name), "system": UCUM, "code": (unit.code)
    }))
}

/// Gives a Reference the type that it is of.
pub fn type_reference(reference: Option<&mut Json>, type_name: &str) {
    if let Some(reference) = reference.and_then(Json::as_object_mut) {
        reference.insert("type", type_name);
    }
}

/// Makes R4 of the forms that the vendor's examples have: numbers as strings, an empty value.
pub fn normalise(body: &mut Object) {
    let quantities = |object: &mut Object| {
        if let Some(quantity) = object.get_mut("valueQuantity").and_then(Json::as_object_mut) {
            numeric(quantity, "value");
        }
    };
    quantities(body);
    // An instant is a dateTime; another form of the time is refused by a rule.
    if let Some(instant) = body.get("effectiveInstant").cloned()
        && primitive::check("instant", &instant).is_ok()
        && !body.contains("effectiveDateTime")
    {
        body.remove("effectiveInstant");
        body.insert("effectiveDateTime", instant);
    }
    if let Some(Json::Array(components)) = body.get_mut("component") {
        components.iter_mut().filter_map(Json::as_object_mut).for_each(quantities);
    }
    let is_empty = |value: &Json| value.as_object().is_some_and(Object::is_empty);
    if body.get("valueQuantity").is_some_and(is_empty) {
        body.remove("valueQuantity");
    }
}

/// Makes a number of a string that writes one.
pub fn numeric(object: &mut Object, name: &str) {
    if let Some(number) = object.str(name).and_then(Number::from_literal) {
        object.insert(name, Json::Number(number));
    }
}
