//! The first matches in the order of an index: when many resources match, walking the index by which they are sorted
//! and leaving out what does not match is far less work than sorting them all.
//!
//! The walk is bounded. When too few of what it meets match, or what has no value is wanted too, the matches are sorted
//! after all.

use super::driver::Driver;
use super::{Moment, page};
use crate::error::StoreError;
use crate::sql::index_rows::number_key;
use crate::sql::{Session, Statement};
use ::search::index::ANY_UNIT;
use ::search::{Query, Sort, SortKey};
use std::collections::HashSet;

/// From how many matches on a walk is tried.
pub(super) const FROM: u64 = 8_192;

/// How many rows of the index are looked at; the next number only while too few match.
const ROUNDS: [u64; 3] = [256, 2_048, 16_384];

/// Whether the order is that of an index, and the page is near its beginning.
pub(super) fn is_possible(query: &Query) -> bool {
    let by_index = match &query.sort[..] {
        [Sort { key, .. }] => !matches!(key, SortKey::Id | SortKey::Computed(_)),
        _ => false,
    };
    by_index && query.limit > 0 && wanted(query) <= ROUNDS[1]
}

/// How many matches tell what is on the page, and whether there is more.
fn wanted(query: &Query) -> u64 {
    query.offset.saturating_add(query.limit).saturating_add(1)
}

/// The numbers of the matches on the page and of one more; `None` when a walk does not tell.
pub(super) fn page(
    session: &mut dyn Session,
    query: &Query,
    driver: &Driver<'_>,
    moment: &Moment,
) -> Result<Option<Vec<i64>>, StoreError> {
    let [sort] = &query.sort[..] else { return Ok(None) };
    let has_many = driver.rows.map_or(driver.criterion.is_none(), |rows| rows >= FROM);
    // Everything of a type is in the order of change as it is.
    let is_in_order = driver.is_live() && sort.key == SortKey::LastUpdated;
    if !is_possible(query) || !has_many || is_in_order {
        return Ok(None);
    }
    let levels = levels(session, &sort.key)?;
    let wanted = usize::try_from(wanted(query)).unwrap_or(usize::MAX);
    for most in ROUNDS {
        let sql = prefix(session, query, sort, &levels, most);
        let (mut vids, mut met) = (Vec::new(), HashSet::new());
        let mut rows = 0;
        sql.query(session, &mut |row| {
            rows += 1;
            // What has several values stands where the first of them does.
            let vid = row.int(0)?;
            if met.insert(vid) {
                vids.push(vid);
            }
            Ok(())
        })?;
        let mut matching = HashSet::new();
        page::matching(session.dialect(), query, &moment.snapshot, &vids).query(session, &mut |row| {
            matching.insert(row.int(0)?);
            Ok(())
        })?;
        vids.retain(|vid| matching.contains(vid));
        if vids.len() >= wanted {
            vids.truncate(wanted);
            return Ok(Some(vids.split_off(usize::try_from(query.offset).unwrap_or(usize::MAX).min(wanted))));
        }
        if rows < most {
            break;
        }
    }
    Ok(None)
}

/// The levels of spans that the parameter has; for other keys one.
fn levels(session: &mut dyn Session, key: &SortKey) -> Result<Vec<i64>, StoreError> {
    let SortKey::Span(parameter) = key else { return Ok(vec![0]) };
    let mut sql = Statement::new(session.dialect());
    let parameter = i64::from(parameter.get());
    sql.sql("WITH RECURSIVE level_of(n) AS (SELECT min(a.level) FROM index_span a WHERE a.parameter = ");
    sql.int(parameter).sql(" UNION ALL SELECT (SELECT min(b.level) FROM index_span b WHERE b.parameter = ");
    sql.int(parameter).sql(" AND b.level > level_of.n) FROM level_of WHERE level_of.n IS NOT NULL) ");
    sql.sql("SELECT n FROM level_of WHERE n IS NOT NULL");
    let mut levels = Vec::new();
    sql.query(session, &mut |row| {
        levels.push(row.int(0)?);
        Ok(())
    })?;
    Ok(levels)
}

/// The statement for the first rows of the index: `vid` by value.
pub(super) fn prefix(
    session: &dyn Session,
    query: &Query,
    sort: &Sort,
    levels: &[i64],
    most: u64,
) -> Statement {
    let mut sql = Statement::new(session.dialect());
    let direction = if sort.descending { " DESC" } else { "" };
    sql.sql("SELECT vid FROM (");
    let mut part = |table: &str, value: &str, owner: &str, of: i64, level: Option<i64>| {
        sql.sql(if sql.text.ends_with('(') { "" } else { " UNION ALL " });
        sql.sql("SELECT * FROM (SELECT r.vid AS vid, r.").sql(value).sql(" AS value FROM ").sql(table);
        sql.sql(" r WHERE r.").sql(owner).sql(" = ").int(of);
        if let Some(level) = level {
            sql.sql(" AND r.level = ").int(level);
        }
        sql.sql(" ORDER BY r.").sql(value).sql(direction).sql(", r.vid LIMIT ").number(most).sql(") AS part");
    };
    match &sort.key {
        SortKey::Span(parameter) => {
            for level in levels {
                part("index_span", "begins", "parameter", i64::from(parameter.get()), Some(*level));
            }
            if levels.is_empty() {
                part("index_span", "begins", "parameter", i64::from(parameter.get()), None);
            }
        }
        SortKey::Text(parameter) => {
            part("index_text", "folded", "parameter", i64::from(parameter.get()), None);
        }
        SortKey::Number(parameter) => {
            let hash = number_key(*parameter, ANY_UNIT);
            part("index_number", "value", "hash", hash, None);
            part("index_range", "low", "hash", hash, None);
        }
        SortKey::LastUpdated | SortKey::Id | SortKey::Computed(_) => {
            part("live", "last_updated", "type", i64::from(query.resource_type.index()), None);
        }
    }
    sql.sql(") AS parts ORDER BY value").sql(direction).sql(", vid LIMIT ").number(most);
    sql
}
