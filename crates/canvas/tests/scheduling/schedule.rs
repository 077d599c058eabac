//! Searches for schedules.

use crate::world::{World, with};
use canvas::Clinic;
use canvas::clinic::demo::{self, LOCATIONS, PRACTITIONERS};
use fhir::{Json, ResourceType, json};

async fn ids(world: &World) -> Vec<String> {
    let found = world.find(ResourceType::SCHEDULE, "").await;
    found.iter().map(|schedule| schedule.str("id").unwrap().to_owned()).collect()
}

fn id(key: usize, practitioner: usize) -> String {
    format!("Location.{key}-Staff.{}", PRACTITIONERS[practitioner])
}

#[tokio::test]
async fn there_is_one_schedule_for_each_location_and_practitioner_with_availability_there() {
    let world = World::demo().await;
    // By key, then by name: Castellanos is in Nashville alone, Okafor in Oakland, the others are at both.
    assert_eq!(ids(&world).await, [id(1, 0), id(1, 1), id(1, 3), id(2, 1), id(2, 2), id(2, 3)]);
}

#[tokio::test]
async fn a_schedule_has_the_vendors_shape_and_the_bundle_no_links() {
    let world = World::demo().await;
    let bundle = world.search(ResourceType::SCHEDULE, "").await.unwrap();
    let comment = "Schedule for Ines Okafor MD at Easel Demo Clinic Oakland";
    let expected = json!({
        "resourceType": "Schedule",
        "id": (id(1, 0)),
        "text": { "status": "generated", "div": (format!("<div>{comment}</div>")) },
        "actor": [{ "reference": (format!("Practitioner/{}", PRACTITIONERS[0])), "type": "Practitioner" }],
        "comment": comment
    });
    assert_eq!(bundle.at(&["entry", "0", "resource"]), Some(&expected));
    let names: Vec<&str> = bundle.as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["resourceType", "type", "total", "entry"]);
    assert_eq!(bundle.get("total").and_then(Json::as_number).and_then(|n| n.as_i64()), Some(6));
}

#[tokio::test]
async fn names_are_escaped_in_the_narrative() {
    let world = World::demo().await;
    let location = world.stored(ResourceType::LOCATION, LOCATIONS[0]).await;
    let location = with(location, |location| location.insert("name", "Bay & <Sons>"));
    world.put(ResourceType::LOCATION, LOCATIONS[0], location).await;
    let first = world.find(ResourceType::SCHEDULE, "").await.remove(0);
    assert_eq!(first.str("comment"), Some("Schedule for Ines Okafor MD at Bay & <Sons>"));
    let div = first.at(&["text", "div"]).and_then(Json::as_str);
    assert_eq!(div, Some("<div>Schedule for Ines Okafor MD at Bay &amp; &lt;Sons&gt;</div>"));
}

#[tokio::test]
async fn inactive_locations_practitioners_and_roles_have_no_schedules() {
    let world = World::demo().await;
    let location = world.stored(ResourceType::LOCATION, LOCATIONS[0]).await;
    world.put(ResourceType::LOCATION, LOCATIONS[0], with(location, |l| l.insert("status", "inactive"))).await;
    assert_eq!(ids(&world).await, [id(2, 1), id(2, 2), id(2, 3)]);

    let practitioner = world.stored(ResourceType::PRACTITIONER, PRACTITIONERS[1]).await;
    world
        .put(ResourceType::PRACTITIONER, PRACTITIONERS[1], with(practitioner, |p| p.insert("active", false)))
        .await;
    assert_eq!(ids(&world).await, [id(2, 2), id(2, 3)]);

    let role = world.stored(ResourceType::PRACTITIONER_ROLE, "a5f1b3c0-1111-4d1e-9a01-000000000004").await;
    let over = json!({ "start": "2020-01-01", "end": "2026-01-01" });
    world
        .put(
            ResourceType::PRACTITIONER_ROLE,
            "a5f1b3c0-1111-4d1e-9a01-000000000004",
            with(role, |r| r.insert("period", over)),
        )
        .await;
    assert_eq!(ids(&world).await, [id(2, 3)]);
}

#[tokio::test]
async fn staff_of_roles_that_see_no_patients_have_no_schedules() {
    let mut clinic = Clinic::demo();
    clinic.roles.iter_mut().filter(|role| role.code == "MD").for_each(|role| role.schedulable = false);
    let world = World::with(clinic).await;
    assert_eq!(ids(&world).await, [id(1, 1), id(1, 3), id(2, 1), id(2, 3)]);
}

#[tokio::test]
async fn an_empty_clinic_has_no_schedules() {
    let world = World::empty(Clinic::demo());
    let bundle = world.search(ResourceType::SCHEDULE, "").await.unwrap();
    assert_eq!(bundle, json!({ "resourceType": "Bundle", "type": "searchset", "total": 0i64 }));
}

#[tokio::test]
async fn the_constants_of_the_demo_clinic_name_its_first_schedule() {
    let world = World::demo().await;
    assert_eq!(ids(&world).await[0], format!("Location.1-Staff.{}", demo::PRACTITIONER));
}
