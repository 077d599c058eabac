//! One search of several types.

use crate::support::*;
use ::search::{Criterion, ParameterId, Query, SortKey, Total};
use fhir::ResourceType;
use std::sync::Arc;
use storage::{Matches, Method, NewVersion, Store, StoreError, Version};

const TYPES: [ResourceType; 3] = [TYPE, ResourceType::OBSERVATION, ResourceType::ENCOUNTER];

fn code(of: ResourceType) -> ParameterId {
    ParameterId::new(2, of)
}

fn name(of: ResourceType) -> ParameterId {
    ParameterId::new(1, of)
}

async fn thirty_of_three_types(store: &Store) {
    let unit = store.write(|transaction| {
        for number in 0..30_u64 {
            let of = TYPES[(number % 3) as usize];
            let version = Version {
                resource_type: of,
                id: format!("r{number:02}"),
                version: 1,
                last_updated: transaction.now(),
                method: Method::Create,
                body: Some(b"x".to_vec()),
            };
            let index = [key(code(of), number / 3 % 2), text(name(of), &format!("n{:02}", number * 7 % 30))];
            transaction.put(NewVersion { version: &version, rest: None, index: &index, holds: &[] })?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
}

async fn search_all(store: &Store, queries: Vec<Query>) -> Matches {
    store.read(move |reader| reader.search_all(&queries)).await.unwrap()
}

fn named(matches: &Matches) -> Vec<&str> {
    matches.resources.iter().map(|version| version.id.as_str()).collect()
}

/// What a type is sorted by.
type KeyOf = fn(ResourceType) -> SortKey;

/// The odd of each type.
fn queries(sort: Option<KeyOf>) -> Vec<Query> {
    let query = |of| {
        let sort = sort.iter().map(|key| by(key(of), true)).collect();
        let odd = Criterion::Keys { parameter: code(of), hashes: vec![1] };
        Query { sort, total: Total::Accurate, ..Query::all(of).and(odd) }
    };
    TYPES.into_iter().map(query).collect()
}

pub async fn one_page_holds_matches_of_several_types(fixture: Arc<Fixture>) {
    let store = fixture.open();
    thirty_of_three_types(&store).await;
    let in_order_of_change = [
        "r03", "r04", "r05", "r09", "r10", "r11", "r15", "r16", "r17", "r21", "r22", "r23", "r27", "r28",
        "r29",
    ];
    let found = search_all(&store, queries(None)).await;
    assert_eq!(named(&found), in_order_of_change);
    assert_eq!((found.total, found.has_more), (Some(15), false));
    assert!(found.resources.iter().any(|version| version.resource_type == ResourceType::ENCOUNTER));
    let by_name = search_all(&store, queries(Some(|of| SortKey::Text(name(of))))).await;
    let mut expected = in_order_of_change;
    expected.sort_by_key(|id| std::cmp::Reverse(id[1..].parse::<u64>().unwrap() * 7 % 30));
    assert_eq!(named(&by_name), expected);
    assert_eq!(search_all(&store, Vec::new()).await.resources.len(), 0);
}

pub async fn pages_over_several_types_fit_together(fixture: Arc<Fixture>) {
    let store = fixture.open();
    thirty_of_three_types(&store).await;
    let orders: [Option<KeyOf>; 3] = [None, Some(|of| SortKey::Text(name(of))), Some(|_| SortKey::Id)];
    for sort in orders {
        let whole = search_all(&store, queries(sort)).await;
        let (mut walked, mut mark) = (Vec::new(), None);
        for offset in (0..16).step_by(4) {
            let mut page = queries(sort);
            for query in &mut page {
                (query.limit, query.offset, query.as_of) = (4, offset, mark);
            }
            let found = search_all(&store, page).await;
            assert_eq!((found.total, found.has_more), (Some(15), offset < 12));
            walked.extend(found.resources);
            mark = Some(found.mark);
            put(&store, &format!("new{offset}"), vec![key(code(TYPE), 1)]).await;
        }
        assert_eq!(walked, whole.resources);
        for offset in (0..16).step_by(4) {
            delete(&store, &format!("new{offset}")).await;
        }
    }
    let mut count = queries(None);
    count.iter_mut().for_each(|query| query.limit = 0);
    let counted = search_all(&store, count).await;
    assert_eq!((counted.total, counted.has_more, counted.resources.len()), (Some(15), true, 0));
}

pub async fn types_without_resources_cost_nothing(fixture: Arc<Fixture>) {
    let store = fixture.open();
    thirty_of_three_types(&store).await;
    let every_type = || (0..=u8::MAX).map_while(ResourceType::from_index);
    let before = fixture.probe.statements();
    let found = search_all(&store, every_type().map(Query::all).collect()).await;
    assert_eq!(found.resources.len(), 30);
    let cost = fixture.probe.statements() - before;
    // Begin, mark, types, one for each of three types, versions; on PostgreSQL commit.
    assert_eq!(cost, if fixture.is_sqlite() { 7 } else { 8 });
}
