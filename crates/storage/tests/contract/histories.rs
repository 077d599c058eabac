//! Histories of resources, types and everything.

use crate::support::*;
use ::search::Query;
use fhir::ResourceType;
use fhir::datetime::Period;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use storage::{
    HistoryCursor, HistoryOf, HistoryPage, HistoryQuery, Method, NewVersion, Store, StoreError, Transaction,
    Version, limits,
};

const OTHER_TYPE: ResourceType = ResourceType::OBSERVATION;

fn whole(of: HistoryOf) -> HistoryQuery {
    HistoryQuery { of, since: None, at: None, limit: u64::MAX, after: None, total: true }
}

fn patients() -> HistoryQuery {
    whole(HistoryOf::Types(vec![TYPE]))
}

fn one(id: &str) -> HistoryQuery {
    whole(HistoryOf::Instance(TYPE, id.to_owned()))
}

async fn page(store: &Store, query: HistoryQuery) -> HistoryPage {
    store.read(move |reader| reader.history_page(&query)).await.unwrap()
}

/// What each version is, newest first: `id/version`.
async fn shown(store: &Store, query: HistoryQuery) -> Vec<String> {
    named(&page(store, query).await.versions)
}

fn named(versions: &[Version]) -> Vec<String> {
    versions.iter().map(|version| format!("{}/{}", version.id, version.version)).collect()
}

fn put_other(transaction: &mut dyn Transaction, id: &str) -> Result<(), StoreError> {
    let version = other(transaction, id);
    transaction.put(NewVersion { version: &version, rest: None, index: &[], holds: &[] })
}

fn other(transaction: &dyn Transaction, id: &str) -> Version {
    Version {
        resource_type: OTHER_TYPE,
        id: id.to_owned(),
        version: 1,
        last_updated: transaction.now(),
        method: Method::Create,
        body: Some(b"x".to_vec()),
    }
}

/// At 1000 a, 2000 b and another type's o, 3000 a again, 4000 b is deleted, 5000 c.
async fn some(fixture: &Fixture) -> Store {
    let store = fixture.open();
    let at = |time| fixture.clock.store(time, Ordering::SeqCst);
    at(1000);
    put(&store, "a", vec![]).await;
    at(2000);
    put(&store, "b", vec![]).await;
    store.write(|transaction| put_other(transaction, "o")).await.unwrap();
    at(3000);
    put(&store, "a", vec![]).await;
    at(4000);
    delete(&store, "b").await;
    at(5000);
    put(&store, "c", vec![]).await;
    store
}

pub async fn a_type_has_a_history_with_deletions(fixture: Arc<Fixture>) {
    let store = some(&fixture).await;
    let found = page(&store, patients()).await;
    assert_eq!(named(&found.versions), ["c/1", "b/2", "a/2", "b/1", "a/1"]);
    assert_eq!((found.total, found.next), (Some(5), None));
    assert_eq!((found.versions[1].method, found.versions[1].body.is_none()), (Method::Delete, true));
    assert!(found.versions[2].body.is_some());
    let everything = page(&store, whole(HistoryOf::System)).await;
    assert_eq!(named(&everything.versions), ["c/1", "b/2", "a/2", "o/1", "b/1", "a/1"]);
    assert_eq!(everything.total, Some(6));
    let both = whole(HistoryOf::Types(vec![OTHER_TYPE, TYPE]));
    assert_eq!(page(&store, both).await.versions, everything.versions);
    assert_eq!(shown(&store, whole(HistoryOf::Types(vec![]))).await, [""; 0]);
    assert_eq!(shown(&store, whole(HistoryOf::Types(vec![ResourceType::ENCOUNTER]))).await, [""; 0]);
}

pub async fn a_history_can_begin_somewhere_and_be_of_some_time(fixture: Arc<Fixture>) {
    let store = some(&fixture).await;
    let since = |since| HistoryQuery { since: Some(since), ..patients() };
    assert_eq!(shown(&store, since(3000)).await, ["c/1", "b/2", "a/2"]);
    assert_eq!(shown(&store, since(3001)).await, ["c/1", "b/2"]);
    assert_eq!(page(&store, since(5001)).await.total, Some(0));
    let at = |of: HistoryQuery, from, to| HistoryQuery { at: Some(Period { from, to }), ..of };
    // What was current then: from its writing up to the next version.
    assert_eq!(shown(&store, at(patients(), 0, 1000)).await, [""; 0]);
    assert_eq!(shown(&store, at(patients(), 1000, 1001)).await, ["a/1"]);
    assert_eq!(shown(&store, at(patients(), 2500, 2501)).await, ["b/1", "a/1"]);
    assert_eq!(shown(&store, at(patients(), 2500, 3001)).await, ["a/2", "b/1", "a/1"]);
    assert_eq!(shown(&store, at(patients(), 3000, 3001)).await, ["a/2", "b/1"]);
    assert_eq!(shown(&store, at(patients(), 9000, 9001)).await, ["c/1", "b/2", "a/2"]);
    assert_eq!(shown(&store, at(one("a"), 2999, 3000)).await, ["a/1"]);
    assert_eq!(shown(&store, at(one("b"), 5000, 5001)).await, ["b/2"]);
    assert_eq!(shown(&store, HistoryQuery { since: Some(2000), ..one("a") }).await, ["a/2"]);
    assert_eq!(shown(&store, one("a")).await, ["a/2", "a/1"]);
    for nobody in ["none", "a\0"] {
        assert_eq!(page(&store, one(nobody)).await.total, Some(0));
    }
}

