//! Instants of time, written in UTC. Every request writes some, so they are put together digit by digit.

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;

/// The last moment that has four digits for its year, for what lies beyond.
const LAST_INSTANT: &str = "9999-12-31T23:59:59.999Z";
const LAST_HTTP_DATE: &str = "Fri, 31 Dec 9999 23:59:59 GMT";

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The instant `ms` (milliseconds since the epoch) as FHIR's `instant` in UTC: `2024-03-01T12:00:00.123Z`.
pub fn instant(ms: i64) -> String {
    let Ok(timestamp) = Timestamp::from_millisecond(ms) else { return LAST_INSTANT.to_owned() };
    with_fraction(timestamp, 3)
}

/// The same from microseconds since the epoch, with all of them: `2024-03-01T12:00:00.123456Z`.
pub fn instant_of_micros(micros: i64) -> String {
    let Ok(timestamp) = Timestamp::from_microsecond(micros) else { return LAST_INSTANT.to_owned() };
    with_fraction(timestamp, 6)
}

/// The instant `ms` as HTTP's date (RFC 9110, 5.6.7): `Wed, 21 Oct 2015 07:28:00 GMT`. Its precision is
/// a second; the fraction is cut.
pub fn http_date(ms: i64) -> String {
    let Ok(timestamp) = Timestamp::from_millisecond(ms) else { return LAST_HTTP_DATE.to_owned() };
    let civil = Offset::UTC.to_datetime(timestamp);
    let mut out = String::with_capacity(LAST_HTTP_DATE.len());
    out.push_str(match civil.weekday() {
        Weekday::Monday => "Mon, ",
        Weekday::Tuesday => "Tue, ",
        Weekday::Wednesday => "Wed, ",
        Weekday::Thursday => "Thu, ",
        Weekday::Friday => "Fri, ",
        Weekday::Saturday => "Sat, ",
        Weekday::Sunday => "Sun, ",
    });
    number(&mut out, civil.day(), 2);
    out.push(' ');
    out.push_str(usize::try_from(civil.month() - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&""));
    out.push(' ');
    year(&mut out, civil);
    out.push(' ');
    time(&mut out, civil);
    out.push_str(" GMT");
    out
}

fn with_fraction(timestamp: Timestamp, digits: u8) -> String {
    let civil = Offset::UTC.to_datetime(timestamp);
    let mut out = String::with_capacity(LAST_INSTANT.len() + 3);
    year(&mut out, civil);
    out.push('-');
    number(&mut out, civil.month(), 2);
    out.push('-');
    number(&mut out, civil.day(), 2);
    out.push('T');
    time(&mut out, civil);
    out.push('.');
    number(&mut out, civil.subsec_nanosecond() / 10_i32.pow(9 - u32::from(digits)), digits.into());
    out.push('Z');
    out
}

fn year(out: &mut String, civil: DateTime) {
    if civil.year() < 0 {
        out.push('-');
    }
    number(out, civil.year().abs(), 4);
}

fn time(out: &mut String, civil: DateTime) {
    number(out, civil.hour(), 2);
    out.push(':');
    number(out, civil.minute(), 2);
    out.push(':');
    number(out, civil.second(), 2);
}

/// Appends the last digits of a number that is not negative, so many of them, at most six.
fn number(out: &mut String, number: impl Into<i32>, digits: usize) {
    let mut rest: i32 = number.into();
    let mut text = [b'0'; 6];
    for digit in text.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    let text = &text[text.len().saturating_sub(digits)..];
    out.push_str(std::str::from_utf8(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_any_formatter_writes_them() {
        let mut seed = 1_u64;
        for _ in 0..10_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // From the year 0 to the year 9999.
            let ms = i64::try_from(seed >> 16).unwrap() % 315_500_000_000_000 - 62_000_000_000_000;
            let formatted =
                |format: &str| Timestamp::from_millisecond(ms).unwrap().strftime(format).to_string();
            assert_eq!(instant(ms), formatted("%Y-%m-%dT%H:%M:%S.%3fZ"), "{ms}");
            assert_eq!(http_date(ms), formatted("%a, %d %b %Y %H:%M:%S GMT"), "{ms}");
            let micros = instant_of_micros(ms * 1000 + 7);
            assert_eq!(micros, formatted("%Y-%m-%dT%H:%M:%S.%3f007Z"), "{ms}");
        }
        assert_eq!(instant(i64::MAX), LAST_INSTANT);
        assert_eq!(instant_of_micros(i64::MAX), LAST_INSTANT);
        assert_eq!(http_date(i64::MIN), LAST_HTTP_DATE);
    }
}
