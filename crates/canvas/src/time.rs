//! Instants in the form that the vendor shows them: `2023-09-18T14:42:14.981528+00:00`.

use fhir::datetime::PartialDateTime;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The instant `ms`, in milliseconds since the epoch.
pub fn utc(ms: i64) -> String {
    at(Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn at(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

/// A stored time in that form, without the fraction of a second where that is nothing; a date, and what is no time, as it is.
pub fn shown(text: &str) -> String {
    let time = PartialDateTime::parse(text).filter(|_| text.contains('T'));
    // To the microsecond where the text says so.
    if let (Some(_), Ok(timestamp)) = (&time, text.parse::<Timestamp>()) {
        return whole(&at(timestamp));
    }
    match time {
        Some(time) => whole(&utc(time.start(&TimeZone::UTC))),
        None => text.to_owned(),
    }
}

fn whole(text: &str) -> String {
    text.replace(".000000", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_with_microseconds_and_dates_as_they_are() {
        assert_eq!(shown("2023-09-18T07:42:14.981-07:00"), "2023-09-18T14:42:14.981000+00:00");
        assert_eq!(shown("2022-07-29T08:50:24.883809+00:00"), "2022-07-29T08:50:24.883809+00:00");
        assert_eq!(shown("2024-04-03T07:00:00+00:00"), "2024-04-03T07:00:00+00:00");
        assert_eq!(shown("2023-09-18"), "2023-09-18");
        assert_eq!(shown("yesTerday"), "yesTerday");
    }
}