pub async fn pages_of_a_history_fit_together_whatever_happens_between(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let unit = store.write(|transaction| {
        for number in 0..20 {
            // All at one moment: the time alone would not tell where a page ends.
            put_in(transaction, &format!("p{}", number % 8), &[], &[])?;
            put_other(transaction, &format!("o{number}"))?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    for of in [HistoryOf::System, HistoryOf::Types(vec![TYPE]), HistoryOf::Instance(TYPE, "p3".to_owned())] {
        let expected = page(&store, whole(of.clone())).await;
        let (mut walked, mut after, mut round) = (Vec::new(), None::<HistoryCursor>, 0);
        loop {
            let query = HistoryQuery { limit: 3, after, ..whole(of.clone()) };
            let found = page(&store, query).await;
            assert_eq!(found.total, expected.total);
            walked.extend(found.versions);
            let Some(next) = found.next else { break };
            after = Some(next);
            round += 1;
            put(&store, &format!("p{}", round % 5), vec![]).await;
        }
        assert_eq!(walked, expected.versions, "{of:?}");
        assert_eq!(after.map(|after| after.mark).is_some(), walked.len() > 3);
    }
    let nothing = page(&store, HistoryQuery { limit: 0, ..whole(HistoryOf::System) }).await;
    assert!(nothing.total.is_some_and(|total| total >= 40));
    assert_eq!((nothing.versions, nothing.next), (vec![], None));
}

pub async fn a_history_leaves_out_what_was_under_way(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for number in 0..6 {
        put(&store, &format!("p{number}"), vec![]).await;
    }
    // A unit that has written and waits, while a walk begins. SQLite, with its one writer, only sees it wait.
    let (reached, wait) = std::sync::mpsc::channel();
    let (go, gone) = std::sync::mpsc::channel();
    let gone = std::sync::Mutex::new(gone);
    let writing = store.clone();
    let slow = tokio::spawn(async move {
        let unit = writing.write(move |transaction| {
            put_in(transaction, "slow", &[], &[])?;
            let _ = reached.send(());
            let _ = gone.lock().unwrap().recv_timeout(Duration::from_secs(20));
            Ok::<_, StoreError>(())
        });
        unit.await
    });
    wait.recv_timeout(Duration::from_secs(20)).unwrap();
    if !fixture.is_sqlite() {
        put(&store, "quick", vec![]).await;
    }
    let first = page(&store, HistoryQuery { limit: 3, ..patients() }).await;
    go.send(()).unwrap();
    slow.await.unwrap().unwrap();
    let rest = page(&store, HistoryQuery { after: first.next, ..patients() }).await;
    assert_eq!(first.total, rest.total);
    assert_eq!((first.versions.len() + rest.versions.len()) as u64, first.total.unwrap());
    assert!(!named(&first.versions).contains(&"slow/1".to_owned()));
    assert!(!named(&rest.versions).contains(&"slow/1".to_owned()));
    assert!(shown(&store, patients()).await.contains(&"slow/1".to_owned()));
}

pub async fn a_history_is_few_statements(fixture: Arc<Fixture>) {
    let store = some(&fixture).await;
    let before = fixture.probe.statements();
    page(&store, HistoryQuery { limit: 2, total: false, ..patients() }).await;
    // Begin, mark, places, versions; on PostgreSQL commit, and when others write one to keep the mark.
    let cost = fixture.probe.statements() - before;
    assert!(cost == 4 || (!fixture.is_sqlite() && cost <= 6), "{cost}");
    assert_eq!(search(&store, Query::all(TYPE)).await.resources.len(), 2);
}

pub async fn a_page_is_counted_up_to_a_limit_and_a_count_to_the_end(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let number = limits::HISTORY_COUNTED + 1;
    let unit = store.write(move |transaction| {
        let versions: Vec<Version> =
            (0..number).map(|index| other(transaction, &format!("o{index}"))).collect();
        let new = versions.iter().map(|version| NewVersion { version, rest: None, index: &[], holds: &[] });
        transaction.put_all(&new.collect::<Vec<_>>())
    });
    unit.await.unwrap();
    for of in [HistoryOf::System, HistoryOf::Types(vec![OTHER_TYPE])] {
        let limited = |limit| HistoryQuery { limit, ..whole(of.clone()) };
        assert_eq!(page(&store, limited(1)).await.total, None);
        assert_eq!(page(&store, limited(0)).await.total, Some(number));
    }
}
