//! How a search is carried out: its own statements, watched.

use super::driver::Driver;
use crate::error::StoreError;
use crate::model::{Explain, ExplainDriver, ExplainStatement};
use crate::sql::{CountUpTo, Counted, Dialect, EachRow, IndexRows, Session, Snapshot, Value, VersionRow};
use ::search::Query;
use std::time::Instant;

/// Carries out the search of several types and says how.
pub(crate) fn explain(session: &mut dyn Session, queries: &[Query]) -> Result<Explain, StoreError> {
    let mut watched = Watched { session, drivers: Vec::new(), statements: Vec::new() };
    let matches = match queries {
        [query] => super::search(&mut watched, query)?,
        queries => super::search_all(&mut watched, queries)?,
    };
    Ok(Explain { matches, drivers: watched.drivers, statements: watched.statements })
}

/// What a driver was chosen for, of what.
pub(super) fn driver(query: &Query, chosen: &Driver<'_>, counted: Vec<(usize, u64)>) -> ExplainDriver {
    ExplainDriver {
        resource_type: query.resource_type,
        criterion: chosen.criterion,
        by: chosen.arms.iter().map(|arm| arm.name()).collect(),
        counted,
    }
}

/// A session that remembers its statements.
struct Watched<'s> {
    session: &'s mut dyn Session,
    drivers: Vec<ExplainDriver>,
    statements: Vec<ExplainStatement>,
}

impl Session for Watched<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn query(&mut self, sql: &str, parameters: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        let (started, mut rows) = (Instant::now(), 0);
        self.session.query(sql, parameters, &mut |row| {
            rows += 1;
            each(row)
        })?;
        self.statements.push(ExplainStatement { sql: sql.to_owned(), rows, time: started.elapsed() });
        Ok(())
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
        let started = Instant::now();
        let rows = self.session.execute(sql, parameters)?;
        self.statements.push(ExplainStatement { sql: sql.to_owned(), rows, time: started.elapsed() });
        Ok(rows)
    }

    fn chose(&mut self, driver: &mut dyn FnMut() -> ExplainDriver) {
        self.drivers.push(driver());
    }

    fn failure(&self) -> Option<StoreError> {
        self.session.failure()
    }

    fn remembered(&mut self, of: Counted, mark: i64) -> Result<Option<CountUpTo>, StoreError> {
        self.session.remembered(of, mark)
    }

    fn remember(&mut self, of: Counted, count: CountUpTo) -> Result<(), StoreError> {
        self.session.remember(of, count)
    }

    fn forget_counts(&mut self) -> Result<(), StoreError> {
        self.session.forget_counts()
    }

    fn forget_resources(&mut self) {
        self.session.forget_resources();
    }

    fn insert_versions(&mut self, versions: &[VersionRow<'_>]) -> Result<bool, StoreError> {
        self.session.insert_versions(versions)
    }

    fn insert_index(&mut self, rows: &mut IndexRows) -> Result<(), StoreError> {
        self.session.insert_index(rows)
    }

    fn delete_keys(&mut self, keys: &[(i64, i64)]) -> Result<(), StoreError> {
        self.session.delete_keys(keys)
    }

    fn next_vid(&mut self) -> Result<i64, StoreError> {
        self.session.next_vid()
    }

    fn mark(&mut self) -> Result<i64, StoreError> {
        self.session.mark()
    }

    fn keep_mark(&mut self, mark: i64) -> Result<(), StoreError> {
        self.session.keep_mark(mark)
    }

    fn snapshot(&mut self, mark: i64) -> Result<Snapshot, StoreError> {
        self.session.snapshot(mark)
    }
}
