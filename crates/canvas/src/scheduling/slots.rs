//! Slots: the free starts on the grid, from availability less what is booked.

use super::availability::{Availability, days};
use super::periods::{merged, without};
use fhir::datetime::Period;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The most days that one search may span. More is refused, for the answer comes in one piece.
pub const MAX_DAYS: i32 = 366;

/// The longest slot, in minutes: a day.
pub const MAX_MINUTES: u32 = 24 * 60;

/// The most slots that one search may find: a year of quarter hours around the clock is 35,136.
pub const MAX_SLOTS: usize = 36_000;

const MINUTE: i64 = 60_000;

/// Which slots are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The clinic's zone.
    pub zone: &'a TimeZone,
    /// The first day on which a slot may start.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// How long a slot is, in minutes.
    pub minutes: u32,
    /// Starts are at multiples of this many minutes after midnight.
    pub grid: u32,
}

impl Wanted<'_> {
    /// The time that slots may take up: the days asked for, and as much of the next as a slot needs that starts at
    /// their very end. `None` outside of the years that can be represented.
    pub fn span(&self) -> Option<Period> {
        let days = days(self.zone, self.first, self.last)?;
        Some(Period { from: days.from, to: days.to + i64::from(self.minutes) * MINUTE })
    }

    /// The starts, in order, of the slots that lie wholly within the times of `available` and touch none of `taken`.
    /// One more than [`MAX_SLOTS`] at most.
    pub fn starts(&self, available: &[Availability], taken: Vec<Period>) -> Vec<i64> {
        let Some(asked) = days(self.zone, self.first, self.last) else { return Vec::new() };
        // What begins the evening before may reach into the first day; a slot at the end of the last day may need the
        // times of the days after.
        let first = self.first.yesterday().unwrap_or(self.first);
        let last = self.last.saturating_add(jiff::Span::new().days(2));
        let times = available.iter().flat_map(|role| role.times(self.zone, first, last)).collect();
        let free = without(merged(times), taken);
        let mut starts = Vec::new();
        for period in free {
            let latest = period.to - i64::from(self.minutes) * MINUTE;
            let from = period.from.max(asked.from);
            self.grid_between(from, latest.min(asked.to - 1), &mut starts);
        }
        starts
    }

    /// Appends the instants of the grid from `from` to `to`, both included.
    fn grid_between(&self, from: i64, to: i64, starts: &mut Vec<i64>) {
        let grid = i64::from(self.grid) * MINUTE;
        let mut at = from;
        while at <= to && starts.len() <= MAX_SLOTS {
            let offset = self.offset(at);
            match beyond_grid(at + offset, grid) {
                0 => {
                    // Before there were time zones, clocks went by the sun, at an offset that no dateTime can have.
                    if offset % MINUTE == 0 {
                        starts.push(at);
                    }
                    at += grid;
                }
                // Asked anew where that leads: the clocks may have changed on the way.
                beyond => at += grid - beyond,
            }
        }
    }

    /// The offset of the wall clock at `at`, in milliseconds.
    fn offset(&self, at: i64) -> i64 {
        let timestamp = Timestamp::from_millisecond(at);
        timestamp.map_or(0, |timestamp| i64::from(self.zone.to_offset(timestamp).seconds()) * 1000)
    }
}

/// By how much a time of the wall clock is past a multiple of the grid.
fn beyond_grid(wall: i64, grid: i64) -> i64 {
    const DAY: i64 = 24 * 60 * MINUTE;
    wall.rem_euclid(DAY) % grid
}
