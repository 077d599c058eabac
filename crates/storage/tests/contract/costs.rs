//! How many SQL statements things cost. A higher number here needs a reason.

use crate::support::*;
use ::search::Total;
use std::sync::Arc;
use storage::{NewVersion, StoreError};

async fn statements(fixture: &Fixture, work: impl AsyncFnOnce()) -> u64 {
    let before = fixture.probe.statements();
    work().await;
    fixture.probe.statements() - before
}

/// The cost when nothing special happens: connections are open, and on PostgreSQL nobody else writes at the moment.
async fn least(fixture: &Fixture, work: impl AsyncFn()) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..50 {
        least = least.min(statements(fixture, &work).await);
    }
    least
}

/// SQLite's and PostgreSQL's number.
fn expected(fixture: &Fixture, sqlite: u64, postgres: u64) -> u64 {
    if fixture.is_sqlite() { sqlite } else { postgres }
}

pub async fn a_point_read_is_one_statement_and_on_sqlite_none_when_it_is_remembered(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for id in ["a", "b"] {
        put(&store, id, vec![]).await;
    }
    let read = async |id: &str| drop(store.read_resource(TYPE, id).await.unwrap());
    if fixture.is_sqlite() {
        // The first after a write opens a snapshot, which the next ones share.
        assert_eq!(statements(&fixture, async || read("a").await).await, 2);
        assert_eq!(statements(&fixture, async || read("b").await).await, 1);
    }
    assert_eq!(least(&fixture, async || read("a").await).await, expected(&fixture, 0, 1));
}

pub async fn a_search_is_few_statements(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for number in 0..10 {
        put(&store, &format!("p{number}"), vec![key(CODE, 1), key(OTHER, number)]).await;
    }
    // Begin, mark, page; on PostgreSQL commit.
    let mut query = all().and(keys(CODE, &[1]));
    query.total = Total::Accurate;
    let cost = least(&fixture, async || drop(search(&store, query.clone()).await)).await;
    assert_eq!(cost, expected(&fixture, 3, 4), "one criterion");
    // A probe to find the rarer one.
    query = query.and(keys(OTHER, &[1]));
    let cost = least(&fixture, async || drop(search(&store, query.clone()).await)).await;
    assert_eq!(cost, expected(&fixture, 4, 5), "two criteria");
    // A count when there is more than the page; on PostgreSQL, when others write, one to keep the mark.
    let mut query = all().and(keys(CODE, &[1]));
    (query.total, query.limit) = (Total::Accurate, 3);
    let cost = least(&fixture, async || drop(search(&store, query.clone()).await)).await;
    assert_eq!(cost, expected(&fixture, 4, 5), "more than a page");
    // Both pages: whether the moment can still be seen; on PostgreSQL, when others wrote, what was under way.
    let cost = least(&fixture, async || {
        let mut later = query.clone();
        later.as_of = Some(search(&store, query.clone()).await.mark);
        later.offset = 3;
        search(&store, later).await;
    });
    assert_eq!(cost.await, expected(&fixture, 8, 10), "a page and a later page");
}

pub async fn a_create_is_few_statements_besides_its_index_rows(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "first", vec![]).await;
    let index = vec![key(CODE, 1), key(CODE, 2), text(NAME, "x"), span(DATE, 0, 1)];
    let create = store.write(move |transaction| {
        let version = version(transaction, "a", 1);
        transaction.put(NewVersion { version: &version, rest: None, index: &index, holds: &[] })
    });
    let cost = statements(&fixture, async || create.await.unwrap()).await;
    // SQLite: begin, last number, savepoint, version, release, five tables of the index, commit.
    // PostgreSQL: last time, begin, transaction number, version, all index rows, commit.
    assert_eq!(cost, expected(&fixture, 11, 6), "create");
    let update = store.write(|transaction| put_in(transaction, "a", &[], &[]).map(drop));
    let cost = statements(&fixture, async || update.await.unwrap()).await;
    // The current version is read; on SQLite, that it is superseded is a table more.
    assert_eq!(cost, expected(&fixture, 10, 7), "update");
    let nothing = store.write(|_| Ok::<_, StoreError>(()));
    let cost = statements(&fixture, async || nothing.await.unwrap()).await;
    assert_eq!(cost, expected(&fixture, 5, 3), "nothing");
}
