//! Criteria about other resources and about what the index does not tell, and orders computed from the resources.

use crate::support::*;
use ::search::index::hash_parts;
use ::search::{Criterion, IndexRow, ParameterId, Query, References, SortKey, SortText, Test, Total};
use fhir::ResourceType;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::{Method, NewVersion, Store, StoreError, Transaction, Version};

const REFERRING: ResourceType = ResourceType::OBSERVATION;
const SUBJECT: ParameterId = ParameterId::new(9, REFERRING);

/// A row that says: refers to this patient.
fn refers_to(id: &str) -> IndexRow {
    IndexRow::Key { parameter: SUBJECT, hash: hash_parts(&["r", "Patient", "/", id]) }
}

/// Writes an observation whose bytes are the id of its patient.
fn observe(transaction: &mut dyn Transaction, id: &str, patient: &str) -> Result<(), StoreError> {
    let current = transaction.resource(REFERRING, id)?.map_or(0, |current| current.version);
    let version = Version {
        resource_type: REFERRING,
        id: id.into(),
        version: current + 1,
        last_updated: transaction.now(),
        method: Method::Update,
        body: Some(patient.into()),
    };
    transaction.put(NewVersion { version: &version, rest: None, index: &[refers_to(patient)], holds: &[] })
}

async fn observed(store: &Store, id: &'static str, patient: &'static str) {
    store.write(move |transaction| observe(transaction, id, patient)).await.unwrap();
}

fn chain(criteria: Vec<Criterion>) -> Criterion {
    Criterion::RefersTo { parameter: SUBJECT, target: TYPE, criteria }
}

fn has(criteria: Vec<Criterion>) -> Criterion {
    let references = References(Arc::new(|body| vec![String::from_utf8_lossy(body).into_owned()]));
    Criterion::ReferredToBy { by: REFERRING, criteria, references }
}

/// Whether the stored bytes hold this text.
fn tested(candidates: Vec<Criterion>, part: &'static str) -> Criterion {
    let test = Test(Arc::new(move |body| String::from_utf8_lossy(body).contains(part)));
    Criterion::Tested { candidates, test }
}

pub async fn a_chain_finds_what_refers_to_what_matches(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "ann", vec![key(CODE, 1)]).await;
    put(&store, "bob", vec![key(CODE, 2)]).await;
    observed(&store, "o1", "ann").await;
    observed(&store, "o2", "bob").await;
    observed(&store, "o3", "nobody").await;
    let observations = Query::all(REFERRING);
    let of_one = chain(vec![keys(CODE, &[1])]);
    assert_eq!(ids(&store, observations.clone().and(of_one.clone())).await, ["o1"]);
    assert_eq!(ids(&store, observations.clone().and(chain(vec![]))).await, ["o1", "o2"]);
    let not = Criterion::Not(Box::new(of_one.clone()));
    assert_eq!(ids(&store, observations.clone().and(not)).await, ["o2", "o3"]);
    let either = Criterion::Either(vec![of_one, Criterion::Ids(vec!["o3".into()])]);
    assert_eq!(ids(&store, observations.and(either)).await, ["o1", "o3"]);
    // Back and forth: patients of whom there is an observation that refers to a patient of code 2.
    let there_and_back = has(vec![chain(vec![keys(CODE, &[2])])]);
    assert_eq!(matching(&store, there_and_back).await, ["bob"]);
}

pub async fn has_finds_what_is_referred_to(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for id in ["ann", "bob", "cid"] {
        put(&store, id, vec![key(CODE, 1)]).await;
    }
    observed(&store, "o1", "ann").await;
    observed(&store, "o2", "ann").await;
    observed(&store, "o3", "cid").await;
    assert_eq!(matching(&store, has(vec![])).await, ["ann", "cid"]);
    assert_eq!(matching(&store, has(vec![Criterion::Ids(vec!["o3".into()])])).await, ["cid"]);
    assert_eq!(matching(&store, Criterion::Not(Box::new(has(vec![])))).await, ["bob"]);
    let mut query = all().and(has(vec![])).and(keys(CODE, &[1]));
    (query.limit, query.total) = (1, Total::Accurate);
    let page = search(&store, query).await;
    assert_eq!((page.total, page.has_more, page.resources[0].id.as_str()), (Some(2), true, "ann"));
}

pub async fn resources_are_tested_where_the_index_cannot_tell(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for id in ["ann", "anna", "bob"] {
        put(&store, id, vec![key(CODE, 1)]).await;
    }
    put(&store, "ann", vec![key(CODE, 2)]).await;
    // Stored are the id and the version.
    assert_eq!(matching(&store, tested(vec![], "ann")).await, ["anna", "ann"]);
    assert_eq!(matching(&store, tested(vec![], " 2")).await, ["ann"]);
    assert_eq!(matching(&store, tested(vec![keys(CODE, &[1])], "ann")).await, ["anna"]);
    assert_eq!(ids(&store, all().and(tested(vec![], "ann")).and(keys(CODE, &[2]))).await, ["ann"]);
    assert_eq!(matching(&store, Criterion::Not(Box::new(tested(vec![], "ann")))).await, ["bob"]);
    let both = Criterion::All(vec![tested(vec![], "a"), tested(vec![], "bob")]);
    assert_eq!(matching(&store, both).await, [""; 0]);
}

