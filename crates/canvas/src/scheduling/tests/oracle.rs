//! Random weeks against an answer that is slow and obvious: minute by minute.

use super::*;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// SplitMix64: small, and the same on every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.next(items.len() as u64) as usize]
    }
}

const MINUTE: i64 = 60_000;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A week of a clinic.
struct Case {
    zone: TimeZone,
    first: Date,
    last: Date,
    minutes: u32,
    grid: u32,
    /// Days, start and end in minutes after midnight.
    times: Vec<(Vec<&'static str>, u64, u64)>,
    taken: Vec<Period>,
}

impl Case {
    fn random(random: &mut Random) -> Self {
        let zone =
            zone(random.pick(&["America/Los_Angeles", "America/New_York", "UTC", "Australia/Lord_Howe"]));
        // Around the changes of spring and autumn, on either half of the globe, and at no change.
        let near: Date = random
            .pick(&["2031-03-06", "2031-10-30", "2031-04-04", "2031-10-03", "2031-06-01"])
            .parse()
            .unwrap();
        let first = near + jiff::Span::new().days(random.next(3) as i64);
        let last = first + jiff::Span::new().days(random.next(4) as i64);
        let from = zone.to_timestamp(first.at(0, 0, 0, 0)).unwrap().as_millisecond();
        let taken = (0..random.next(12)).map(|_| {
            let start = from + (random.next(6 * 1440) as i64 - 720) * MINUTE;
            Period { from: start, to: start + (1 + random.next(200) as i64) * MINUTE }
        });
        let taken = taken.collect();
        let times = (0..1 + random.next(3)).map(|_| {
            let days = DAYS.into_iter().filter(|_| random.next(3) > 0).collect();
            let start = random.next(288) * 5;
            let end = if random.next(4) == 0 { random.next(1440) } else { (start + random.next(600)) % 1440 };
            (days, start, end)
        });
        let times = times.collect();
        let minutes = random.pick(&[5, 15, 20, 30, 45, 60, 90, 200]);
        Case { zone, first, last, minutes, grid: random.pick(&[5, 10, 15, 20, 30, 60]), times, taken }
    }

    fn role(&self) -> Json {
        let clock = |minutes: u64| format!("{:02}:{:02}:00", minutes / 60, minutes % 60);
        let times = self.times.iter().map(|(days, start, end)| {
            let mut time =
                json!({ "availableStartTime": (clock(*start)), "availableEndTime": (clock(*end)) });
            if !days.is_empty() {
                time.as_object_mut().unwrap().insert("daysOfWeek", strings(days));
            }
            time
        });
        json!({ "practitioner": { "reference": "Practitioner/p" }, "availableTime": (times.collect::<Vec<_>>()) })
    }

    fn answer(&self) -> Vec<i64> {
        let Case { zone, first, last, minutes, grid, .. } = self;
        let wanted = Wanted { zone, first: *first, last: *last, minutes: *minutes, grid: *grid };
        wanted.starts(&[read(&self.role(), zone)], self.taken.clone())
    }

    /// The obvious answer: look at the wall clock in every minute.
    fn oracle(&self) -> Vec<i64> {
        let from =
            self.zone.to_timestamp(self.first.at(0, 0, 0, 0)).unwrap().as_millisecond() - 3 * 1440 * MINUTE;
        let clock: Vec<DateTime> = (0..14 * 1440)
            .map(|minute| self.zone.to_datetime(Timestamp::from_millisecond(from + minute * MINUTE).unwrap()))
            .collect();
        // No clock change moves a time by more than the twelve hours that the look begins early.
        let comes = |civil: DateTime, day: i64| {
            let skipped = ((day + 3) * 1440 - 720) as usize;
            skipped + clock[skipped..].iter().position(|shown| *shown >= civil).unwrap()
        };
        let mut free = vec![false; clock.len()];
        for (days, start, end) in &self.times {
            for day in -2..10 {
                let date = self.first + jiff::Span::new().days(day);
                let name = DAYS[date.weekday().to_monday_zero_offset() as usize];
                if days.is_empty() || days.contains(&name) {
                    let at =
                        |date: Date, minutes: u64| date.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
                    let end_date = if end > start { date } else { date.tomorrow().unwrap() };
                    let (start, end) = (comes(at(date, *start), day), comes(at(end_date, *end), day));
                    free[start..end.max(start)].fill(true);
                }
            }
        }
        for (minute, free) in free.iter_mut().enumerate() {
            let at = from + minute as i64 * MINUTE;
            *free = *free && !self.taken.iter().any(|taken| taken.from <= at && at < taken.to);
        }
        let is_start = |minute: &usize| {
            let shown = clock[*minute];
            let of_day = shown.hour() as u32 * 60 + shown.minute() as u32;
            (self.first..=self.last).contains(&shown.date())
                && of_day.is_multiple_of(self.grid)
                && free[*minute..*minute + self.minutes as usize].iter().all(|free| *free)
        };
        (0..clock.len() - 1440).filter(is_start).map(|minute| from + minute as i64 * MINUTE).collect()
    }
}

#[test]
fn slots_are_what_looking_at_the_clock_every_minute_finds() {
    let mut random = Random(20_260_814);
    let mut slots = 0;
    for round in 0..150 {
        let case = Case::random(&mut random);
        let (answer, oracle) = (case.answer(), case.oracle());
        let show = |starts: &[i64]| starts.iter().map(|at| local(*at, &case.zone)).collect::<Vec<_>>();
        assert_eq!(
            show(&answer),
            show(&oracle),
            "round {round}: {} grid {} {:?}",
            case.role(),
            case.grid,
            case.taken
        );
        slots += answer.len();
    }
    assert!(slots > 3_000, "only {slots} slots were looked at");
}
