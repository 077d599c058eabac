//! A criterion as a condition on a version that is known by its vid.

use crate::limits;
use crate::sql::Statement;
use crate::sql::index_rows::{key, number_key, without_nul};
use crate::sql::statement::Parameter;
use ::search::{Criterion, NumberTest, ParameterId, SpanTest, TextTest};

/// Appends the condition that the criterion holds of the version `vid`, an SQL expression.
pub(super) fn condition(sql: &mut Statement, criterion: &Criterion, vid: &str) {
    match criterion {
        Criterion::Ids(ids) => {
            sql.sql("EXISTS (SELECT 1 FROM version v WHERE v.vid = ").sql(vid).sql(" AND ");
            let n = sql.parameter(Parameter::Texts(ids.iter().map(|id| without_nul(id)).collect()));
            let text = sql.dialect.one_of_texts("v.id", n);
            sql.sql(&text);
            sql.sql(sql.dialect.end_of_exists());
        }
        Criterion::Keys { parameter, hashes } => keys(sql, *parameter, hashes, vid),
        Criterion::Text { parameter, any_of } => {
            sql.sql("EXISTS (SELECT 1 FROM index_text t WHERE t.vid = ").sql(vid).sql(" AND t.parameter = ");
            sql.int(i64::from(parameter.get())).sql(" AND ");
            sql.any(any_of, &mut |sql, test| text_test(sql, test, "t"));
            sql.sql(sql.dialect.end_of_exists());
        }
        Criterion::Spans { parameter, any_of } => {
            sql.sql("EXISTS (SELECT 1 FROM index_span s WHERE s.vid = ").sql(vid).sql(" AND s.parameter = ");
            sql.int(i64::from(parameter.get())).sql(" AND ");
            sql.any(any_of, &mut |sql, test| span_test(sql, *test, "s"));
            sql.sql(sql.dialect.end_of_exists());
        }
        Criterion::Numbers { parameter, unit, any_of } => {
            let hash = number_key(*parameter, *unit);
            sql.sql("(EXISTS (SELECT 1 FROM index_number n WHERE n.vid = ").sql(vid).sql(" AND n.hash = ");
            sql.int(hash).sql(" AND ");
            sql.any(any_of, &mut |sql, test| number_test(sql, *test, "n.value", "n.value"));
            sql.sql(sql.dialect.end_of_exists())
                .sql(" OR EXISTS (SELECT 1 FROM index_range r WHERE r.vid = ");
            sql.sql(vid).sql(" AND r.hash = ").int(hash).sql(" AND ");
            sql.any(any_of, &mut |sql, test| number_test(sql, *test, "r.low", "r.high"));
            sql.sql(sql.dialect.end_of_exists()).sql(")");
        }
        Criterion::LastUpdated(any_of) => {
            sql.sql("EXISTS (SELECT 1 FROM version v WHERE v.vid = ").sql(vid).sql(" AND ");
            sql.any(any_of, &mut |sql, test| updated_test(sql, *test, "v"));
            sql.sql(sql.dialect.end_of_exists());
        }
        Criterion::All(criteria) => {
            sql.all(criteria, &mut |sql, criterion| condition(sql, criterion, vid));
        }
        Criterion::Either(criteria) => {
            sql.any(criteria, &mut |sql, criterion| condition(sql, criterion, vid));
        }
        Criterion::Not(criterion) => {
            sql.sql("NOT (");
            condition(sql, criterion, vid);
            sql.sql(")");
        }
        // These were resolved into others; nothing is known of them here.
        Criterion::RefersTo { .. }
        | Criterion::RefersWithin { .. }
        | Criterion::RefersAlong { .. }
        | Criterion::ReferredToBy { .. }
        | Criterion::Tested { .. } => {
            sql.sql("1 = 0");
        }
    }
}

/// The condition that the version has one of the keys.
fn keys(sql: &mut Statement, parameter: ParameterId, hashes: &[u64], vid: &str) {
    let values: Vec<i64> = hashes.iter().map(|hash| key(parameter, *hash)).collect();
    if values.len() > limits::LIST {
        // The versions that have any are looked up once, not each key for each candidate.
        let n = sql.parameter(Parameter::Ints(values));
        let of_keys = sql.dialect.one_of("k.hash", n);
        let text = sql.dialect.one_of_rows(vid, &format!("SELECT k.vid FROM index_key k WHERE {of_keys}"));
        sql.sql(&text);
        return;
    }
    sql.sql("EXISTS (SELECT 1 FROM index_key k WHERE ");
    one_of_ints(sql, "k.hash", values);
    sql.sql(" AND k.vid = ").sql(vid);
    sql.sql(sql.dialect.end_of_exists());
}

/// `column` is one of these; false when there are none.
pub(super) fn one_of_ints(sql: &mut Statement, column: &str, values: Vec<i64>) {
    match values[..] {
        [value] => {
            sql.sql(column).sql(" = ").int(value);
        }
        _ => {
            let n = sql.parameter(Parameter::Ints(values));
            let text = sql.dialect.one_of(column, n);
            sql.sql(&text);
        }
    }
}

