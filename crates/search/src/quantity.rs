//! Quantity parameters (<http://hl7.org/fhir/R4/search.html#quantity>): a number with a unit.
//!
//! A quantity is indexed as it is written, for searches that name no unit, and in its unit: UCUM's units in base
//! units, so that `1 kg` is found as `1000 g`; any other by its system and code, as it is written.

use crate::condition::Condition;
use crate::index::{ANY_UNIT, hash_parts};
use crate::key::Key;
use crate::number::{Decimal, not_a_number, number_of, passes, plain};
use crate::prefix::Prefix;
use crate::problem::bad_value;
use crate::registry::Parameter;
use crate::rows::Rows;
use crate::value::{BAD_ESCAPE, split, unescape};
use fhir::definitions::TypeId;
use fhir::{Issue, Json};
use fhirpath::{Item, ItemType};
use std::sync::Arc;
use ucum::{Canonical, Exact};

/// The system of UCUM's units.
const UCUM: &str = "http://unitsofmeasure.org";

/// The system of currencies.
const CURRENCIES: &str = "urn:iso:std:iso:4217";

/// The most numbers of a SampledData that are looked at.
const SAMPLES: usize = 100_000;

/// A range of numbers in a unit.
struct Amount<'a> {
    low: End<'a>,
    high: End<'a>,
    /// System and code of the unit.
    unit: Option<(&'a str, &'a str)>,
}

/// An end of a range.
#[derive(Clone, Copy)]
enum End<'a> {
    Open,
    /// The number of the literal.
    At(&'a str),
    /// Just less than it, or just more.
    Below(&'a str),
    Above(&'a str),
    Computed(f64),
}

/// The rows of one value; false if it is of no type that is an amount.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let (Some(type_id), Some(json)) = (item.item_type.fhir(), item.json()) else { return false };
    if json.as_object().is_none() {
        return false;
    }
    if type_id == TypeId::SAMPLED_DATA {
        rows.key(Key::OfType(type_id.name()));
    }
    if let Some(amount) = amount(type_id, json) {
        amount.index(rows);
    }
    is_amount(type_id)
}

fn is_amount(type_id: TypeId) -> bool {
    matches!(type_id, TypeId::RANGE | TypeId::MONEY | TypeId::SAMPLED_DATA)
        || ItemType::Fhir(type_id).is_a(ItemType::Fhir(TypeId::QUANTITY))
}

fn amount(type_id: TypeId, json: &Json) -> Option<Amount<'_>> {
    match type_id {
        TypeId::MONEY => {
            let at = End::At(literal(json)?);
            Some(Amount { low: at, high: at, unit: json.str("currency").map(|code| (CURRENCIES, code)) })
        }
        TypeId::RANGE => {
            let end = |name| json.get(name).and_then(literal).map(End::At);
            let (low, high) = (end("low"), end("high"));
            low.or(high)?;
            let unit = json.get("low").and_then(unit).or_else(|| json.get("high").and_then(unit));
            Some(Amount { low: low.unwrap_or(End::Open), high: high.unwrap_or(End::Open), unit })
        }
        TypeId::SAMPLED_DATA => sampled(json),
        _ if is_amount(type_id) => {
            let value = literal(json)?;
            let (low, high) = match json.str("comparator") {
                Some("<") => (End::Open, End::Below(value)),
                Some("<=") => (End::Open, End::At(value)),
                Some(">=") => (End::At(value), End::Open),
                Some(">") => (End::Above(value), End::Open),
                _ => (End::At(value), End::At(value)),
            };
            Some(Amount { low, high, unit: unit(json) })
        }
        _ => None,
    }
}

/// The literal of a quantity's value, if it can be compared.
fn literal(quantity: &Json) -> Option<&str> {
    let value = quantity.get("value")?;
    number_of(value)?;
    value.as_number().map(|number| number.as_str())
}

fn unit(quantity: &Json) -> Option<(&str, &str)> {
    quantity.str("system").zip(quantity.str("code"))
}

/// From the least of the samples to the greatest; `L` and `U` stand for the limits of what was detected.
fn sampled(json: &Json) -> Option<Amount<'_>> {
    let number = |json: Option<&Json>| json.and_then(number_of);
    let origin = number(json.at(&["origin", "value"]))?;
    let factor = number(json.get("factor")).unwrap_or(1.0);
    let samples =
        json.str("data")?.split_ascii_whitespace().take(SAMPLES).filter_map(|sample| match sample {
            "E" => None,
            "L" => number(json.get("lowerLimit")),
            "U" => number(json.get("upperLimit")),
            sample => sample.parse::<f64>().ok().filter(|number| number.is_finite()),
        });
    let ends = samples.fold(None, |ends: Option<(f64, f64)>, sample| {
        let at = origin + sample * factor;
        Some(ends.map_or((at, at), |(low, high)| (low.min(at), high.max(at))))
    });
    let (low, high) = ends?;
    let unit = json.get("origin").and_then(unit);
    Some(Amount { low: End::Computed(low), high: End::Computed(high), unit })
}

