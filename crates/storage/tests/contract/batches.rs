//! Many resources at once.

use crate::support::*;
use ::search::{Criterion, IndexRow};
use fhir::ResourceType;
use std::sync::Arc;
use storage::{Method, NewVersion, Store, StoreError, Transaction, Version};

const OTHER_TYPE: ResourceType = ResourceType::OBSERVATION;

fn places(of: &[(ResourceType, &str)]) -> Vec<(ResourceType, String)> {
    of.iter().map(|(of, id)| (*of, (*id).to_owned())).collect()
}

fn put_other(transaction: &mut dyn Transaction, id: &str) -> Result<(), StoreError> {
    let version = Version {
        resource_type: OTHER_TYPE,
        id: id.to_owned(),
        version: 1,
        last_updated: transaction.now(),
        method: Method::Create,
        body: Some(b"other".to_vec()),
    };
    transaction.put(NewVersion { version: &version, rest: None, index: &[], holds: &[] })
}

async fn some(store: &Store) {
    for id in ["a", "b", "c"] {
        put(store, id, vec![]).await;
    }
    put(store, "b", vec![]).await;
    delete(store, "c").await;
    store.write(|transaction| put_other(transaction, "a")).await.unwrap();
}

pub async fn many_resources_are_read_in_one_statement(fixture: Arc<Fixture>) {
    let store = fixture.open();
    some(&store).await;
    let asked = places(&[
        (TYPE, "b"),
        (OTHER_TYPE, "a"),
        (TYPE, "none"),
        (TYPE, "a"),
        (TYPE, "c"),
        (TYPE, "b"),
        (TYPE, "\0"),
        (ResourceType::ENCOUNTER, "a"),
    ]);
    let one_by_one = asked.clone();
    let expected = store.read(move |reader| {
        one_by_one.iter().map(|(of, id)| reader.resource(*of, id)).collect::<Result<Vec<_>, StoreError>>()
    });
    let expected = expected.await.unwrap();
    let before = fixture.probe.statements();
    let exist = asked.clone();
    let found = store.read(move |reader| reader.resources(&asked, None)).await.unwrap();
    // Begin and the one; on PostgreSQL commit.
    assert_eq!(fixture.probe.statements() - before, if fixture.is_sqlite() { 2 } else { 3 });
    assert_eq!(found, expected);
    assert!(found[4].as_ref().is_some_and(|deleted| deleted.body.is_none()));
    let exist = store.read(move |reader| reader.exist(&exist)).await.unwrap();
    assert_eq!(exist, [true, true, false, true, false, true, false, false]);
    assert_eq!(store.read(|reader| reader.resources(&[], None)).await.unwrap(), []);
}

pub async fn many_resources_are_read_as_of_a_moment(fixture: Arc<Fixture>) {
    let store = fixture.open();
    some(&store).await;
    let mark = search(&store, all()).await.mark;
    put(&store, "a", vec![]).await;
    delete(&store, "b").await;
    put(&store, "c", vec![]).await;
    put(&store, "d", vec![]).await;
    let asked = places(&[(TYPE, "a"), (TYPE, "b"), (TYPE, "c"), (TYPE, "d")]);
    let found = store.read(move |reader| reader.resources(&asked, Some(mark))).await.unwrap();
    let versions: Vec<Option<u64>> = found.iter().map(|v| v.as_ref().map(|v| v.version)).collect();
    assert_eq!(versions, [Some(1), Some(2), Some(2), None]);
}

