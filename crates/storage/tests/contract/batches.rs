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
    transaction.put(NewVersion { version: &version, index: &[], holds: &[] })
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
        transaction.put(NewVersion { version: &update, index: &[], holds: &[] })?;
        // The version and what it replaces, on PostgreSQL the first number too.
        assert!(probe.statements() - before <= 3);
        let stale = version(transaction, "new", 2);
        let conflict = transaction.put(NewVersion { version: &stale, index: &[], holds: &[] });
        assert!(matches!(conflict, Err(StoreError::Conflict)));
        assert_eq!(transaction.exist(&asked)?, [true, false]);
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
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
