//! FHIR dates and times of every precision, as the span of time that they name.
//!
//! `2024-03` is not an instant but the month of March 2024. Comparing such values
//! (<http://hl7.org/fhir/R4/search.html#date>) is comparing spans, so that is what they become here:
//! milliseconds since 1970-01-01T00:00:00Z, half open.

pub use crate::utc::{http_date, instant, instant_of_micros};
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

/// A span of time in milliseconds since the epoch: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// The first millisecond.
    pub from: i64,
    /// The millisecond after the last.
    pub to: i64,
}

impl Period {
    /// The start of time: where a period without start begins.
    pub const BEGINNING: i64 = i64::MIN;
    /// The end of time: where a period without end ends.
    pub const END: i64 = i64::MAX;

    /// Whether the two spans share a millisecond. Touching ends do not.
    pub const fn overlaps(self, other: Period) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Whether `other` lies within this span.
    pub const fn contains(self, other: Period) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// How much of a date and time was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `YYYY`
    Year,
    /// `YYYY-MM`
    Month,
    /// `YYYY-MM-DD`
    Day,
    /// `YYYY-MM-DDThh:mm`
    Minute,
    /// `YYYY-MM-DDThh:mm:ss`
    Second,
    /// `YYYY-MM-DDThh:mm:ss.f…`
    Fraction,
}

/// A date, dateTime or instant as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartialDateTime {
    /// The wall clock; what was not said is the smallest value (January, the 1st, midnight).
    pub civil: DateTime,
    /// What was said.
    pub precision: Precision,
    /// The offset from UTC, when it was said.
    pub offset: Option<Offset>,
}

impl PartialDateTime {
    /// Reads a date or dateTime in any of FHIR's forms, and, as search values allow, times without seconds
    /// or without zone. `24:00`, the year 0000 and days that no month has are refused; a leap second
    /// (`:60`) is taken as the last second of its minute.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<i16> {
            let digits = bytes.get(from..to)?;
            digits.iter().try_fold(0i16, |sum, digit| {
                digit.is_ascii_digit().then(|| sum * 10 + i16::from(digit - b'0'))
            })
        };
        let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
        let year = number(0, 4).filter(|year| *year > 0)?;
        let dated = |month: i16, day: i16| Date::new(year, month as i8, day as i8).ok();
        let partial = |date: Date, precision| {
            Some(PartialDateTime {
                civil: date.to_datetime(jiff::civil::Time::midnight()),
                precision,
                offset: None,
            })
        };
        match bytes.len() {
            4 => return partial(dated(1, 1)?, Precision::Year),
            7 if is(4, b'-') => return partial(dated(number(5, 7)?, 1)?, Precision::Month),
            length if length >= 10 && is(4, b'-') && is(7, b'-') => {}
            _ => return None,
        }
        let date = dated(number(5, 7)?, number(8, 10)?)?;
        if bytes.len() == 10 {
            return partial(date, Precision::Day);
        }
        if !is(10, b'T') || !is(13, b':') {
            return None;
        }
        let (hour, minute) = (number(11, 13)?, number(14, 16)?);
        let (mut second, mut nanosecond, mut precision, mut at) = (0, 0, Precision::Minute, 16);
        if is(16, b':') {
            second = number(17, 19)?;
            (precision, at) = (Precision::Second, 19);
            if is(19, b'.') {
                let digits = bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                if digits == 0 {
                    return None;
                }
                let kept = &text[20..20 + digits.min(9)];
                nanosecond = kept.parse::<i32>().ok()? * 10i32.pow(9 - kept.len() as u32);
                (precision, at) = (Precision::Fraction, 20 + digits);
            }
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let time = jiff::civil::Time::new(hour as i8, minute as i8, second.min(59) as i8, nanosecond).ok()?;
        let offset = match &bytes[at..] {
            b"" => None,
            b"Z" => Some(Offset::UTC),
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let (hours, minutes) = (number(at + 1, at + 3)?, number(at + 4, at + 6)?);
                if hours > 14 || minutes > 59 || (hours == 14 && minutes > 0) {
                    return None;
                }
                let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
                Some(Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).ok()?)
            }
            _ => return None,
        };
        Some(PartialDateTime { civil: date.to_datetime(time), precision, offset })
    }

    /// The span of time that this names. A value without offset is taken in `zone`.
    /// A fraction of a second names the millisecond it lies in.
    pub fn period(&self, zone: &TimeZone) -> Period {
        let width = match self.precision {
            Precision::Year => Span::new().years(1),
            Precision::Month => Span::new().months(1),
            Precision::Day => Span::new().days(1),
            Precision::Minute => Span::new().minutes(1),
            Precision::Second => Span::new().seconds(1),
            Precision::Fraction => Span::new().milliseconds(1),
        };
        let from = self.instant(self.civil, zone);
        let to = match self.precision {
            // Widths of the calendar end where the next day, month or year begins in that zone.
            Precision::Year | Precision::Month | Precision::Day => match self.civil.checked_add(width) {
                Ok(end) => self.instant(end, zone),
                // The last of the calendar: 9999 ends with its last millisecond.
                Err(_) => self.instant(DateTime::MAX, zone).saturating_add(1),
            },
            Precision::Minute => from.saturating_add(60_000),
            Precision::Second => from.saturating_add(1_000),
            Precision::Fraction => from.saturating_add(1),
        };
        Period { from, to }
    }

    /// The first millisecond of the span, in `zone` when no offset was said.
    pub fn start(&self, zone: &TimeZone) -> i64 {
        self.instant(self.civil, zone)
    }

    /// The millisecond of a wall clock. However late, it is before [`Period::END`]: an end that is missing is later than
    /// any date that can be written.
    fn instant(&self, civil: DateTime, zone: &TimeZone) -> i64 {
        let timestamp = match self.offset {
            Some(offset) => offset.to_timestamp(civil),
            // In the hour that a clock change skips or repeats, the earlier offset holds.
            None => zone.to_timestamp(civil),
        };
        let nanoseconds = match timestamp {
            Ok(timestamp) => timestamp.as_nanosecond(),
            // The last hours of 9999 are dates, though no timestamps.
            Err(_) => {
                let offset = self.offset.unwrap_or_else(|| zone.to_offset(Timestamp::MAX));
                (civil.duration_since(EPOCH) - SignedDuration::from_secs(offset.seconds().into())).as_nanos()
            }
        };
        // Before 1970, too, a fraction names the millisecond that it lies in.
        nanoseconds.div_euclid(1_000_000) as i64
    }
}

