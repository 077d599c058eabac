//! What each criterion, order and bound of a search means.

use crate::support::*;
use ::search::{Criterion, SortKey, SpanTest, TextTest, Total};
use std::sync::Arc;
use storage::{Store, StoreError};

pub async fn keys_match_any_of_their_hashes(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1), key(CODE, 2)]).await;
    put(&store, "b", vec![key(CODE, 2), key(CODE, u64::MAX)]).await;
    put(&store, "c", vec![key(CODE, 3)]).await;
    assert_eq!(matching(&store, keys(CODE, &[1])).await, ["a"]);
    assert_eq!(matching(&store, keys(CODE, &[2])).await, ["a", "b"]);
    assert_eq!(matching(&store, keys(CODE, &[1, 2, 3])).await, ["a", "b", "c"]);
    assert_eq!(matching(&store, keys(CODE, &[u64::MAX, 9])).await, ["b"]);
    let both = all().and(keys(CODE, &[1, 3])).and(keys(CODE, &[2]));
    assert_eq!(ids(&store, both).await, ["a"]);
}

pub async fn keys_of_different_parameters_do_not_meet(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1)]).await;
    assert_eq!(matching(&store, keys(OTHER, &[1])).await, [""; 0]);
}

pub async fn text_is_tested_as_it_is(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for (id, name) in
        [("a", "ann"), ("b", "anna"), ("c", "hanna"), ("d", "zoë"), ("e", "\u{10FFFF}\u{10FFFF}x")]
    {
        put(&store, id, vec![text(NAME, name)]).await;
    }
    let store = &store;
    let found = |test: TextTest| async move { matching(store, texts(NAME, &[test])).await };
    assert_eq!(found(TextTest::Equals("ann".into())).await, ["a"]);
    assert_eq!(found(TextTest::StartsWith("ann".into())).await, ["a", "b"]);
    assert_eq!(found(TextTest::Contains("ann".into())).await, ["a", "b", "c"]);
    assert_eq!(found(TextTest::StartsWith("Ann".into())).await, [""; 0]);
    assert_eq!(found(TextTest::StartsWith("zo".into())).await, ["d"]);
    assert_eq!(found(TextTest::StartsWith("zoë".into())).await, ["d"]);
    assert_eq!(found(TextTest::StartsWith("\u{10FFFF}".into())).await, ["e"]);
    assert_eq!(found(TextTest::StartsWith(String::new())).await.len(), 5);
    assert_eq!(found(TextTest::Contains(String::new())).await.len(), 5);
    let either =
        [TextTest::Equals("ann".into()), TextTest::StartsWith("an".into()), TextTest::Contains("ë".into())];
    assert_eq!(matching(store, texts(NAME, &either)).await, ["a", "b", "d"]);
    assert_eq!(matching(store, texts(OTHER, &either)).await, [""; 0]);
}

pub async fn like_and_glob_characters_mean_nothing(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![text(NAME, "abc")]).await;
    put(&store, "b", vec![text(NAME, "a%_*?[]\\'\"")]).await;
    for part in ["%", "_", "*", "?", "[]", "\\", "'", "\"", "%_*"] {
        assert_eq!(matching(&store, texts(NAME, &[TextTest::Contains(part.into())])).await, ["b"], "{part}");
        assert_eq!(
            matching(&store, texts(NAME, &[TextTest::StartsWith(part.into())])).await,
            [""; 0],
            "{part}"
        );
    }
    assert_eq!(matching(&store, Criterion::Ids(vec!["'".into(), "\"a\\".into(), "%".into()])).await, [""; 0]);
}

pub async fn nul_characters_are_ignored(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![text(NAME, "a\0b\0")]).await;
    for test in [
        TextTest::Equals("ab".into()),
        TextTest::Equals("\0a\0b".into()),
        TextTest::StartsWith("a\0b".into()),
    ] {
        assert_eq!(matching(&store, texts(NAME, &[test])).await, ["a"]);
    }
    assert_eq!(matching(&store, Criterion::Ids(vec!["x\0".into()])).await, [""; 0]);
}

