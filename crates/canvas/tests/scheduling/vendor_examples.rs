//! The vendor's own request and response examples, where they lie beside the repository.

use crate::world::{World, parse, told};
use canvas::clinic::demo::{LOCATIONS, PATIENTS, PRACTITIONERS};
use fhir::{Json, ResourceType};
use std::path::Path;

/// An example; `None`, with a line that says so, where the vendor's facts are not.
fn example(path: &str) -> Option<Json> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/canvas/examples").join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(parse(&bytes)),
        Err(_) => {
            println!("skipped: {} is not there", file.display());
            None
        }
    }
}

/// The paths of all members, without indices: the shape of a value.
fn shape(value: &Json, path: &str, paths: &mut Vec<String>) {
    match value {
        Json::Object(object) => {
            for (name, member) in object.iter() {
                let path = format!("{path}.{name}");
                paths.push(path.clone());
                shape(member, &path, paths);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| shape(item, path, paths)),
        _ => {}
    }
}

fn shapes(value: &Json) -> Vec<String> {
    let mut paths = Vec::new();
    shape(value, "", &mut paths);
    paths.sort();
    paths.dedup();
    paths
}

#[tokio::test]
async fn the_create_example_is_accepted_as_it_stands_and_reads_back_as_the_read_example() {
    let (Some(create), Some(mut read)) =
        (example("Appointment/create-request.json"), example("Appointment/read-response.json"))
    else {
        return;
    };
    let world = World::demo().await;
    let id = world.book(&create).await.unwrap_or_else(|refusal| panic!("{:?}", told(&refusal)));
    let mut shown = world.appointment(&id).await;
    // What the example has and a fresh appointment cannot: ids, a note, an encounter, another appointment.
    for appointment in [&mut read, &mut shown] {
        let appointment = appointment.as_object_mut().unwrap();
        appointment.remove("id");
        appointment.remove("extension");
        if let Some(Json::Array(entries)) = appointment.get_mut("supportingInformation") {
            entries.truncate(2);
        }
        let identifier = appointment.get_mut("identifier").and_then(Json::as_array_mut).unwrap();
        identifier[0].as_object_mut().unwrap().remove("id");
    }
    // In the demo clinic the reason is in use.
    let selected = |value: &mut Json, selected: bool| {
        let reason =
            value.as_object_mut().unwrap().get_mut("reasonCode").and_then(Json::as_array_mut).unwrap();
        let coding =
            reason[0].as_object_mut().unwrap().get_mut("coding").and_then(Json::as_array_mut).unwrap();
        coding[0].as_object_mut().unwrap().insert("userSelected", selected);
    };
    selected(&mut read, true);
    assert_eq!(shown, read, "{shown}");
}

#[tokio::test]
async fn the_update_example_is_accepted_with_the_identifier_of_the_stored_one() {
    let (Some(create), Some(update)) =
        (example("Appointment/create-request.json"), example("Appointment/update-request.json"))
    else {
        return;
    };
    let world = World::demo().await;
    let id = world.book(&create).await.unwrap_or_else(|refusal| panic!("{:?}", told(&refusal)));
    world.change(&id, &update).await.unwrap_or_else(|refusal| panic!("{:?}", told(&refusal)));
    assert_eq!(world.appointment(&id).await.str("status"), Some("cancelled"));
}

#[tokio::test]
async fn schedules_and_slots_have_the_shape_of_the_examples() {
    let world = World::demo().await;
    let slots = format!("schedule=Location.1-Staff.{}&start=2031-03-03", PRACTITIONERS[0]);
    for (resource_type, name, query) in
        [(ResourceType::SCHEDULE, "Schedule", ""), (ResourceType::SLOT, "Slot", slots.as_str())]
    {
        let Some(example) = example(&format!("{name}/search-response.json")) else { return };
        let bundle = world.search(resource_type, query).await.unwrap();
        assert_eq!(shapes(&bundle), shapes(&example), "{name}");
    }
}

#[test]
fn the_demo_clinic_bears_the_ids_of_the_examples() {
    let Some(create) = example("Appointment/create-request.json") else { return };
    let text = create.to_string();
    for id in [LOCATIONS[0], PATIENTS[0], PRACTITIONERS[0]] {
        assert!(text.contains(id), "{id}");
    }
}
