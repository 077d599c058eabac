//! The statements of a search.

use super::arm::Arm;
use super::condition::condition;
use super::driver::Driver;
use super::order::{order, sort_value};
use crate::sql::index_rows::key;
use crate::sql::resources::bounded;
use crate::sql::{Dialect, Snapshot, Statement};
use ::search::{Query, SortKey};

/// The statement for the matches asked for and one more:
/// `vid, version, last_updated, method, body, id`, in order.
pub(super) fn page(dialect: Dialect, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) -> Statement {
    let mut sql = Statement::new(dialect);
    // Bodies are fetched only of what is on the page.
    sql.sql("SELECT v.vid, v.version, v.last_updated, v.method, v.body, v.id FROM (");
    matches(&mut sql, query, driver, snapshot);
    in_order(&mut sql, query, driver);
    sql.sql(" LIMIT ").int(bounded(query.limit.saturating_add(1)));
    sql.sql(" OFFSET ").int(bounded(query.offset));
    sql.sql(") AS page CROSS JOIN version v WHERE v.vid = page.vid ORDER BY ");
    order(&mut sql, &query.sort, "page.", "page.");
    sql
}

/// The statement for the places of the first `most` matches: `vid`, and by what they are sorted.
pub(super) fn places(
    dialect: Dialect,
    query: &Query,
    driver: &Driver<'_>,
    snapshot: &Snapshot,
    most: u64,
) -> Statement {
    let mut sql = Statement::new(dialect);
    matches(&mut sql, query, driver, snapshot);
    in_order(&mut sql, query, driver);
    sql.sql(" LIMIT ").int(bounded(most));
    sql
}

/// The statement for any `most` matches: `vid`, by what they are sorted as far as the index tells, and `body`.
pub(super) fn bodies(
    dialect: Dialect,
    query: &Query,
    driver: &Driver<'_>,
    snapshot: &Snapshot,
    most: u64,
) -> Statement {
    let mut sql = Statement::new(dialect);
    sql.sql("SELECT page.*, v.body FROM (");
    matches(&mut sql, query, driver, snapshot);
    sql.sql(" LIMIT ").int(bounded(most)).sql(") AS page CROSS JOIN version v WHERE v.vid = page.vid");
    sql
}

/// The statement for any `most` matches: `id`, and `body` if they are wanted.
pub(super) fn each_match(
    dialect: Dialect,
    query: &Query,
    driver: &Driver<'_>,
    snapshot: &Snapshot,
    with_bodies: bool,
    most: u64,
) -> Statement {
    let mut sql = Statement::new(dialect);
    sql.sql("SELECT v.id").sql(if with_bodies { ", v.body" } else { "" }).sql(" FROM (");
    matches(&mut sql, query, driver, snapshot);
    sql.sql(" LIMIT ").int(bounded(most)).sql(") AS page CROSS JOIN version v WHERE v.vid = page.vid");
    sql
}

/// Appends the query for the matches: `vid`, and by what they are sorted as far as the index tells.
fn matches(sql: &mut Statement, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) {
    sql.sql("SELECT d.vid AS vid");
    for (at, sort) in query.sort.iter().enumerate() {
        if !matches!(sort.key, SortKey::Computed(_)) {
            sql.sql(", ");
            sort_value(sql, sort, driver);
            sql.sql(" AS s").number(at as u64);
        }
    }
    sql.sql(" FROM ");
    candidates(sql, query, driver, snapshot);
}

/// Appends their order.
fn in_order(sql: &mut Statement, query: &Query, driver: &Driver<'_>) {
    sql.sql(" ORDER BY ");
    if query.sort.is_empty() && driver.is_live() {
        sql.sql(sql.dialect.order_of_change());
    } else {
        order(sql, &query.sort, "", "d.");
    }
}

/// The statement for the number of all matches.
pub(super) fn count(dialect: Dialect, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) -> Statement {
    let mut sql = Statement::new(dialect);
    let resource_type = i64::from(query.resource_type.index());
    // One range of an index is counted as it is. Its superseded rows are few and counted apart, so that the many
    // need no look each.
    let is_whole = driver.is_exact && query.criteria.len() == usize::from(driver.criterion.is_some());
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
        if driver.criterion != Some(at) || !driver.is_exact {
            sql.sql(" AND ");
            condition(sql, criterion, "d.vid");
        }
    }
}