/// 1970-01-01T00:00:00 on some clock.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Reads one of HTTP's dates (RFC 9110, 5.6.7: the fixed form, RFC 850 and asctime), in milliseconds.
pub fn parse_http_date(text: &str) -> Option<i64> {
    let parsed = |format: &str, text: &str| {
        let broken_down = jiff::fmt::strtime::parse(format, text).ok()?;
        let civil = broken_down.to_datetime().ok()?;
        Some(Offset::UTC.to_timestamp(civil).ok()?.as_millisecond())
    };
    let text = text.trim();
    parsed("%a, %d %b %Y %H:%M:%S GMT", text)
        .or_else(|| parsed("%A, %d-%b-%y %H:%M:%S GMT", text))
        .or_else(|| parsed("%a %b %e %H:%M:%S %Y", text))
}

/// The instant `ms` on the clock of `zone`, with its offset: `2023-09-21T08:45:00-07:00`.
pub fn local(ms: i64, zone: &TimeZone) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(timestamp) => timestamp.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Err(_) => instant(ms),
    }
}

/// `ms` moved by a number of days of 24 hours, within what can be represented.
pub fn add_days(ms: i64, days: i64) -> i64 {
    ms.saturating_add(SignedDuration::from_hours(24).as_millis() as i64 * days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn spans(text: &str, zone_name: &str, from: &str, to: &str) {
        let period = PartialDateTime::parse(text).unwrap().period(&zone(zone_name));
        assert_eq!((instant(period.from).as_str(), instant(period.to).as_str()), (from, to), "{text}");
    }

    #[test]
    fn every_precision_names_its_span() {
        spans("2024", "UTC", "2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z");
        spans("2024-02", "UTC", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z");
        spans("2024-02-29", "UTC", "2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z");
        spans("2024-02-29T10:15", "UTC", "2024-02-29T10:15:00.000Z", "2024-02-29T10:16:00.000Z");
        spans("2024-02-29T10:15:30+02:00", "UTC", "2024-02-29T08:15:30.000Z", "2024-02-29T08:15:31.000Z");
        spans("2024-02-29T10:15:30.5Z", "UTC", "2024-02-29T10:15:30.500Z", "2024-02-29T10:15:30.501Z");
    }

    #[test]
    fn a_day_without_offset_is_a_day_of_the_clinic_and_may_have_23_hours() {
        spans("2024-03-10", "America/New_York", "2024-03-10T05:00:00.000Z", "2024-03-11T04:00:00.000Z");
        spans("2024-11-03", "America/New_York", "2024-11-03T04:00:00.000Z", "2024-11-04T05:00:00.000Z");
    }

    #[test]
    fn the_last_dates_of_the_calendar_are_later_than_all_before_and_earlier_than_a_missing_end() {
        let of = |text: &str, name: &str| PartialDateTime::parse(text).unwrap().period(&zone(name));
        let new_year = 253_402_300_800_000;
        for (text, name, from, to) in [
            ("9999", "UTC", 253_370_764_800_000, new_year),
            ("9999-12", "UTC", 253_399_622_400_000, new_year),
            ("9999-12-31", "UTC", new_year - 86_400_000, new_year),
            ("9999-12-31", "America/New_York", new_year - 19 * 3_600_000, new_year + 5 * 3_600_000),
            ("9999-12-31T23:59", "UTC", new_year - 60_000, new_year),
            ("9999-12-31T23:59:59Z", "UTC", new_year - 1_000, new_year),
            ("9999-12-31T23:59:59.999Z", "UTC", new_year - 1, new_year),
            (
                "9999-12-31T23:59:59-14:00",
                "UTC",
                new_year - 1_000 + 14 * 3_600_000,
                new_year + 14 * 3_600_000,
            ),
            (
                "9999-12-31T23:59:59+14:00",
                "UTC",
                new_year - 1_000 - 14 * 3_600_000,
                new_year - 14 * 3_600_000,
            ),
        ] {
            assert_eq!(of(text, name), Period { from, to }, "{text} in {name}");
        }
        let first = of("0001", "UTC");
        assert!(Period::BEGINNING < first.from && first.from < first.to, "{first:?}");
        assert!(Period::BEGINNING < of("0001-01-01T00:00:00+14:00", "UTC").from);
    }

    #[test]
    fn a_fraction_before_1970_names_the_millisecond_that_it_lies_in() {
        let period = PartialDateTime::parse("1969-12-31T23:59:59.9995Z").unwrap().period(&TimeZone::UTC);
        assert_eq!(period, Period { from: -1, to: 0 });
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for text in [
            "",
            "24",
            "0000",
            "2023-02-29",
            "2023-13",
            "2023-00-01",
            "2023-1-1",
            "2023-01-01T",
            "2023-01-01T24:00:00Z",
            "2023-01-01T10",
            "2023-01-01T10:60Z",
            "2023-01-01T10:00:61Z",
            "2023-01-01T10:00:00.Z",
            "2023-01-01T10:00:00+15:00",
            "2023-01-01 10:00:00Z",
            "2023-01-01T10:00:00+0100",
            "2023-01-01Z",
            "２０２３",
        ] {
            assert_eq!(PartialDateTime::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn http_dates_come_back() {
        let ms = parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        assert_eq!(http_date(ms), "Wed, 21 Oct 2015 07:28:00 GMT");
        assert_eq!(parse_http_date("Wednesday, 21-Oct-15 07:28:00 GMT"), Some(ms));
        assert_eq!(parse_http_date("Wed Oct 21 07:28:00 2015"), Some(ms));
        assert_eq!(parse_http_date("2015-10-21T07:28:00Z"), None);
        assert_eq!(parse_http_date("Mon, 21 Oct 2015 07:28:00 GMT"), None, "that day was a Wednesday");
    }

    #[test]
    fn local_times_carry_the_offset_of_their_day() {
        let winter = PartialDateTime::parse("2024-01-05T14:00:00Z").unwrap().start(&TimeZone::UTC);
        assert_eq!(local(winter, &zone("America/Los_Angeles")), "2024-01-05T06:00:00-08:00");
        assert_eq!(local(winter, &TimeZone::UTC), "2024-01-05T14:00:00+00:00");
    }
}