pub async fn spans_are_tested_as_span_test_says(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let moments = [i64::MIN, -1 << 61, -1 << 60, -1000, 0, 1, 5, 10, 1 << 40, 1 << 60, 1 << 61, i64::MAX];
    let mut all_spans = Vec::new();
    for (at, from) in moments.iter().enumerate() {
        for to in &moments[at..] {
            all_spans.push((format!("s{}", all_spans.len()), *from, *to));
        }
    }
    let written = all_spans.clone();
    let unit = store.write(move |transaction| {
        for (id, from, to) in &written {
            put_in(transaction, id, &[span(DATE, *from, *to)], &[])?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    let mut tests = Vec::new();
    for from in moments {
        tests.extend([SpanTest::StartsBefore(from), SpanTest::StartsFrom(from)]);
        tests.extend([SpanTest::EndsBy(from), SpanTest::EndsAfter(from)]);
        for to in moments.into_iter().filter(|to| from <= *to) {
            tests.push(SpanTest::Within { from, to });
            tests.push(SpanTest::NotWithin { from, to });
            tests.push(SpanTest::Overlaps { from, to });
        }
    }
    for test in tests {
        let expected: Vec<&str> = all_spans
            .iter()
            .filter(|(_, from, to)| test.holds(*from, *to))
            .map(|(id, ..)| id.as_str())
            .collect();
        // Once driving, once checked.
        assert_eq!(matching(&store, spans(DATE, &[test])).await, expected, "{test:?}");
        let checked = Criterion::Not(Box::new(Criterion::Not(Box::new(spans(DATE, &[test])))));
        assert_eq!(matching(&store, checked).await, expected, "{test:?} checked");
    }
}

pub async fn last_updated_is_a_span_of_one_millisecond(fixture: Arc<Fixture>) {
    let store = fixture.open();
    for (id, time) in [("a", 1000), ("b", 1001), ("c", 1002)] {
        fixture.clock.store(time, std::sync::atomic::Ordering::SeqCst);
        put(&store, id, vec![]).await;
    }
    let store = &store;
    for at in 999..=1004 {
        for to in at..=1004 {
            let tests = [
                SpanTest::Within { from: at, to },
                SpanTest::NotWithin { from: at, to },
                SpanTest::StartsBefore(at),
                SpanTest::StartsFrom(at),
                SpanTest::EndsBy(at),
                SpanTest::EndsAfter(at),
            ];
            let overlaps = (at < to).then_some(SpanTest::Overlaps { from: at, to });
            for test in tests.into_iter().chain(overlaps) {
                let times = [("a", 1000), ("b", 1001), ("c", 1002)];
                let expected: Vec<&str> =
                    times.iter().filter(|(_, time)| test.holds(*time, time + 1)).map(|(id, _)| *id).collect();
                assert_eq!(matching(store, Criterion::LastUpdated(vec![test])).await, expected, "{test:?}");
                let checked = Criterion::Not(Box::new(Criterion::LastUpdated(vec![test])));
                let others: Vec<&str> = times
                    .iter()
                    .filter(|(_, time)| !test.holds(*time, time + 1))
                    .map(|(id, _)| *id)
                    .collect();
                assert_eq!(matching(store, checked).await, others, "not {test:?}");
            }
        }
    }
}

pub async fn ids_match_once_however_often_they_are_given(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1)]).await;
    put(&store, "b", vec![]).await;
    put(&store, "c", vec![]).await;
    delete(&store, "c").await;
    let wanted = Criterion::Ids(["b", "a", "b", "c", "d", "a"].map(String::from).to_vec());
    assert_eq!(matching(&store, wanted.clone()).await, ["a", "b"]);
    assert_eq!(ids(&store, all().and(wanted.clone()).and(keys(CODE, &[1]))).await, ["a"]);
    assert_eq!(matching(&store, Criterion::Not(Box::new(wanted))).await, [""; 0]);
}

pub async fn not_and_either_combine(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1), text(NAME, "x")]).await;
    put(&store, "b", vec![key(CODE, 2), span(DATE, 0, 10)]).await;
    put(&store, "c", vec![key(CODE, 1), span(DATE, 20, 30)]).await;
    put(&store, "d", vec![]).await;
    let not = |criterion| Criterion::Not(Box::new(criterion));
    let x = texts(NAME, &[TextTest::Equals("x".into())]);
    let early = spans(DATE, &[SpanTest::EndsBy(10)]);
    let either = Criterion::Either(vec![x.clone(), early.clone()]);
    assert_eq!(matching(&store, either.clone()).await, ["a", "b"]);
    assert_eq!(matching(&store, not(either.clone())).await, ["c", "d"]);
    assert_eq!(ids(&store, all().and(keys(CODE, &[1])).and(either.clone())).await, ["a"]);
    assert_eq!(ids(&store, all().and(keys(CODE, &[1])).and(not(either))).await, ["c"]);
    assert_eq!(matching(&store, not(not(x.clone()))).await, ["a"]);
    let mixed = Criterion::Either(vec![not(keys(CODE, &[1, 2])), Criterion::Either(vec![early, x])]);
    assert_eq!(matching(&store, mixed).await, ["a", "b", "d"]);
    assert_eq!(matching(&store, not(keys(CODE, &[1]))).await, ["b", "d"]);
}

