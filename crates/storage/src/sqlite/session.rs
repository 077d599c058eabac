//! A connection to the SQLite file.

use super::counts::{Counts, Remembered};
use super::error::store_error;
use super::recent::Recent;
use crate::error::StoreError;
use crate::limits;
use crate::options::Durability;
use crate::probe::Probe;
use crate::sql::{
    CountUpTo, Counted, Dialect, EachRow, IndexRows, Row, Session, Snapshot, Value, VersionRow, meta, one_int,
};
use crate::sqlite::insert;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
}

/// How a commit reaches the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// With every commit.
    Full,
    /// With every checkpoint.
    Normal,
    /// Whenever the system likes: for stores that vanish anyway.
    Off,
}

impl From<Durability> for Sync {
    fn from(durability: Durability) -> Self {
        match durability {
            Durability::Full => Sync::Full,
            Durability::Relaxed => Sync::Normal,
        }
    }
}

/// A connection as a [`Session`].
pub(crate) struct SqliteSession {
    connection: Connection,
    deadline: Arc<Deadline>,
    pub(crate) probe: Option<Arc<Probe>>,
    failure: Option<StoreError>,
    /// The last version number of the store, in a writing transaction.
    last_vid: i64,
    /// What readers remember. A writer's own writes may yet be undone, so it remembers nothing.
    counts: Option<Arc<Counts>>,
    /// What readers remember of single resources, and a writer makes them forget.
    recent: Option<Arc<Recent>>,
}

/// When the statement that runs must have ended.
struct Deadline {
    start: Instant,
    /// In milliseconds after `start`.
    at: AtomicU64,
}

impl Deadline {
    fn set(&self) {
        let at = (self.start.elapsed() + limits::STATEMENT_TIME).as_millis();
        self.at.store(u64::try_from(at).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.start.elapsed().as_millis() > u128::from(self.at.load(Ordering::Relaxed))
    }
}

/// Opens the file, which is made when it is missing, and says how it is used.
pub(crate) fn connect(file: &Path, role: Role, sync: Sync) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        // A connection is used by one thread at a time.
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(limits::BUSY_TIME)?;
    connection.set_prepared_statement_cache_capacity(limits::STATEMENTS);
    // Plans do not depend on the values that are bound; otherwise SQLite, compiled with its extended statistics,
    // prepares a cached statement anew for almost every value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let set = |name: &str, value: &dyn ToSql| connection.pragma_update(None, name, value);
    // Of a file that exists already, the page size stays as it is.
    set("page_size", &limits::PAGE_SIZE)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    set(
        "synchronous",
        &match sync {
            Sync::Full => "FULL",
            Sync::Normal => "NORMAL",
            Sync::Off => "OFF",
        },
    )?;
    let cache = if role == Role::Writer { limits::WRITER_CACHE } else { limits::READER_CACHE };
    set("cache_size", &-i64::from(cache))?;
    // Every connection has a map of its own, which counts as its process's memory: the writer has a cache instead.
    let map = if role == Role::Writer { 0 } else { limits::MEMORY_MAP };
    connection.pragma_update_and_check(None, "mmap_size", map, |_| Ok(()))?;
    set("temp_store", &"MEMORY")?;
    set("trusted_schema", &false)?;
    // Checkpoints are made by a thread of their own.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    if role == Role::Reader {
        set("query_only", &true)?;
    }
    Ok(connection)
}

impl SqliteSession {
    /// A session over a connection.
    pub(crate) fn new(mut connection: Connection, probe: Option<Arc<Probe>>) -> Result<Self, StoreError> {
        let deadline = Arc::new(Deadline { start: Instant::now(), at: AtomicU64::new(u64::MAX) });
        let watched = deadline.clone();
        // About every 50 µs of work.
        connection.progress_handler(4_000, Some(move || watched.is_over())).map_err(store_error)?;
        Ok(SqliteSession {
            connection,
            deadline,
            probe,
            failure: None,
            last_vid: 0,
            counts: None,
            recent: None,
        })
    }

    /// Opens a session.
    pub(crate) fn open(
        file: &Path,
        role: Role,
        sync: Sync,
        probe: Option<Arc<Probe>>,
    ) -> Result<Self, StoreError> {
        Self::new(connect(file, role, sync).map_err(store_error)?, probe)
    }

