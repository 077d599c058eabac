//! The SQL of typical searches, for each dialect, word by word: a change here should be meant.

use super::arm::Arm;
use super::condition::after_all_that_start_with;
use super::driver::Driver;
use super::page;
use crate::sql::{Counted, Dialect, Snapshot};
use ::search::{Criterion, NumberTest, ParameterId, Query, Sort, SortKey, SpanTest, TextTest, Total};
use fhir::ResourceType;

const TYPE: ResourceType = ResourceType::PATIENT;
const CODE: ParameterId = ParameterId::new(1, TYPE);
const DATE: ParameterId = ParameterId::new(2, TYPE);
const NAME: ParameterId = ParameterId::new(3, TYPE);

fn patient_and_date() -> Query {
    Query {
        sort: vec![Sort { key: SortKey::Span(DATE), descending: true }],
        limit: 20,
        total: Total::Accurate,
        ..Query::all(TYPE)
            .and(Criterion::Keys { parameter: CODE, hashes: vec![7] })
            .and(Criterion::Spans { parameter: DATE, any_of: vec![SpanTest::EndsAfter(1000)] })
    }
}

fn driver(arms: Vec<Arm<'static>>, criterion: Option<usize>) -> Driver<'static> {
    Driver { arms, criterion, is_exact: true, rows: None }
}

fn by_key() -> Driver<'static> {
    driver(vec![Arm::Keys(CODE, &[7])], Some(0))
}

#[test]
fn a_key_drives_and_a_span_is_checked() {
    let query = patient_and_date();
    for (dialect, end) in [(Dialect::Sqlite, ")"), (Dialect::Postgres, " OFFSET 0)")] {
        let sql = page::page(dialect, &query, &by_key(), &Snapshot::default());
        let expected = format!(
            "SELECT v.vid, v.version, v.last_updated, v.method, v.body, v.id FROM \
             (SELECT d.vid AS vid, (SELECT max(s.begins) FROM index_span s WHERE s.vid = d.vid AND s.parameter = $1) AS s0 \
             FROM index_key d WHERE d.hash = $2 \
             AND EXISTS (SELECT 1 FROM index_span s WHERE s.vid = d.vid AND s.parameter = $3 AND s.ends > $4{end} \
             AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid) \
             ORDER BY s0 DESC NULLS LAST, d.vid LIMIT $5 OFFSET $6) AS page \
             CROSS JOIN version v WHERE v.vid = page.vid ORDER BY page.s0 DESC NULLS LAST, page.vid"
        );
        assert_eq!(sql.text, expected);
    }
}

#[test]
fn an_earlier_moment_is_a_ceiling_and_on_postgres_exceptions() {
    let query = Query::all(TYPE).and(Criterion::Keys { parameter: CODE, hashes: vec![7] });
    let earlier = Snapshot { ceiling: Some(50), excluded: Vec::new() };
    assert_eq!(
        page::count(Dialect::Sqlite, &query, &by_key(), &earlier).text,
        "SELECT count(*) FROM index_key d WHERE d.hash = $1 AND d.vid <= $2 \
         AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid AND x.by_vid <= $3)"
    );
    let with_exceptions = Snapshot { ceiling: Some(50), excluded: vec![3] };
    assert_eq!(
        page::count(Dialect::Postgres, &query, &by_key(), &with_exceptions).text,
        "SELECT count(*) FROM index_key d WHERE d.hash = $1 AND d.vid <= $2 AND (d.vid >> 20) <> ALL($3) \
         AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid AND x.by_vid <= $4 \
         AND (x.by_vid >> 20) <> ALL($5))"
    );
}

#[test]
fn one_range_is_counted_without_a_look_at_each_row() {
    let query = Query::all(TYPE).and(Criterion::Keys { parameter: CODE, hashes: vec![7] });
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        assert_eq!(
            page::count_whole(dialect, &query, Counted::Key(7), None).text,
            "SELECT (SELECT count(*) FROM index_key d WHERE d.hash = $1), \
             (SELECT count(*) FROM superseded x WHERE x.type = $2 \
             AND EXISTS (SELECT 1 FROM index_key k WHERE k.hash = $3 AND k.vid = x.vid))"
        );
    }
}

#[test]
fn lists_and_parts_of_text_are_where_the_dialects_differ() {
    let query = Query::all(TYPE).and(Criterion::Text {
        parameter: NAME,
        any_of: vec![TextTest::StartsWith("an".into()), TextTest::Contains("%_".into())],
    });
    let driver = driver(vec![Arm::Keys(CODE, &[7, 8])], None);
    let start = "SELECT count(*) FROM (SELECT DISTINCT d.vid AS vid FROM index_key d WHERE ";
    let middle = " AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid)) AS d WHERE 1 = 1 \
                  AND EXISTS (SELECT 1 FROM index_text t WHERE t.vid = d.vid AND t.parameter = $2 \
                  AND ((t.folded >= $3 AND t.folded < $4) OR ";
    assert_eq!(
        page::count(Dialect::Sqlite, &query, &driver, &Snapshot::default()).text,
        format!("{start}d.hash IN (SELECT value FROM json_each($1)){middle}instr(t.folded, $5) > 0))")
    );
    assert_eq!(
        page::count(Dialect::Postgres, &query, &driver, &Snapshot::default()).text,
        format!("{start}d.hash = ANY($1){middle}strpos(t.folded, $5) > 0) OFFSET 0)")
    );
}

