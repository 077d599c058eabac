//! When a practitioner sees patients: a PractitionerRole with `availableTime`, in the clinic's zone
//! (<http://hl7.org/fhir/R4/practitionerrole.html>).

use super::periods::without;
use super::wall_clock::{comes, midnight};
use fhir::datetime::{PartialDateTime, Period};
use fhir::{Json, Reference, ResourceType};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

/// A PractitionerRole as far as scheduling needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Availability {
    /// The practitioner's id.
    pub practitioner: String,
    /// The ids of the locations; all of the clinic's when there are none.
    pub locations: Vec<String>,
    times: Vec<WeeklyTime>,
    not_available: Vec<Period>,
    valid: Period,
}

/// One `availableTime`.
#[derive(Clone, Debug, PartialEq)]
struct WeeklyTime {
    days: Vec<Weekday>,
    start: Time,
    end: Time,
}

impl Availability {
    /// Reads a PractitionerRole; `None` when it gives no availability: inactive, without practitioner, or without
    /// times. An entry that has neither times nor `allDay` gives none.
    pub fn read(role: &Json, zone: &TimeZone) -> Option<Self> {
        let is_active = role.get("active").and_then(Json::as_bool).unwrap_or(true);
        let practitioner = local_id(role.get("practitioner")?, ResourceType::PRACTITIONER)?;
        let times: Vec<WeeklyTime> =
            items(role, "availableTime").iter().filter_map(WeeklyTime::read).collect();
        if !is_active || times.is_empty() {
            return None;
        }
        let locations = items(role, "location").iter();
        Some(Availability {
            practitioner: practitioner.to_owned(),
            locations: locations
                .filter_map(|item| local_id(item, ResourceType::LOCATION))
                .map(str::to_owned)
                .collect(),
            times,
            not_available: items(role, "notAvailable")
                .iter()
                .filter_map(|away| Some(span(away.get("during")?, zone)))
                .collect(),
            valid: role.get("period").map_or(FOR_EVER, |period| span(period, zone)),
        })
    }

    /// Whether it is for the location.
    pub fn is_at(&self, location: &str) -> bool {
        self.locations.is_empty() || self.locations.iter().any(|id| id == location)
    }

    /// Whether all of it is over at `now`.
    pub fn is_over(&self, now: i64) -> bool {
        self.valid.to <= now
    }

    /// The times that begin on the days from `first` to `last`, less those the practitioner is away. They may
    /// overlap, and the last may end on the day after.
    pub fn times(&self, zone: &TimeZone, first: Date, last: Date) -> Vec<Period> {
        let days = first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last);
        let times =
            days.flat_map(|date| self.times.iter().filter_map(move |time| time.on(date, zone))).collect();
        without(super::periods::within(times, self.valid), self.not_available.clone())
    }
}

impl WeeklyTime {
    fn read(time: &Json) -> Option<Self> {
        let days = items(time, "daysOfWeek").iter().filter_map(|day| weekday(day.as_str()?)).collect();
        if time.get("allDay").and_then(Json::as_bool) == Some(true) {
            return Some(WeeklyTime { days, start: Time::midnight(), end: Time::midnight() });
        }
        let read = |name: &str| time.str(name).map(|text| text.parse::<Time>().ok());
        let (start, end) = match (read("availableStartTime"), read("availableEndTime")) {
            (None, None) => return None,
            (start, end) => {
                (start.unwrap_or(Some(Time::midnight()))?, end.unwrap_or(Some(Time::midnight()))?)
            }
        };
        Some(WeeklyTime { days, start, end })
    }

    /// The time that begins on `date`. An end that is not after the start is on the next day: `00:00` is midnight.
    fn on(&self, date: Date, zone: &TimeZone) -> Option<Period> {
        if !self.days.is_empty() && !self.days.contains(&date.weekday()) {
            return None;
        }
        let last = if self.end > self.start { date } else { date.tomorrow().ok()? };
        let (from, to) =
            (comes(zone, date.to_datetime(self.start))?, comes(zone, last.to_datetime(self.end))?);
        (from < to).then_some(Period { from, to })
    }
}

/// The days from `first` to `last` as a span of time.
pub fn days(zone: &TimeZone, first: Date, last: Date) -> Option<Period> {
    Some(Period { from: midnight(zone, first)?, to: midnight(zone, last.tomorrow().ok()?)? })
}

const FOR_EVER: Period = Period { from: Period::BEGINNING, to: Period::END };

/// The whole of a FHIR Period: an open side has no end, an end without time includes its day.
fn span(period: &Json, zone: &TimeZone) -> Period {
    let part = |name: &str| Some(PartialDateTime::parse(period.str(name)?)?.period(zone));
    Period {
        from: part("start").map_or(Period::BEGINNING, |start| start.from),
        to: part("end").map_or(Period::END, |end| end.to),
    }
}

/// The codes of <http://hl7.org/fhir/days-of-week>.
fn weekday(code: &str) -> Option<Weekday> {
    Some(match code {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

fn items<'a>(resource: &'a Json, name: &str) -> &'a [Json] {
    resource.get(name).map(Json::items).unwrap_or_default()
}

/// The id that a Reference to a resource of this server has, when it is of that type.
pub(crate) fn local_id(reference: &Json, expected: ResourceType) -> Option<&str> {
    match Reference::parse(reference.str("reference")?)? {
        Reference::Local { resource_type, id, .. } if resource_type == expected => Some(id),
        _ => None,
    }
}
