//! Whose time is held.

use super::index_rows::{REMOTE, UNBOUNDED};
use super::resources::{bounded, type_of};
use super::{Session, Statement};
use crate::error::StoreError;
use crate::model::Held;
use fhir::datetime::Period;

/// A table whose rows are spans of time, clustered by owner, level and begin.
#[derive(Clone, Copy)]
pub(crate) struct Leveled<'a> {
    pub(crate) table: &'a str,
    /// The column of the owner.
    pub(crate) owner: &'a str,
    /// The owner.
    pub(crate) value: i64,
    /// What else stands in `FROM`, with the start of the `WHERE` clause.
    pub(crate) join: &'a str,
}

impl Leveled<'_> {
    /// Appends the `FROM` items for all rows `s` of the owner, level by level. Ends within a `WHERE` clause.
    pub(crate) fn rows(self, sql: &mut Statement) {
        let Leveled { table, owner, value, join } = self;
        // The levels that the owner has: a few, each found by one descent.
        sql.sql("(WITH RECURSIVE level_of(n) AS (SELECT min(a.level) FROM ").sql(table).sql(" a WHERE a.");
        sql.sql(owner).sql(" = ").int(value).sql(" UNION ALL SELECT (SELECT min(b.level) FROM ").sql(table);
        sql.sql(" b WHERE b.").sql(owner).sql(" = ").int(value).sql(" AND b.level > level_of.n) ");
        sql.sql(
            "FROM level_of WHERE level_of.n IS NOT NULL) SELECT n FROM level_of WHERE n IS NOT NULL) AS l ",
        );
        sql.sql("CROSS JOIN ").sql(table).sql(" s").sql(join);
        sql.sql("s.").sql(owner).sql(" = ").int(value).sql(" AND s.level = l.n");
    }

    /// The same for the rows that end after a moment, as far as their begins tell: a row of level n that does began
    /// less than 2^n before it.
    pub(crate) fn ending_after(self, sql: &mut Statement, after: i64) {
        self.rows(sql);
        // Rows of bounded levels lie within ±REMOTE, so a moment far outside of that finds the same ones, and
        // nothing overflows.
        let clamped = after.clamp(-2 * REMOTE, 2 * REMOTE);
        sql.sql(" AND s.begins >= CASE WHEN l.n % 64 = ").number(UNBOUNDED.unsigned_abs());
        sql.sql(" THEN CAST(").int(i64::MIN).sql(" AS bigint) ELSE CAST(").int(clamped);
        sql.sql(" AS bigint) - (CAST(1 AS bigint) << (l.n % 64)) END");
    }
}

/// Current resources that hold the holder within the period, by start.
pub(crate) fn overlapping(
    session: &mut dyn Session,
    holder: u64,
    period: Period,
    limit: usize,
) -> Result<Vec<Held>, StoreError> {
    let mut sql = Statement::new(session.dialect());
    sql.sql("SELECT v.type, v.id, s.begins, s.ends FROM ");
    let join = " CROSS JOIN version v WHERE v.vid = s.vid AND ";
    let holds = Leveled { table: "hold", owner: "holder", value: holder as i64, join };
    holds.ending_after(&mut sql, period.from);
    sql.sql(" AND s.ends > ").int(period.from).sql(" AND s.begins < ").int(period.to);
    sql.sql(" AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.vid = s.vid)");
    sql.sql(" ORDER BY s.begins, s.ends, s.vid LIMIT ").int(bounded(limit as u64));
    let mut held = Vec::new();
    sql.query(session, &mut |row| {
        held.push(Held {
            resource_type: type_of(row.int(0)?)?,
            id: row.text(1)?,
            period: Period { from: row.int(2)?, to: row.int(3)? },
        });
        Ok(())
    })?;
    Ok(held)
}
