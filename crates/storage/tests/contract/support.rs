//! Stores to test, and short ways to write and ask.

use fhir::ResourceType;
use fhir::datetime::Period;
use search::{Criterion, Hold, IndexRow, NumberTest, ParameterId, Query, Sort, SortKey, SpanTest, TextTest};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use storage::{
    Location, Matches, Method, NewVersion, OpenOptions, Probe, Store, StoreError, Transaction, Version,
};

pub const TYPE: ResourceType = ResourceType::PATIENT;
pub const NAME: ParameterId = ParameterId::new(1, TYPE);
pub const CODE: ParameterId = ParameterId::new(2, TYPE);
pub const DATE: ParameterId = ParameterId::new(3, TYPE);
pub const OTHER: ParameterId = ParameterId::new(4, TYPE);

/// An empty place for stores, removed in the end.
pub struct Fixture {
    location: Location,
    pub probe: Arc<Probe>,
    /// The time, when the test sets it; 0 for the system's.
    pub clock: Arc<AtomicI64>,
}

impl Fixture {
    pub fn sqlite() -> Self {
        Self::at(Location::Sqlite(temporary_directory()))
    }

    /// `None` when there is no server.
    pub fn postgres() -> Option<Self> {
        static SAID: Once = Once::new();
        let Ok(url) = std::env::var("EASEL_TEST_POSTGRES") else {
            SAID.call_once(|| {
                // Not by a macro, whose output the harness would keep to itself.
                let _ = writeln!(
                    std::io::stderr(),
                    "EASEL_TEST_POSTGRES is not set: tests on PostgreSQL are skipped"
                );
            });
            return None;
        };
        let schema = format!("test_{}_{}", std::process::id(), number());
        let separator = if url.contains('?') { '&' } else { '?' };
        Some(Self::at(Location::Postgres(format!("{url}{separator}schema={schema}"))))
    }

    fn at(location: Location) -> Self {
        Fixture { location, probe: Arc::new(Probe::new()), clock: Arc::default() }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.location, Location::Sqlite(_))
    }

    pub fn options(&self) -> OpenOptions {
        let mut options = OpenOptions::new(self.location.clone());
        options.probe = Some(self.probe.clone());
        let clock = self.clock.clone();
        let system = options.clock.clone();
        options.clock = Arc::new(move || match clock.load(Ordering::SeqCst) {
            0 => system(),
            time => time,
        });
        options
    }

    pub fn open(&self) -> Store {
        Store::open(self.options()).unwrap()
    }

    /// The directory of a SQLite fixture.
    pub fn directory(&self) -> Option<PathBuf> {
        match &self.location {
            Location::Sqlite(directory) => Some(directory.clone()),
            _ => None,
        }
    }

    /// The first column of the first row of a statement, behind the store's back.
    pub fn raw(&self, sql: &str) -> i64 {
        match &self.location {
            Location::Sqlite(directory) => {
                let connection = rusqlite::Connection::open(directory.join("easel.sqlite")).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let mut rows = statement.query([]).unwrap();
                rows.next().unwrap().map_or(0, |row| row.get(0).unwrap())
            }
            Location::Postgres(url) => {
                with_client(url, |client| client.query(sql, &[]).unwrap().first().map_or(0, |row| row.get(0)))
            }
            Location::SqliteMemory => unreachable!(),
        }
    }
}

/// Uses a connection of its own to the schema of a store, on a thread that no async runtime has.
fn with_client<T: Send>(url: &str, work: impl FnOnce(&mut postgres::Client) -> T + Send) -> T {
    let (base, schema) = url.split_once("schema=").unwrap();
    let base = base.trim_end_matches(['?', '&']);
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let mut client = postgres::Client::connect(base, postgres::NoTls).unwrap();
            client.batch_execute(&format!("SET search_path = {schema}")).unwrap();
            work(&mut client)
        });
        thread.join().unwrap()
    })
}

impl Drop for Fixture {
    fn drop(&mut self) {
        match &self.location {
            Location::Sqlite(directory) => {
                let _ = std::fs::remove_dir_all(directory);
            }
            Location::Postgres(url) => {
                let schema = url.split_once("schema=").unwrap().1;
                let sql = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
                let _ = with_client(url, |client| client.batch_execute(&sql));
            }
            Location::SqliteMemory => {}
        }
    }
}

fn number() -> u64 {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    NUMBER.fetch_add(1, Ordering::SeqCst)
}

/// A directory that does not exist yet, in memory where the system can.
pub fn temporary_directory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() { memory } else { std::env::temp_dir() };
    parent.join(format!("easel-test-{}-{}", std::process::id(), number()))
}

