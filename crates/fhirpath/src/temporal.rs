//! Dates, dates with times, and times of every precision (<http://hl7.org/fhirpath/N1/#date>).

use crate::item::Item;
use crate::item_type::SystemType;
use fhir::datetime::{PartialDateTime, Precision};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, ToSpan};
use std::cmp::Ordering;

/// A date, a date with a time, or a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Temporal {
    pub(crate) kind: SystemType,
    /// The wall clock; what was not said is the smallest value. A time is taken on 2000-01-01.
    pub(crate) civil: DateTime,
    pub(crate) said: Said,
    /// Whether a fraction of a second was said.
    pub(crate) fraction: bool,
    pub(crate) offset: Option<Offset>,
}

/// The last field that was said; seconds and their fraction are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// The day on which a time of day is taken.
const SOME_DAY: &str = "2000-01-01T";

/// The offsets that clocks have lie between -12:00 and +14:00.
const EARLIEST: i64 = 14;
const LATEST: i64 = 12;

impl Temporal {
    /// What an item says, if its type is one of dates or times and its text is one.
    pub(crate) fn of(item: &Item<'_>) -> Option<Self> {
        let kind = item.system_type()?;
        if !matches!(kind, SystemType::Date | SystemType::DateTime | SystemType::Time) {
            return None;
        }
        Temporal::parse(item.as_str()?, kind)
    }

    /// Reads a date (`2024-03`), date and time (`2024-03-01T10:15Z`, `2024-03-01T10`) or time (`10:15`, `10`), without
    /// the `@` and `T` of literals.
    pub(crate) fn parse(text: &str, kind: SystemType) -> Option<Self> {
        // The longest says nanoseconds and an offset.
        if text.len() > 40 {
            return None;
        }
        if kind == SystemType::Time {
            let civil = Temporal::parse_full(&format!("{SOME_DAY}{text}"), kind)?;
            return Some(civil).filter(|time| time.offset.is_none());
        }
        let found = Temporal::parse_full(text, kind)?;
        (kind == SystemType::DateTime || found.said <= Said::Day).then_some(found)
    }

    fn parse_full(text: &str, kind: SystemType) -> Option<Self> {
        let partial = |text: &str| PartialDateTime::parse(text);
        // `2024-03-01T10` and `2024-03-01T10+02:00` say the hour alone, which FHIR doesn't know.
        let hour_alone = text.get(10..11) == Some("T") && text.len() >= 13 && text.get(13..14) != Some(":");
        let parsed = match (hour_alone, text.get(..13), text.get(13..)) {
            (true, Some(start), Some(zone)) => partial(&format!("{start}:00{zone}"))?,
            _ => partial(text)?,
        };
        let said = match parsed.precision {
            Precision::Year => Said::Year,
            Precision::Month => Said::Month,
            Precision::Day => Said::Day,
            Precision::Minute if hour_alone => Said::Hour,
            Precision::Minute => Said::Minute,
            Precision::Second | Precision::Fraction => Said::Second,
        };
        let fraction = parsed.precision == Precision::Fraction;
        Some(Temporal { kind, civil: parsed.civil, said, fraction, offset: parsed.offset })
    }

    /// Whether it is a time of day, which has nothing in common with dates.
    pub(crate) fn is_time(&self) -> bool {
        self.kind == SystemType::Time
    }

    /// Which is later; unknown where one says more than the other and they agree as far as both go
    /// (<http://hl7.org/fhirpath/N1/#comparison>), and for a time and a date.
    pub(crate) fn compare(&self, other: &Temporal) -> Option<Ordering> {
        if self.is_time() != other.is_time() {
            return None;
        }
        if self.offset.is_some() != other.offset.is_some() {
            return self.compare_without_offset(other);
        }
        let (left, right) = (self.fields(), other.fields());
        let common = self.said.min(other.said) as usize + 1;
        match left[..common].cmp(&right[..common]) {
            Ordering::Equal if self.said != other.said => None,
            order => Some(order),
        }
    }

