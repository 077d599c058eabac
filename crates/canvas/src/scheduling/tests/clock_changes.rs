//! Availability on the days when clocks change.

use super::*;

/// Slots of 30 minutes on the half hour of one day, as hour, minute and offset.
fn check(zone_name: &str, day: &str, from: &str, to: &str, expected: &[&str]) {
    let zone = zone(zone_name);
    let role = role(&[], from, to);
    let found = starts(&zone, &role, &[], (day, day), 30, 30);
    let expected: Vec<String> =
        expected.iter().map(|time| format!("{day}T{}:00{}", &time[..5], &time[5..])).collect();
    assert_eq!(found, expected, "{from} to {to} on {day} in {zone_name}");
}

const SPRING: &str = "2031-03-09";
const AUTUMN: &str = "2031-11-02";

#[test]
fn spring_has_no_slots_inside_the_gap() {
    for (zone, before, after) in
        [("America/Los_Angeles", "-08:00", "-07:00"), ("America/New_York", "-05:00", "-04:00")]
    {
        let at = |time: &str| format!("{time}{}", if time < "02:00" { before } else { after });
        let times = |times: &[&str]| times.iter().map(|time| at(time)).collect::<Vec<_>>();
        let check = |from, to, expected: &[&str]| {
            let expected = times(expected);
            check(zone, SPRING, from, to, &expected.iter().map(String::as_str).collect::<Vec<_>>());
        };
        check("01:00:00", "04:00:00", &["01:00", "01:30", "03:00", "03:30"]);
        check("02:30:00", "04:00:00", &["03:00", "03:30"]);
        check("02:00:00", "03:00:00", &[]);
        check("02:15:00", "02:45:00", &[]);
        check("01:30:00", "02:30:00", &["01:30"]);
        check("01:15:00", "03:30:00", &["01:30", "03:00"]);
    }
}

#[test]
fn a_slot_may_last_across_the_gap() {
    let zone = zone("America/Los_Angeles");
    let role = role(&["sun"], "01:00:00", "04:00:00");
    let found = starts(&zone, &role, &[], (SPRING, SPRING), 60, 60);
    assert_eq!(found, ["2031-03-09T01:00:00-08:00", "2031-03-09T03:00:00-07:00"]);
    let found = starts(&zone, &role, &[], (SPRING, SPRING), 90, 30);
    assert_eq!(found, ["2031-03-09T01:00:00-08:00", "2031-03-09T01:30:00-08:00"], "until 03:30 and 04:00");
}

#[test]
fn autumn_shows_an_hour_twice_and_no_instant_twice() {
    for (zone, before, after) in
        [("America/Los_Angeles", "-07:00", "-08:00"), ("America/New_York", "-04:00", "-05:00")]
    {
        let twice = [("01:00", before), ("01:30", before), ("01:00", after), ("01:30", after)];
        let all = [&[("00:30", before)], &twice[..], &[("02:00", after), ("02:30", after)]].concat();
        let all: Vec<String> = all.iter().map(|(time, offset)| format!("{time}{offset}")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        check(zone, AUTUMN, "00:30:00", "03:00:00", &all);
        // What begins or ends within the repeated hour does so when the clock first shows it.
        check(zone, AUTUMN, "01:30:00", "02:30:00", &all[2..6]);
        check(zone, AUTUMN, "00:30:00", "01:30:00", &all[..2]);
    }
}

#[test]
fn a_whole_day_has_23_or_25_hours() {
    let mut role = role(&[], "00:00:00", "00:00:00");
    let count = |role: &Json, day| starts(&zone("America/New_York"), role, &[], (day, day), 60, 60).len();
    assert_eq!([SPRING, "2031-03-10", AUTUMN].map(|day| count(&role, day)), [23, 24, 25]);
    let time = json!({ "allDay": true });
    role.as_object_mut().unwrap().insert("availableTime", vec![time]);
    assert_eq!([SPRING, "2031-03-10", AUTUMN].map(|day| count(&role, day)), [23, 24, 25]);
}

#[test]
fn the_week_around_a_change_keeps_its_hours_on_the_wall() {
    let zone = zone("America/Los_Angeles");
    let role = role(&["sat", "mon"], "09:00:00", "10:00:00");
    let found = starts(&zone, &role, &[], ("2031-03-08", "2031-03-10"), 60, 15);
    assert_eq!(found, ["2031-03-08T09:00:00-08:00", "2031-03-10T09:00:00-07:00"]);
    let found = starts(&zone, &role, &[], ("2031-11-01", "2031-11-03"), 60, 15);
    assert_eq!(found, ["2031-11-01T09:00:00-07:00", "2031-11-03T09:00:00-08:00"]);
}

#[test]
fn the_grid_is_that_of_the_wall_clock_where_offsets_are_odd() {
    let kathmandu = zone("Asia/Kathmandu");
    let found =
        starts(&kathmandu, &role(&[], "09:10:00", "11:00:00"), &[], ("2031-01-06", "2031-01-06"), 30, 30);
    assert_eq!(found, ["09:30", "10:00", "10:30"].map(|time| format!("2031-01-06T{time}:00+05:45")));
    // Lord Howe Island's clocks change by half an hour: the full hours before and after are 30 minutes off.
    let howe = zone("Australia/Lord_Howe");
    let found = starts(&howe, &role(&[], "00:00:00", "04:00:00"), &[], ("2030-10-06", "2030-10-06"), 30, 60);
    let expected = ["00:00:00+10:30", "01:00:00+10:30", "03:00:00+11:00"];
    assert_eq!(found, expected.map(|time| format!("2030-10-06T{time}")));
}

#[test]
fn clocks_that_went_by_the_sun_show_no_slots() {
    let (zone, role) = (zone("America/Los_Angeles"), role(&[], "09:00:00", "10:00:00"));
    assert_eq!(starts(&zone, &role, &[], ("1880-03-01", "1880-03-02"), 30, 30), Vec::<String>::new());
    assert_eq!(
        starts(&zone, &role, &[], ("1890-03-01", "1890-03-01"), 60, 60),
        ["1890-03-01T09:00:00-08:00"]
    );
}
