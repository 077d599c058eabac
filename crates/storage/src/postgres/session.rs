//! A connection to PostgreSQL, and the numbers of versions.
//!
//! A version's number is the number of its transaction (64 bits that never repeat, `pg_current_xact_id`) times
//! 2^20 plus a count within it. That costs no sequence, is unique whichever server writes, and grows along the
//! versions of one resource: a unit's snapshot is taken before its transaction gets a number, so it gets one above
//! those of all transactions that it has seen.
//!
//! A mark must name what a snapshot sees: all transactions below `xmax` except those under way (`xip`). When
//! none was under way, the mark `(xmax - 1) << 20 | 0xFFFFF` says it all, as the plain comparison `vid <= mark`.
//! Otherwise its low bits are `0xFFFFF - |xip|`, and the exceptions are written into the table `walk`; since of two
//! snapshots with one `xmax` the later has fewer exceptions, such a mark names one snapshot, and marks grow with
//! time. The cost is one row for the first page of a walk that began while others wrote.

use super::connection::Settings;
use super::error::{is_passing, store_error};
use super::insert;
use crate::error::StoreError;
use crate::limits;
use crate::probe::Probe;
use crate::sql::{Dialect, EachRow, IndexRows, Row, Session, Snapshot, Value, VersionRow, one_int};
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Statement};
use bytes::BytesMut;
use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

/// The low bits of a version's number.
const LOW: i64 = 0xF_FFFF;

/// A connection as a [`Session`].
pub(super) struct PostgresSession {
    client: Client,
    settings: Arc<Settings>,
    statements: HashMap<String, Statement>,
    /// Counts statements, unless they are the store's own business.
    pub(super) probe: Option<Arc<Probe>>,
    failure: Option<StoreError>,
    passing: bool,
    /// The last number given out in this transaction.
    last_vid: Option<i64>,
    /// Which transactions were under way at the last [`mark`](Session::mark).
    under_way: Vec<i64>,
    /// When the server last answered.
    answered: Instant,
}

impl PostgresSession {
    pub(super) fn open(settings: &Arc<Settings>) -> Result<Self, StoreError> {
        Ok(Self::new(settings.connect()?, settings))
    }

    pub(super) fn new(client: Client, settings: &Arc<Settings>) -> Self {
        PostgresSession {
            client,
            settings: settings.clone(),
            statements: HashMap::new(),
            probe: settings.probe.clone(),
            failure: None,
            passing: false,
            last_vid: None,
            under_way: Vec::new(),
            answered: Instant::now(),
        }
    }

    /// Begins a transaction with this statement.
    pub(super) fn begin(&mut self, sql: &str) -> Result<(), StoreError> {
        self.forget();
        self.run(|session| session.client.batch_execute(sql))
    }

    /// Begins a transaction that the probe does not count.
    pub(super) fn begin_unprobed(&mut self, sql: &str) -> Result<(), StoreError> {
        let probe = self.probe.take();
        let begun = self.begin(sql);
        self.probe = probe;
        begun
    }

    /// Forgets the last transaction.
    pub(super) fn forget(&mut self) {
        (self.failure, self.passing, self.last_vid) = (None, false, None);
    }

    /// Whether the server answered so lately that the connection may be trusted.
    pub(super) fn is_proven(&self) -> bool {
        self.answered.elapsed() < limits::PROVEN_TIME
    }

    /// Commits. In a transaction that has failed, that rolls back without saying so.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        self.run(|session| session.client.batch_execute("COMMIT"))
    }

    /// Rolls back. An error means that the connection is gone, and with it the transaction.
    pub(super) fn roll_back(&mut self) {
        if let Err(error) = self.client.batch_execute("ROLLBACK") {
            tracing::debug!(%error, "a rollback failed");
        }
    }

    /// Whether the connection is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Whether the transaction failed only because others were in its way.
    pub(super) fn is_passing(&self) -> bool {
        self.passing
    }

    /// The time of the latest version. Outside of a transaction: within a serialisable one, this question would put
    /// it into conflict with every other.
    pub(super) fn latest_time(&mut self) -> Result<i64, StoreError> {
        const LATEST: &str = "SELECT greatest(0, (SELECT max(last_updated) FROM version), \
                              (SELECT value FROM meta WHERE name = 'now_floor'))";
        Ok(one_int(self, LATEST, &[])?.unwrap_or(0))
    }

    fn run<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, ::postgres::Error>,
    ) -> Result<T, StoreError> {
        let begun = self.probe.as_ref().map_or(Ok(()), |probe| probe.statement());
        let done = begun.and_then(|()| {
            work(self).map_err(|error| {
                self.passing |= is_passing(&error);
                store_error(error)
            })
        });
        match &done {
            Ok(_) => self.answered = Instant::now(),
            Err(error) => {
                self.failure.get_or_insert_with(|| error.clone());
            }
        }
        done
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, ::postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        if self.statements.len() >= limits::STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn rows(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + std::marker::Sync)],
    ) -> Result<Vec<::postgres::Row>, StoreError> {
        self.run(|session| {
            let statement = session.statement(sql)?;
            session.client.query(&statement, parameters)
        })
    }

    fn change(
        &mut self,
        sql: &str,
        parameters: &[&(dyn ToSql + std::marker::Sync)],
    ) -> Result<u64, StoreError> {
        self.run(|session| {
            let statement = session.statement(sql)?;
            session.client.execute(&statement, parameters)
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) if *kind == Type::INT2 => i16::try_from(*value)?.to_sql(kind, out),
            Value::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Value::Int(value) => value.to_sql(kind, out),
            Value::Real(value) => value.to_sql(kind, out),
            Value::Text(value) => value.to_sql(kind, out),
            Value::Bytes(value) => value.to_sql(kind, out),
            Value::Ints(values) => values.to_sql(kind, out),
            Value::Texts(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// An integer of any size.
struct AnyInt(i64);

impl<'a> FromSql<'a> for AnyInt {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(AnyInt(match *kind {
            Type::INT2 => i16::from_sql(kind, raw)?.into(),
            Type::INT4 => i32::from_sql(kind, raw)?.into(),
            _ => i64::from_sql(kind, raw)?,
        }))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT2 | Type::INT4 | Type::INT8)
    }
}

impl Row for ::postgres::Row {
    fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.try_get::<_, Option<AnyInt>>(column).map(|int| int.map(|int| int.0)).map_err(store_error)
    }

    fn optional_real(&self, column: usize) -> Result<Option<f64>, StoreError> {
        self.try_get(column).map_err(store_error)
    }

    fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        self.try_get(column).map_err(store_error)
    }

    fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        self.try_get(column).map_err(store_error)
    }
}

