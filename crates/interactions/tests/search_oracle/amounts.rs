//! Numbers and quantities (<http://hl7.org/fhir/R4/search.html#quantity>): ranges, as precise as their digits say.

use crate::meaning::{parts, split};
use fhir::Json;
use fhirpath::Item;

fn as_number(json: &Json) -> Option<f64> {
    json.as_number().map(|number| number.as_f64())
}

fn range_ends(range: &Json) -> Option<(f64, f64)> {
    let end = |name| range.at(&[name, "value"]).and_then(as_number);
    match (end("low"), end("high")) {
        (None, None) => None,
        (low, high) => Some((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))),
    }
}

/// The number of a value without exponent, and half of its last place.
fn precise(text: &str) -> Option<(f64, f64)> {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    Some((text.parse().ok()?, 0.5 / 10f64.powi(decimals as i32)))
}

/// Compares a range of numbers with a value that is in a unit of `factor` of the range's.
fn compares((low, high): (f64, f64), value: &str, factor: f64) -> bool {
    let (prefix, value) = split(value);
    let Some((asked, half)) = precise(value) else { return false };
    let (asked, half) = (asked * factor, half * factor);
    // Ends of ranges are rounded where the one or the other way of computing them is not exact.
    let slack = asked.abs().max(factor.abs().min(1.0)) * 1e-12;
    let within = low >= asked - half - slack && high < asked + half - slack;
    match prefix {
        "eq" => within,
        "ne" => !within,
        "gt" => high > asked + slack,
        "lt" => low < asked - slack,
        "ge" => high >= asked - slack,
        "le" => low <= asked + slack,
        "sa" => low > asked + slack,
        "eb" => high < asked - slack,
        // Within a tenth of the value.
        "ap" => low <= asked + asked.abs() / 10.0 + slack && high >= asked - asked.abs() / 10.0 - slack,
        other => panic!("{other}"),
    }
}

/// The dimension of a unit of UCUM, and how many of UCUM's base units it is; a mole is a number.
pub fn ucum(code: &str) -> Option<(&'static str, f64)> {
    const MOLE: f64 = 6.022_136_7e23;
    const UNITS: &[(&str, &str, f64)] = &[
        ("%", "1", 1e-2),
        ("{score}", "1", 1.0),
        ("{T-score}", "1", 1.0),
        ("g", "g", 1.0),
        ("mg", "g", 1e-3),
        ("pg", "g", 1e-12),
        ("kg", "g", 1e3),
        ("[lb_av]", "g", 453.592_37),
        ("cm", "m", 1e-2),
        ("mm", "m", 1e-3),
        ("[in_i]", "m", 0.025_4),
        ("min", "s", 60.0),
        ("h", "s", 3_600.0),
        ("d", "s", 86_400.0),
        ("wk", "s", 604_800.0),
        ("mo", "s", 2_629_800.0),
        ("a", "s", 31_557_600.0),
        ("/min", "1/s", 1.0 / 60.0),
        ("fL", "m3", 1e-18),
        ("mL/min", "m3/s", 1e-6 / 60.0),
        ("mL/min/{1.73_m2}", "m3/s", 1e-6 / 60.0),
        ("g/L", "g/m3", 1e3),
        ("g/dL", "g/m3", 1e4),
        ("mg/dL", "g/m3", 10.0),
        ("ng/mL", "g/m3", 1e-3),
        ("pg/mL", "g/m3", 1e-6),
        ("kg/m2", "g/m2", 1e3),
        ("g/cm-2", "g.m2", 1e-4),
        ("mmol/L", "1/m3", MOLE),
        ("10*3/uL", "1/m3", 1e12),
        ("10*6/uL", "1/m3", 1e15),
        ("10*12/L", "1/m3", 1e15),
        ("U/L", "1/(s.m3)", MOLE * 1e-3 / 60.0),
        ("kU/L", "1/(s.m3)", MOLE / 60.0),
        ("mm[Hg]", "g/(m.s2)", 133_322.0),
        ("kPa", "g/(m.s2)", 1e6),
    ];
    UNITS.iter().find(|(known, ..)| *known == code).map(|(_, kind, factor)| (*kind, *factor))
}

