//! Instants in the form that the vendor shows them: `2023-09-18T14:42:14.981528+00:00`.

use fhir::Object;
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

/// A stored time in UTC, with a fraction of a second only where there is one; a date, and what is no time, as it is. Of
/// types that are read-only here, [`shape`](crate::shape) shows elements of the format [`UTC`](crate::contract::UTC) so.
pub fn shown(text: &str) -> String {
    let Ok(time) = text.parse::<Timestamp>() else { return text.to_owned() };
    let has_fraction = time.subsec_nanosecond() != 0;
    let format = if has_fraction { "%Y-%m-%dT%H:%M:%S%.6f+00:00" } else { "%Y-%m-%dT%H:%M:%S+00:00" };
    time.strftime(format).to_string()
}

/// Shows the times that these members of an object have, those that it has.
pub fn show(object: &mut Object, members: &[&str]) {
    for member in members {
        if let Some(time) = object.str(member).map(shown) {
            object.insert(member, time);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_with_microseconds_and_dates_as_they_are() {
        assert_eq!(shown("2024-01-16T09:00:00-08:00"), "2024-01-16T17:00:00+00:00");
        assert_eq!(shown("2023-09-20T18:57:47.490741Z"), "2023-09-20T18:57:47.490741+00:00");
        assert_eq!(shown("2023-09-18T07:42:14.5-07:00"), "2023-09-18T14:42:14.500000+00:00");
        for date in ["2024-01-16", "2024", "yesTerday"] {
            assert_eq!(shown(date), date);
        }
    }
}
