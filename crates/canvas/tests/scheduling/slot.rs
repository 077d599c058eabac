//! Searches for slots.

use crate::world::{World, booking, told, with};
use canvas::Clinic;
use canvas::clinic::demo::{self, LOCATIONS, PRACTITIONERS};
use fhir::{ResourceType, json};

const SLOT: ResourceType = ResourceType::SLOT;

/// A search for the slots of the demo practitioner at the first location.
fn query(more: &str) -> String {
    format!("schedule=Location.1-Staff.{}{more}", demo::PRACTITIONER)
}

async fn starts(world: &World, more: &str) -> Vec<String> {
    let found = world.find(SLOT, &query(more)).await;
    found.iter().map(|slot| slot.str("start").unwrap().to_owned()).collect()
}

const MONDAY: &str = "&start=2031-03-03&end=2031-03-03";

#[tokio::test]
async fn slots_have_the_vendors_shape_and_the_bundle_no_links() {
    let world = World::demo().await;
    let bundle = world.search(SLOT, &query(MONDAY)).await.unwrap();
    let expected = json!({
        "resourceType": "Slot",
        "schedule": { "reference": (format!("Schedule/Location.1-Staff.{}", demo::PRACTITIONER)), "type": "Schedule" },
        "status": "free",
        "start": "2031-03-03T07:00:00-08:00",
        "end": "2031-03-03T07:20:00-08:00"
    });
    assert_eq!(bundle.at(&["entry", "0", "resource"]), Some(&expected));
    let names: Vec<&str> = bundle.as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["resourceType", "type", "total", "entry"]);
    // 07:00 to 12:00 and 13:00 to 16:00, every quarter of an hour, 20 minutes long.
    assert_eq!(bundle.get("entry").unwrap().items().len(), 19 + 11);
}

#[tokio::test]
async fn the_schedule_may_be_named_with_its_type() {
    let world = World::demo().await;
    let named = format!("schedule=Schedule/Location.1-Staff.{}{MONDAY}", demo::PRACTITIONER);
    assert_eq!(world.find(SLOT, &named).await.len(), 30);
}

#[tokio::test]
async fn a_slot_is_gone_once_it_is_booked_and_back_when_that_is_cancelled() {
    let world = World::demo().await;
    let before = starts(&world, MONDAY).await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    let after = starts(&world, MONDAY).await;
    let gone: Vec<&String> = before.iter().filter(|start| !after.contains(start)).collect();
    assert_eq!(gone, ["2031-03-03T07:00:00-08:00", "2031-03-03T07:15:00-08:00"]);
    let cancelled = with(booking("15:00", "15:20"), |appointment| appointment.insert("status", "cancelled"));
    world.change(&id, &cancelled).await.unwrap();
    assert_eq!(starts(&world, MONDAY).await, before);
}

#[tokio::test]
async fn what_is_booked_at_one_location_is_taken_at_the_other() {
    let world = World::demo().await;
    let schedule = |key: usize| {
        format!("schedule=Location.{key}-Staff.{}&start=2031-03-04&end=2031-03-04", PRACTITIONERS[3])
    };
    let (here, there) =
        (world.find(SLOT, &schedule(1)).await.len(), world.find(SLOT, &schedule(2)).await.len());
    assert_eq!((here, there), (23, 23));
    let elsewhere = with(booking("20:00", "21:00"), |appointment| {
        appointment.insert("start", "2031-03-04T20:00:00Z");
        appointment.insert("end", "2031-03-04T21:00:00Z");
        let actor = json!({ "reference": (format!("Practitioner/{}", PRACTITIONERS[3])) });
        let patient = json!({ "reference": (format!("Patient/{}", demo::PATIENT)) });
        appointment.insert(
            "participant",
            json!([
                { "actor": actor, "status": "accepted" }, { "actor": patient, "status": "accepted" }
            ]),
        );
        appointment.insert(
            "supportingInformation",
            json!([{ "reference": (format!("Location/{}", LOCATIONS[1])) }]),
        );
    });
    world.book(&elsewhere).await.unwrap();
    assert_eq!(world.find(SLOT, &schedule(1)).await.len(), 19, "12:00 to 13:00 is gone");
}

#[tokio::test]
async fn duration_sets_the_length() {
    let world = World::demo().await;
    assert_eq!(starts(&world, &format!("{MONDAY}&duration=300")).await, ["2031-03-03T07:00:00-08:00"]);
    assert_eq!(starts(&world, &format!("{MONDAY}&duration=301")).await, [] as [&str; 0]);
    let clinic = Clinic { slot_minutes: 60, slot_grid_minutes: 30, ..Clinic::demo() };
    assert_eq!(starts(&World::with(clinic).await, MONDAY).await.len(), 9 + 5);
}