pub async fn what_a_unit_has_read_at_once_it_need_not_read_again(fixture: Arc<Fixture>) {
    let store = fixture.open();
    some(&store).await;
    let probe = fixture.probe.clone();
    let unit = store.write(move |transaction| {
        let asked = places(&[(TYPE, "a"), (TYPE, "new")]);
        assert_eq!(transaction.exist(&asked)?, [true, false]);
        let before = probe.statements();
        let update = version(transaction, "a", 2);
        transaction.put(NewVersion { version: &update, rest: None, index: &[], holds: &[] })?;
        // The version and what it replaces, on PostgreSQL the first number too.
        assert!(probe.statements() - before <= 3);
        let stale = version(transaction, "new", 2);
        let conflict = transaction.put(NewVersion { version: &stale, rest: None, index: &[], holds: &[] });
        assert!(matches!(conflict, Err(StoreError::Conflict)));
        assert_eq!(transaction.exist(&asked)?, [true, false]);
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
}

/// Versions to be written: patients with these numbers, at those versions.
fn versions(transaction: &dyn Transaction, numbers: std::ops::Range<u64>, number: u64) -> Vec<Version> {
    numbers.map(|n| version(transaction, &format!("p{n}"), number)).collect()
}

fn put_them(transaction: &mut dyn Transaction, versions: &[Version]) -> Result<(), StoreError> {
    let index = [key(CODE, 1), text(NAME, "x"), span(DATE, 0, 1), quantity(OTHER, 1, 1.0, 1.0)];
    let held = [hold(7, 0, 10)];
    let new = versions.iter().map(|version| {
        let deleted = version.method == Method::Delete;
        let (index, holds) = if deleted { (&index[..0], &held[..0]) } else { (&index[..], &held[..]) };
        NewVersion { version, rest: None, index, holds }
    });
    transaction.put_all(&new.collect::<Vec<_>>())
}

pub async fn a_large_transaction_is_few_statements(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for round in 1..=3 {
        let before = fixture.probe.statements();
        let unit = store.write(move |transaction| {
            let mut versions = versions(transaction, 0..1300, round);
            if round == 3 {
                versions
                    .iter_mut()
                    .for_each(|version| (version.method, version.body) = (Method::Delete, None));
            }
            put_them(transaction, &versions)
        });
        unit.await.unwrap();
        let cost = fixture.probe.statements() - before;
        assert!(cost <= 17, "{cost} statements");
        let expected = if round == 3 { 0 } else { 1300 };
        assert_eq!(matching(&store, keys(CODE, &[1])).await.len(), expected);
        assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), expected as u64);
        let period = fhir::datetime::Period { from: 0, to: 1 };
        let held = store.read(move |reader| reader.holds(7, period, 2000)).await.unwrap();
        assert_eq!(held.len(), expected);
    }
    let last = store.read_resource(TYPE, "p1299").await.unwrap().unwrap();
    assert_eq!((last.version, last.method), (3, Method::Delete));
}

pub async fn of_a_large_transaction_with_a_conflict_nothing_is_written(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "p5", vec![]).await;
    put(&store, "p5", vec![]).await;
    let unit = store.write(|transaction| {
        for number in [1, 2] {
            // Of p5 the next would be 3; of the others 1.
            let all = versions(transaction, 0..10, number);
            let conflict = put_them(transaction, &all);
            assert!(matches!(conflict, Err(StoreError::Conflict)), "{conflict:?}");
        }
        assert_eq!(transaction.count(TYPE)?, 1);
        let others = versions(transaction, 0..5, 1);
        put_them(transaction, &others)
    });
    unit.await.unwrap();
    assert_eq!(ids(&store, all()).await, ["p5", "p0", "p1", "p2", "p3", "p4"]);
    assert_eq!(matching(&store, keys(CODE, &[1])).await.len(), 5);
}

pub async fn a_large_transaction_may_write_one_resource_more_than_once(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let unit = store.write(|transaction| {
        let mut both = versions(transaction, 0..1, 1);
        both.extend(versions(transaction, 0..1, 2));
        put_them(transaction, &both)?;
        let mut backwards = versions(transaction, 1..2, 2);
        backwards.extend(versions(transaction, 1..2, 1));
        assert!(matches!(put_them(transaction, &backwards), Err(StoreError::Conflict)));
        put_in(transaction, "p0", &[key(CODE, 1)], &[])
    });
    assert_eq!(unit.await.unwrap().version, 3);
    assert_eq!(ids(&store, all()).await, ["p0"]);
    assert_eq!(matching(&store, keys(CODE, &[1])).await, ["p0"]);
    assert_eq!(store.read(|reader| reader.count(TYPE)).await.unwrap(), 1);
}

pub async fn of_many_that_search_and_then_create_exactly_one_does(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for round in 0..10_u64 {
        let criteria: [(Criterion, IndexRow); 3] = [
            (keys(CODE, &[round]), key(CODE, round)),
            (
                texts(NAME, &[search::TextTest::StartsWith(format!("n{round}-"))]),
                text(NAME, &format!("n{round}-x")),
            ),
            (
                numbers(OTHER, 1, &[search::NumberTest::Overlaps { low: round as f64, high: round as f64 }]),
                quantity(OTHER, 1, round as f64, round as f64),
            ),
        ];
        let (criterion, row) = criteria[(round % 3) as usize].clone();
        let units = (0..32).map(|number| {
            let (store, criterion, row) = (store.clone(), criterion.clone(), row.clone());
            tokio::spawn(async move {
                let unit = store.write(move |transaction| {
                    let mut query = all().and(criterion.clone());
                    query.limit = 2;
                    if !transaction.search(&query)?.resources.is_empty() {
                        return Ok::<_, StoreError>(false);
                    }
                    put_in(transaction, &format!("r{round}-{number}"), std::slice::from_ref(&row), &[])?;
                    Ok(true)
                });
                unit.await
            })
        });
        let mut created = 0;
        for unit in units.collect::<Vec<_>>() {
            match unit.await.unwrap() {
                Ok(was_created) => created += u32::from(was_created),
                // Told so, and nothing done.
                Err(error) => assert!(matches!(error, StoreError::Conflict), "{error:?}"),
            }
        }
        assert_eq!(created, 1, "round {round}");
        assert_eq!(matching(&store, criterion).await.len(), 1, "round {round}");
    }
}
