//! Date parameters (<http://hl7.org/fhir/R4/search.html#date>): values and what they are compared with are spans of
//! time, as wide as their precision says.
//!
//! What the specification calls the range above a value begins where the value's own range ends; the range below
//! ends where it begins. Dates and times without an offset are taken in the clinic's zone.

use crate::condition::Condition;
use crate::merge::any;
use crate::prefix::Prefix;
use crate::problem::served;
use crate::query::{Criterion, SpanTest};
use crate::registry::{Parameter, Registry, Source};
use crate::rows::Rows;
use fhir::datetime::{PartialDateTime, Period};
use fhir::definitions::{SearchParameterType, TypeId};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, Object, ResourceType};
use fhirpath::Item;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The rows of one value; false if it is of no type that says when.
pub(crate) fn index(item: &Item<'_>, zone: &TimeZone, rows: &mut Rows<'_>) -> bool {
    span(item, zone).into_iter().for_each(|span| rows.span(span));
    matches!(
        item.item_type.fhir(),
        Some(TypeId::DATE | TypeId::DATE_TIME | TypeId::INSTANT | TypeId::PERIOD | TypeId::TIMING)
    )
}

/// The span of a value, if it says one.
pub(crate) fn span(item: &Item<'_>, zone: &TimeZone) -> Option<Period> {
    match (item.item_type.fhir()?, item.object()) {
        (TypeId::DATE | TypeId::DATE_TIME | TypeId::INSTANT, _) => {
            item.as_str().and_then(|text| span_of(text, zone))
        }
        (TypeId::PERIOD, Some(period)) => span_of_period(period, zone),
        (TypeId::TIMING, Some(timing)) => span_of_timing(timing, zone),
        _ => None,
    }
}

fn span_of(text: &str, zone: &TimeZone) -> Option<Period> {
    PartialDateTime::parse(text).map(|date| date.period(zone))
}

/// From the start to the last moment of the end; open where one is absent. Nothing if both are.
fn span_of_period(period: &Object, zone: &TimeZone) -> Option<Period> {
    let bound = |name| period.str(name).and_then(|text| span_of(text, zone));
    match (bound("start"), bound("end")) {
        (None, None) => None,
        (Some(start), None) => Some(Period { from: start.from, to: Period::END }),
        (None, Some(end)) => Some(Period { from: Period::BEGINNING, to: end.to }),
        (Some(start), Some(end)) => Some(outer(start, end)),
    }
}

/// The outer limits of a schedule, whatever it says in between.
fn span_of_timing(timing: &Object, zone: &TimeZone) -> Option<Period> {
    let events = timing.items("event").iter().filter_map(Json::as_str).filter_map(|text| span_of(text, zone));
    let bounds = timing.get("repeat").and_then(|repeat| repeat.get("boundsPeriod")).and_then(Json::as_object);
    events.chain(bounds.and_then(|period| span_of_period(period, zone))).reduce(outer)
}

fn outer(a: Period, b: Period) -> Period {
    Period { from: a.from.min(b.from), to: a.to.max(b.to) }
}

/// What the span of a resource's value must pass, any one test being enough.
fn span_tests(prefix: Prefix, Period { from, to }: Period, now: i64) -> Vec<SpanTest> {
    let within = SpanTest::Within { from, to };
    match prefix {
        Prefix::Eq => vec![within],
        Prefix::Ne => vec![SpanTest::NotWithin { from, to }],
        Prefix::Gt => vec![SpanTest::EndsAfter(to)],
        Prefix::Lt => vec![SpanTest::StartsBefore(from)],
        Prefix::Ge => vec![SpanTest::EndsAfter(to), within],
        Prefix::Le => vec![SpanTest::StartsBefore(from), within],
        Prefix::Sa => vec![SpanTest::StartsFrom(to)],
        Prefix::Eb => vec![SpanTest::EndsBy(from)],
        Prefix::Ap => {
            let gap = if now < from { from.saturating_sub(now) } else { now.saturating_sub(to).max(0) };
            let slack = gap / 10;
            vec![SpanTest::Overlaps { from: from.saturating_sub(slack), to: to.saturating_add(slack) }]
        }
    }
}

/// The condition that a date parameter compares with `value` (without prefix) in that way. `now` is in
/// milliseconds since the epoch; `ap` needs it.
///
/// # Errors
///
/// The type has no such date parameter, or the value is no date.
pub fn date_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    code: &str,
    prefix: Prefix,
    value: &str,
    zone: &TimeZone,
    now: i64,
) -> Result<Criterion, Issue> {
    let parameter = served(registry, resource_type, code, SearchParameterType::Date)?;
    condition(parameter, prefix, value, zone, now).map(|condition| condition.index)
}

/// The condition that the parameter compares with a value without prefix in that way.
pub(crate) fn condition(
    parameter: &Arc<Parameter>,
    prefix: Prefix,
    value: &str,
    zone: &TimeZone,
    now: i64,
) -> Result<Condition, Issue> {
    let any_of = tests(parameter.code(), prefix, value, zone, now)?;
    Ok(Condition::exact(passes(parameter, &any_of)))
}

/// The condition that some of a value of the parameter is within the given one.
pub(crate) fn overlapping(
    parameter: &Arc<Parameter>,
    value: &str,
    zone: &TimeZone,
) -> Result<Condition, Issue> {
    let date = PartialDateTime::parse(value).ok_or_else(|| not_a_date(parameter.code(), value))?;
    let Period { from, to } = date.period(zone);
    Ok(Condition::exact(passes(parameter, &[SpanTest::Overlaps { from, to }])))
}

/// The condition that a value of the parameter passes any of the tests.
pub(crate) fn passes(parameter: &Arc<Parameter>, any_of: &[SpanTest]) -> Criterion {
    if matches!(parameter.source(), Source::LastUpdated) {
        return Criterion::LastUpdated(any_of.to_vec());
    }
    let of = |indexed: &Arc<Parameter>| Criterion::Spans { parameter: indexed.id(), any_of: any_of.to_vec() };
    any(parameter.indexed_as().iter().map(of).collect())
}

/// The tests of one value.
pub(crate) fn tests(
    code: &str,
    prefix: Prefix,
    value: &str,
    zone: &TimeZone,
    now: i64,
) -> Result<Vec<SpanTest>, Issue> {
    match PartialDateTime::parse(value) {
        Some(date) => Ok(span_tests(prefix, date.period(zone), now)),
        None => Err(not_a_date(code, value)),
    }
}

fn not_a_date(code: &str, value: &str) -> Issue {
    let letters = value.bytes().take_while(u8::is_ascii_alphabetic).count();
    let text = match &value[..letters] {
        "" => format!(
            "the value {} of search parameter '{code}' is not a date (YYYY, YYYY-MM, YYYY-MM-DD or \
             YYYY-MM-DDThh:mm[:ss] with Z, +hh:mm or neither){}",
            quoted(value),
            // The decoder of forms has made a blank of it.
            if value.contains(' ') { "; a '+' in a URL is written %2B" } else { "" }
        ),
        _ => Prefix::unknown(code, value).unwrap_or_else(|| {
            format!(
                "the value {} of search parameter '{code}' is not a date, with or without a prefix",
                quoted(value)
            )
        }),
    };
    Issue::error(IssueCode::Value, text)
}
