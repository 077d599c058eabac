//! Slots from availability less what is booked.

use super::*;
use crate::scheduling::slots::{MAX_DAYS, MAX_SLOTS};

const DAY: (&str, &str) = ("2031-03-03", "2031-03-03");

/// The starts of slots of 20 minutes on the quarter hour of Monday, 2031-03-03, from 09:00 to 10:30 in UTC.
fn check(taken: &[(&str, &str)], expected: &[&str]) {
    let taken: Vec<Period> = taken
        .iter()
        .map(|(from, to)| period(&format!("2031-03-03T{from}"), &format!("2031-03-03T{to}")))
        .collect();
    let found = starts(&TimeZone::UTC, &role(&["mon"], "09:00:00", "10:30:00"), &taken, DAY, 20, 15);
    let found: Vec<&str> = found.iter().map(|start| &start[11..16]).collect();
    assert_eq!(found, expected, "less {taken:?}");
}

#[test]
fn slots_lie_wholly_within_free_time() {
    check(&[], &["09:00", "09:15", "09:30", "09:45", "10:00"]);
    check(&[("09:30:00Z", "09:50:00Z")], &["09:00", "10:00"]);
    check(&[("09:20:00Z", "09:30:00Z")], &["09:00", "09:30", "09:45", "10:00"]);
    check(&[("09:00:00Z", "10:10:00Z")], &[]);
    check(&[("09:34:59Z", "09:35:01Z"), ("08:00:00Z", "09:01:00Z")], &["09:45", "10:00"]);
}

#[test]
fn touching_ends_do_not_overlap() {
    check(
        &[("08:40:00Z", "09:00:00Z"), ("10:20:00Z", "11:00:00Z")],
        &["09:00", "09:15", "09:30", "09:45", "10:00"],
    );
    check(&[("09:35:00Z", "09:45:00Z")], &["09:00", "09:15", "09:45", "10:00"]);
}

#[test]
fn booked_times_count_as_instants_whatever_their_offset() {
    check(&[("10:30:00+01:00", "10:50:00+01:00")], &["09:00", "10:00"]);
    check(&[("04:00:00-05:00", "05:00:00-05:00")], &["10:00"]);
}

#[test]
fn a_start_that_is_off_the_grid_waits_for_the_next_quarter() {
    let role = role(&["mon"], "09:05:00", "09:50:00");
    let found = starts(&TimeZone::UTC, &role, &[], DAY, 20, 15);
    assert_eq!(found, ["2031-03-03T09:15:00+00:00", "2031-03-03T09:30:00+00:00"]);
}

#[test]
fn times_that_meet_carry_a_slot_across() {
    let mut role = role(&["mon"], "09:00:00", "09:10:00");
    let second = json!({ "availableStartTime": "09:10:00", "availableEndTime": "09:25:00" });
    role.as_object_mut().unwrap().get_mut("availableTime").unwrap().as_array_mut().unwrap().push(second);
    assert_eq!(starts(&TimeZone::UTC, &role, &[], DAY, 20, 15), ["2031-03-03T09:00:00+00:00"]);
}

#[test]
fn a_night_shift_reaches_into_the_next_day() {
    let role = role(&["sun"], "23:00:00", "01:00:00");
    let times = |first, last| starts(&TimeZone::UTC, &role, &[], (first, last), 30, 30);
    let night = ["2031-03-02T23:00", "2031-03-02T23:30", "2031-03-03T00:00", "2031-03-03T00:30"]
        .map(|time| format!("{time}:00+00:00"));
    assert_eq!(times("2031-03-02", "2031-03-02"), night[..2], "a slot belongs to the day on which it starts");
    assert_eq!(times("2031-03-03", "2031-03-03"), night[2..]);
    assert_eq!(times("2031-03-02", "2031-03-03"), night);
}

#[test]
fn a_slot_at_the_end_of_the_last_day_uses_the_time_of_the_next() {
    let role = role(&[], "00:00:00", "00:00:00");
    let found = starts(&TimeZone::UTC, &role, &[], DAY, 24 * 60, 720);
    assert_eq!(found, ["2031-03-03T00:00:00+00:00", "2031-03-03T12:00:00+00:00"]);
}

#[test]
fn who_is_away_has_no_slots() {
    let mut role = role(&["mon", "tue", "wed"], "09:00:00", "10:00:00");
    let away = json!([
        { "description": "Leave", "during": { "start": "2031-03-03", "end": "2031-03-03" } },
        { "description": "Dentist", "during": { "start": "2031-03-04T09:00:00Z", "end": "2031-03-04T09:29:59Z" } },
        { "description": "No time said" }
    ]);
    role.as_object_mut().unwrap().insert("notAvailable", away);
    let found = starts(&TimeZone::UTC, &role, &[], ("2031-03-03", "2031-03-05"), 30, 30);
    assert_eq!(
        found,
        ["2031-03-04T09:30", "2031-03-05T09:00", "2031-03-05T09:30"].map(|t| format!("{t}:00+00:00"))
    );
}

#[test]
fn a_role_counts_within_its_period() {
    let mut role = role(&[], "09:00:00", "10:00:00");
    role.as_object_mut().unwrap().insert("period", json!({ "start": "2031-03-04", "end": "2031-03-05" }));
    let found = starts(&TimeZone::UTC, &role, &[], ("2031-03-01", "2031-03-09"), 60, 60);
    assert_eq!(found, ["2031-03-04T09:00:00+00:00", "2031-03-05T09:00:00+00:00"]);
    let availability = read(&role, &TimeZone::UTC);
    assert!(!availability.is_over(instant("2031-03-05T23:59:59Z")));
    assert!(availability.is_over(instant("2031-03-06T00:00:00Z")));
}

#[test]
fn roles_that_give_no_availability_are_none() {
    let none = |change: &dyn Fn(&mut fhir::Object)| {
        let mut role = role(&["mon"], "09:00:00", "10:00:00");
        change(role.as_object_mut().unwrap());
        assert_eq!(Availability::read(&role, &TimeZone::UTC), None, "{role}");
    };
    none(&|role| role.insert("active", false));
    none(&|role| role.insert("availableTime", vec![json!({ "daysOfWeek": (strings(&["mon"])) })]));
    none(&|role| drop(role.remove("availableTime")));
    none(&|role| drop(role.remove("practitioner")));
    none(&|role| role.insert("practitioner", json!({ "reference": "Patient/p" })));
}

#[test]
fn locations_limit_a_role_and_none_means_all() {
    let mut role = role(&["mon"], "09:00:00", "10:00:00");
    assert!(read(&role, &TimeZone::UTC).is_at("a"));
    role.as_object_mut().unwrap().insert("location", vec![json!({ "reference": "Location/a" })]);
    let limited = read(&role, &TimeZone::UTC);
    assert!(limited.is_at("a") && !limited.is_at("b"));
}

#[test]
fn a_year_around_the_clock_is_within_the_limit_and_more_is_cut_off() {
    let zone = zone("America/Los_Angeles");
    let first = jiff::civil::date(2031, 1, 1);
    let wanted = |minutes, grid| {
        let last = first + jiff::Span::new().days(MAX_DAYS - 1);
        let role = role(&[], "00:00:00", "00:00:00");
        Wanted { zone: &zone, first, last, minutes, grid }.starts(&[read(&role, &zone)], Vec::new()).len()
    };
    assert!(wanted(20, 15) <= MAX_SLOTS);
    assert_eq!(wanted(20, 5), MAX_SLOTS + 1);
}
