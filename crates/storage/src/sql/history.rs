//! Histories of resources, types and the whole store, newest first.
//!
//! A page is found by an index in the order of change, type by type, and begins where the one before it ended; so it
//! costs the same wherever it is, and however much else there is.

use super::resources::{by_vids, is_no_id, type_of};
use super::search::{Moment, not_excluded};
use super::{Session, Snapshot, Statement};
use crate::error::StoreError;
use crate::limits::HISTORY_COUNTED;
use crate::model::{HistoryCursor, HistoryOf, HistoryPage, HistoryQuery};
use crate::sql::resources::bounded;
use fhir::ResourceType;

/// The types that there are versions of: a descent for each.
const TYPES: &str = "WITH RECURSIVE t(n) AS (SELECT min(type) FROM version UNION ALL \
     SELECT (SELECT min(v.type) FROM version v WHERE v.type > t.n) FROM t WHERE t.n IS NOT NULL) \
     SELECT n FROM t WHERE n IS NOT NULL";

/// Where the versions of a history are found.
#[derive(Clone, Copy)]
enum Source<'q> {
    Instance(ResourceType, &'q str),
    Type(ResourceType),
}

/// A page.
pub(super) fn page(session: &mut dyn Session, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
    let moment = Moment::of(session, query.after.map(|cursor| cursor.mark))?;
    let sources = sources(session, &query.of)?;
    let (mut places, mut total) = (Vec::new(), query.total.then_some(0_u64));
    for source in &sources {
        if query.limit > 0 {
            of_page(session, query, *source, &moment.snapshot).query(session, &mut |row| {
                places.push((row.int(0)?, row.int(1)?));
                Ok(())
            })?;
        }
        if let Some(before) = total {
            let counted = count(session, query, *source, &moment.snapshot)?;
            total = (counted <= counted_at_most(query)).then_some(before + counted);
        }
    }
    places.sort_unstable_by(|a, b| b.cmp(a));
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let has_more = places.len() > limit;
    places.truncate(limit);
    let next = places.last().filter(|_| has_more).map(|(last_updated, vid)| HistoryCursor {
        mark: moment.mark,
        last_updated: *last_updated,
        vid: *vid,
    });
    if next.is_some() && query.after.is_none() {
        session.keep_mark(moment.mark)?;
    }
    let vids: Vec<i64> = places.iter().map(|(_, vid)| *vid).collect();
    Ok(HistoryPage { total, versions: by_vids(session, &vids)?, next })
}

fn sources<'q>(session: &mut dyn Session, of: &'q HistoryOf) -> Result<Vec<Source<'q>>, StoreError> {
    Ok(match of {
        HistoryOf::Instance(_, id) if is_no_id(id) => Vec::new(),
        HistoryOf::Instance(of, id) => vec![Source::Instance(*of, id)],
        HistoryOf::Types(types) => types.iter().map(|of| Source::Type(*of)).collect(),
        HistoryOf::System => {
            let mut types = Vec::new();
            session.query(TYPES, &[], &mut |row| {
                types.push(Source::Type(type_of(row.int(0)?)?));
                Ok(())
            })?;
            types
        }
    })
}

/// The statement for `last_updated, vid` of a source's versions on the page, and one more.
fn of_page(
    session: &dyn Session,
    query: &HistoryQuery,
    source: Source<'_>,
    snapshot: &Snapshot,
) -> Statement {
    let mut sql = Statement::new(session.dialect());
    sql.sql("SELECT v.last_updated, v.vid FROM ");
    versions(&mut sql, query, source, snapshot);
    if let Some(cursor) = query.after {
        sql.sql(" AND (v.last_updated, v.vid) < (")
            .int(cursor.last_updated)
            .sql(", ")
            .int(cursor.vid)
            .sql(")");
    }
    sql.sql(match source {
        Source::Instance(..) => " ORDER BY v.version DESC",
        Source::Type(_) => " ORDER BY v.last_updated DESC, v.vid DESC",
    });
    sql.sql(" LIMIT ").int(bounded(query.limit.saturating_add(1)));
    sql
}

/// How many versions of a source are counted. Whoever wants no versions asks how many there are.
const fn counted_at_most(query: &HistoryQuery) -> u64 {
    if query.limit == 0 { u64::MAX } else { HISTORY_COUNTED }
}

/// How many versions a source has on all pages, at most one more than are counted.
fn count(
    session: &mut dyn Session,
    query: &HistoryQuery,
    source: Source<'_>,
    snapshot: &Snapshot,
) -> Result<u64, StoreError> {
    let mut sql = Statement::new(session.dialect());
    sql.sql("SELECT count(*) FROM (SELECT 1 AS one FROM ");
    versions(&mut sql, query, source, snapshot);
    let most = counted_at_most(query);
    if most < u64::MAX {
        sql.sql(" LIMIT ").number(most + 1);
    }
    sql.sql(") AS c");
    let mut count = 0;
    sql.query(session, &mut |row| {
        count = u64::try_from(row.int(0)?).unwrap_or(0);
        Ok(())
    })?;
    Ok(count)
}

/// Appends what stands after `FROM` so that the rows `v` are the versions of all pages.
fn versions(sql: &mut Statement, query: &HistoryQuery, source: Source<'_>, snapshot: &Snapshot) {
    sql.sql("version v WHERE v.type = ");
    match source {
        Source::Instance(of, id) => sql.int(i64::from(of.index())).sql(" AND v.id = ").bind_text(id),
        Source::Type(of) => sql.int(i64::from(of.index())),
    };
    seen(sql, "v", snapshot);
    if let Some(since) = query.since {
        sql.sql(" AND v.last_updated >= ").int(since);
    }
    if let Some(period) = query.at {
        // Begun before the period is over, and not replaced before it began.
        sql.sql(" AND v.last_updated < ").int(period.to);
        sql.sql(" AND NOT EXISTS (SELECT 1 FROM version n WHERE n.type = v.type AND n.id = v.id");
        sql.sql(" AND n.version = v.version + 1 AND n.last_updated <= ").int(period.from);
        seen(sql, "n", snapshot);
        sql.sql(sql.dialect.end_of_exists());
    }
}

fn seen(sql: &mut Statement, alias: &str, snapshot: &Snapshot) {
    if let Some(ceiling) = snapshot.ceiling {
        sql.sql(" AND ").sql(alias).sql(".vid <= ").int(ceiling);
        not_excluded(sql, &format!("{alias}.vid"), snapshot);
    }
}