    /// Shares what readers remember.
    pub(crate) fn remembering(mut self, counts: Arc<Counts>) -> Self {
        self.counts = Some(counts);
        self
    }

    /// Tells readers what is written.
    pub(crate) fn forgetting(mut self, recent: Arc<Recent>) -> Self {
        self.recent = Some(recent);
        self
    }

    /// Begins a writing transaction; the time of the last version.
    pub(crate) fn begin_writing(&mut self) -> Result<i64, StoreError> {
        const LAST: &str = "SELECT coalesce(max(vid), 0), coalesce(max(last_updated), 0) FROM \
             (SELECT * FROM (SELECT vid, last_updated FROM version ORDER BY vid DESC LIMIT 1) UNION ALL \
             SELECT (SELECT value FROM meta WHERE name = 'vid_floor'), (SELECT value FROM meta WHERE name = 'now_floor'))";
        self.execute("BEGIN IMMEDIATE", &[])?;
        let mut last = (0, 0);
        self.query(LAST, &[], &mut |row| {
            last = (row.int(0)?, row.int(1)?);
            Ok(())
        })?;
        self.last_vid = last.0;
        Ok(last.1)
    }

    /// Rolls back whatever transaction is open. An error means that none is.
    pub(crate) fn roll_back(&mut self) {
        if self.is_in_transaction()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a rollback failed");
        }
    }

    /// Whether a transaction is open. Some errors end it.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// What went wrong since the last call.
    pub(crate) fn take_failure(&mut self) -> Option<StoreError> {
        self.failure.take()
    }

    /// The connection itself.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn begin_statement(&self) -> Result<(), StoreError> {
        self.deadline.set();
        self.probe.as_ref().map_or(Ok(()), |probe| probe.statement())
    }

    fn run<T>(&mut self, work: impl FnOnce(&Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let done = self.begin_statement().and_then(|()| work(self));
        // That a search is too costly is our own finding: the transaction is as it was.
        if let Err(error) = &done
            && !matches!(error, StoreError::TooCostly)
        {
            self.failure.get_or_insert_with(|| error.clone());
        }
        done
    }

    /// Runs a statement for each of the rows, which counts as one; how many rows it changed.
    pub(super) fn each_row<'v, const N: usize>(
        &mut self,
        sql: &str,
        mut rows: impl Iterator<Item = [Value<'v>; N]>,
    ) -> Result<usize, StoreError> {
        let Some(first) = rows.next() else { return Ok(0) };
        self.run(|session| {
            let mut statement = session.connection.prepare_cached(sql).map_err(store_error)?;
            let mut changed = 0;
            for row in std::iter::once(first).chain(rows) {
                bind(&mut statement, &row).map_err(store_error)?;
                changed += statement.raw_execute().map_err(store_error)?;
            }
            Ok(changed)
        })
    }
}

/// The generation of counts in what is seen.
fn generation(session: &mut SqliteSession) -> Result<i64, StoreError> {
    Ok(meta(session, "generation")?.unwrap_or(0))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(*value)),
            Value::Real(value) => ToSqlOutput::Borrowed(ValueRef::Real(*value)),
            Value::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Value::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Value::Ints(values) => json_list(values.iter().map(i64::to_string)),
            Value::Texts(values) => json_list(values.iter().map(|value| json_text(value))),
        })
    }
}

fn json_list(items: impl Iterator<Item = String>) -> ToSqlOutput<'static> {
    let items: Vec<String> = items.collect();
    ToSqlOutput::Owned(rusqlite::types::Value::Text(format!("[{}]", items.join(","))))
}

fn json_text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\u{1F}' => json.push_str(&format!("\\u{:04x}", character as u32)),
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}

fn bind(statement: &mut Statement<'_>, parameters: &[Value<'_>]) -> rusqlite::Result<()> {
    for (at, parameter) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(at + 1, parameter)?;
    }
    Ok(())
}

impl Row for rusqlite::Row<'_> {
    fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.get_ref(column)
            .map_err(store_error)?
            .as_i64_or_null()
            .map_err(|_| StoreError::corrupt("not an integer"))
    }

    fn optional_real(&self, column: usize) -> Result<Option<f64>, StoreError> {
        match self.get_ref(column).map_err(store_error)? {
            ValueRef::Null => Ok(None),
            ValueRef::Real(value) => Ok(Some(value)),
            _ => Err(StoreError::corrupt("not a number")),
        }
    }

    fn optional_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        let text = self.get_ref(column).map_err(store_error)?.as_str_or_null();
        Ok(text.map_err(|_| StoreError::corrupt("not a text"))?.map(str::to_owned))
    }

    fn optional_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        let bytes = self.get_ref(column).map_err(store_error)?.as_blob_or_null();
        bytes.map_err(|_| StoreError::corrupt("not bytes"))
    }
}

