//! The statements of a search.

use super::condition::condition;
use super::driver::{Arm, Driver};
use crate::sql::index_rows::key;
use crate::sql::resources::bounded;
use crate::sql::{Dialect, Snapshot, Statement};
use ::search::{Query, Sort, SortKey};

/// The statement for the matches asked for and one more:
/// `vid, version, last_updated, method, body, id`, in order.
pub(super) fn page(dialect: Dialect, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) -> Statement {
    let mut sql = Statement::new(dialect);
    // Bodies are fetched only of what is on the page.
    sql.sql("SELECT v.vid, v.version, v.last_updated, v.method, v.body, v.id FROM (SELECT d.vid AS vid");
    for (at, sort) in query.sort.iter().enumerate() {
        sql.sql(", ");
        sort_value(&mut sql, *sort, driver);
        sql.sql(" AS s").number(at as u64);
    }
    sql.sql(" FROM ");
    candidates(&mut sql, query, driver, snapshot);
    sql.sql(" ORDER BY ");
    if query.sort.is_empty() && driver.is_live() {
        sql.sql(dialect.order_of_change());
    } else {
        order(&mut sql, &query.sort, "", "d.");
    }
    sql.sql(" LIMIT ").int(bounded(query.limit.saturating_add(1)));
    sql.sql(" OFFSET ").int(bounded(query.offset));
    sql.sql(") AS page CROSS JOIN version v WHERE v.vid = page.vid ORDER BY ");
    order(&mut sql, &query.sort, "page.", "page.");
    sql
}

/// The statement for the number of all matches.
pub(super) fn count(dialect: Dialect, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) -> Statement {
    let mut sql = Statement::new(dialect);
    let resource_type = i64::from(query.resource_type.index());
    // One range of an index is counted as it is. Its superseded rows are few and counted apart, so that the many
    // need no look each.
    let is_whole = query.criteria.len() == usize::from(driver.criterion.is_some());
    match &driver.arms[..] {
        [Arm::Type] if is_whole && snapshot.ceiling.is_none() => {
            sql.sql("SELECT (SELECT count(*) FROM live d WHERE d.type = ").int(resource_type);
            sql.sql(") - (SELECT count(*) FROM superseded x WHERE x.type = ").int(resource_type).sql(")");
        }
        [Arm::Keys(parameter, [hash])] if is_whole && snapshot.ceiling.is_none() => {
            let hash = key(*parameter, *hash);
            sql.sql("SELECT (SELECT count(*) FROM index_key d WHERE d.hash = ").int(hash);
            sql.sql(") - (SELECT count(*) FROM superseded x WHERE x.type = ").int(resource_type);
            sql.sql(" AND EXISTS (SELECT 1 FROM index_key k WHERE k.hash = ").int(hash);
            sql.sql(" AND k.vid = x.vid))");
        }
        _ => {
            sql.sql("SELECT count(*) FROM ");
            candidates(&mut sql, query, driver, snapshot);
        }
    }
    sql
}

/// Appends what stands after `FROM` so that the rows `d` are the matches.
fn candidates(sql: &mut Statement, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) {
    driver.from(sql, query, snapshot);
    for (at, criterion) in query.criteria.iter().enumerate() {
        if driver.criterion != Some(at) {
            sql.sql(" AND ");
            condition(sql, criterion, "d.vid");
        }
    }
}

/// Appends the value by which row `d` is sorted.
fn sort_value(sql: &mut Statement, sort: Sort, driver: &Driver<'_>) {
    let extreme = if sort.descending { "max" } else { "min" };
    match sort.key {
        SortKey::LastUpdated if driver.is_live() => {
            sql.sql("d.last_updated");
        }
        SortKey::LastUpdated => {
            sql.sql("(SELECT v.last_updated FROM version v WHERE v.vid = d.vid)");
        }
        SortKey::Id => {
            sql.sql("(SELECT v.id FROM version v WHERE v.vid = d.vid)");
        }
        SortKey::Text(parameter) => {
            sql.sql("(SELECT ").sql(extreme).sql("(t.folded) FROM index_text t WHERE t.vid = d.vid");
            sql.sql(" AND t.parameter = ").int(i64::from(parameter.get())).sql(")");
        }
        SortKey::Span(parameter) => {
            sql.sql("(SELECT ").sql(extreme).sql("(s.begins) FROM index_span s WHERE s.vid = d.vid");
            sql.sql(" AND s.parameter = ").int(i64::from(parameter.get())).sql(")");
        }
    }
}

/// Appends the terms of the order.
fn order(sql: &mut Statement, sorts: &[Sort], value_prefix: &str, vid_prefix: &str) {
    for (at, sort) in sorts.iter().enumerate() {
        sql.sql(value_prefix).sql("s").number(at as u64);
        sql.sql(if sort.descending { " DESC" } else { "" });
        let may_miss = matches!(sort.key, SortKey::Text(_) | SortKey::Span(_));
        sql.sql(if may_miss { " NULLS LAST, " } else { ", " });
    }
    sql.sql(vid_prefix).sql("vid");
}