/// Runs an async test on a fixture.
pub fn run<F: Future<Output = ()>>(fixture: Fixture, test: impl FnOnce(Arc<Fixture>) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test(Arc::new(fixture)));
}

/// A version of a patient to be written in this unit.
pub fn version(transaction: &dyn Transaction, id: &str, version: u64) -> Version {
    Version {
        resource_type: TYPE,
        id: id.to_owned(),
        version,
        last_updated: transaction.now(),
        method: if version == 1 { Method::Create } else { Method::Update },
        body: Some(format!("{id} {version}").into_bytes()),
    }
}

/// Writes the next version of a patient.
pub fn put_in(
    transaction: &mut dyn Transaction,
    id: &str,
    index: &[IndexRow],
    holds: &[Hold],
) -> Result<Version, StoreError> {
    let current = transaction.resource(TYPE, id)?.map_or(0, |current| current.version);
    let version = version(transaction, id, current + 1);
    transaction.put(NewVersion { version: &version, rest: None, index, holds })?;
    Ok(version)
}

/// Deletes a patient.
pub fn delete_in(transaction: &mut dyn Transaction, id: &str) -> Result<Version, StoreError> {
    let current = transaction.resource(TYPE, id)?.unwrap();
    let mut version = version(transaction, id, current.version + 1);
    (version.method, version.body) = (Method::Delete, None);
    transaction.put(NewVersion { version: &version, rest: None, index: &[], holds: &[] })?;
    Ok(version)
}

/// Writes the next version of a patient in a unit of its own.
pub async fn put(store: &Store, id: &str, index: Vec<IndexRow>) -> Version {
    let id = id.to_owned();
    store.write(move |transaction| put_in(transaction, &id, &index, &[])).await.unwrap()
}

/// Writes the next version of a patient, which holds something.
pub async fn put_holding(store: &Store, id: &str, holds: Vec<Hold>) -> Version {
    let id = id.to_owned();
    store.write(move |transaction| put_in(transaction, &id, &[], &holds)).await.unwrap()
}

pub async fn delete(store: &Store, id: &str) -> Version {
    let id = id.to_owned();
    store.write(move |transaction| delete_in(transaction, &id)).await.unwrap()
}

pub async fn search(store: &Store, query: Query) -> Matches {
    try_search(store, query).await.unwrap()
}

pub async fn try_search(store: &Store, query: Query) -> Result<Matches, StoreError> {
    store.read(move |reader| reader.search(&query)).await
}

/// The ids of what a search finds.
pub async fn ids(store: &Store, query: Query) -> Vec<String> {
    search(store, query).await.resources.into_iter().map(|version| version.id).collect()
}

/// The ids of what a criterion matches, in the order of change.
pub async fn matching(store: &Store, criterion: Criterion) -> Vec<String> {
    ids(store, all().and(criterion)).await
}

pub fn all() -> Query {
    Query::all(TYPE)
}

pub fn key(parameter: ParameterId, hash: u64) -> IndexRow {
    IndexRow::Key { parameter, hash }
}

pub fn text(parameter: ParameterId, folded: &str) -> IndexRow {
    IndexRow::Text { parameter, folded: folded.into() }
}

pub fn span(parameter: ParameterId, from: i64, to: i64) -> IndexRow {
    IndexRow::Span { parameter, from, to }
}

pub fn quantity(parameter: ParameterId, unit: u64, low: f64, high: f64) -> IndexRow {
    IndexRow::Number { parameter, unit, low, high }
}

pub fn numbers(parameter: ParameterId, unit: u64, any_of: &[NumberTest]) -> Criterion {
    Criterion::Numbers { parameter, unit, any_of: any_of.to_vec() }
}

pub fn keys(parameter: ParameterId, hashes: &[u64]) -> Criterion {
    Criterion::Keys { parameter, hashes: hashes.to_vec() }
}

pub fn texts(parameter: ParameterId, any_of: &[TextTest]) -> Criterion {
    Criterion::Text { parameter, any_of: any_of.to_vec() }
}

pub fn spans(parameter: ParameterId, any_of: &[SpanTest]) -> Criterion {
    Criterion::Spans { parameter, any_of: any_of.to_vec() }
}

pub fn hold(holder: u64, from: i64, to: i64) -> Hold {
    Hold { holder, period: Period { from, to } }
}

pub fn by(key: SortKey, descending: bool) -> Sort {
    Sort { key, descending }
}

/// Random numbers that are the same every time (xorshift64*).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }

    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }
}