#[test]
fn a_number_is_looked_for_among_numbers_and_ranges() {
    let query = Query::all(TYPE).and(Criterion::Numbers {
        parameter: CODE,
        unit: 7,
        any_of: vec![NumberTest::Within { low: 1.0, high: 2.0, closed: false }, NumberTest::EndsAbove(9.0)],
    });
    for (dialect, end) in [(Dialect::Sqlite, ")"), (Dialect::Postgres, " OFFSET 0)")] {
        let checked = page::count(dialect, &query, &driver(vec![Arm::Type], None), &Snapshot::default());
        let expected = format!(
            "SELECT count(*) FROM live d WHERE d.type = $1 \
             AND (EXISTS (SELECT 1 FROM index_number n WHERE n.vid = d.vid AND n.hash = $2 \
             AND (n.value >= $3 AND n.value < $4 OR n.value > $5){end} \
             OR EXISTS (SELECT 1 FROM index_range r WHERE r.vid = d.vid AND r.hash = $6 \
             AND (r.low >= $7 AND r.high < $8 OR r.high > $9){end}) \
             AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid)"
        );
        assert_eq!(checked.text, expected);
    }
    let arms = vec![
        Arm::Number(CODE, 7, NumberTest::EndsAbove(9.0)),
        Arm::Range(CODE, 7, NumberTest::EndsAbove(9.0)),
    ];
    assert_eq!(
        page::count(Dialect::Sqlite, &query, &driver(arms, Some(0)), &Snapshot::default()).text,
        "SELECT count(*) FROM (SELECT d.vid AS vid FROM index_number d WHERE d.hash = $1 AND d.value > $2 \
         AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid) \
         UNION SELECT d.vid AS vid FROM index_range d WHERE d.hash = $3 AND d.high > $4 \
         AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid)) AS d WHERE 1 = 1"
    );
}

#[test]
fn a_long_list_is_looked_up_once() {
    let long = Criterion::Keys { parameter: CODE, hashes: (0..100).collect() };
    let query = Query::all(TYPE).and(long).and(Criterion::Ids(vec!["a".into()]));
    let start = "SELECT d.vid FROM ";
    let middle = " WHERE NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid) AND ";
    assert_eq!(
        page::matching(Dialect::Sqlite, &query, &Snapshot::default(), &[1]).text,
        format!(
            "{start}(SELECT value AS vid FROM json_each($1)) AS d{middle}\
             +d.vid IN (SELECT k.vid FROM index_key k WHERE k.hash IN (SELECT value FROM json_each($2))) \
             AND EXISTS (SELECT 1 FROM version v WHERE v.vid = d.vid \
             AND v.id IN (SELECT value FROM json_each($3)))"
        )
    );
    assert_eq!(
        page::matching(Dialect::Postgres, &query, &Snapshot::default(), &[1]).text,
        format!(
            "{start}unnest(CAST($1 AS bigint[])) AS d(vid){middle}\
             coalesce(d.vid IN (SELECT k.vid FROM index_key k WHERE k.hash = ANY($2)), FALSE) \
             AND EXISTS (SELECT 1 FROM version v WHERE v.vid = d.vid \
             AND coalesce(v.id IN (SELECT unnest(CAST($3 AS text[]))), FALSE) OFFSET 0)"
        )
    );
}

#[test]
fn numbers_are_sorted_by_as_they_are_written() {
    let sort = vec![Sort { key: SortKey::Number(CODE), descending: true }];
    let query = Query { sort, limit: 5, ..Query::all(TYPE) };
    let driver = driver(vec![Arm::Type], None);
    assert_eq!(
        page::places(Dialect::Sqlite, &query, &driver, &Snapshot::default(), 6).text,
        "SELECT d.vid AS vid, (SELECT max(x.value) FROM (SELECT n.value AS value FROM index_number n \
         WHERE n.vid = d.vid AND n.hash = $1 UNION ALL SELECT r.low FROM index_range r \
         WHERE r.vid = d.vid AND r.hash = $2) AS x) AS s0 FROM live d WHERE d.type = $3 \
         AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid) \
         ORDER BY s0 DESC NULLS LAST, d.vid LIMIT $4"
    );
}

#[test]
fn everything_of_a_type_comes_in_the_order_of_its_table() {
    let query = Query { limit: 20, ..Query::all(TYPE) };
    let driver = driver(vec![Arm::Type], None);
    for (dialect, order) in [(Dialect::Sqlite, "d.last_updated, d.vid"), (Dialect::Postgres, "d.vid")] {
        assert_eq!(
            page::page(dialect, &query, &driver, &Snapshot::default()).text,
            format!(
                "SELECT v.vid, v.version, v.last_updated, v.method, v.body, v.id FROM (SELECT d.vid AS vid \
                 FROM live d WHERE d.type = $1 AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = d.vid) \
                 ORDER BY {order} LIMIT $2 OFFSET $3) AS page \
                 CROSS JOIN version v WHERE v.vid = page.vid ORDER BY page.vid"
            )
        );
    }
}

#[test]
fn the_end_of_a_prefix_is_the_next_text_that_does_not_start_with_it() {
    let end = |start| after_all_that_start_with(start);
    assert_eq!(end("ab").as_deref(), Some("ac"));
    assert_eq!(end("a\u{10FFFF}\u{10FFFF}").as_deref(), Some("b"));
    assert_eq!(end("\u{D7FF}").as_deref(), Some("\u{E000}"));
    assert_eq!(end("\u{10FFFF}"), None);
    assert_eq!(end(""), None);
}
