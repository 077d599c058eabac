//! Tests of availability and slots without a store.

mod clock_changes;
mod oracle;
mod slots;

use super::availability::Availability;
use super::slots::Wanted;
use fhir::datetime::{PartialDateTime, Period, local};
use fhir::{Json, json};
use jiff::tz::TimeZone;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn strings(items: &[&str]) -> Json {
    Json::Array(items.iter().map(|item| Json::from(*item)).collect())
}

/// A role with one time on these days.
fn role(days: &[&str], start: &str, end: &str) -> Json {
    json!({
        "resourceType": "PractitionerRole",
        "practitioner": { "reference": "Practitioner/p" },
        "availableTime": [{ "daysOfWeek": (strings(days)), "availableStartTime": start, "availableEndTime": end }]
    })
}

fn read(role: &Json, zone: &TimeZone) -> Availability {
    Availability::read(role, zone).expect("availability")
}

fn instant(text: &str) -> i64 {
    PartialDateTime::parse(text).unwrap().start(&TimeZone::UTC)
}

fn period(from: &str, to: &str) -> Period {
    Period { from: instant(from), to: instant(to) }
}

/// The starts on the clinic's clock of the slots of `minutes` on the days `first` to `last`.
fn starts(
    zone: &TimeZone,
    role: &Json,
    taken: &[Period],
    days: (&str, &str),
    minutes: u32,
    grid: u32,
) -> Vec<String> {
    let (first, last) = (days.0.parse().unwrap(), days.1.parse().unwrap());
    let wanted = Wanted { zone, first, last, minutes, grid };
    let starts = wanted.starts(&[read(role, zone)], taken.to_vec());
    starts.into_iter().map(|start| local(start, zone)).collect()
}
