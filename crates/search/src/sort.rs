//! `_sort` (<http://hl7.org/fhir/R4/search.html#sort>): by what resources are ordered.
//!
//! A resource with several values goes by the least, or, in descending order, by the greatest. Text is compared
//! without case and accents; codes, identifiers and URIs as they are written, those of equal codes by their system;
//! quantities in UCUM's base units where they have some; references by type and id.

use crate::condition::read;
use crate::extract::each_item;
use crate::fold::fold;
use crate::limits;
use crate::query::{Sort, SortKey, SortText};
use crate::reading::Reading;
use crate::registry::{Parameter, Source};
use crate::{date, quantity, string};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, Json, ResourceType};
use fhirpath::{Context, Item};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The keys of `_sort`: codes joined by commas, `-` before those whose order is reversed.
///
/// # Errors
///
/// All keys by which nothing can be sorted.
pub(crate) fn keys(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    value: &str,
) -> Result<Vec<Sort>, Vec<Issue>> {
    let (mut keys, mut problems) = (Vec::new(), Vec::new());
    for rule in value.split(',') {
        let (descending, code) = rule.strip_prefix('-').map_or((false, rule), |code| (true, code));
        let parameter = reading.registry.parameter(resource_type, code);
        let usable = parameter
            .filter(|found| (reading.options.internal || !found.is_internal()) && found.is_sortable());
        match usable {
            Some(parameter) => {
                let key = key(parameter, descending, reading.options.zone);
                keys.push(Sort { key, descending });
            }
            None => problems.push(unsortable(reading, resource_type, code)),
        }
    }
    if keys.len() > limits::SORT_KEYS {
        let text = format!("'_sort' has {} keys; at most {} are taken", keys.len(), limits::SORT_KEYS);
        problems.push(Issue::error(IssueCode::TooLong, text));
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

fn key(parameter: &Arc<Parameter>, descending: bool, zone: &TimeZone) -> SortKey {
    use SearchParameterType as Kind;
    match (parameter.source(), parameter.kind(), parameter.indexed_as()) {
        (Source::Id, ..) => SortKey::Id,
        (Source::LastUpdated, ..) => SortKey::LastUpdated,
        (_, Kind::String, [only]) => SortKey::Text(only.id()),
        (_, Kind::Date, [only]) => SortKey::Span(only.id()),
        (_, Kind::Number, [only]) => SortKey::Number(only.id()),
        _ => SortKey::Computed(computed(parameter, descending, zone)),
    }
}

fn unsortable(reading: &Reading<'_>, resource_type: ResourceType, code: &str) -> Issue {
    let sortable = || {
        let all = reading.registry.advertised(resource_type);
        all.filter(|one| one.is_sortable()).map(|one| one.code())
    };
    let hint =
        did_you_mean(code, sortable()).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let text = format!(
        "{resource_type} cannot be sorted by {}{hint} (supported: {})",
        quoted(code),
        sortable().collect::<Vec<_>>().join(", ")
    );
    Issue::error(IssueCode::NotSupported, text)
}

/// What the index cannot tell, from the resource.
fn computed(parameter: &Arc<Parameter>, descending: bool, zone: &TimeZone) -> SortText {
    let (parameter, zone) = (Arc::clone(parameter), zone.clone());
    SortText(Arc::new(move |body| {
        let resource = read(body)?;
        let root = Item::of_type(&resource, parameter.resource_type().type_id());
        let mut texts = Vec::new();
        each_item(parameter.alternatives(), &Context::new(&root), &root, &mut |item| {
            of_item(parameter.kind(), item, &zone, &mut texts);
        });
        if descending { texts.into_iter().max() } else { texts.into_iter().min() }
    }))
}

/// The texts that stand for a value, in the order of the values.
fn of_item(kind: SearchParameterType, item: &Item<'_>, zone: &TimeZone, texts: &mut Vec<String>) {
    match kind {
        SearchParameterType::Token => of_token(item, texts),
        SearchParameterType::String => {
            string::each_text(item, &mut |text| texts.push(fold(text)));
        }
        SearchParameterType::Reference | SearchParameterType::Uri => {
            let text = item.as_str().or_else(|| item.json()?.str("reference"));
            texts.extend(text.map(str::to_owned));
        }
        SearchParameterType::Date => {
            texts.extend(date::span(item, zone).map(|span| ordered(span.from as u64 ^ (1 << 63))));
        }
        _ => {
            let bits = quantity::comparable(item).map(f64::to_bits);
            // The bits of floating-point numbers are in their order once negative ones are turned round.
            texts.extend(bits.map(|bits| ordered(if bits >> 63 == 0 { bits | (1 << 63) } else { !bits })));
        }
    }
}

/// Numbers as texts that have their order.
fn ordered(number: u64) -> String {
    format!("{number:016x}")
}

fn of_token(item: &Item<'_>, texts: &mut Vec<String>) {
    let text = |object: &Json, name: &str| {
        let code = object.str(name)?;
        Some(object.str("system").map_or_else(|| code.to_owned(), |system| format!("{code}\u{1}{system}")))
    };
    match (item.as_bool(), item.as_str(), item.json()) {
        (Some(value), ..) => texts.push(value.to_string()),
        (None, Some(code), _) => texts.push(code.to_owned()),
        (None, None, Some(json)) => {
            let codings = json.get("coding").map(Json::items).unwrap_or_default().iter();
            texts.extend(codings.filter_map(|coding| text(coding, "code")));
            texts.extend(text(json, "code").or_else(|| text(json, "value")));
        }
        (None, None, None) => {}
    }
}