pub async fn an_empty_list_matches_nothing(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 1), text(NAME, "x"), span(DATE, 0, 1)]).await;
    let empties = [
        Criterion::Ids(vec![]),
        keys(CODE, &[]),
        texts(NAME, &[]),
        spans(DATE, &[]),
        Criterion::LastUpdated(vec![]),
        Criterion::Either(vec![]),
    ];
    for empty in empties {
        assert_eq!(matching(&store, empty.clone()).await, [""; 0], "{empty:?}");
        assert_eq!(ids(&store, all().and(keys(CODE, &[1])).and(empty.clone())).await, [""; 0], "{empty:?}");
        assert_eq!(matching(&store, Criterion::Not(Box::new(empty.clone()))).await, ["a"], "not {empty:?}");
        assert_eq!(matching(&store, Criterion::Either(vec![empty, keys(CODE, &[1])])).await, ["a"]);
    }
}

pub async fn superseded_and_deleted_versions_do_not_match(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let everything = || vec![key(CODE, 1), text(NAME, "x"), span(DATE, 0, 1)];
    put(&store, "changed", everything()).await;
    put(&store, "changed", vec![key(CODE, 2)]).await;
    put(&store, "deleted", everything()).await;
    delete(&store, "deleted").await;
    put(&store, "kept", everything()).await;
    let criteria = [
        keys(CODE, &[1]),
        keys(CODE, &[1, 7]),
        texts(NAME, &[TextTest::StartsWith("x".into())]),
        texts(NAME, &[TextTest::Contains("x".into())]),
        spans(DATE, &[SpanTest::Overlaps { from: 0, to: 9 }]),
        Criterion::Either(vec![keys(CODE, &[1]), texts(NAME, &[TextTest::Equals("x".into())])]),
    ];
    for criterion in criteria {
        let mut query = all().and(criterion.clone());
        assert_eq!(ids(&store, query.clone()).await, ["kept"], "{criterion:?}");
        (query.limit, query.total) = (0, Total::Accurate);
        assert_eq!(search(&store, query).await.total, Some(1), "{criterion:?}");
    }
    assert_eq!(ids(&store, all()).await, ["changed", "kept"]);
    assert_eq!(
        matching(&store, Criterion::LastUpdated(vec![SpanTest::StartsFrom(0)])).await,
        ["changed", "kept"]
    );
    assert_eq!(matching(&store, Criterion::Ids(vec!["deleted".into(), "changed".into()])).await, ["changed"]);
    assert_eq!(matching(&store, Criterion::Not(Box::new(keys(CODE, &[1])))).await, ["changed"]);
}

pub async fn missing_values_sort_last_both_ways(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "none", vec![]).await;
    put(&store, "wide", vec![text(NAME, "a"), text(NAME, "z"), span(DATE, 1, 5), span(DATE, 50, 60)]).await;
    put(&store, "middle", vec![text(NAME, "m"), span(DATE, 30, 31)]).await;
    put(&store, "other", vec![text(OTHER, "b"), span(OTHER, 0, 1)]).await;
    let store = &store;
    let sorted = |key, descending| async move {
        let mut query = all();
        query.sort = vec![by(key, descending)];
        ids(store, query).await
    };
    for key in [SortKey::Text(NAME), SortKey::Span(DATE)] {
        assert_eq!(sorted(key.clone(), false).await, ["wide", "middle", "none", "other"]);
        assert_eq!(sorted(key, true).await, ["wide", "middle", "none", "other"]);
    }
    put(store, "late", vec![text(NAME, "y"), span(DATE, 40, 41)]).await;
    for key in [SortKey::Text(NAME), SortKey::Span(DATE)] {
        assert_eq!(sorted(key.clone(), false).await, ["wide", "middle", "late", "none", "other"]);
        assert_eq!(sorted(key, true).await, ["wide", "late", "middle", "none", "other"]);
    }
    assert_eq!(sorted(SortKey::Id, false).await, ["late", "middle", "none", "other", "wide"]);
    assert_eq!(sorted(SortKey::Id, true).await, ["wide", "other", "none", "middle", "late"]);
}

