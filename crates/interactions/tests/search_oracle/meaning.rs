//! What searches mean, written down a second time: slowly, straight from JSON, without index, hashes or SQL. It knows
//! nothing of how the crate `search` does it.

use fhir::datetime::{PartialDateTime, Period};
use fhir::definitions::{SearchParameter, SearchParameterType, TypeId};
use fhir::{Json, Reference, ResourceType};
use fhirpath::{Context, Expression, Item};
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// One condition: a parameter, perhaps a modifier, and values any of which is enough.
#[derive(Clone, Debug)]
pub struct Question {
    pub resource_type: ResourceType,
    pub parameter: &'static SearchParameter,
    pub modifier: Option<&'static str>,
    pub values: Vec<String>,
}

impl Question {
    /// As it stands in a URL, undecoded.
    pub fn pair(&self) -> (String, String) {
        let name = match self.modifier {
            Some(modifier) => format!("{}:{modifier}", self.parameter.code),
            None => self.parameter.code.to_owned(),
        };
        (name, self.values.join(","))
    }
}

/// Expressions by their text: the same ones are asked for again and again.
#[derive(Default)]
pub struct Meaning {
    compiled: HashMap<&'static str, Option<&'static Expression>>,
}

impl Meaning {
    fn expression(&mut self, text: &'static str) -> Option<&'static Expression> {
        *self.compiled.entry(text).or_insert_with(|| {
            let compiled = Expression::compile(text).ok()?;
            Some(Box::leak(Box::new(compiled)))
        })
    }

    /// Shows the values of a parameter.
    pub fn values<'a>(&mut self, resource: &'a Json, parameter: &'static SearchParameter) -> Vec<Item<'a>> {
        let (Some(root), Some(expression)) =
            (Item::resource(resource), self.expression(parameter.expression))
        else {
            return Vec::new();
        };
        let found = expression.evaluate(&Context::new(&root), &root).unwrap_or_default();
        found.into_iter().filter(Item::has_value).collect()
    }

    /// Whether a resource meets the condition.
    pub fn holds(&mut self, resource: &Json, question: &Question) -> bool {
        let values = self.values(resource, question.parameter);
        let kind = question.parameter.kind;
        let any = |compare: &dyn Fn(&Item<'_>, &str) -> bool| {
            question.values.iter().any(|value| values.iter().any(|item| compare(item, value)))
        };
        match question.modifier {
            Some("missing") => {
                let is_present = values.iter().any(|item| is_of_kind(question.parameter, item, kind));
                (question.values[0] == "true") != is_present
            }
            Some("not") => !any(&token),
            Some("exact") => any(&|item, value| texts(item).iter().any(|text| *text == value)),
            Some("contains") => {
                any(&|item, value| texts(item).iter().any(|text| folded(text).contains(&search::fold(value))))
            }
            Some("identifier") => any(&|item, value| {
                let identifier = item.json().and_then(|reference| reference.get("identifier"));
                identifier.is_some_and(|identifier| coded(identifier, "value", value))
            }),
            Some("below") => any(&|item, value| {
                item.as_str().is_some_and(|uri| {
                    uri == value || uri.starts_with(&format!("{}/", value.trim_end_matches('/')))
                })
            }),
            _ => match kind {
                SearchParameterType::Token => any(&token),
                SearchParameterType::String => any(&|item, value| {
                    texts(item).iter().any(|text| folded(text).starts_with(&search::fold(value)))
                }),
                SearchParameterType::Reference => any(&|item, value| refers(question.parameter, item, value)),
                SearchParameterType::Uri => any(&uri),
                SearchParameterType::Date => any(&date),
                SearchParameterType::Number => any(&|item, value| {
                    let ends = match item.json().filter(|json| json.as_object().is_some()) {
                        Some(range) => range_ends(range),
                        None => item.json().and_then(as_number).map(|number| (number, number)),
                    };
                    ends.is_some_and(|ends| compares(ends, value))
                }),
                SearchParameterType::Quantity => any(&quantity),
                _ => false,
            },
        }
    }
}

/// The first 255 bytes of a folded text: what can be found by its start or a part.
fn folded(text: &str) -> String {
    let folded = search::fold(text);
    let end = (0..=folded.len().min(255)).rev().find(|end| folded.is_char_boundary(*end)).unwrap_or(0);
    folded[..end].trim_end().to_owned()
}

fn is_of_kind(parameter: &SearchParameter, item: &Item<'_>, kind: SearchParameterType) -> bool {
    let name = item.item_type.name();
    match kind {
        SearchParameterType::Date => matches!(name, "date" | "dateTime" | "instant" | "Period" | "Timing"),
        SearchParameterType::Number => name == "Range" || item.json().and_then(Json::as_number).is_some(),
        SearchParameterType::Quantity => is_amount(name),
        SearchParameterType::String => item.as_str().is_some() || matches!(name, "HumanName" | "Address"),
        SearchParameterType::Token => {
            item.as_str().is_some()
                || item.as_bool().is_some()
                || matches!(name, "Coding" | "CodeableConcept" | "Identifier" | "ContactPoint")
        }
        SearchParameterType::Reference => {
            let embedded =
                ResourceType::from_name(name).is_some_and(|found| parameter.targets.contains(&found));
            item.as_str().is_some() || name == "Reference" || embedded
        }
        SearchParameterType::Uri => item.as_str().is_some(),
        // Where a Location is.
        SearchParameterType::Special => item.json().is_some_and(|json| json.get("latitude").is_some()),
        SearchParameterType::Composite => false,
    }
}

fn is_amount(name: &str) -> bool {
    matches!(name, "Quantity" | "Age" | "Duration" | "Count" | "Distance" | "Money" | "Range" | "SampledData")
}

// Tokens.

fn coded(object: &Json, member: &str, value: &str) -> bool {
    let (system, code) = (object.str("system"), object.str(member));
    match value.split_once('|') {
        None => code == Some(value),
        Some(("", wanted)) => system.is_none() && code == Some(wanted),
        Some((wanted, "")) => system == Some(wanted),
        Some((wanted_system, wanted)) => system == Some(wanted_system) && code == Some(wanted),
    }
}

fn token(item: &Item<'_>, value: &str) -> bool {
    let plain = |text: &str| text == value;
    match (item.item_type.name(), item.json()) {
        ("Coding", Some(coding)) => coded(coding, "code", value),
        ("Identifier", Some(identifier)) => coded(identifier, "value", value),
        ("CodeableConcept", Some(concept)) => {
            let codings = concept.get("coding").map(Json::items).unwrap_or_default();
            codings.iter().any(|coding| coded(coding, "code", value))
        }
        ("ContactPoint", Some(contact)) => contact.str("value").is_some_and(plain),
        ("string", _) => item.as_str().is_some_and(|text| text.to_lowercase() == value.to_lowercase()),
        ("code", _) => item.as_str().is_some_and(|code| {
            let systems = systems_of(item, code);
            match value.split_once('|') {
                None => code == value,
                Some(("", wanted)) => systems.is_empty() && code == wanted,
                Some((wanted, "")) => systems.contains(&wanted),
                Some((system, wanted)) => systems.contains(&system) && code == wanted,
            }
        }),
        _ => match item.as_bool() {
            Some(value) => plain(if value { "true" } else { "false" }),
            None => item.as_str().is_some_and(plain),
        },
    }
}

/// The systems that the binding of an element implies for a code.
pub fn systems_of(item: &Item<'_>, code: &str) -> Vec<&'static str> {
    let Some(binding) = item.element.and_then(|element| element.binding()) else { return Vec::new() };
    let systems = binding.value_set.definition().systems;
    let fits = systems.iter().filter(|one| systems.len() == 1 || one.codes.contains(&code));
    fits.map(|one| one.system).collect()
}

// Strings.

pub fn texts<'i>(item: &'i Item<'_>) -> Vec<&'i str> {
    let names: &[&str] = match item.item_type.name() {
        "HumanName" => &["text", "family", "given", "prefix", "suffix"],
        "Address" => &["text", "line", "city", "district", "state", "postalCode", "country"],
        _ => return item.as_str().into_iter().collect(),
    };
    let mut found = Vec::new();
    for value in names.iter().filter_map(|name| item.json()?.get(name)) {
        found.extend(value.as_str());
        found.extend(value.items().iter().filter_map(Json::as_str));
    }
    found
}

// References.

pub fn reference_text<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    item.as_str().or_else(|| item.json()?.str("reference"))
}

fn refers(parameter: &SearchParameter, item: &Item<'_>, value: &str) -> bool {
    // A resource that stands where a reference could.
    if let Some(resource_type) = ResourceType::from_name(item.item_type.name()) {
        let id = item.json().and_then(|resource| resource.str("id")).unwrap_or_default();
        return parameter.targets.contains(&resource_type)
            && (value == id || value == format!("{resource_type}/{id}"));
    }
    let Some(text) = reference_text(item) else { return false };
    match Reference::parse(text) {
        Some(Reference::Local { resource_type, id, version }) => {
            let of_target = parameter.targets.is_empty() || parameter.targets.contains(&resource_type);
            (value == id && of_target)
                || value == format!("{resource_type}/{id}")
                || version.is_some_and(|version| value == format!("{resource_type}/{id}/_history/{version}"))
        }
        Some(Reference::Absolute(url) | Reference::Urn(url)) => {
            let unversioned = url.split_once('|').or_else(|| url.split_once("/_history/"));
            value == url || unversioned.is_some_and(|(unversioned, _)| unversioned == value)
        }
        _ => false,
    }
}

fn uri(item: &Item<'_>, value: &str) -> bool {
    let Some(text) = item.as_str() else { return false };
    let is_canonical = item.item_type.fhir() == Some(TypeId::CANONICAL);
    text == value || (is_canonical && text.split_once('|').is_some_and(|(url, _)| url == value))
}

// Dates.

fn span(text: &str) -> Option<Period> {
    PartialDateTime::parse(text).map(|date| date.period(&TimeZone::UTC))
}

fn period(json: &Json) -> Option<Period> {
    let (start, end) = (json.str("start").and_then(span), json.str("end").and_then(span));
    if start.is_none() && end.is_none() {
        return None;
    }
    let from = start.map_or(Period::BEGINNING, |start| start.from);
    let to = end.map_or(Period::END, |end| end.to);
    // One that ends before it starts is read the other way round.
    Some(match (start, end) {
        (Some(start), Some(end)) => Period { from: start.from.min(end.from), to: start.to.max(end.to) },
        _ => Period { from, to },
    })
}

fn date_of(item: &Item<'_>) -> Option<Period> {
    match (item.item_type.name(), item.json()) {
        ("Period", Some(json)) => period(json),
        ("Timing", Some(json)) => {
            let events = json.get("event").map(Json::items).unwrap_or_default().iter();
            let bounds = json.at(&["repeat", "boundsPeriod"]).and_then(period);
            let spans = events.filter_map(Json::as_str).filter_map(span).chain(bounds);
            spans.reduce(|a, b| Period { from: a.from.min(b.from), to: a.to.max(b.to) })
        }
        ("date" | "dateTime" | "instant", _) => item.as_str().and_then(span),
        _ => None,
    }
}

fn split(value: &str) -> (&str, &str) {
    let prefixes = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"];
    match prefixes.iter().find(|prefix| value.starts_with(**prefix)) {
        Some(prefix) => (prefix, &value[2..]),
        None => ("eq", value),
    }
}

fn date(item: &Item<'_>, value: &str) -> bool {
    let (prefix, value) = split(value);
    let (Some(found), Some(asked)) = (date_of(item), span(value)) else { return false };
    let within = found.from >= asked.from && found.to <= asked.to;
    match prefix {
        "eq" => within,
        "ne" => !within,
        "gt" => found.to > asked.to,
        "lt" => found.from < asked.from,
        "ge" => found.to > asked.to || within,
        "le" => found.from < asked.from || within,
        "sa" => found.from >= asked.to,
        _ => found.to <= asked.from,
    }
}

// Numbers.

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

fn compares((low, high): (f64, f64), value: &str) -> bool {
    let (prefix, value) = split(value);
    let Some((asked, half)) = precise(value) else { return false };
    // Ends of ranges are rounded where the one or the other way of computing them is not exact.
    let slack = asked.abs().max(1.0) * 1e-12;
    let within = low >= asked - half - slack && high < asked + half - slack;
    match prefix {
        "eq" => within,
        "ne" => !within,
        "gt" => high > asked,
        "lt" => low < asked,
        "ge" => high >= asked,
        "le" => low <= asked,
        "sa" => low > asked,
        _ => high < asked,
    }
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

fn quantity(item: &Item<'_>, value: &str) -> bool {
    let Some(json) = item.json().filter(|_| is_amount(item.item_type.name())) else { return false };
    let (number, unit) = match value.split_once('|') {
        Some((number, unit)) => (number, Some(unit)),
        None => (value, None),
    };
    let (ends, quantities) = match item.item_type.name() {
        "Range" => (range_ends(json), vec![json.get("low"), json.get("high")]),
        "SampledData" => (sampled(json), vec![json.get("origin")]),
        _ => {
            let value = json.get("value").and_then(as_number);
            let ends = value.map(|value| match json.str("comparator") {
                Some("<") => (f64::NEG_INFINITY, value.next_down()),
                Some("<=") => (f64::NEG_INFINITY, value),
                Some(">=") => (value, f64::INFINITY),
                Some(">") => (value.next_up(), f64::INFINITY),
                _ => (value, value),
            });
            (ends, vec![Some(json)])
        }
    };
    let in_unit = match unit.map(|unit| unit.split_once('|').unwrap_or(("", unit))) {
        None => true,
        Some(("", code)) => quantities
            .iter()
            .flatten()
            .any(|one| [one.str("code"), one.str("unit"), one.str("currency")].contains(&Some(code))),
        Some((system, code)) => {
            let first = quantities
                .iter()
                .flatten()
                .find(|one| one.str("system").is_some() || one.str("currency").is_some());
            first.is_some_and(|one| match one.str("currency") {
                Some(currency) => (system, code) == ("urn:iso:std:iso:4217", currency),
                None => one.str("system") == Some(system) && one.str("code") == Some(code),
            })
        }
    };
    in_unit && ends.is_some_and(|ends| compares(ends, number))
}
