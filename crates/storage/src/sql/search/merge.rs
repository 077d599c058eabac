//! Searches whose matches come from several statements, or are sorted by what only the resources themselves tell: the
//! places of the matches are put in order here, and what is on the page is read afterwards.

use super::order::{Place, is_computed};
use super::{Moment, count, driver, page, resolving};
use crate::error::StoreError;
use crate::limits;
use crate::model::Matches;
use crate::sql::Session;
use crate::sql::resources::by_vids;
use ::search::{Query, Total};
use std::collections::HashSet;

/// The types that there are resources of, or were of late: a descent for each.
const TYPES: &str = "WITH RECURSIVE t(n) AS (SELECT min(type) FROM live UNION ALL \
     SELECT (SELECT min(l.type) FROM live l WHERE l.type > t.n) FROM t WHERE t.n IS NOT NULL) \
     SELECT n FROM t WHERE n IS NOT NULL";

/// From how many queries on it pays to ask first which types there are.
const MANY: usize = 4;

/// The matches of all queries as one page: what they ask of it (order, offset, limit, total, moment) is the first one's.
pub(crate) fn search_all(session: &mut dyn Session, queries: &[Query]) -> Result<Matches, StoreError> {
    let Some(first) = queries.first() else {
        return Ok(Matches { total: Some(0), resources: Vec::new(), has_more: false, mark: session.mark()? });
    };
    let moment = Moment::of(session, first.as_of)?;
    let mut found = Found { moment, places: Vec::new(), text_bytes: 0, total: 0 };
    for query in of_types_that_exist(session, queries)? {
        found.add(session, query, first)?;
    }
    found.places.sort_unstable_by(|a, b| a.compare(b, &first.sort));
    let skipped = usize::try_from(first.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(first.limit).unwrap_or(usize::MAX);
    let places = found.places.get(skipped..).unwrap_or_default();
    let is_counted = first.total == Total::Accurate;
    let has_more = match limit {
        0 => is_counted && found.total > first.offset,
        _ => places.len() > limit,
    };
    let vids: Vec<i64> = places.iter().take(limit).map(|place| place.vid).collect();
    let resources = by_vids(session, &vids)?;
    if has_more && first.as_of.is_none() {
        session.keep_mark(found.moment.mark)?;
    }
    Ok(Matches { total: is_counted.then_some(found.total), resources, has_more, mark: found.moment.mark })
}

/// What was found so far.
struct Found {
    moment: Moment,
    places: Vec<Place>,
    text_bytes: usize,
    total: u64,
}

impl Found {
    /// Adds a query's matches, as many as the page may need.
    fn add(&mut self, session: &mut dyn Session, query: &Query, first: &Query) -> Result<(), StoreError> {
        let snapshot = &self.moment.snapshot;
        let query = &*resolving::plain(session, query, snapshot)?;
        let driver = driver::choose(session, query)?;
        let dialect = session.dialect();
        let is_sorted_here = query.sort.iter().any(is_computed);
        let most = match (is_sorted_here, first.limit) {
            (true, _) => limits::SORTED as u64 + 1,
            (false, 0) => 0,
            (false, limit) => first.offset.saturating_add(limit).saturating_add(1),
        };
        let before = self.places.len();
        if most > 0 {
            let sql = if is_sorted_here {
                page::bodies(dialect, query, &driver, snapshot, most)
            } else {
                page::places(dialect, query, &driver, snapshot, most)
            };
            let (places, text_bytes) = (&mut self.places, &mut self.text_bytes);
            sql.query(session, &mut |row| {
                let place = Place::read(row, query.resource_type, &query.sort)?;
                *text_bytes += place.text_bytes();
                places.push(place);
                if is_sorted_here && (places.len() > limits::SORTED || *text_bytes > limits::SORTED_BYTES) {
                    return Err(StoreError::TooCostly);
                }
                Ok(())
            })?;
        }
        let added = (self.places.len() - before) as u64;
        self.total += match first.total {
            _ if added < most => added,
            Total::Accurate => count(session, query, &driver, &self.moment)?,
            Total::None => 0,
        };
        Ok(())
    }
}

/// The queries of those types that there are resources of.
fn of_types_that_exist<'q>(
    session: &mut dyn Session,
    queries: &'q [Query],
) -> Result<Vec<&'q Query>, StoreError> {
    if queries.len() < MANY {
        return Ok(queries.iter().collect());
    }
    let mut types = HashSet::new();
    session.query(TYPES, &[], &mut |row| {
        types.insert(row.int(0)?);
        Ok(())
    })?;
    Ok(queries.iter().filter(|query| types.contains(&i64::from(query.resource_type.index()))).collect())
}