/// The condition that row `alias` of `index_text` passes the test.
pub(super) fn text_test(sql: &mut Statement, test: &TextTest, alias: &str) {
    let column = format!("{alias}.folded");
    match test {
        TextTest::Equals(text) => {
            sql.sql(&column).sql(" = ").bind_text(&without_nul(text));
        }
        TextTest::StartsWith(start) => {
            let start = without_nul(start);
            sql.sql("(").sql(&column).sql(" >= ").bind_text(&start);
            if let Some(end) = after_all_that_start_with(&start) {
                sql.sql(" AND ").sql(&column).sql(" < ").bind_text(&end);
            }
            sql.sql(")");
        }
        TextTest::Contains(part) => {
            let n = sql.parameter(Parameter::Text(without_nul(part)));
            let text = sql.dialect.contains(&column, n);
            sql.sql(&text);
        }
    }
}

/// The condition that row `alias` of `index_span` passes the test.
pub(super) fn span_test(sql: &mut Statement, test: SpanTest, alias: &str) {
    let mut compare = |column: &str, operator: &str, value: i64| {
        sql.sql(alias).sql(".").sql(column).sql(operator).int(value);
    };
    match test {
        SpanTest::Within { from, to } => {
            compare("begins", " >= ", from);
            sql.sql(" AND ").sql(alias).sql(".ends <= ").int(to);
        }
        SpanTest::NotWithin { from, to } => {
            sql.sql("(").sql(alias).sql(".begins < ").int(from);
            sql.sql(" OR ").sql(alias).sql(".ends > ").int(to).sql(")");
        }
        SpanTest::Overlaps { from, to } => {
            compare("begins", " < ", to);
            sql.sql(" AND ").sql(alias).sql(".ends > ").int(from);
        }
        SpanTest::StartsBefore(at) => compare("begins", " < ", at),
        SpanTest::StartsFrom(at) => compare("begins", " >= ", at),
        SpanTest::EndsBy(at) => compare("ends", " <= ", at),
        SpanTest::EndsAfter(at) => compare("ends", " > ", at),
    }
}

/// The condition that the range between two columns, or the number in one given twice, passes the test.
pub(super) fn number_test(sql: &mut Statement, test: NumberTest, low: &str, high: &str) {
    let mut compare = |column: &str, operator: &str, value: f64| {
        sql.sql(column).sql(operator).real(value);
    };
    match test {
        NumberTest::Within { low: from, high: to, closed } => {
            compare(low, " >= ", from);
            sql.sql(" AND ").sql(high).sql(if closed { " <= " } else { " < " }).real(to);
        }
        NumberTest::NotWithin { low: from, high: to, closed } => {
            sql.sql("(").sql(low).sql(" < ").real(from);
            sql.sql(" OR ").sql(high).sql(if closed { " > " } else { " >= " }).real(to).sql(")");
        }
        NumberTest::Overlaps { low: from, high: to } => {
            compare(low, " <= ", to);
            sql.sql(" AND ").sql(high).sql(" >= ").real(from);
        }
        NumberTest::EndsAbove(at) => compare(high, " > ", at),
        NumberTest::EndsFrom(at) => compare(high, " >= ", at),
        NumberTest::StartsBelow(at) => compare(low, " < ", at),
        NumberTest::StartsTo(at) => compare(low, " <= ", at),
        NumberTest::StartsAbove(at) => compare(low, " > ", at),
        NumberTest::EndsBelow(at) => compare(high, " < ", at),
    }
}

/// The condition that `alias.last_updated`, a span of one millisecond, passes the test.
pub(super) fn updated_test(sql: &mut Statement, test: SpanTest, alias: &str) {
    // [t, t + 1) ends by x just when t < x.
    let mut compare = |operator: &str, value: i64| {
        sql.sql(alias).sql(".last_updated").sql(operator).int(value);
    };
    match test {
        SpanTest::Within { from, to } | SpanTest::Overlaps { from, to } => {
            compare(" >= ", from);
            sql.sql(" AND ").sql(alias).sql(".last_updated < ").int(to);
        }
        SpanTest::NotWithin { from, to } => {
            sql.sql("(").sql(alias).sql(".last_updated < ").int(from);
            sql.sql(" OR ").sql(alias).sql(".last_updated >= ").int(to).sql(")");
        }
        SpanTest::StartsBefore(at) | SpanTest::EndsBy(at) => compare(" < ", at),
        SpanTest::StartsFrom(at) | SpanTest::EndsAfter(at) => compare(" >= ", at),
    }
}

/// The least text greater than all that start with `start`, in the order of code points; `None` when there is none.
pub(super) fn after_all_that_start_with(start: &str) -> Option<String> {
    let mut end = start.to_owned();
    while let Some(last) = end.pop() {
        // The step from U+D7FF leads over the surrogates.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            end.push(next);
            return Some(end);
        }
    }
    None
}
