//! Carrying out a search.
//!
//! One criterion *drives*: its index rows are walked in the order of their table. The others are checked row by row, each by one
//! descent. Which one drives is decided by looking which has the fewest rows, so that the cost of a search follows its
//! rarest criterion.

mod arm;
mod condition;
mod driver;
mod explain;
mod merge;
mod order;
mod page;
mod resolving;
#[cfg(test)]
mod tests;
mod walk;

use super::resources::{by_vids, version_of};
use super::unit::meta;
use super::{CountUpTo, Session, Snapshot};
use crate::error::StoreError;
use crate::model::Matches;
use ::search::{Query, Total};

pub(crate) use arm::not_excluded;
pub(crate) use explain::explain;
pub(crate) use merge::search_all;

/// The moment that a search sees.
pub(crate) struct Moment {
    /// Its name.
    pub(crate) mark: i64,
    /// What it sees.
    pub(crate) snapshot: Snapshot,
}

impl Moment {
    /// Now, or when the mark was made.
    pub(crate) fn of(session: &mut dyn Session, as_of: Option<i64>) -> Result<Self, StoreError> {
        Ok(match as_of {
            None => Moment { mark: session.mark()?, snapshot: Snapshot::default() },
            Some(mark) => Moment { mark, snapshot: seen_at(session, mark)? },
        })
    }
}

/// Carries out a search.
pub(crate) fn search(session: &mut dyn Session, query: &Query) -> Result<Matches, StoreError> {
    if query.sort.iter().any(order::is_computed) {
        return merge::search_all(session, std::slice::from_ref(query));
    }
    let moment = Moment::of(session, query.as_of)?;
    let query = &*resolving::plain(session, query, &moment.snapshot)?;
    let driver = driver::choose(session, query)?;
    let mut matches = Matches { total: None, resources: Vec::new(), has_more: false, mark: moment.mark };
    // One more than asked for tells whether there is more.
    if let Some(vids) = walk::page(session, query, &driver, &moment)? {
        matches.has_more = vids.len() as u64 > query.limit;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        matches.resources = by_vids(session, &vids[..vids.len().min(limit)])?;
    } else if query.limit > 0 {
        page::page(session.dialect(), query, &driver, &moment.snapshot).query(session, &mut |row| {
            matches.resources.push(version_of(row, query.resource_type, row.text(5)?)?.1);
            Ok(())
        })?;
        if matches.resources.len() as u64 > query.limit {
            matches.resources.pop();
            matches.has_more = true;
        }
    }
    if query.total == Total::Accurate {
        let found = matches.resources.len() as u64;
        let is_complete = query.limit > 0 && !matches.has_more && (found > 0 || query.offset == 0);
        let total = if is_complete {
            query.offset.saturating_add(found)
        } else {
            count(session, query, &driver, &moment)?
        };
        matches.total = Some(total);
        matches.has_more |= query.limit == 0 && total > query.offset;
    }
    if matches.has_more && query.as_of.is_none() {
        session.keep_mark(moment.mark)?;
    }
    Ok(matches)
}

/// From how many rows on a count is worth remembering.
const MANY: i64 = 4_096;

/// How many resources match.
fn count(
    session: &mut dyn Session,
    query: &Query,
    driver: &driver::Driver<'_>,
    moment: &Moment,
) -> Result<u64, StoreError> {
    let mut total = 0;
    let Some(of) = page::whole(query, driver, &moment.snapshot) else {
        page::count(session.dialect(), query, driver, &moment.snapshot).query(session, &mut |row| {
            total = row.int(0)?;
            Ok(())
        })?;
        return Ok(u64::try_from(total).unwrap_or(0));
    };
    let known = session.remembered(of, moment.mark)?;
    let (mut rows, mut superseded) = (0, 0);
    let sql = page::count_whole(session.dialect(), query, of, known.map(|known| known.vid));
    sql.query(session, &mut |row| {
        (rows, superseded) = (row.int(0)?, row.int(1)?);
        Ok(())
    })?;
    let count = known.map_or(0, |known| known.count) + rows;
    if rows >= MANY {
        session.remember(of, CountUpTo { vid: moment.mark, count })?;
    }
    Ok(u64::try_from(count - superseded).unwrap_or(0))
}

/// What was seen at an earlier mark, if it still can be.
fn seen_at(session: &mut dyn Session, mark: i64) -> Result<Snapshot, StoreError> {
    let snapshot = session.snapshot(mark)?;
    // Versions of excluded transactions were not seen either, so whatever the first of them superseded counts.
    let seen = snapshot.excluded.iter().min().map_or(mark, |first| mark.min((first << 20) - 1));
    match meta(session, "collected_to")? {
        Some(collected_to) if seen < collected_to => Err(StoreError::Expired),
        _ => Ok(snapshot),
    }
}

/// The statements of a search, to see their plans.
#[cfg(test)]
pub(crate) fn statements(session: &mut dyn Session, query: &Query) -> Vec<String> {
    let driver = driver::choose(session, query).unwrap_or_else(|error| panic!("{error}"));
    let snapshot = Snapshot { ceiling: query.as_of, excluded: Vec::new() };
    let dialect = session.dialect();
    let whole = page::whole(query, &driver, &snapshot);
    let mut statements = vec![
        page::page(dialect, query, &driver, &snapshot).text,
        page::count(dialect, query, &driver, &snapshot).text,
        page::matching(dialect, query, &snapshot, &[1]).text,
    ];
    statements.extend(whole.map(|of| page::count_whole(dialect, query, of, Some(1)).text));
    if walk::is_possible(query) {
        statements.extend(query.sort.first().map(|sort| walk::prefix(session, query, sort, &[1, 2], 9).text));
    }
    statements
}
