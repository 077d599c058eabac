//! Instants in the form that the vendor shows them: `2023-09-18T14:42:14.981528+00:00`.

use fhir::datetime::PartialDateTime;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The instant `ms`, in milliseconds since the epoch.
pub fn utc(ms: i64) -> String {
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

/// The date in a zone at the instant `ms`, in milliseconds since the epoch.
pub fn date(ms: i64, zone: &TimeZone) -> String {
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.to_zoned(zone.clone()).date().to_string()
}

/// A stored time in that form; a date, and what is no time, as it is.
pub fn shown(text: &str) -> String {
    match PartialDateTime::parse(text).filter(|_| text.contains('T')) {
        Some(time) => utc(time.start(&TimeZone::UTC)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_with_microseconds_and_dates_as_they_are() {
        assert_eq!(shown("2023-09-18T07:42:14.981-07:00"), "2023-09-18T14:42:14.981000+00:00");
        assert_eq!(shown("2023-09-18"), "2023-09-18");
        assert_eq!(shown("yesTerday"), "yesTerday");
    }
}
