//! Random resources and random searches: the store finds what the model finds, now and at earlier marks.

use crate::model::{self, Modelled};
use crate::support::*;
use ::search::{Criterion, IndexRow, NumberTest, Query, Sort, SortKey, SortText, SpanTest, TextTest, Total};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use storage::{Store, StoreError};

const NAMES: [&str; 8] = ["", "a", "ab", "abc", "b", "ba", "é", "\u{10FFFF}"];

pub async fn searches_find_what_the_model_finds(fixture: Arc<Fixture>) {
    let seed = std::env::var("EASEL_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122);
    let mut random = Random(seed);
    let store = fixture.open();
    let mut now = 1_000_000;
    let mut resources: Vec<Modelled> = Vec::new();
    let mut earlier: Vec<(i64, Vec<Modelled>)> = Vec::new();
    for round in 0..12 {
        now += random.below(3) as i64;
        fixture.clock.store(now, Ordering::SeqCst);
        change(&store, &mut random, &mut resources, now).await;
        for _ in 0..40 {
            let mut query = a_query(&mut random, now);
            let expected = model::search(&resources, &query);
            let mark = compare(&store, &query, &expected, seed).await;
            if let Some((mark, resources)) = random.chance(2).then(|| earlier.last()).flatten() {
                query.as_of = Some(*mark);
                compare(&store, &query, &model::search(resources, &query), seed).await;
            }
            if let Some((mark, resources)) = earlier.first() {
                query.as_of = Some(*mark);
                compare(&store, &query, &model::search(resources, &query), seed).await;
            }
            if random.chance(40) || (round == 2 && earlier.is_empty()) {
                earlier.push((mark, resources.clone()));
            }
        }
    }
    assert!(!earlier.is_empty() && resources.len() > 30);
}

/// Asks the store; its mark.
async fn compare(store: &Store, query: &Query, expected: &[String], seed: u64) -> i64 {
    let matches = search(store, query.clone()).await;
    let found: Vec<String> = matches.resources.iter().map(|version| version.id.clone()).collect();
    let page: Vec<String> =
        expected.iter().skip(query.offset as usize).take(query.limit as usize).cloned().collect();
    assert_eq!(found, page, "seed {seed}, {query:#?}");
    if query.total == Total::Accurate {
        assert_eq!(matches.total, Some(expected.len() as u64), "seed {seed}, {query:#?}");
    }
    if query.limit > 0 {
        let more = (query.offset + page.len() as u64) < expected.len() as u64 && !page.is_empty();
        assert_eq!(matches.has_more, more, "seed {seed}, {query:#?}");
    }
    matches.mark
}

/// Writes and deletes some resources, in one unit.
async fn change(store: &Store, random: &mut Random, resources: &mut Vec<Modelled>, now: i64) {
    let mut changes: Vec<(String, Option<Vec<IndexRow>>)> = Vec::new();
    for _ in 0..random.below(20) + 3 {
        let id = format!("{}{}", ["a", "B", "c-", "9."][random.below(4) as usize], random.below(30));
        let exists = match changes.iter().rev().find(|(other, _)| *other == id) {
            Some((_, index)) => index.is_some(),
            None => resources.iter().any(|resource| resource.id == id),
        };
        let deletes = exists && random.chance(4);
        changes.push((id, (!deletes).then(|| an_index(random))));
    }
    for (id, index) in &changes {
        resources.retain(|resource| resource.id != *id);
        if let Some(index) = index {
            resources.push(Modelled { id: id.clone(), last_updated: now, index: index.clone() });
        }
    }
    let unit = store.write(move |transaction| {
        for (id, index) in &changes {
            match index {
                Some(index) => put_in(transaction, id, index, &[])?,
                None => delete_in(transaction, id)?,
            };
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
}

fn an_index(random: &mut Random) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    for parameter in [CODE, OTHER] {
        for _ in 0..random.below(3) {
            rows.push(key(parameter, random.below(5)));
        }
    }
    for _ in 0..random.below(3) {
        rows.push(text(NAME, NAMES[random.below(8) as usize]));
    }
    for _ in 0..random.below(3) {
        let (from, to) = a_span(random);
        rows.push(span(DATE, from, to));
    }
    for _ in 0..random.below(3) {
        let (low, high) = a_range(random);
        let high = if random.chance(4) { high } else { low };
        rows.push(quantity(OTHER, random.below(3), low, high));
    }
    rows
}

fn a_moment(random: &mut Random) -> i64 {
    match random.below(12) {
        0 => i64::MIN,
        1 => i64::MAX,
        2 => 1 << 61,
        _ => random.below(12) as i64 * 100 - 300,
    }
}

fn a_span(random: &mut Random) -> (i64, i64) {
    let (a, b) = (a_moment(random), a_moment(random));
    (a.min(b), a.max(b))
}

/// Few numbers, so that bounds meet them.
fn a_number(random: &mut Random) -> f64 {
    match random.below(12) {
        0 => f64::NEG_INFINITY,
        1 => f64::INFINITY,
        2 => -0.0,
        _ => (random.below(9) as f64 - 4.0) / 4.0,
    }
}

fn a_range(random: &mut Random) -> (f64, f64) {
    let (a, b) = (a_number(random), a_number(random));
    (a.min(b), a.max(b))
}

fn a_number_test(random: &mut Random) -> NumberTest {
    let ((low, high), closed) = (a_range(random), random.chance(2));
    match random.below(9) {
        0 => NumberTest::Within { low, high, closed },
        1 => NumberTest::NotWithin { low, high, closed },
        2 => NumberTest::Overlaps { low, high },
        3 => NumberTest::EndsAbove(low),
        4 => NumberTest::EndsFrom(low),
        5 => NumberTest::StartsBelow(low),
        6 => NumberTest::StartsTo(low),
        7 => NumberTest::StartsAbove(low),
        _ => NumberTest::EndsBelow(low),
    }
}

fn a_span_test(random: &mut Random) -> SpanTest {
    let (from, to) = a_span(random);
    match random.below(7) {
        0 => SpanTest::Within { from, to },
        1 => SpanTest::NotWithin { from, to },
        2 => SpanTest::Overlaps { from, to },
        3 => SpanTest::StartsBefore(from),
        4 => SpanTest::StartsFrom(from),
        5 => SpanTest::EndsBy(to),
        _ => SpanTest::EndsAfter(from),
    }
}

fn some<T>(random: &mut Random, make: impl Fn(&mut Random) -> T) -> Vec<T> {
    (0..random.below(4)).map(|_| make(random)).collect()
}

fn a_criterion(random: &mut Random, now: i64, depth: u32) -> Criterion {
    match random.below(if depth == 0 { 8 } else { 11 }) {
        0 => Criterion::Ids(some(random, |random| {
            format!("{}{}", ["a", "B", "c-", "9."][random.below(4) as usize], random.below(30))
        })),
        1 | 2 => {
            let parameter = if random.chance(2) { CODE } else { OTHER };
            Criterion::Keys { parameter, hashes: some(random, |random| random.below(6)) }
        }
        3 => Criterion::Text {
            parameter: NAME,
            any_of: some(random, |random| {
                let text = NAMES[random.below(8) as usize].to_owned();
                match random.below(3) {
                    0 => TextTest::StartsWith(text),
                    1 => TextTest::Contains(text),
                    _ => TextTest::Equals(text),
                }
            }),
        },
        4 => Criterion::Spans { parameter: DATE, any_of: some(random, a_span_test) },
        5 => Criterion::LastUpdated(some(random, |random| {
            let at = now - 20 + random.below(22) as i64;
            match random.below(4) {
                0 => SpanTest::StartsBefore(at),
                1 => SpanTest::EndsAfter(at),
                2 => SpanTest::Within { from: at - 8, to: at },
                _ => SpanTest::NotWithin { from: at - 8, to: at },
            }
        })),
        6 | 7 => Criterion::Numbers {
            parameter: OTHER,
            unit: random.below(3),
            any_of: some(random, a_number_test),
        },
        8 => Criterion::Not(Box::new(a_criterion(random, now, depth - 1))),
        9 => Criterion::All(some(random, |random| a_criterion(random, now, depth - 1))),
        _ => Criterion::Either(some(random, |random| a_criterion(random, now, depth - 1))),
    }
}

/// The last character of the id, unless it is a 7: the stored bytes are the id, a blank, and the version.
fn last_letter() -> SortText {
    SortText(Arc::new(|body| {
        let id = body.split(|byte| *byte == b' ').next()?;
        id.last().filter(|byte| **byte != b'7').map(|byte| char::from(*byte).to_string())
    }))
}

fn a_query(random: &mut Random, now: i64) -> Query {
    let mut query = all();
    for _ in 0..random.below(4) {
        query.criteria.push(a_criterion(random, now, 2));
    }
    if random.chance(4) {
        // A window in time.
        for _ in 0..2 {
            query.criteria.push(Criterion::Spans { parameter: DATE, any_of: some(random, a_span_test) });
        }
    }
    for _ in 0..random.below(3) {
        let key = match random.below(6) {
            0 => SortKey::LastUpdated,
            1 => SortKey::Id,
            2 => SortKey::Text(NAME),
            3 => SortKey::Number(OTHER),
            4 => SortKey::Computed(last_letter()),
            _ => SortKey::Span(DATE),
        };
        query.sort.push(Sort { key, descending: random.chance(2) });
    }
    if random.chance(2) {
        (query.offset, query.limit) = (random.below(6), random.below(8));
    }
    if random.chance(2) {
        query.total = Total::Accurate;
    }
    query
}
