//! What `=` means (<http://hl7.org/fhirpath/N1/#equals>).

use crate::item::{Item, ItemValue};
use crate::item_type::{ItemType, SystemType};
use fhir::Json;
use fhir::datetime::{PartialDateTime, Precision};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use std::borrow::Cow;

/// Whether two collections are equal, item by item; unknown if one is empty or a comparison is unknown.
pub(crate) fn equal(left: &[Item<'_>], right: &[Item<'_>]) -> Option<bool> {
    if left.is_empty() || right.is_empty() {
        return None;
    }
    if left.len() != right.len() {
        return Some(false);
    }
    let mut all = Some(true);
    for (left, right) in left.iter().zip(right) {
        match items_equal(left, right) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

/// Whether two items are equal; unknown for dates and times of which one says more than the other.
pub(crate) fn items_equal(left: &Item<'_>, right: &Item<'_>) -> Option<bool> {
    match (Comparable::of(left), Comparable::of(right)) {
        (Comparable::Temporal(left), Comparable::Temporal(right)) => temporal_equal(left, right),
        (Comparable::Boolean(left), Comparable::Boolean(right)) => Some(left == right),
        (Comparable::Number(left), Comparable::Number(right)) => Some(numbers_equal(&left, &right)),
        (Comparable::Text(left), Comparable::Text(right)) => Some(left == right),
        (Comparable::Tree(left), Comparable::Tree(right)) => Some(left.same_content(right)),
        _ => Some(false),
    }
}

/// A value in the terms in which it is compared.
enum Comparable<'i> {
    Boolean(bool),
    Number(Cow<'i, str>),
    Temporal(PartialDateTime),
    Text(&'i str),
    Tree(&'i Json),
    /// A primitive without a value, or a resource that is not here: equal to nothing.
    Nothing,
}

impl<'i> Comparable<'i> {
    fn of(item: &'i Item<'_>) -> Self {
        match &item.value {
            ItemValue::Boolean(value) => Comparable::Boolean(*value),
            ItemValue::Integer(value) => Comparable::Number(Cow::Owned(value.to_string())),
            ItemValue::Text(text) if item.item_type == ItemType::System(SystemType::Decimal) => {
                Comparable::Number(Cow::Borrowed(text))
            }
            ItemValue::Text(text) => Comparable::of_text(text, item.item_type),
            ItemValue::Json(Json::Bool(value)) => Comparable::Boolean(*value),
            ItemValue::Json(Json::Number(number)) => Comparable::Number(Cow::Borrowed(number.as_str())),
            ItemValue::Json(Json::String(text)) => Comparable::of_text(text, item.item_type),
            ItemValue::Json(Json::Null) | ItemValue::Elsewhere(_) => Comparable::Nothing,
            ItemValue::Json(tree) => Comparable::Tree(tree),
        }
    }

    fn of_text(text: &'i str, item_type: ItemType) -> Self {
        let system = match item_type {
            ItemType::System(system) => Some(system),
            ItemType::Fhir(type_id) => SystemType::of_primitive(type_id),
        };
        let parsed = match system {
            Some(SystemType::Date | SystemType::DateTime) => PartialDateTime::parse(text),
            Some(SystemType::Time) => time_of_day(text),
            _ => return Comparable::Text(text),
        };
        // A date that is none is compared as the text that it is.
        parsed.map_or(Comparable::Text(text), Comparable::Temporal)
    }
}

/// A time, taken on some day, so that it is compared as a date and time is.
pub(crate) fn time_of_day(text: &str) -> Option<PartialDateTime> {
    PartialDateTime::parse(&format!("2000-01-01T{text}"))
}

fn temporal_equal(left: PartialDateTime, right: PartialDateTime) -> Option<bool> {
    let civil = |value: PartialDateTime| match value.offset {
        Some(offset) => {
            offset.to_timestamp(value.civil).map_or(value.civil, |at| Offset::UTC.to_datetime(at))
        }
        None => value.civil,
    };
    // Without the offset of one of them, hours can't be compared.
    if left.offset.is_some() != right.offset.is_some() {
        return None;
    }
    let (a, b) = (civil(left), civil(right));
    let fields = |at: DateTime| {
        [
            i64::from(at.year()),
            i64::from(at.month()),
            i64::from(at.day()),
            i64::from(at.hour()) * 60 + i64::from(at.minute()),
            i64::from(at.second()) * 1_000_000_000 + i64::from(at.subsec_nanosecond()),
        ]
    };
    let (said_left, said_right) = (said(left.precision), said(right.precision));
    let common = said_left.min(said_right);
    if fields(a)[..common] != fields(b)[..common] {
        return Some(false);
    }
    (said_left == said_right).then_some(true)
}

/// How many of the five fields a precision says; seconds and their fraction are one.
fn said(precision: Precision) -> usize {
    match precision {
        Precision::Year => 1,
        Precision::Month => 2,
        Precision::Day => 3,
        Precision::Minute => 4,
        Precision::Second | Precision::Fraction => 5,
    }
}

/// Whether two literals name the same number: `1`, `1.0` and `10e-1` do.
fn numbers_equal(left: &str, right: &str) -> bool {
    left == right || normal(left) == normal(right)
}

/// A number as its sign, its digits without zeros at either end, and the power of ten they are multiplied by.
fn normal(literal: &str) -> (bool, String, i64) {
    let (negative, literal) = literal.strip_prefix('-').map_or((false, literal), |rest| (true, rest));
    let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return (false, String::new(), 0);
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX);
    let power = exponent.saturating_sub(fraction.len() as i64).saturating_add(trailing as i64);
    (negative, significant.to_owned(), power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        for (left, right, same) in [
            ("1", "1.0", true),
            ("10e-1", "1", true),
            ("0.0", "-0", true),
            ("100", "1E2", true),
            ("-1", "1", false),
            ("1.01", "1.1", false),
            ("0.1", "0.10000000000000001", false),
        ] {
            assert_eq!(numbers_equal(left, right), same, "{left} {right}");
        }
    }

    #[test]
    fn dates_that_say_more_or_less_are_neither_equal_nor_different() {
        let date = |text: &str| PartialDateTime::parse(text).unwrap();
        for (left, right, same) in [
            ("2012", "2012", Some(true)),
            ("2012", "2012-01", None),
            ("2012-01", "2013-01-01", Some(false)),
            ("2012-01-01T10:00:00Z", "2012-01-01T12:00:00+02:00", Some(true)),
            ("2012-01-01T10:00:00Z", "2012-01-01T10:00:00.0Z", Some(true)),
            ("2012-01-01T10:00:00Z", "2012-01-01T10:00:00", None),
        ] {
            assert_eq!(temporal_equal(date(left), date(right)), same, "{left} {right}");
        }
    }
}
