//! The value of a stored observation as the vendor shows it: a quantity, a text or codings. What R4 has besides is told as
//! text, so that no value reads as absent or as another one.

use super::present::coded;
use super::vitals::{self, HEIGHT, UCUM, Vital, WAIST};
use fhir::{Json, Number, Object, json};

/// A value as it is shown.
pub enum Told {
    /// `valueQuantity`.
    Quantity(Json),
    /// `valueString`.
    Text(String),
    /// `valueCodeableConcept`.
    Concept(Json),
    /// There is a value that cannot be told.
    Untold,
    /// There is none.
    Nothing,
}

/// The value of an observation, or of a component of one.
pub fn of(stored: &Object, vital: Option<&Vital>) -> Told {
    let Some((name, value)) = stored.iter().find(|(name, _)| name.starts_with("value")) else {
        return Told::Nothing;
    };
    match (name, value) {
        ("valueQuantity", Json::Object(quantity)) => self::quantity(quantity, vital),
        ("valueInteger", Json::Number(number)) => {
            Told::Quantity(json!({ "value": (decimal(number)), "system": UCUM }))
        }
        ("valueCodeableConcept", concept) => coded(concept).map_or(Told::Untold, Told::Concept),
        (_, Json::String(text)) => Told::Text(text.clone()),
        (_, Json::Bool(is_so)) => Told::Text(is_so.to_string()),
        ("valueRange", range) => joined([range.get("low"), range.get("high")], " - "),
        ("valueRatio", ratio) => joined([ratio.get("numerator"), ratio.get("denominator")], " / "),
        ("valuePeriod", period) => {
            let text = |name: &str| period.str(name).unwrap_or("…");
            Told::Text(format!("{} - {}", text("start"), text("end")))
        }
        _ => Told::Untold,
    }
}

/// One that is more or less than its number, or has none, as text.
fn quantity(stored: &Object, vital: Option<&Vital>) -> Told {
    let number = stored.get("value").and_then(Json::as_number);
    let (Some(number), None) = (number, stored.get("comparator")) else {
        return in_words(stored).map_or(Told::Nothing, Told::Text);
    };
    if let Some(normalised) = vital.and_then(|vital| normalised(stored, number, vital)) {
        return Told::Quantity(normalised);
    }
    let mut shown = Object::new();
    shown.insert("value", decimal(number));
    if let Some(unit) = stored.get("unit") {
        shown.insert("unit", unit.clone());
    }
    shown.insert("system", stored.str("system").unwrap_or(UCUM));
    // Of the units of vital signs, the vendor lists those whose codes it shows.
    let is_shown = |code: &&str| vital.is_none() || vitals::shows_unit(code) || !stored.contains("unit");
    if let Some(code) = stored.str("code").filter(is_shown) {
        shown.insert("code", code);
    }
    Told::Quantity(shown.into())
}

/// Heights are shown in inches, waist circumferences in centimetres (Observation.json, `behaviours`).
fn normalised(stored: &Object, number: &Number, vital: &Vital) -> Option<Json> {
    /// Centimetres in an inch, by definition.
    const INCH: f64 = 2.54;
    let is_in = |code: &str, name: &str| match stored.str("code") {
        Some(stored) => stored == code,
        None => stored.str("unit") == Some(name),
    };
    let value = number.as_f64();
    let (value, unit, code) = match vital.code() {
        HEIGHT if is_in("cm", "cm") => (value / INCH, "in", "[in_i]"),
        WAIST if is_in("[in_i]", "in") => (value * INCH, "cm", "cm"),
        _ => return None,
    };
    let text = format!("{value:.2}");
    let number = Number::from_literal(text.trim_end_matches('0').trim_end_matches('.'))?;
    Some(json!({ "value": (decimal(&number)), "unit": unit, "system": UCUM, "code": code }))
}

/// A number with a decimal part ("Numbers are returned with a decimal part"). The digits that it has stay, zeros as well: they
/// say how exactly it was measured (<http://hl7.org/fhir/R4/datatypes.html#decimal>).
pub fn decimal(number: &Number) -> Json {
    let text = number.as_str();
    let whole = !text.contains(['e', 'E', '.']);
    let told = whole.then(|| Number::from_literal(&format!("{text}.0"))).flatten();
    Json::Number(told.unwrap_or_else(|| number.clone()))
}

/// A Quantity as a text: `<5 mg/dL`.
pub fn in_words(quantity: &Object) -> Option<String> {
    let number = quantity.get("value").and_then(Json::as_number)?;
    let comparator = quantity.str("comparator").unwrap_or_default();
    let unit = quantity.str("unit").or_else(|| quantity.str("code"));
    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    Some(format!("{comparator}{}{unit}", number.as_str()))
}

fn joined(parts: [Option<&Json>; 2], by: &str) -> Told {
    let words: Vec<String> = parts
        .into_iter()
        .map(|part| part.and_then(Json::as_object).and_then(in_words).unwrap_or("…".to_owned()))
        .collect();
    Told::Text(words.join(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stored: Json) -> Json {
        let stored = stored.as_object().unwrap();
        match of(stored, vitals::of(stored)) {
            Told::Quantity(value) | Told::Concept(value) => value,
            Told::Text(text) => text.into(),
            Told::Untold => "untold".into(),
            Told::Nothing => Json::Null,
        }
    }

    #[test]
    fn no_value_reads_as_another_one() {
        assert_eq!(
            told(json!({ "valueQuantity": { "value": 5i64, "comparator": "<", "unit": "mg/dL" } })),
            "<5 mg/dL".into()
        );
        let ratio =
            json!({ "valueRatio": { "numerator": { "value": 1i64 }, "denominator": { "value": 128i64 } } });
        assert_eq!(told(ratio), "1 / 128".into());
        assert_eq!(told(json!({ "valueBoolean": false })), "false".into());
        assert_eq!(
            told(json!({ "valueInteger": 3i64 })),
            json!({ "value": (decimal(&3.into())), "system": UCUM })
        );
        assert_eq!(told(json!({ "valueSampledData": { "data": "1 2" } })), "untold".into());
        assert_eq!(told(json!({ "status": "final" })), Json::Null);
    }

    #[test]
    fn heights_are_in_inches_and_waists_in_centimetres() {
        let of = |code: &str, unit: &str, value: &str| {
            let coding = json!({ "system": "http://loinc.org", "code": code });
            let value = Json::Number(Number::from_literal(value).unwrap());
            told(json!({ "code": { "coding": [coding] }, "valueQuantity": { "value": value, "unit": unit } }))
                .to_string()
        };
        let shown = |value: &str, unit: &str, code: &str| {
            format!(r#"{{"value":{value},"unit":"{unit}","system":"{UCUM}","code":"{code}"}}"#)
        };
        assert_eq!(of(HEIGHT, "cm", "170"), shown("66.93", "in", "[in_i]"));
        assert_eq!(of(WAIST, "in", "30"), shown("76.2", "cm", "cm"));
        assert_eq!(of(HEIGHT, "in", "69"), format!(r#"{{"value":69.0,"unit":"in","system":"{UCUM}"}}"#));
    }

    #[test]
    fn numbers_keep_the_digits_that_they_have() {
        let shown = |text: &str| decimal(&Number::from_literal(text).unwrap()).to_string();
        assert_eq!(["69", "1.50", "1.0", "6.022e23"].map(shown), ["69.0", "1.50", "1.0", "6.022e23"]);
    }
}
