//! What is carried out differently when there is much: orders that an index has, and counts that are remembered.

use crate::support::*;
use ::search::{Criterion, IndexRow, Query, SortKey, Total};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use storage::{NewVersion, Store, StoreError, Version};

const MANY: u64 = 9_000;

/// The index of a patient: common to all, to a half and to few; a date, a name and a number that are nowhere near the
/// order of change, with ties; some have two dates, some none.
fn index(number: u64) -> Vec<IndexRow> {
    let place = number * 7_919 % MANY;
    let mut rows = vec![key(CODE, 1), key(CODE, 2 + number % 2), text(NAME, &format!("n{:05}", place / 3))];
    rows.push(quantity(OTHER, 0, place as f64 / 4.0, place as f64 / 4.0));
    let day = (place / 5) as i64 * 100;
    match number % 50 {
        0 => {}
        1 => rows.extend([span(DATE, day, day + 1), span(DATE, day + 250, day + 300)]),
        2 => rows.push(span(DATE, day, day + 5_000)),
        _ => rows.push(span(DATE, day, day + 1)),
    }
    rows
}

async fn fill(store: &Store) {
    let unit = store.write(|transaction| {
        let versions: Vec<Version> =
            (0..MANY).map(|number| version(transaction, &format!("p{number:04}"), 1)).collect();
        let rows: Vec<Vec<IndexRow>> = (0..MANY).map(index).collect();
        let new = versions.iter().zip(&rows).map(|(version, index)| NewVersion {
            version,
            rest: None,
            index,
            holds: &[],
        });
        transaction.put_all(&new.collect::<Vec<_>>())
    });
    unit.await.unwrap();
}

pub async fn the_first_in_the_order_of_an_index_are_the_first_of_all(fixture: Arc<Fixture>) {
    let store = fixture.open();
    fill(&store).await;
    put(&store, "p0007", vec![key(CODE, 1), span(DATE, -5, 0)]).await;
    delete(&store, "p0008").await;
    let mark = search(&store, Query { limit: 1, ..all() }).await.mark;
    put(&store, "p0009", vec![key(CODE, 1), key(CODE, 2), span(DATE, i64::MIN, i64::MAX)]).await;
    let not_half = Criterion::Not(Box::new(keys(CODE, &[2])));
    let queries = [all(), all().and(keys(CODE, &[1])), all().and(keys(CODE, &[1])).and(not_half)];
    let orders = [SortKey::Span(DATE), SortKey::Text(NAME), SortKey::Number(OTHER), SortKey::LastUpdated];
    for (query, order) in queries.iter().flat_map(|query| orders.iter().map(move |order| (query, order))) {
        for descending in [false, true] {
            for as_of in [None, Some(mark)] {
                let sort = vec![by(order.clone(), descending)];
                let query = Query { sort, as_of, ..query.clone() };
                // Everything at once is sorted, not walked.
                let whole = ids(&store, query.clone()).await;
                for offset in [0, 3, 500] {
                    let page = search(&store, Query { limit: 20, offset, ..query.clone() }).await;
                    let found: Vec<&str> = page.resources.iter().map(|version| version.id.as_str()).collect();
                    let expected: Vec<&str> =
                        whole.iter().skip(offset as usize).take(20).map(String::as_str).collect();
                    assert_eq!(found, expected, "{order:?} {descending} {offset} {as_of:?}");
                    assert!(page.has_more);
                }
            }
        }
    }
}

async fn total(store: &Store, query: Query) -> u64 {
    search(store, Query { limit: 0, total: Total::Accurate, ..query }).await.total.unwrap()
}

pub async fn remembered_counts_are_never_stale(fixture: Arc<Fixture>) {
    fixture.clock.store(100_000, Ordering::SeqCst);
    let mut options = fixture.options();
    (options.retention, options.writers) = (Duration::from_secs(10), 1);
    let store = Store::open(options).unwrap();
    fill(&store).await;
    let check = async |of_type: u64, of_code: u64| {
        // Twice: counted, and remembered; by several readers.
        for _ in 0..6 {
            assert_eq!(total(&store, all()).await, of_type);
            assert_eq!(total(&store, all().and(keys(CODE, &[1]))).await, of_code);
        }
    };
    check(MANY, MANY).await;
    put(&store, "new", vec![key(CODE, 1)]).await;
    put(&store, "p0001", vec![]).await;
    put(&store, "p0002", vec![key(CODE, 1)]).await;
    delete(&store, "p0003").await;
    check(MANY, MANY - 1).await;
    let mark = search(&store, Query { limit: 1, ..all() }).await.mark;
    // Not kept.
    let unit = store.write(|transaction| {
        put_in(transaction, "gone", &[key(CODE, 1)], &[])?;
        let query = Query { limit: 0, total: Total::Accurate, ..all().and(keys(CODE, &[1])) };
        assert_eq!(transaction.search(&query)?.total, Some(MANY));
        Err::<(), _>(StoreError::TimedOut)
    });
    assert!(unit.await.is_err());
    check(MANY, MANY - 1).await;
    delete(&store, "p0004").await;
    check(MANY - 1, MANY - 2).await;
    let earlier = Query { as_of: Some(mark), ..all().and(keys(CODE, &[1])) };
    assert_eq!(total(&store, earlier).await, MANY - 1);
    // Index rows of what was superseded are removed.
    fixture.clock.store(111_000, Ordering::SeqCst);
    for _ in 0..200 {
        store.write(|transaction| transaction.put_setting("a", "b")).await.unwrap();
    }
    assert_eq!(fixture.raw("SELECT count(*) FROM superseded"), 0);
    check(MANY - 1, MANY - 2).await;
    store.write(|transaction| transaction.replace_index(TYPE, "p0005", &[], &[])).await.unwrap();
    check(MANY - 1, MANY - 3).await;
    store.write(|transaction| transaction.replace_index(TYPE, "p0005", &[key(CODE, 1)], &[])).await.unwrap();
    check(MANY - 1, MANY - 2).await;
    store.write(|transaction| transaction.erase_everything()).await.unwrap();
    check(0, 0).await;
    put(&store, "first", vec![key(CODE, 1)]).await;
    check(1, 1).await;
}
