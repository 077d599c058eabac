//! 64 clients book overlapping, unequal times of one practitioner at once.

use crate::world::{World, booking, told, with};
use canvas::clinic::demo;
use fhir::{Json, ResourceType};

const CLIENTS: i64 = 64;
const ROUNDS: i64 = 20;

/// A booking of a time that is unlike all others and holds ten o'clock of the round's day in all of them.
fn attempt(round: i64, client: i64) -> Json {
    with(booking("10:00", "10:30"), |appointment| {
        let day = 3 + round;
        // Between 9:28 and 10:00 from, between 10:01 and 11:04 to; every other client in another offset.
        let (from, to) = (60 * 9 + 28 + client % 33, 60 * 10 + 1 + client);
        let time = |minutes: i64| match client % 2 {
            0 => format!("2031-03-{day:02}T{:02}:{:02}:00Z", minutes / 60, minutes % 60),
            _ => format!("2031-03-{day:02}T{:02}:{:02}:00+05:00", minutes / 60 + 5, minutes % 60),
        };
        appointment.insert("start", time(from));
        appointment.insert("end", time(to));
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_64_overlapping_bookings_at_once_exactly_one_wins_in_each_of_20_rounds() {
    race(&World::demo().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_64_overlapping_bookings_at_once_exactly_one_wins_on_postgresql_too() {
    if let Some(world) = World::on_postgres("race").await {
        race(&world).await;
    }
}

async fn race(world: &World) {
    for round in 0..ROUNDS {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let world = world.clone();
                tokio::spawn(async move { world.book(&attempt(round, client)).await })
            })
            .collect();
        let (mut won, mut lost) = (Vec::new(), 0);
        for client in clients {
            match client.await.expect("no panic") {
                Ok(id) => won.push(id),
                Err(refusal) => {
                    let text = "business-rule : This appointment time is no longer available.";
                    assert_eq!(told(&refusal), (422, vec![text.to_owned()]));
                    lost += 1;
                }
            }
        }
        assert_eq!((won.len(), lost), (1, CLIENTS - 1), "round {round}");
        let day = 3 + round;
        let query = format!("date=2031-03-{day:02}&practitioner={}", demo::PRACTITIONER);
        let stored = world.find(ResourceType::APPOINTMENT, &query).await;
        assert_eq!(stored.iter().filter_map(|one| one.str("id")).collect::<Vec<_>>(), won);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn of_many_moves_onto_one_free_time_exactly_one_wins() {
    let world = World::demo().await;
    let mut ids = Vec::new();
    for minute in 0..16 {
        ids.push(
            world.book(&booking(&format!("12:{minute:02}"), &format!("12:{:02}", minute + 1))).await.unwrap(),
        );
    }
    let moves: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let world = world.clone();
            tokio::spawn(async move { world.change(&id, &booking("15:00", "15:20")).await.is_ok() })
        })
        .collect();
    let mut won = 0;
    for one in moves {
        won += u32::from(one.await.expect("no panic"));
    }
    assert_eq!(won, 1);
}
