//! The statements of a search.

use super::arm::{Arm, visible};
use super::condition::condition;
use super::driver::Driver;
use super::order::{order, sort_value};
use crate::sql::index_rows::key;
use crate::sql::resources::bounded;
use crate::sql::statement::Parameter;
use crate::sql::{Counted, Dialect, Snapshot, Statement};
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
    sql.sql("SELECT page.*, v.body, v.id, v.version, v.last_updated FROM (");
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
    sql.sql("SELECT v.id").sql(if with_bodies { ", v.body, v.id, v.version, v.last_updated" } else { "" });
    sql.sql(" FROM (");
    matches(&mut sql, query, driver, snapshot);
    sql.sql(" LIMIT ").int(bounded(most)).sql(") AS page CROSS JOIN version v WHERE v.vid = page.vid");
    sql
}

/// The statement for those of these versions that match: `vid`.
pub(super) fn matching(dialect: Dialect, query: &Query, snapshot: &Snapshot, vids: &[i64]) -> Statement {
    let mut sql = Statement::new(dialect);
    let n = sql.parameter(Parameter::Ints(vids.to_vec()));
    let rows = dialect.ints("d", "vid", n);
    sql.sql("SELECT d.vid FROM ").sql(&rows).sql(" WHERE ");
    visible(&mut sql, "d.vid", snapshot);
    for criterion in &query.criteria {
        sql.sql(" AND ");
        condition(&mut sql, criterion, "d.vid");
    }
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

/// What the matches are, when they are all rows of one range of an index that are visible now.
pub(super) fn whole(query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) -> Option<Counted> {
    let is_whole = driver.is_exact && query.criteria.len() == usize::from(driver.criterion.is_some());
    match &driver.arms[..] {
        _ if !is_whole || snapshot.ceiling.is_some() => None,
        [Arm::Type] => Some(Counted::Type(i64::from(query.resource_type.index()))),
        [Arm::Keys(parameter, [hash])] => Some(Counted::Key(key(*parameter, *hash))),
        _ => None,
    }
}

/// The statement that counts such a range, of versions after one: its rows, and how many of all are superseded. Those
/// are few and counted apart, so that the many need no look each.
pub(super) fn count_whole(dialect: Dialect, query: &Query, of: Counted, after: Option<i64>) -> Statement {
    let mut sql = Statement::new(dialect);
    let resource_type = i64::from(query.resource_type.index());
    match of {
        Counted::Type(_) => {
            sql.sql("SELECT (SELECT count(*) FROM live d WHERE d.type = ").int(resource_type);
            if let Some(after) = after {
                sql.sql(" AND d.last_updated >= (SELECT v.last_updated FROM version v WHERE v.vid = ")
                    .int(after);
                sql.sql(") AND d.vid > ").int(after);
            }
            sql.sql("), (SELECT count(*) FROM superseded x WHERE x.type = ").int(resource_type).sql(")");
        }
        Counted::Key(hash) => {
            sql.sql("SELECT (SELECT count(*) FROM index_key d WHERE d.hash = ").int(hash);
            if let Some(after) = after {
                sql.sql(" AND d.vid > ").int(after);
            }
            sql.sql("), (SELECT count(*) FROM superseded x WHERE x.type = ").int(resource_type);
            sql.sql(" AND EXISTS (SELECT 1 FROM index_key k WHERE k.hash = ").int(hash);
            sql.sql(" AND k.vid = x.vid))");
        }
    }
    sql
}

/// The statement for the number of all matches, one by one.
pub(super) fn count(dialect: Dialect, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) -> Statement {
    let mut sql = Statement::new(dialect);
    sql.sql("SELECT count(*) FROM ");
    candidates(&mut sql, query, driver, snapshot);
    sql
}

/// Appends what stands after `FROM` so that the rows `d` are the matches.
fn candidates(sql: &mut Statement, query: &Query, driver: &Driver<'_>, snapshot: &Snapshot) {
    driver.from(sql, query, snapshot, &mut |sql| {
        for (at, criterion) in query.criteria.iter().enumerate() {
            if driver.criterion != Some(at) || !driver.is_exact {
                sql.sql(" AND ");
                condition(sql, criterion, "d.vid");
            }
        }
    });
}