/// The least and the greatest of what was sampled.
fn sampled(json: &Json) -> Option<(f64, f64)> {
    let number = |json: Option<&Json>| json.and_then(as_number);
    let (origin, factor) =
        (number(json.at(&["origin", "value"]))?, number(json.get("factor")).unwrap_or(1.0));
    let samples = json.str("data")?.split(' ').filter_map(|sample| match sample {
        "L" => number(json.get("lowerLimit")),
        "U" => number(json.get("upperLimit")),
        sample => sample.parse::<f64>().ok(),
    });
    let mut values: Vec<f64> = samples.map(|sample| origin + sample * factor).collect();
    values.sort_by(f64::total_cmp);
    Some((*values.first()?, *values.last()?))
}

/// The range of an amount, and the parts that say its unit.
pub type Amount<'j> = (Option<(f64, f64)>, Vec<Option<&'j Json>>);

pub fn amount<'j>(item: &Item<'j>) -> Option<Amount<'j>> {
    let json = item.json().filter(|_| is_amount(item.item_type.name()))?;
    Some(match item.item_type.name() {
        "Range" => (range_ends(json), vec![json.get("low"), json.get("high")]),
        "SampledData" => (sampled(json), vec![json.get("origin")]),
        _ => {
            let value = json.get("value").and_then(as_number);
            let ends = value.map(|value| match json.str("comparator") {
                Some("<") => (f64::NEG_INFINITY, value * (1.0 - 4e-12)),
                Some("<=") => (f64::NEG_INFINITY, value),
                Some(">=") => (value, f64::INFINITY),
                Some(">") => (value * (1.0 + 4e-12), f64::INFINITY),
                _ => (value, value),
            });
            (ends, vec![Some(json)])
        }
    })
}

/// The unit of an amount: its system and code.
pub fn unit_of<'j>(quantities: &[Option<&'j Json>]) -> Option<(&'j str, &'j str)> {
    let unit = |one: &&'j Json| match one.str("currency") {
        Some(currency) => Some(("urn:iso:std:iso:4217", currency)),
        None => one.str("system").zip(one.str("code")),
    };
    quantities.iter().flatten().find_map(unit)
}

pub fn quantity(item: &Item<'_>, value: &str) -> bool {
    let Some((Some(ends), quantities)) = amount(item) else { return false };
    let wanted = parts(value, '|');
    let factor = match &*wanted {
        [_] => Some(1.0),
        [_, no_system, code] if no_system.is_empty() => quantities
            .iter()
            .flatten()
            .any(|one| [one.str("code"), one.str("unit"), one.str("currency")].contains(&Some(code)))
            .then_some(1.0),
        [_, system, code] => match unit_of(&quantities) {
            Some(unit) if unit == (system, code) => Some(1.0),
            Some((found_system, found))
                if found_system == system && system == "http://unitsofmeasure.org" =>
            {
                match (ucum(found), ucum(code)) {
                    (Some((kind, from)), Some((wanted, to))) if kind == wanted => Some(to / from),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    };
    factor.is_some_and(|factor| compares(ends, &wanted[0], factor))
}

pub fn number(item: &Item<'_>, value: &str) -> bool {
    let ends = match item.json().filter(|json| json.as_object().is_some()) {
        Some(range) => range_ends(range),
        None => item.json().and_then(as_number).map(|number| (number, number)),
    };
    ends.is_some_and(|ends| compares(ends, value, 1.0))
}

pub fn is_amount(name: &str) -> bool {
    matches!(name, "Quantity" | "Age" | "Duration" | "Count" | "Distance" | "Money" | "Range" | "SampledData")
}
