//! Date parameters (<http://hl7.org/fhir/R4/search.html#date>): values and what they are compared with are spans of
//! time, as wide as their precision says.
//!
//! What the specification calls the range above a value begins where the value's own range ends; the range below
//! ends where it begins. Dates and times without an offset are taken in the clinic's zone.

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

/// The rows of one value; false if it is of no type that says when.
pub(crate) fn index(item: &Item<'_>, zone: &TimeZone, rows: &mut Rows<'_>) -> bool {
    let span = match (item.item_type.fhir(), item.object()) {
        (Some(TypeId::DATE | TypeId::DATE_TIME | TypeId::INSTANT), _) => {
            item.as_str().and_then(|text| span_of(text, zone))
        }
        (Some(TypeId::PERIOD), Some(period)) => span_of_period(period, zone),
        (Some(TypeId::TIMING), Some(timing)) => span_of_timing(timing, zone),
        _ => return false,
    };
    span.into_iter().for_each(|span| rows.span(span));
    true
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

/// How a date is compared (<http://hl7.org/fhir/R4/search.html#prefix>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// The resource's value lies within the given one.
    Eq,
    /// It does not.
    Ne,
    /// Some of it is later than the given one.
    Gt,
    /// Some of it is earlier.
    Lt,
    /// `gt` or `eq`.
    Ge,
    /// `lt` or `eq`.
    Le,
    /// All of it is later.
    Sa,
    /// All of it is earlier.
    Eb,
    /// Some of it is within the given one, widened on both sides by a tenth of its distance from now.
    Ap,
}

impl Prefix {
    /// All of them.
    pub const ALL: &'static [Prefix] = &[
        Prefix::Eq,
        Prefix::Ne,
        Prefix::Gt,
        Prefix::Lt,
        Prefix::Ge,
        Prefix::Le,
        Prefix::Sa,
        Prefix::Eb,
        Prefix::Ap,
    ];

    /// The two letters.
    pub const fn code(self) -> &'static str {
        match self {
            Prefix::Eq => "eq",
            Prefix::Ne => "ne",
            Prefix::Gt => "gt",
            Prefix::Lt => "lt",
            Prefix::Ge => "ge",
            Prefix::Le => "le",
            Prefix::Sa => "sa",
            Prefix::Eb => "eb",
            Prefix::Ap => "ap",
        }
    }

    /// Takes the prefix off a value; without one it is `eq`. Letters that are no prefix stay.
    pub fn split(value: &str) -> (Prefix, &str) {
        let known = Prefix::ALL.iter().find_map(|prefix| Some((*prefix, value.strip_prefix(prefix.code())?)));
        known.unwrap_or((Prefix::Eq, value))
    }

    /// What the span of a resource's value must pass, any one test being enough.
    fn tests(self, Period { from, to }: Period, now: i64) -> Vec<SpanTest> {
        let within = SpanTest::Within { from, to };
        match self {
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
    Ok(criterion(parameter, tests(code, prefix, value, zone, now)?))
}

/// The condition that the parameter passes any of the tests.
pub(crate) fn criterion(parameter: &Parameter, any_of: Vec<SpanTest>) -> Criterion {
    match parameter.source() {
        Source::LastUpdated => Criterion::LastUpdated(any_of),
        _ => Criterion::Spans { parameter: parameter.id(), any_of },
    }
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
        Some(date) => Ok(prefix.tests(date.period(zone), now)),
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
        prefix if prefix.len() == 2 => format!(
            "'{prefix}' is not a prefix of search parameter '{code}' (allowed: {})",
            Prefix::ALL.iter().map(|prefix| prefix.code()).collect::<Vec<_>>().join(", ")
        ),
        _ => format!(
            "the value {} of search parameter '{code}' is not a date, with or without a prefix",
            quoted(value)
        ),
    };
    Issue::error(IssueCode::Value, text)
}