impl Session for SqliteSession {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn query(&mut self, sql: &str, parameters: &[Value<'_>], each: EachRow<'_>) -> Result<(), StoreError> {
        self.run(|session| {
            let mut statement = session.connection.prepare_cached(sql).map_err(store_error)?;
            bind(&mut statement, parameters).map_err(store_error)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(store_error)? {
                each(row)?;
            }
            Ok(())
        })
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
        self.run(|session| {
            let mut statement = session.connection.prepare_cached(sql).map_err(store_error)?;
            bind(&mut statement, parameters).map_err(store_error)?;
            statement.raw_execute().map(|changed| changed as u64).map_err(store_error)
        })
    }

    fn failure(&self) -> Option<StoreError> {
        self.failure.clone()
    }

    fn remembered(&mut self, of: Counted, mark: i64) -> Result<Option<CountUpTo>, StoreError> {
        let found = self.counts.as_ref().and_then(|counts| counts.get(of));
        // A snapshot older than the count must count for itself.
        let Some(found) = found.filter(|found| found.count.vid <= mark) else { return Ok(None) };
        Ok((generation(self)? == found.generation).then_some(found.count))
    }

    fn remember(&mut self, of: Counted, count: CountUpTo) -> Result<(), StoreError> {
        if let Some(counts) = self.counts.clone() {
            counts.remember(of, Remembered { generation: generation(self)?, count });
        }
        Ok(())
    }

    fn forget_counts(&mut self) -> Result<(), StoreError> {
        const RAISE: &str = "INSERT INTO meta (name, value) VALUES ('generation', 1) \
                             ON CONFLICT (name) DO UPDATE SET value = value + 1";
        self.execute(RAISE, &[]).map(drop)
    }

    fn forget_resources(&mut self) {
        if let Some(recent) = &self.recent {
            recent.begin_all();
        }
    }

    fn insert_versions(&mut self, versions: &[VersionRow<'_>]) -> Result<bool, StoreError> {
        if let Some(recent) = &self.recent {
            versions.iter().for_each(|row| recent.begin(row.version.resource_type, &row.version.id));
        }
        let rows = versions.iter().map(insert::version);
        // A place that is taken already is no failure of the statement. Those before it are taken back.
        let changed = self.each_row(insert::VERSION, rows)?;
        if changed < versions.len() && changed > 0 {
            let vids: Vec<i64> = versions.iter().map(|row| row.vid).collect();
            let of_vids = Dialect::Sqlite.one_of("vid", 1);
            self.execute(&format!("DELETE FROM version WHERE {of_vids}"), &[Value::Ints(&vids)])?;
        }
        Ok(changed == versions.len())
    }

    fn insert_index(&mut self, rows: &mut IndexRows) -> Result<(), StoreError> {
        rows.sort();
        insert::all(rows, self)?;
        rows.clear();
        Ok(())
    }

    fn delete_keys(&mut self, keys: &[(i64, i64)]) -> Result<(), StoreError> {
        let keys = keys.iter().map(|&(hash, vid)| [Value::Int(hash), Value::Int(vid)]);
        self.each_row("DELETE FROM index_key WHERE hash = $1 AND vid = $2", keys).map(drop)
    }

    fn next_vid(&mut self) -> Result<i64, StoreError> {
        self.last_vid += 1;
        Ok(self.last_vid)
    }

    fn mark(&mut self) -> Result<i64, StoreError> {
        const MARK: &str = "SELECT coalesce((SELECT max(vid) FROM version), \
                            (SELECT value FROM meta WHERE name = 'vid_floor'), 0)";
        Ok(one_int(self, MARK, &[])?.unwrap_or(0))
    }

    fn keep_mark(&mut self, _mark: i64) -> Result<(), StoreError> {
        // Versions are numbered in the order of their commits, so the number says it all.
        Ok(())
    }

    fn snapshot(&mut self, mark: i64) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { ceiling: Some(mark), excluded: Vec::new() })
    }
}