impl Amount<'_> {
    fn index(&self, rows: &mut Rows<'_>) {
        if let (Some(low), Some(high)) = (self.low.low(plain), self.high.high(plain)) {
            rows.number(low, high);
        }
        let Some((system, code)) = self.unit else { return };
        let unit = Unit::new(system, code);
        let value_of = |literal: &str| unit.value(literal);
        if let (Some(low), Some(high)) = (self.low.low(value_of), self.high.high(value_of)) {
            rows.number_in(unit.hash, low, high);
        }
    }
}

impl End<'_> {
    fn value(self, open: f64, value_of: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        match self {
            End::Open => Some(open),
            End::At(literal) => value_of(literal),
            End::Below(literal) => value_of(literal).map(f64::next_down),
            End::Above(literal) => value_of(literal).map(f64::next_up),
            End::Computed(value) => value_of(&format!("{value:e}")),
        }
    }

    fn low(self, value_of: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        self.value(f64::NEG_INFINITY, value_of)
    }

    fn high(self, value_of: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        self.value(f64::INFINITY, value_of)
    }
}

/// A unit that numbers are indexed and asked for in.
pub(crate) struct Unit {
    /// What its rows bear; the same for all units that can be compared.
    pub(crate) hash: u64,
    /// How to get to UCUM's base units, if it is one of UCUM's.
    canonical: Option<Canonical>,
}

impl Unit {
    pub(crate) fn new(system: &str, code: &str) -> Self {
        let canonical = if system == UCUM { ucum::canonical(code) } else { None };
        let hash = match &canonical {
            Some(canonical) => hash_parts(&["ucum:", &canonical.base]),
            None => hash_parts(&["unit:", &system.len().to_string(), ":", system, code]),
        };
        Unit { hash, canonical }
    }

    /// The number of the literal as it is indexed.
    pub(crate) fn value(&self, literal: &str) -> Option<f64> {
        match &self.canonical {
            // What is more than the exact arithmetic takes is computed approximately.
            Some(canonical) => {
                let exact = Exact::parse(literal).and_then(|value| canonical.value(&value));
                let value = exact.map(|value| value.to_f64()).or_else(|| {
                    Some(plain(literal)? * canonical.factor.to_f64() + canonical.offset.to_f64())
                });
                value.filter(|number| number.is_finite())
            }
            None => plain(literal),
        }
    }
}

const FORMS: &str = "a quantity: number, number|system|code or number||code, with or without a prefix";

/// The condition that a quantity parameter compares with a value as it stands in a URL.
pub(crate) fn condition(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let code = parameter.code();
    let mut parts = Vec::with_capacity(3);
    for part in split(value, b'|') {
        parts.push(unescape(part).ok_or_else(|| bad_value(code, value, BAD_ESCAPE))?);
    }
    let (prefix, number) = Prefix::split(parts.first().map_or("", |part| part));
    let decimal = Decimal::parse(number).ok_or_else(|| not_a_number(code, number))?;
    let too_large = || not_a_number(code, number);
    match parts.as_slice() {
        [_] => {
            let any_of = decimal.tests(prefix, plain).ok_or_else(too_large)?;
            Ok(Condition::exact(passes(parameter, ANY_UNIT, &any_of)))
        }
        [_, system, unit] if !system.is_empty() && !unit.is_empty() => {
            let unit = Unit::new(system, unit);
            let any_of = decimal.tests(prefix, |literal| unit.value(literal)).ok_or_else(too_large)?;
            Ok(Condition::exact(passes(parameter, unit.hash, &any_of)))
        }
        [_, _, unit] if !unit.is_empty() => {
            let any_of = decimal.tests(prefix, plain).ok_or_else(too_large)?;
            let index = passes(parameter, ANY_UNIT, &any_of);
            let unit = unit.clone().into_owned();
            Ok(Condition::tested(index, move |item, _| {
                let (Some(type_id), Some(json)) = (item.item_type.fhir(), item.json()) else { return false };
                let Some(amount) = amount(type_id, json) else { return false };
                let (Some(low), Some(high)) = (amount.low.low(plain), amount.high.high(plain)) else {
                    return false;
                };
                any_of.iter().any(|test| test.holds(low, high)) && is_in(type_id, json, &unit)
            }))
        }
        _ => Err(bad_value(code, value, FORMS)),
    }
}

/// Whether a quantity's unit, as it is shown or coded, is this one.
fn is_in(type_id: TypeId, json: &Json, unit: &str) -> bool {
    let says = |quantity: Option<&Json>| {
        quantity.is_some_and(|quantity| [quantity.str("code"), quantity.str("unit")].contains(&Some(unit)))
    };
    match type_id {
        TypeId::MONEY => json.str("currency") == Some(unit),
        TypeId::RANGE => says(json.get("low")) || says(json.get("high")),
        TypeId::SAMPLED_DATA => says(json.get("origin")),
        _ => says(Some(json)),
    }
}

/// What a quantity is sorted by: its number in UCUM's base units, or as it is written.
pub(crate) fn comparable(item: &Item<'_>) -> Option<f64> {
    let amount = amount(item.item_type.fhir()?, item.json()?)?;
    let unit = amount.unit.map(|(system, code)| Unit::new(system, code));
    let value_of = |literal: &str| unit.as_ref().map_or_else(|| plain(literal), |unit| unit.value(literal));
    match amount.low {
        End::Open => amount.high.high(value_of),
        low => low.low(value_of),
    }
}
