//! The demo clinic as applications see it.

use crate::world::{NOW, World};
use canvas::clinic::demo::{self, LOCATIONS, PATIENTS, PRACTITIONERS};
use fhir::{Json, ResourceType, json};
use interactions::validation::{Options, validate};

#[test]
fn every_resource_of_the_demo_clinic_is_valid() {
    for (resource_type, id, resource) in demo::resources(NOW) {
        let options = Options { expected: Some(resource_type), ..Options::default() };
        assert_eq!(validate(&resource, &options), [], "{resource_type}/{id}");
    }
}

#[tokio::test]
async fn the_demo_clinic_can_be_stored_again_over_itself() {
    let world = World::demo().await;
    for (resource_type, id, resource) in demo::resources(NOW + 86_400_000) {
        world.put(resource_type, &id, resource).await;
    }
}

#[tokio::test]
async fn every_practitioner_has_slots_in_any_two_weeks() {
    let world = World::demo().await;
    for (key, practitioner) in [(1, 0), (1, 1), (2, 1), (2, 2), (1, 3), (2, 3)] {
        for start in ["2026-11-23", "2027-06-01", "2031-02-24"] {
            let end = start.parse::<jiff::civil::Date>().unwrap() + jiff::Span::new().days(13);
            let query = format!(
                "schedule=Location.{key}-Staff.{}&start={start}&end={end}",
                PRACTITIONERS[practitioner]
            );
            assert!(!world.find(ResourceType::SLOT, &query).await.is_empty(), "{query}");
        }
    }
}

#[tokio::test]
async fn the_appointment_ahead_is_on_a_working_day_within_ten_days() {
    let world = World::demo().await;
    let found = world.find(ResourceType::APPOINTMENT, "date=ge2026-11-23").await;
    let starts: Vec<&str> = found.iter().filter_map(|one| one.str("start")).collect();
    assert_eq!(starts, ["2026-11-30T18:00:00+00:00"], "ten o'clock on the Monday after next");
}

#[tokio::test]
async fn patients_and_practitioners_can_be_read_and_written_back_at_the_canvas_door() {
    let world = World::demo().await;
    for (resource_type, ids) in [
        (ResourceType::PATIENT, &PATIENTS[..]),
        (ResourceType::PRACTITIONER, &PRACTITIONERS),
        (ResourceType::LOCATION, &LOCATIONS),
    ] {
        for id in ids {
            let read = world
                .door
                .read(resource_type, id, NOW)
                .await
                .unwrap_or_else(|refusal| panic!("{id}: {refusal}"));
            if resource_type == ResourceType::LOCATION {
                continue;
            }
            let written = world.door.update(resource_type, id, &read, None).await;
            written.unwrap_or_else(|refusal| panic!("{resource_type}/{id}: {refusal}"));
            let again = world
                .door
                .read(resource_type, id, NOW)
                .await
                .unwrap_or_else(|refusal| panic!("{id}: {refusal}"));
            assert_eq!(
                String::from_utf8_lossy(&again),
                String::from_utf8_lossy(&read),
                "{resource_type}/{id}"
            );
        }
    }
}

#[tokio::test]
async fn patients_have_a_medical_record_number() {
    let world = World::demo().await;
    for patient in world.find(ResourceType::PATIENT, "").await {
        let system = patient.at(&["identifier", "0", "system"]).and_then(Json::as_str);
        assert_eq!(system, Some("http://canvasmedical.com"));
        let code = patient.at(&["identifier", "0", "type", "coding", "0"]);
        assert_eq!(
            code,
            Some(&json!({ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR" }))
        );
    }
}