pub async fn ties_are_broken_by_the_order_of_change(fixture: Arc<Fixture>) {
    let store = fixture.open();
    let unit = store.write(|transaction| {
        for id in ["e", "c", "a"] {
            put_in(transaction, id, &[key(CODE, 1), text(NAME, "x"), span(DATE, 1, 2)], &[])?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
    put(&store, "c", vec![key(CODE, 1), text(NAME, "x"), span(DATE, 1, 2)]).await;
    for driven in [true, false] {
        for sort in [SortKey::Text(NAME), SortKey::Span(DATE)] {
            for descending in [true, false] {
                let mut query = if driven { all().and(keys(CODE, &[1])) } else { all() };
                query.sort = vec![by(sort.clone(), descending)];
                assert_eq!(ids(&store, query).await, ["e", "a", "c"], "{sort:?} {descending}");
            }
        }
        let mut query = if driven { all().and(keys(CODE, &[1])) } else { all() };
        query.sort = vec![by(SortKey::Text(NAME), false), by(SortKey::Id, true)];
        assert_eq!(ids(&store, query.clone()).await, ["e", "c", "a"]);
        query.sort = vec![by(SortKey::LastUpdated, false)];
        assert_eq!(ids(&store, query).await, ["e", "a", "c"]);
    }
}

async fn a_hundred(store: &Store) {
    let unit = store.write(|transaction| {
        for number in 0..100 {
            put_in(transaction, &format!("p{number:02}"), &[key(CODE, number % 4), text(NAME, "x")], &[])?;
        }
        Ok::<_, StoreError>(())
    });
    unit.await.unwrap();
}

pub async fn a_limit_of_zero_only_counts(fixture: Arc<Fixture>) {
    let store = fixture.open();
    a_hundred(&store).await;
    let mut query = all().and(keys(CODE, &[1]));
    query.limit = 0;
    let uncounted = search(&store, query.clone()).await;
    assert_eq!((uncounted.total, uncounted.resources.len(), uncounted.has_more), (None, 0, false));
    query.total = Total::Accurate;
    let counted = search(&store, query.clone()).await;
    assert_eq!((counted.total, counted.resources.len(), counted.has_more), (Some(25), 0, true));
    query.offset = 25;
    assert!(!search(&store, query).await.has_more);
}

pub async fn totals_do_not_depend_on_the_page(fixture: Arc<Fixture>) {
    let store = fixture.open();
    a_hundred(&store).await;
    put(&store, "p01", vec![key(CODE, 2)]).await;
    delete(&store, "p05").await;
    let x = texts(NAME, &[TextTest::StartsWith("x".into())]);
    let cases = [
        (all(), 99),
        (all().and(keys(CODE, &[1])), 23),
        (all().and(keys(CODE, &[1, 2])), 49),
        (all().and(keys(CODE, &[1, 2])).and(x.clone()), 48),
        (all().and(x), 98),
        (all().and(Criterion::Not(Box::new(keys(CODE, &[1])))), 76),
    ];
    for (query, expected) in cases {
        for (limit, offset) in
            [(10, 0), (10, 20), (1000, 0), (1000, 90), (10, 1000), (expected, 0), (1, expected - 1)]
        {
            let mut query = query.clone();
            (query.limit, query.offset, query.total) = (limit, offset, Total::Accurate);
            let matches = search(&store, query.clone()).await;
            assert_eq!(matches.total, Some(expected), "{query:?}");
            assert_eq!(
                matches.resources.len() as u64,
                limit.min(expected.saturating_sub(offset)),
                "{query:?}"
            );
            assert_eq!(matches.has_more, offset + limit < expected, "{query:?}");
        }
    }
}

pub async fn a_long_list_of_alternatives_is_no_problem(fixture: Arc<Fixture>) {
    let store = fixture.open();
    put(&store, "a", vec![key(CODE, 77), text(NAME, "n77"), span(DATE, 77, 78)]).await;
    let many = 3000;
    let criteria = [
        keys(CODE, &(0..many).collect::<Vec<_>>()),
        texts(NAME, &(0..many).map(|n| TextTest::StartsWith(format!("n{n}"))).collect::<Vec<_>>()),
        spans(DATE, &(0..many as i64).map(|n| SpanTest::Within { from: n, to: n + 1 }).collect::<Vec<_>>()),
        Criterion::Ids((0..many).map(|n| format!("i{n}")).chain(["a".to_owned()]).collect()),
        Criterion::Either((0..many).map(|n| keys(CODE, &[n])).collect()),
    ];
    for criterion in criteria {
        assert_eq!(matching(&store, criterion).await, ["a"]);
    }
}
