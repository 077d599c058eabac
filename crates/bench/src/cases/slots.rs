//! Searches for the free slots of one practitioner in one week: 40 working hours, of which 40 visits are booked.

use super::book;
use crate::Result;
use crate::driver::template::Template;
use crate::world::{World, resources};
use jiff::civil::Weekday;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// How many visits are booked in the week.
const BOOKED: usize = 40;

/// Makes a practitioner with a working week, books visits, and searches.
pub fn prepare(world: &World) -> Result<Template> {
    let practitioner = world.new_practitioner()?;
    world.client.create("/fhir/PractitionerRole", &role(&practitioner, &world.location).to_string())?;
    let (path, free) = slots(world, &practitioner)?;
    let patient = world.patients.first().ok_or("there is no patient")?;
    let mut end_of_last = String::new();
    let mut booked = 0;
    // Spread over the week, so that it is neither full at its start nor empty.
    let step = (resources(&free).count() / BOOKED).max(1);
    for slot in resources(&free).step_by(step) {
        let (Some(start), Some(end)) = (slot["start"].as_str(), slot["end"].as_str()) else { continue };
        // Slots of one week have one offset but at a change of the clocks; there one visit more or less is booked.
        if booked < BOOKED && start >= end_of_last.as_str() {
            let body = book::body(&world.location, &practitioner, patient, start, end);
            world.client.create("/Appointment", &body)?;
            end_of_last = end.to_owned();
            booked += 1;
        }
    }
    let left = resources(&world.client.get(&path)?).count();
    if booked < BOOKED || left == 0 || left >= resources(&free).count() {
        return Err(format!("{booked} visits are booked and {left} slots are left in {path}").into());
    }
    Ok(Template::new("GET", &path, world.token(), None))
}

/// The search that finds the practitioner's slots, and what it finds.
fn slots(world: &World, practitioner: &str) -> Result<(String, Value)> {
    let (start, end) = week(Timestamp::now())?;
    let actor = format!("Practitioner/{practitioner}");
    let schedules = world.client.get("/Schedule")?;
    // One schedule for each location; this practitioner works at one of them.
    for schedule in resources(&schedules).filter(|schedule| schedule["actor"][0]["reference"] == actor) {
        let id = schedule["id"].as_str().unwrap_or_default();
        let path = format!("/Slot?schedule={id}&start={start}&end={end}");
        let found = world.client.get(&path)?;
        if resources(&found).next().is_some() {
            return Ok((path, found));
        }
    }
    Err(format!("{actor} has no slots from {start} to {end}").into())
}

/// Monday to Monday, a week or more after `now`.
fn week(now: Timestamp) -> Result<(String, String)> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let monday = today.checked_add(7.days())?.nth_weekday(1, Weekday::Monday)?;
    Ok((monday.to_string(), monday.checked_add(7.days())?.to_string()))
}

fn role(practitioner: &str, location: &str) -> Value {
    let hours = |from: &str, to: &str| {
        let days = ["mon", "tue", "wed", "thu", "fri"];
        json!({ "daysOfWeek": days, "availableStartTime": from, "availableEndTime": to })
    };
    json!({
        "resourceType": "PractitionerRole",
        "active": true,
        "practitioner": { "reference": format!("Practitioner/{practitioner}") },
        "location": [{ "reference": format!("Location/{location}") }],
        "availableTime": [hours("08:00:00", "12:00:00"), hours("13:00:00", "17:00:00")]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_begins_on_a_monday_at_least_seven_days_ahead() -> Result<()> {
        let week = |text: &str| week(text.parse::<Timestamp>()?);
        let of = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(week("2026-11-22T17:00:00Z")?, of("2026-11-30", "2026-12-07"));
        assert_eq!(week("2026-11-23T00:00:00Z")?, of("2026-12-07", "2026-12-14"));
        Ok(())
    }
}
