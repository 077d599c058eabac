//! Numbers, ranges of numbers and their units.

use crate::support::*;
use ::search::{Criterion, IndexRow, NumberTest, SortKey};
use std::sync::Arc;
use storage::StoreError;

const OPEN_BELOW: f64 = f64::NEG_INFINITY;
const OPEN_ABOVE: f64 = f64::INFINITY;

pub async fn numbers_are_tested_as_number_test_says(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let points = [OPEN_BELOW, -1e300, -2.5, -1.0, 0.0, 0.1, 1.0, 1.5, 7e18, OPEN_ABOVE];
    let ranges =
        points.iter().enumerate().flat_map(|(at, low)| points[at..].iter().map(|high| (*low, *high)));
    let all_ranges: Vec<(String, f64, f64)> =
        ranges.enumerate().map(|(at, (low, high))| (format!("r{at}"), low, high)).collect();
    let written = all_ranges.clone();
    let unit = store.write(move |transaction| {
        for (id, low, high) in &written {
            put_in(transaction, id, &[quantity(OTHER, 1, *low, *high)], &[])?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    let mut tests = Vec::new();
    for low in points {
        tests.extend([NumberTest::EndsAbove(low), NumberTest::EndsFrom(low), NumberTest::EndsBelow(low)]);
        tests.extend([NumberTest::StartsBelow(low), NumberTest::StartsTo(low), NumberTest::StartsAbove(low)]);
        for high in points.into_iter().filter(|high| low <= *high) {
            tests.push(NumberTest::Overlaps { low, high });
            for closed in [false, true] {
                tests.push(NumberTest::Within { low, high, closed });
                tests.push(NumberTest::NotWithin { low, high, closed });
            }
        }
    }
    for test in tests {
        let expected: Vec<&str> = all_ranges
            .iter()
            .filter(|(_, low, high)| test.holds(*low, *high))
            .map(|(id, ..)| id.as_str())
            .collect();
        // Once driving, once checked.
        assert_eq!(matching(&store, numbers(OTHER, 1, &[test])).await, expected, "{test:?}");
        let checked = Criterion::Not(Box::new(Criterion::Not(Box::new(numbers(OTHER, 1, &[test])))));
        assert_eq!(matching(&store, checked).await, expected, "{test:?} checked");
    }
}

pub async fn units_are_apart(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "grams", vec![quantity(OTHER, 0, 5.0, 5.0), quantity(OTHER, 7, 5.0, 5.0)]).await;
    put(&store, "none", vec![quantity(OTHER, 0, 5.0, 5.0), quantity(CODE, 7, 5.0, 5.0)]).await;
    let five = [NumberTest::Within { low: 5.0, high: 5.0, closed: true }];
    assert_eq!(matching(&store, numbers(OTHER, 0, &five)).await, ["grams", "none"]);
    assert_eq!(matching(&store, numbers(OTHER, 7, &five)).await, ["grams"]);
    assert_eq!(matching(&store, numbers(CODE, 7, &five)).await, ["none"]);
    assert_eq!(matching(&store, numbers(OTHER, 8, &five)).await, [""; 0]);
    assert_eq!(matching(&store, numbers(OTHER, 7, &[])).await, [""; 0]);
    // The values of one element are not mixed: none of these is within.
    put(&store, "two", vec![quantity(OTHER, 9, 1.0, 1.0), quantity(OTHER, 9, 9.0, 9.0)]).await;
    let between = [NumberTest::Within { low: 2.0, high: 8.0, closed: true }];
    assert_eq!(matching(&store, numbers(OTHER, 9, &between)).await, [""; 0]);
}

pub async fn numbers_sort_by_the_least_or_greatest(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let amounts = |amounts: &[f64]| -> Vec<IndexRow> {
        amounts.iter().map(|amount| quantity(OTHER, 0, *amount, *amount)).collect()
    };
    put(&store, "none", vec![quantity(OTHER, 7, 0.0, 0.0)]).await;
    put(&store, "wide", amounts(&[1.0, 50.5])).await;
    put(&store, "middle", amounts(&[30.0])).await;
    put(&store, "range", vec![quantity(OTHER, 0, 40.0, 99.0)]).await;
    let sorted = async |descending| {
        let mut query = all();
        query.sort = vec![by(SortKey::Number(OTHER), descending)];
        ids(&store, query).await
    };
    assert_eq!(sorted(false).await, ["wide", "middle", "range", "none"]);
    assert_eq!(sorted(true).await, ["wide", "range", "middle", "none"]);
}