#[tokio::test]
async fn without_dates_the_next_seven_days_from_today_in_utc_are_searched() {
    let world = World::demo().await;
    // Now is 2026-11-23, a Monday, 02:13 in UTC and still Sunday in Oakland.
    let found = starts(&world, "").await;
    assert_eq!(found.first().map(String::as_str), Some("2026-11-23T07:00:00-08:00"));
    assert_eq!(found.last().map(String::as_str), Some("2026-11-30T15:30:00-08:00"));
    assert_eq!(found.len(), 30 * 6);
    assert_eq!(
        starts(&world, "&start=2031-03-03").await.last().map(String::as_str),
        Some("2031-03-10T15:30:00-07:00")
    );
}

#[tokio::test]
async fn days_without_availability_have_no_slots() {
    let world = World::demo().await;
    assert_eq!(starts(&world, "&start=2031-03-01&end=2031-03-02").await, [] as [&str; 0], "a weekend");
    assert_eq!(starts(&world, "&start=2031-03-04&end=2031-03-03").await, [] as [&str; 0], "no day at all");
    let away = format!("schedule=Location.2-Staff.{}&start=2026-12-24&end=2027-01-03", PRACTITIONERS[2]);
    let found = world.find(SLOT, &away).await;
    assert!(found.is_empty(), "the first working day after the holidays is the fourth");
}

#[tokio::test]
async fn a_practitioner_without_a_role_at_a_location_has_no_slots_there() {
    let world = World::demo().await;
    let elsewhere =
        format!("schedule=Location.2-Staff.{}&start=2031-03-03&end=2031-03-07", demo::PRACTITIONER);
    assert_eq!(world.find(SLOT, &elsewhere).await, []);
}

#[tokio::test]
async fn a_schedule_of_nobody_or_nowhere_is_told() {
    let world = World::demo().await;
    for id in [format!("Location.9-Staff.{}", demo::PRACTITIONER), "Location.1-Staff.0123".to_owned()] {
        let refusal = world.search(SLOT, &format!("schedule={id}")).await.unwrap_err();
        let text = format!("not-found : schedule '{id}' does not exist; GET /Schedule lists the schedules");
        assert_eq!(told(&refusal).1[1], text);
        assert_eq!(told(&refusal).0, 400);
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let world = World::demo().await;
    let check = async |query: &str, expected: &[&str]| {
        let refusal = world.search(SLOT, query).await.unwrap_err();
        let (status, issues) = told(&refusal);
        assert_eq!(status, 400);
        assert_eq!(issues[1..], *expected, "{query}");
    };
    check("", &["required : A Slot search requires a schedule search parameter"]).await;
    check(
        "schedule=Location.1&duration=-5&start=2031-3-3&end=tomorrow",
        &[
            "value : Invalid schedule: Location.1",
            "value : duration must be a positive integer number of minutes",
            "value : start must be a date in the format YYYY-MM-DD",
            "value : end must be a date in the format YYYY-MM-DD",
        ],
    )
    .await;
    check(&query("&duration=1441"), &["value : duration must be at most 1440 minutes, a day"]).await;
    check(&query("&duration=20&duration=30"), &["value : duration may be given only once"]).await;
    let too_long = "too-long : start to end must be at most 366 days; ask for fewer at a time";
    check(&query("&start=2031-01-01&end=2032-01-02"), &[too_long]).await;
    assert!(world.search(SLOT, &query("&start=2031-01-01&end=2032-01-01")).await.is_ok());
}

#[tokio::test]
async fn any_appointment_type_fits_any_slot() {
    let world = World::demo().await;
    let typed = format!("{MONDAY}&appointment-type=http://snomed.info/sct|185418009");
    assert_eq!(starts(&world, &typed).await.len(), 30);
}

#[tokio::test]
async fn slots_carry_the_offset_of_their_own_day() {
    let world = World::demo().await;
    // The clocks go forward on Sunday, the 9th.
    let found = starts(&world, "&start=2031-03-07&end=2031-03-10").await;
    let at_seven: Vec<&String> = found.iter().filter(|start| start.contains("T07:00")).collect();
    assert_eq!(at_seven, ["2031-03-07T07:00:00-08:00", "2031-03-10T07:00:00-07:00"]);
}

#[tokio::test]
async fn a_year_is_answered_in_one_piece() {
    let world = World::demo().await;
    let found = starts(&world, "&start=2031-01-01&end=2031-12-31").await;
    assert_eq!(found.len(), 261 * 30, "261 working days");
}

#[tokio::test]
async fn more_slots_than_one_answer_may_hold_are_refused() {
    let world = World::with(Clinic { slot_grid_minutes: 5, ..Clinic::demo() }).await;
    let role = json!({
        "resourceType": "PractitionerRole",
        "practitioner": { "reference": (format!("Practitioner/{}", demo::PRACTITIONER)) },
        "availableTime": [{ "allDay": true }]
    });
    world.put(ResourceType::PRACTITIONER_ROLE, "always", role).await;
    let refusal = world.search(SLOT, &query("&start=2031-01-01&end=2031-12-31")).await.unwrap_err();
    let text = "too-long : more than 36000 slots are free; ask for fewer days at a time";
    assert_eq!(told(&refusal).1[1], text);
}
