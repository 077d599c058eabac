//! When a clock on the clinic's wall shows a time: the one place that knows of daylight saving.
//!
//! A time of day *comes* at the first instant at which the wall clock shows it or a later time. On the day
//! on which the clocks go forward, times within the gap come together, at its end; on the day on which they go back,
//! a time that is shown twice comes the first time (as RFC 5545, 3.3.5, has it). So of two times the earlier never
//! comes after the later, and no instant is counted twice.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The instant (milliseconds since the epoch) at which `civil` comes in `zone`; `None` outside of the years that
/// can be represented.
pub fn comes(zone: &TimeZone, civil: DateTime) -> Option<i64> {
    let at = |offset: Offset| offset.to_timestamp(civil).ok();
    let timestamp = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset)?,
        AmbiguousOffset::Fold { before, .. } => at(before)?,
        // With the offset after it, a time within the gap is an instant before it: the gap is what follows.
        AmbiguousOffset::Gap { after, .. } => zone.following(at(after)?).next()?.timestamp(),
    };
    Some(timestamp.as_millisecond())
}

/// The instant at which `date` begins in `zone`.
pub fn midnight(zone: &TimeZone, date: Date) -> Option<i64> {
    comes(zone, date.to_datetime(jiff::civil::Time::midnight()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::datetime::local;

    /// Each wall clock time of a day and the instant at which it comes.
    fn check(zone_name: &str, times: &[(&str, &str)]) {
        let zone = TimeZone::get(zone_name).unwrap();
        for (civil, expected) in times {
            let instant = comes(&zone, civil.parse().unwrap()).unwrap();
            assert_eq!(local(instant, &zone), *expected, "{civil} in {zone_name}");
        }
    }

    #[test]
    fn times_in_the_gap_of_spring_come_at_its_end() {
        check(
            "America/Los_Angeles",
            &[
                ("2031-03-09T01:59", "2031-03-09T01:59:00-08:00"),
                ("2031-03-09T02:00", "2031-03-09T03:00:00-07:00"),
                ("2031-03-09T02:30", "2031-03-09T03:00:00-07:00"),
                ("2031-03-09T03:00", "2031-03-09T03:00:00-07:00"),
                ("2031-03-09T03:15", "2031-03-09T03:15:00-07:00"),
            ],
        );
        check("America/New_York", &[("2031-03-09T02:30", "2031-03-09T03:00:00-04:00")]);
    }

    #[test]
    fn times_that_autumn_repeats_come_the_first_time() {
        check(
            "America/New_York",
            &[
                ("2031-11-02T00:59", "2031-11-02T00:59:00-04:00"),
                ("2031-11-02T01:30", "2031-11-02T01:30:00-04:00"),
                ("2031-11-02T02:00", "2031-11-02T02:00:00-05:00"),
            ],
        );
        check("America/Los_Angeles", &[("2031-11-02T01:00", "2031-11-02T01:00:00-07:00")]);
    }

    #[test]
    fn a_day_may_begin_at_one_o_clock() {
        // Until 2018 the clocks of São Paulo went forward at midnight.
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let begins = midnight(&zone, jiff::civil::date(2018, 11, 4)).unwrap();
        assert_eq!(local(begins, &zone), "2018-11-04T01:00:00-02:00");
    }
}
