//! Times as records write them. Everything happens in the practice's own time, five hours behind UTC all year.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

const OFFSET: &str = "-05:00";
const DAY: i64 = 86_400;
/// When records end: 2026-06-30.
pub(crate) const TODAY: Moment = Moment(20_634 * DAY);

/// A second, counted from the beginning of 1970 in the practice's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) fn plus_days(self, days: i64) -> Self {
        Moment(self.0 + days * DAY)
    }

    pub(crate) fn plus_minutes(self, minutes: i64) -> Self {
        Moment(self.0 + minutes * 60)
    }

    /// Whole days from `earlier` to here.
    pub(crate) fn days_since(self, earlier: Moment) -> i64 {
        (self.0 - earlier.0).div_euclid(DAY)
    }

    /// Years, of 365.25 days, from `earlier` to here.
    pub(crate) fn years_since(self, earlier: Moment) -> f64 {
        self.days_since(earlier) as f64 / 365.25
    }

    /// The same time on Monday when this is on a weekend.
    pub(crate) fn on_a_weekday(self) -> Self {
        // 1970 began on a Thursday.
        match (self.0.div_euclid(DAY) + 3).rem_euclid(7) {
            5 => self.plus_days(2),
            6 => self.plus_days(1),
            _ => self,
        }
    }

    /// `2026-06-30`
    pub(crate) fn date(self) -> String {
        self.civil().date().to_string()
    }

    /// `2026-06-30T08:00:00-05:00`
    pub(crate) fn date_time(self) -> String {
        format!("{}{OFFSET}", self.civil())
    }

    /// `2026-06-30T08:00:00.250-05:00`
    pub(crate) fn instant(self, milliseconds: i64) -> String {
        format!("{}.{milliseconds:03}{OFFSET}", self.civil())
    }

    /// The midnight before.
    pub(crate) fn midnight(self) -> Self {
        Moment(self.0.div_euclid(DAY) * DAY)
    }

    /// The year.
    pub(crate) fn year(self) -> i16 {
        self.civil().year()
    }

    fn civil(self) -> DateTime {
        Offset::UTC.to_datetime(Timestamp::from_second(self.0).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_fhir_writes_them() {
        let moment = TODAY.plus_minutes(8 * 60 + 5);
        assert_eq!((TODAY.date().as_str(), TODAY.year()), ("2026-06-30", 2026));
        assert_eq!(moment.date_time(), "2026-06-30T08:05:00-05:00");
        assert_eq!(moment.instant(7), "2026-06-30T08:05:00.007-05:00");
        assert_eq!(TODAY.plus_days(-20_634 - 365).date(), "1969-01-01");
    }

    #[test]
    fn nobody_works_on_weekends() {
        // A Tuesday.
        let dates: Vec<String> = (3..7).map(|days| TODAY.plus_days(days).on_a_weekday().date()).collect();
        assert_eq!(dates, ["2026-07-03", "2026-07-06", "2026-07-06", "2026-07-06"]);
    }
}
