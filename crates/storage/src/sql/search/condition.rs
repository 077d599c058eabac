//! A criterion as a condition on a version that is known by its vid.

use crate::sql::Statement;
use crate::sql::index_rows::{key, without_nul};
use crate::sql::statement::Parameter;
use ::search::{Criterion, SpanTest, TextTest};

/// Appends the condition that the criterion holds of the version `vid`, an SQL expression.
pub(super) fn condition(sql: &mut Statement, criterion: &Criterion, vid: &str) {
    match criterion {
        Criterion::Ids(ids) => {
            sql.sql("EXISTS (SELECT 1 FROM version v WHERE v.vid = ").sql(vid).sql(" AND ");
            one_of_texts(sql, "v.id", ids.iter().map(|id| without_nul(id)).collect());
            sql.sql(sql.dialect.end_of_exists());
        }
        Criterion::Keys { parameter, hashes } => {
            sql.sql("EXISTS (SELECT 1 FROM index_key k WHERE ");
            one_of_ints(sql, "k.hash", hashes.iter().map(|hash| key(*parameter, *hash)).collect());
            sql.sql(" AND k.vid = ").sql(vid);
            sql.sql(sql.dialect.end_of_exists());
        }
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
        Criterion::LastUpdated(any_of) => {
            sql.sql("EXISTS (SELECT 1 FROM version v WHERE v.vid = ").sql(vid).sql(" AND ");
            sql.any(any_of, &mut |sql, test| updated_test(sql, *test, "v"));
            sql.sql(sql.dialect.end_of_exists());
        }
        Criterion::Either(criteria) => {
            sql.any(criteria, &mut |sql, criterion| condition(sql, criterion, vid));
        }
        Criterion::Not(criterion) => {
            sql.sql("NOT (");
            condition(sql, criterion, vid);
            sql.sql(")");
        }
    }
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

fn one_of_texts(sql: &mut Statement, column: &str, values: Vec<String>) {
    let n = sql.parameter(Parameter::Texts(values));
    let text = sql.dialect.one_of(column, n);
    sql.sql(&text);
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
