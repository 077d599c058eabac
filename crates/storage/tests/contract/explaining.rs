//! How a search says that it is carried out.

use crate::support::*;
use ::search::{Criterion, Query, TextTest, Total};
use fhir::ResourceType;
use std::sync::Arc;
use storage::Explain;

async fn explain(store: &storage::Store, queries: Vec<Query>) -> Explain {
    store.read(move |reader| reader.explain(&queries)).await.unwrap()
}

pub async fn a_search_is_explained_by_its_own_statements(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for number in 0..9 {
        let index = vec![key(CODE, number), key(OTHER, 1), text(NAME, "secret")];
        put(&store, &format!("p{number}"), index).await;
    }
    let name = Criterion::Text { parameter: NAME, any_of: vec![TextTest::StartsWith("secret".into())] };
    let mut query = all().and(name).and(keys(OTHER, &[1])).and(keys(CODE, &[3]));
    (query.total, query.limit) = (Total::Accurate, 5);
    let explained = explain(&store, vec![query.clone()]).await;
    let found = search(&store, query).await;
    assert_eq!((&explained.matches.resources, explained.matches.total), (&found.resources, found.total));
    let driver = &explained.drivers[0];
    assert_eq!((explained.drivers.len(), driver.criterion, &driver.by[..]), (1, Some(2), &["keys"][..]));
    let mut counted = driver.counted.clone();
    counted.sort_unstable();
    assert_eq!(counted, [(0, 9), (1, 9), (2, 1)]);
    // One to count, one for the page; on PostgreSQL the mark is not the search's own.
    assert!(explained.statements.iter().any(|statement| statement.sql.contains("index_key")));
    assert_eq!(explained.statements.last().map(|statement| statement.rows), Some(1));
    for statement in &explained.statements {
        assert!(!statement.sql.contains("secret"), "{}", statement.sql);
    }
}

pub async fn several_types_and_chains_are_explained_too(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1)]).await;
    let chain = Criterion::RefersTo {
        parameter: search::ParameterId::new(9, ResourceType::OBSERVATION),
        target: TYPE,
        criteria: vec![keys(CODE, &[1])],
    };
    let explained = explain(&store, vec![Query::all(ResourceType::OBSERVATION).and(chain)]).await;
    let of: Vec<ResourceType> = explained.drivers.iter().map(|driver| driver.resource_type).collect();
    assert_eq!(of, [TYPE, ResourceType::OBSERVATION]);
    let explained = explain(&store, vec![all(), Query::all(ResourceType::OBSERVATION)]).await;
    assert_eq!(explained.drivers.len(), 2);
    assert_eq!(explained.drivers[0].by, ["type"]);
    assert_eq!(explained.matches.resources.len(), 1);
}
