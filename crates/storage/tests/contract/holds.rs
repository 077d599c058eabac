//! Who is held when.

use crate::support::*;
use ::search::Hold;
use fhir::datetime::Period;
use std::sync::Arc;
use storage::{Store, StoreError};

async fn held(store: &Store, holder: u64, from: i64, to: i64) -> Vec<String> {
    let held = store.read(move |reader| reader.holds(holder, Period { from, to }, usize::MAX)).await.unwrap();
    let mut ids: Vec<String> = held.into_iter().map(|held| held.id).collect();
    ids.sort();
    ids
}

pub async fn touching_ends_do_not_overlap(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put_holding(&store, "a", vec![hold(u64::MAX, 100, 200)]).await;
    for (from, to, overlaps) in [
        (0, 100, false),
        (0, 101, true),
        (199, 300, true),
        (200, 300, false),
        (120, 130, true),
        (0, 300, true),
    ] {
        assert_eq!(!held(&store, u64::MAX, from, to).await.is_empty(), overlaps, "{from}..{to}");
    }
    assert_eq!(held(&store, 1, 100, 200).await, [""; 0]);
}

pub async fn holds_of_every_length_are_found(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let mut random = Random(7);
    // Several lengths of every power of two, at random places.
    let mut holds: Vec<(String, Hold)> = Vec::new();
    for power in 0..=62 {
        for _ in 0..3 {
            let length = (1_i64 << power) - random.below(2) as i64;
            let from = (random.next() as i64) >> random.below(40);
            holds.push((format!("h{:03}", holds.len()), hold(5, from, from.saturating_add(length))));
        }
    }
    let written = holds.clone();
    let unit = store.write(move |transaction| {
        for (id, hold) in &written {
            put_in(transaction, id, &[], std::slice::from_ref(hold))?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    for _ in 0..200 {
        let shift = random.below(40);
        let mut from = (random.next() as i64) >> shift;
        if random.chance(3) {
            let period = holds[random.below(holds.len() as u64) as usize].1.period;
            from = if random.chance(2) { period.from } else { period.to };
        }
        let to = from.saturating_add((random.next() >> random.below(63)) as i64 & i64::MAX);
        let period = Period { from, to };
        let expected: Vec<&str> = holds
            .iter()
            .filter(|(_, hold)| hold.period.overlaps(period))
            .map(|(id, _)| id.as_str())
            .collect();
        assert_eq!(held(&store, 5, from, to).await, expected, "{from}..{to}");
    }
}

pub async fn open_periods_are_found_and_find(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let (beginning, end) = (Period::BEGINNING, Period::END);
    put_holding(&store, "always", vec![hold(1, beginning, end)]).await;
    put_holding(&store, "from", vec![hold(1, 100, end)]).await;
    put_holding(&store, "until", vec![hold(1, beginning, 100)]).await;
    put_holding(&store, "short", vec![hold(1, 90, 110)]).await;
    assert_eq!(held(&store, 1, beginning, end).await, ["always", "from", "short", "until"]);
    assert_eq!(held(&store, 1, 100, 101).await, ["always", "from", "short"]);
    assert_eq!(held(&store, 1, 99, 100).await, ["always", "short", "until"]);
    assert_eq!(held(&store, 1, beginning, 90).await, ["always", "until"]);
    assert_eq!(held(&store, 1, 110, end).await, ["always", "from"]);
    assert_eq!(held(&store, 1, beginning, beginning + 1).await, ["always", "until"]);
    assert_eq!(held(&store, 1, end - 1, end).await, ["always", "from"]);
}

pub async fn a_hold_ends_with_its_version(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put_holding(&store, "a", vec![hold(1, 0, 10), hold(2, 0, 10)]).await;
    assert_eq!(held(&store, 2, 0, 10).await, ["a"]);
    put_holding(&store, "a", vec![hold(1, 20, 30)]).await;
    assert_eq!(held(&store, 1, 0, 10).await, [""; 0]);
    assert_eq!(held(&store, 2, 0, 10).await, [""; 0]);
    assert_eq!(held(&store, 1, 20, 30).await, ["a"]);
    delete(&store, "a").await;
    assert_eq!(held(&store, 1, 0, 100).await, [""; 0]);
}

pub async fn holds_are_bounded_and_by_start(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for (id, from, to) in [("c", 30, 32), ("a", 0, 1000), ("b", 20, 21)] {
        put_holding(&store, id, vec![hold(1, from, to)]).await;
    }
    let held = |limit| store.read(move |reader| reader.holds(1, Period { from: 0, to: 100 }, limit));
    let all = held(10).await.unwrap();
    assert_eq!(all.iter().map(|held| held.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((all[1].resource_type, all[1].period), (TYPE, Period { from: 20, to: 21 }));
    assert_eq!(held(2).await.unwrap().len(), 2);
    assert_eq!(held(0).await.unwrap().len(), 0);
}
