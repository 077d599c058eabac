//! The small numbers of locations in schedule ids.

use crate::world::World;
use canvas::Clinic;
use canvas::scheduling::location_key::{key_of, location};
use fhir::{Json, ResourceType, json};
use interactions::{Preconditions, Refusal};

const LOCATION: ResourceType = ResourceType::LOCATION;

fn place(id: &str) -> Json {
    json!({ "resourceType": "Location", "id": id, "name": id })
}

async fn keys(world: &World, ids: &'static [&'static str]) -> Vec<Option<u32>> {
    let read = move |reader: &mut dyn interactions::storage::Reader| {
        let keys = ids.iter().map(|id| key_of(reader, id));
        keys.collect::<Result<Vec<_>, _>>().map_err(Refusal::from)
    };
    world.engine.snapshot(read).await.unwrap()
}

#[tokio::test]
async fn locations_are_numbered_as_they_come_and_keep_their_number() {
    let world = World::empty(Clinic::demo());
    world.put(LOCATION, "b", place("b")).await;
    world.put(LOCATION, "a", place("a")).await;
    assert_eq!(keys(&world, &["a", "b", "c"]).await, [Some(2), Some(1), None]);
    world.put(LOCATION, "b", json!({ "resourceType": "Location", "id": "b", "name": "renamed" })).await;
    world.engine.delete(LOCATION, "a", Preconditions::default()).await.unwrap();
    world.put(LOCATION, "c", place("c")).await;
    world.put(LOCATION, "a", place("a")).await;
    assert_eq!(keys(&world, &["a", "b", "c"]).await, [Some(2), Some(1), Some(3)]);
    let named = world.engine.snapshot(|reader| Ok(location(reader, 3)?)).await.unwrap();
    assert_eq!(named.as_deref(), Some("c"));
}

#[tokio::test]
async fn a_write_that_is_refused_takes_no_number() {
    let world = World::empty(Clinic::demo());
    let prepared = world.engine.prepare(LOCATION, "a", place("a"));
    let refused: Result<(), Refusal> = world
        .engine
        .write(move |unit| {
            let before = unit.state(LOCATION, "a")?;
            unit.put(before, &prepared)?;
            Err(Refusal::conflict())
        })
        .await;
    assert!(refused.is_err());
    world.put(LOCATION, "b", place("b")).await;
    assert_eq!(keys(&world, &["a", "b"]).await, [None, Some(1)]);
}

#[tokio::test]
async fn other_resources_have_no_number() {
    let world = World::empty(Clinic::demo());
    world
        .put(
            ResourceType::ORGANIZATION,
            "o",
            json!({ "resourceType": "Organization", "id": "o", "name": "O" }),
        )
        .await;
    world.put(LOCATION, "a", place("a")).await;
    assert_eq!(keys(&world, &["o", "a"]).await, [None, Some(1)]);
}