/// Parameters as the driver wants them.
fn parameters<'p>(values: &'p [Value<'p>]) -> Vec<&'p (dyn ToSql + std::marker::Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + std::marker::Sync)).collect()
}

impl Session for PostgresSession {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn query(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        let mut refused = None;
        self.run(|session| {
            let statement = session.statement(sql)?;
            let mut rows = session.client.query_raw(&statement, parameters(values))?;
            // Row by row: many bodies need not be in memory at once.
            while let Some(row) = rows.next()? {
                if let Err(error) = each(&row) {
                    refused = Some(error);
                    break;
                }
            }
            Ok(())
        })?;
        refused.map_or(Ok(()), Err)
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.change(sql, &parameters(values))
    }

    fn failure(&self) -> Option<StoreError> {
        self.failure.clone()
    }

    fn insert_versions(&mut self, versions: &[VersionRow<'_>]) -> Result<bool, StoreError> {
        let inserted = self.run(|session| {
            let statement = session.statement(insert::VERSIONS)?;
            insert::versions(&mut session.client, &statement, versions)
        })?;
        let missing = versions.len() as u64 - inserted;
        if missing > 0 && inserted > 0 {
            let vids: Vec<i64> = versions.iter().map(|row| row.vid).collect();
            self.change("DELETE FROM version WHERE vid = ANY($1)", &[&vids])?;
        }
        Ok(missing == 0)
    }

    fn insert_index(&mut self, rows: &mut IndexRows) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        rows.sort();
        self.run(|session| {
            let statement = session.statement(insert::INDEX)?;
            insert::index(&mut session.client, &statement, rows)
        })?;
        rows.clear();
        Ok(())
    }

    fn delete_keys(&mut self, keys: &[(i64, i64)]) -> Result<(), StoreError> {
        const DELETE: &str = "DELETE FROM index_key k \
             USING unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[])) AS gone(hash, vid) \
             WHERE k.hash = gone.hash AND k.vid = gone.vid";
        let (hashes, vids): (Vec<i64>, Vec<i64>) = keys.iter().copied().unzip();
        self.change(DELETE, &[&hashes, &vids]).map(drop)
    }

    fn next_vid(&mut self) -> Result<i64, StoreError> {
        const TRANSACTION: &str = "SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) + value \
                                   FROM meta WHERE name = 'xid_offset'";
        let last = match self.last_vid {
            Some(last) => last,
            None => {
                let number = one_int(self, TRANSACTION, &[])?;
                number.ok_or_else(|| StoreError::corrupt("the transaction has no number"))? << 20
            }
        };
        if last & LOW == LOW - 1 {
            return Err(StoreError::failed("a unit of work writes more than a million versions"));
        }
        self.last_vid = Some(last + 1);
        Ok(last + 1)
    }

    fn mark(&mut self) -> Result<i64, StoreError> {
        const SNAPSHOT: &str = "SELECT CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint) + m.value, \
             ARRAY(SELECT CAST(CAST(x AS text) AS bigint) + m.value FROM pg_snapshot_xip(s) AS x) \
             FROM pg_current_snapshot() AS s CROSS JOIN meta m WHERE m.name = 'xid_offset'";
        let rows = self.rows(SNAPSHOT, &[])?;
        let row = rows.first().ok_or_else(|| StoreError::corrupt("there is no snapshot"))?;
        let after: i64 = row.try_get(0).map_err(store_error)?;
        self.under_way = row.try_get(1).map_err(store_error)?;
        let exceptions = i64::try_from(self.under_way.len()).unwrap_or(LOW).min(LOW);
        Ok(((after - 1) << 20) | (LOW - exceptions))
    }

    fn keep_mark(&mut self, mark: i64) -> Result<(), StoreError> {
        const KEEP: &str = "INSERT INTO walk (mark, excluded, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        if self.under_way.is_empty() {
            return Ok(());
        }
        let (excluded, now) = (std::mem::take(&mut self.under_way), (self.settings.clock)());
        self.change(KEEP, &[&mark, &excluded, &now]).map(drop)
    }

    fn snapshot(&mut self, mark: i64) -> Result<Snapshot, StoreError> {
        let ceiling = Some(mark | LOW);
        let mut excluded = Vec::new();
        if mark & LOW != LOW
            && let Some(row) = self.rows("SELECT excluded FROM walk WHERE mark = $1", &[&mark])?.first()
        {
            excluded = row.try_get(0).map_err(store_error)?;
        }
        Ok(Snapshot { ceiling, excluded })
    }
}