pub async fn resolving_sees_the_moment_of_the_search(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "ann", vec![key(CODE, 1)]).await;
    put(&store, "bob", vec![key(CODE, 2)]).await;
    observed(&store, "o1", "ann").await;
    observed(&store, "o2", "bob").await;
    let mut query = Query::all(REFERRING).and(chain(vec![keys(CODE, &[1])]));
    query.as_of = Some(search(&store, query.clone()).await.mark);
    put(&store, "ann", vec![key(CODE, 2)]).await;
    put(&store, "bob", vec![key(CODE, 1)]).await;
    assert_eq!(ids(&store, query.clone()).await, ["o1"]);
    query.as_of = None;
    assert_eq!(ids(&store, query).await, ["o2"]);
    let mut query = all().and(has(vec![]));
    query.as_of = Some(search(&store, query.clone()).await.mark);
    observed(&store, "o1", "cid").await;
    assert_eq!(ids(&store, query.clone()).await.len(), 2);
    query.as_of = None;
    assert_eq!(ids(&store, query).await, ["bob"]);
}

pub async fn a_unit_resolves_its_own_writes(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let unit = store.write(|transaction| {
        put_in(transaction, "ann", &[key(CODE, 1)], &[])?;
        observe(transaction, "o1", "ann")?;
        let found = transaction.search(&Query::all(REFERRING).and(chain(vec![keys(CODE, &[1])])))?;
        assert_eq!(found.resources.len(), 1);
        assert_eq!(transaction.search(&all().and(has(vec![])))?.resources.len(), 1);
        observe(transaction, "o1", "bob")?;
        assert_eq!(transaction.search(&all().and(has(vec![])))?.resources.len(), 0);
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
}

pub async fn long_lists_are_quick(fixture: Arc<Fixture>) {
    const PATIENTS: u64 = 3_000;
    let store = fixture.open();
    let unit = store.write(|transaction| {
        for number in 0..PATIENTS {
            let version = version(transaction, &format!("p{number}"), 1);
            let index = [key(CODE, number), key(OTHER, 1)];
            transaction.put(NewVersion { version: &version, rest: None, index: &index, holds: &[] })?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    let everyone = |number: u64| (number..100_000 + number).collect::<Vec<u64>>();
    let hashes = keys(CODE, &everyone(1));
    let list = Criterion::Ids(everyone(1).iter().map(|number| format!("p{number}")).collect());
    let common = keys(OTHER, &[1]);
    let not = |criterion: &Criterion| Criterion::Not(Box::new(criterion.clone()));
    let expected = PATIENTS - 1;
    for (query, total) in [
        (all().and(hashes.clone()), expected),
        (all().and(list.clone()), expected),
        (all().and(hashes.clone()).and(common.clone()), expected),
        (all().and(list.clone()).and(common.clone()), expected),
        (all().and(list.clone()).and(hashes.clone()), expected),
        (all().and(not(&list)), 1),
        (all().and(not(&hashes)), 1),
        (all().and(Criterion::Either(vec![hashes, list])), expected),
    ] {
        let started = Instant::now();
        let shown = query.criteria.len();
        let found = search(&store, Query { limit: 5, total: Total::Accurate, ..query }).await;
        assert_eq!(found.total, Some(total), "{shown} criteria");
        // Generous for a busy machine; a list looked through for each candidate would take minutes.
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}

/// The second letter of the id.
fn second_letter() -> SortKey {
    SortKey::Computed(SortText(Arc::new(|body| {
        body.get(1).filter(|byte| byte.is_ascii_alphabetic()).map(|byte| char::from(*byte).to_string())
    })))
}

pub async fn a_computed_order_pages(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for id in ["a", "bz", "ca", "dm", "ez", "fa", "g"] {
        put(&store, id, vec![key(CODE, u64::from(id.len() == 2))]).await;
    }
    let sorted = |descending| Query { sort: vec![by(second_letter(), descending)], ..all() };
    assert_eq!(ids(&store, sorted(false)).await, ["ca", "fa", "dm", "bz", "ez", "a", "g"]);
    assert_eq!(ids(&store, sorted(true)).await, ["bz", "ez", "dm", "ca", "fa", "a", "g"]);
    let mut query = sorted(false).and(keys(CODE, &[1]));
    query.sort.push(by(SortKey::Id, true));
    (query.limit, query.total) = (2, Total::Accurate);
    let first = search(&store, query.clone()).await;
    put(&store, "ha", vec![key(CODE, 1)]).await;
    delete(&store, "ca").await;
    (query.offset, query.as_of) = (2, Some(first.mark));
    let second = search(&store, query.clone()).await;
    query.offset = 4;
    let third = search(&store, query).await;
    let ids = |page: &storage::Matches| page.resources.iter().map(|v| v.id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&first), first.has_more, first.total), (vec!["fa".into(), "ca".into()], true, Some(5)));
    assert_eq!(
        (ids(&second), second.has_more, second.total),
        (vec!["dm".into(), "ez".into()], true, Some(5))
    );
    assert_eq!((ids(&third), third.has_more, third.total), (vec!["bz".into()], false, Some(5)));
}

pub async fn an_order_that_needs_too_much_memory_is_too_costly(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for number in 0..65 {
        put(&store, &format!("p{number}"), vec![]).await;
    }
    let megabyte = SortKey::Computed(SortText(Arc::new(|_| Some("x".repeat(1 << 20)))));
    let query = Query { sort: vec![by(megabyte, false)], limit: 1, ..all() };
    assert!(matches!(try_search(&store, query.clone()).await, Err(StoreError::TooCostly)));
    // A unit that hears it may go on.
    let unit = store.write(move |transaction| {
        assert!(matches!(transaction.search(&query), Err(StoreError::TooCostly)));
        put_in(transaction, "after", &[], &[])
    });
    unit.await.unwrap();
    assert!(store.read_resource(TYPE, "after").await.unwrap().is_some());
}