    /// Which is later when the offset of one is not known: decided only where no offset could turn it round.
    fn compare_without_offset(&self, other: &Temporal) -> Option<Ordering> {
        let ((from, to), (other_from, other_to)) = (self.span()?, other.span()?);
        if to <= other_from {
            Some(Ordering::Less)
        } else if other_to <= from {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    /// The seconds since the epoch that it may name, half open.
    fn span(&self) -> Option<(i64, i64)> {
        let width = match self.said {
            Said::Year => 1.year(),
            Said::Month => 1.month(),
            Said::Day => 1.day(),
            Said::Hour => 1.hour(),
            Said::Minute => 1.minute(),
            Said::Second => 1.second(),
        };
        let offset = self.offset.unwrap_or(Offset::UTC);
        let from = offset.to_timestamp(self.civil).ok()?.as_second();
        let to = offset.to_timestamp(self.civil.checked_add(width).ok()?).ok()?.as_second();
        Some(match self.offset {
            Some(_) => (from, to),
            None => (from - EARLIEST * 3600, to + LATEST * 3600),
        })
    }

    fn fields(&self) -> [i64; 6] {
        let at = match self.offset {
            Some(offset) => {
                offset.to_timestamp(self.civil).map_or(self.civil, |at| Offset::UTC.to_datetime(at))
            }
            None => self.civil,
        };
        [
            i64::from(at.year()),
            i64::from(at.month()),
            i64::from(at.day()),
            i64::from(at.hour()),
            i64::from(at.minute()),
            i64::from(at.second()) * 1_000_000_000 + i64::from(at.subsec_nanosecond()),
        ]
    }

    /// Whether two are the same, dates of different precision being different
    /// (<http://hl7.org/fhirpath/N1/#equivalent>).
    pub(crate) fn is_equivalent(&self, other: &Temporal) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }

    /// The same moved by a span; `None` if it leaves the years 1 to 9999. Times of day go round.
    pub(crate) fn moved(&self, span: Span) -> Option<Temporal> {
        let civil = self.civil.checked_add(span).ok()?;
        let civil = match self.kind {
            SystemType::Time => self.civil.date().to_datetime(civil.time()),
            _ => civil,
        };
        ((1..=9999).contains(&civil.year())).then_some(Temporal { civil, ..*self })
    }

    /// The date of it, as a date.
    pub(crate) fn date(&self) -> Temporal {
        let said = self.said.min(Said::Day);
        Temporal { kind: SystemType::Date, said, fraction: false, offset: None, ..*self }
    }

    /// As it is written, without `@`.
    pub(crate) fn text(&self) -> String {
        let date = match self.said {
            Said::Year => "%Y",
            Said::Month => "%Y-%m",
            _ => "%Y-%m-%d",
        };
        let time = match self.said {
            Said::Year | Said::Month | Said::Day => "",
            Said::Hour => "%H",
            Said::Minute => "%H:%M",
            Said::Second if self.fraction => "%H:%M:%S%.3f",
            Said::Second => "%H:%M:%S",
        };
        let written = |format: &str| self.civil.strftime(format).to_string();
        match self.kind {
            SystemType::Time => written(time),
            _ if time.is_empty() => written(date),
            _ => format!("{}T{}{}", written(date), written(time), self.offset_text()),
        }
    }

    fn offset_text(&self) -> String {
        let Some(offset) = self.offset else { return String::new() };
        if offset == Offset::UTC {
            return String::from("Z");
        }
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_say_more_or_less_are_compared_as_far_as_both_go() {
        let parse = |text: &str| Temporal::parse(text, SystemType::DateTime).unwrap();
        let (less, equal, greater) = (Some(Ordering::Less), Some(Ordering::Equal), Some(Ordering::Greater));
        for (left, right, order) in [
            ("2012", "2012", equal),
            ("2012", "2012-01", None),
            ("2012-01", "2013-01-01", less),
            ("2012-01-01T10:00:00Z", "2012-01-01T12:00:00+02:00", equal),
            ("2012-01-01T10:00:00Z", "2012-01-01T10:00:00.0Z", equal),
            ("2012-01-01T10:00:00Z", "2012-01-01T10:00:00", None),
            ("2012-01-01T10", "2012-01-01T10:30", None),
            ("2012-01-01T10", "2012-01-01T11:30", less),
            ("2012-01-03", "2012-01-01T10:00:00Z", greater),
            ("2012-01-01", "2012-01-01T10:00:00Z", None),
        ] {
            assert_eq!(parse(left).compare(&parse(right)), order, "{left} {right}");
        }
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        for (kind, texts) in [
            (SystemType::Date, &["2012", "2012-02", "2012-02-29"][..]),
            (
                SystemType::DateTime,
                &["2012", "2012-02-29T10", "2012-02-29T10:11Z", "2012-02-29T10:11:12.500-05:30"],
            ),
            (SystemType::Time, &["10", "10:11", "10:11:12", "10:11:12.013"]),
        ] {
            for text in texts {
                assert_eq!(Temporal::parse(text, kind).map(|found| found.text()).as_deref(), Some(*text));
            }
        }
        for (kind, text) in [
            (SystemType::Date, "2012-02-29T10:00:00Z"),
            (SystemType::Time, "10:00:00Z"),
            (SystemType::Time, "24:00"),
            (SystemType::DateTime, "2012-02-30"),
            (SystemType::DateTime, "2012-02-29T1é"),
        ] {
            assert_eq!(Temporal::parse(text, kind), None, "{text}");
        }
    }
}
