//! Index rows of superseded versions.

use crate::support::*;
use fhir::datetime::Period;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use storage::{Store, StoreError};

const TABLES: [&str; 9] = [
    "live",
    "index_key",
    "manifest",
    "index_text",
    "index_span",
    "index_number",
    "index_range",
    "hold",
    "superseded",
];

fn rows(fixture: &Fixture) -> Vec<i64> {
    TABLES.iter().map(|table| fixture.raw(&format!("SELECT count(*) FROM {table}"))).collect()
}

fn a_number() -> search::IndexRow {
    quantity(OTHER, 1, 2.5, 2.5)
}

/// A store that keeps superseded index rows for ten seconds of its clock.
fn open(fixture: &Fixture) -> Store {
    let mut options = fixture.options();
    (options.retention, options.writers) = (Duration::from_secs(10), 1);
    Store::open(options).unwrap()
}

async fn write_twice(store: &Store) {
    for version in 0..2 {
        let unit = store.write(move |transaction| {
            for number in 0..100 {
                let index = [
                    key(CODE, version),
                    key(OTHER, number),
                    text(NAME, "x"),
                    span(DATE, 0, 1),
                    a_number(),
                    quantity(OTHER, 1, 2.5, 3.5),
                ];
                put_in(transaction, &format!("p{number}"), &index, &[hold(number, version as i64, 9)])?;
            }
            Ok::<_, StoreError>(())
        });
        unit.await.unwrap();
    }
}

/// Commits often enough for the store to look for superseded versions, more than once.
async fn commit_often(store: &Store) {
    for _ in 0..200 {
        store.write(|transaction| transaction.put_setting("a", "b")).await.unwrap();
    }
}

pub async fn index_rows_of_superseded_versions_are_removed_in_time(fixture: Arc<Fixture>) {
    fixture.clock.store(100_000, Ordering::SeqCst);
    let store = open(&fixture);
    write_twice(&store).await;
    delete(&store, "p0").await;
    fixture.clock.store(109_000, Ordering::SeqCst);
    commit_often(&store).await;
    assert_eq!(rows(&fixture), [200, 400, 200, 200, 200, 200, 200, 200, 101]);
    fixture.clock.store(111_000, Ordering::SeqCst);
    commit_often(&store).await;
    assert_eq!(rows(&fixture), [99, 198, 99, 99, 99, 99, 99, 99, 0]);
    assert_eq!(matching(&store, keys(CODE, &[0])).await.len(), 0);
    assert_eq!(matching(&store, keys(CODE, &[1])).await.len(), 99);
    assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), 99);
    assert_eq!(ids(&store, all()).await.len(), 99);
    let history = store.read(|reader| reader.history(TYPE, "p0", 9, 0)).await.unwrap();
    assert_eq!(history.versions.len(), 3);
    assert!(history.versions[2].body.is_some());
}

pub async fn a_walk_longer_than_the_retention_expires(fixture: Arc<Fixture>) {
    fixture.clock.store(100_000, Ordering::SeqCst);
    let store = open(&fixture);
    put(&store, "a", vec![key(CODE, 1)]).await;
    put(&store, "b", vec![key(CODE, 1)]).await;
    let mut query = all().and(keys(CODE, &[1]));
    query.limit = 1;
    query.as_of = Some(search(&store, query.clone()).await.mark);
    query.offset = 1;
    put(&store, "b", vec![]).await;
    fixture.clock.store(109_000, Ordering::SeqCst);
    commit_often(&store).await;
    assert_eq!(ids(&store, query.clone()).await, ["b"]);
    fixture.clock.store(111_000, Ordering::SeqCst);
    commit_often(&store).await;
    assert!(matches!(try_search(&store, query.clone()).await, Err(StoreError::Expired)));
    query.as_of = Some(search(&store, all()).await.mark);
    assert_eq!(ids(&store, query).await, [""; 0]);
}

pub async fn the_index_can_be_replaced(fixture: Arc<Fixture>) {
    let store = open(&fixture);
    let unit = store.write(|transaction| {
        put_in(
            transaction,
            "a",
            &[key(CODE, 1), text(NAME, "x"), span(DATE, 0, 1), a_number()],
            &[hold(1, 0, 9)],
        )?;
        put_in(transaction, "b", &[key(CODE, 1)], &[])?;
        transaction.replace_index(TYPE, "b", &[key(CODE, 3)], &[])
    });
    unit.await.unwrap();
    let before = store.read_resource(TYPE, "a").await.unwrap();
    let unit =
        store.write(|transaction| transaction.replace_index(TYPE, "a", &[key(CODE, 2)], &[hold(2, 0, 9)]));
    unit.await.unwrap();
    assert_eq!(store.read_resource(TYPE, "a").await.unwrap(), before);
    assert_eq!(matching(&store, keys(CODE, &[1])).await, [""; 0]);
    assert_eq!(matching(&store, keys(CODE, &[2])).await, ["a"]);
    assert_eq!(matching(&store, keys(CODE, &[3])).await, ["b"]);
    let held = |holder| store.read(move |reader| reader.holds(holder, Period { from: 0, to: 9 }, 9));
    assert_eq!((held(1).await.unwrap().len(), held(2).await.unwrap().len()), (0, 1));
    assert_eq!(rows(&fixture), [2, 2, 2, 0, 0, 0, 0, 1, 0]);
    delete(&store, "a").await;
    for id in ["a", "none"] {
        let unit = store.write(move |transaction| transaction.replace_index(TYPE, id, &[], &[]));
        assert!(matches!(unit.await, Err(StoreError::Conflict)), "{id}");
    }
}
