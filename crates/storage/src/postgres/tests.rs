//! Tests of what only PostgreSQL does. They need the server that `EASEL_TEST_POSTGRES` names.

use super::connection::Settings;
use super::migrations::{LATEST, migrate};
use super::session::PostgresSession;
use super::workers::Worker;
use crate::error::StoreError;
use crate::jobs::{Queue, answered, read_job, write_job};
use crate::sql::{Session, Snapshot, one_int};
use crate::{Location, OpenOptions, Store};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A schema of its own, dropped in the end.
struct Schema {
    url: String,
    name: String,
    options: OpenOptions,
}

impl Schema {
    fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Ok(url) = std::env::var("EASEL_TEST_POSTGRES") else {
            // Not by a macro, whose output the harness would keep to itself.
            let _ = writeln!(std::io::stderr(), "EASEL_TEST_POSTGRES is not set: a test is skipped");
            return None;
        };
        let name = format!("unit_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
        let url = format!("{url}{}schema={name}", if url.contains('?') { '&' } else { '?' });
        let options = OpenOptions::new(Location::Postgres(url.clone()));
        Some(Schema { url, name, options })
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::new(Settings::new(&self.url, &self.options).unwrap())
    }

    fn raw(&self, sql: &str) {
        self.settings().connect().unwrap().batch_execute(sql).unwrap();
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.raw(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_store_of_every_older_number_is_migrated() {
    for older in 0..=LATEST {
        let Some(schema) = Schema::new() else { return };
        let settings = schema.settings();
        migrate(&mut settings.connect().unwrap(), &settings, older).unwrap();
        drop(Store::open(schema.options.clone()).unwrap());
        let row = settings.connect().unwrap().query_one("SELECT value FROM meta WHERE name = 'schema'", &[]);
        assert_eq!(row.unwrap().get::<_, i64>(0), LATEST);
    }
}

#[test]
fn after_a_restore_into_another_cluster_numbers_go_on() {
    let Some(schema) = Schema::new() else { return };
    drop(Store::open(schema.options.clone()).unwrap());
    // As if an older cluster, with far higher transaction numbers, had written this.
    let old = (1_i64 << 40) << 20;
    schema.raw(&format!("INSERT INTO version VALUES (1, 'old', 1, {old}, 5, 1, 'x')"));
    drop(Store::open(schema.options.clone()).unwrap());
    let settings = schema.settings();
    let mut session = PostgresSession::open(&settings).unwrap();
    session.begin("BEGIN").unwrap();
    assert!(session.mark().unwrap() > old);
    let vid = session.next_vid().unwrap();
    assert!(vid > old && vid < old + (1 << 30), "{vid}");
}

#[test]
fn a_mark_names_what_its_snapshot_saw() {
    let Some(schema) = Schema::new() else { return };
    drop(Store::open(schema.options.clone()).unwrap());
    let settings = schema.settings();
    let open = || PostgresSession::open(&settings).unwrap();
    let (mut slow, mut quick, mut reader) = (open(), open(), open());
    slow.begin("BEGIN").unwrap();
    let slow_vid = slow.next_vid().unwrap();
    quick.begin("BEGIN").unwrap();
    let quick_vid = quick.next_vid().unwrap();
    quick.commit().unwrap();
    reader.begin("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    let mark = reader.mark().unwrap();
    reader.keep_mark(mark).unwrap();
    let Snapshot { ceiling, excluded } = reader.snapshot(mark).unwrap();
    reader.commit().unwrap();
    assert!(excluded.contains(&(slow_vid >> 20)), "{excluded:?}");
    assert!(!excluded.contains(&(quick_vid >> 20)), "{excluded:?}");
    assert!(slow_vid < quick_vid && quick_vid <= ceiling.unwrap());
    slow.commit().unwrap();
    reader.begin("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    assert!(reader.mark().unwrap() >= mark);
}

#[test]
fn a_connection_that_the_server_ends_is_made_again() {
    let Some(schema) = Schema::new() else { return };
    drop(Store::open(schema.options.clone()).unwrap());
    let settings = schema.settings();
    let (reads, writes) = (Arc::new(Queue::new(9)), Arc::new(Queue::new(9)));
    let mut pids = Vec::new();
    let mut worker = || {
        let mut session = PostgresSession::open(&settings).unwrap();
        pids.push(one_int(&mut session, "SELECT pg_backend_pid()", &[]).unwrap().unwrap());
        Worker::new(settings.clone(), Some(session), Arc::default())
    };
    let (reader, writer, queues) = (worker(), worker(), (reads.clone(), writes.clone()));
    let threads = [
        std::thread::spawn(move || reader.run_reads(&queues.0)),
        std::thread::spawn(move || writer.run_writes(&queues.1)),
    ];
    let ask = || {
        block_on(async {
            let (job, answer) = write_job(|transaction| transaction.put_setting("a", "b"));
            writes.push(job).await.unwrap();
            answered::<(), StoreError>(answer).await.unwrap();
            let (job, answer) = read_job(false, |reader| reader.setting("a"));
            reads.push(job).await.unwrap();
            let read = answered::<Option<String>, StoreError>(answer).await.unwrap();
            assert_eq!(read.as_deref(), Some("b"));
        });
    };
    ask();
    for pid in pids {
        schema.raw(&format!("SELECT pg_terminate_backend({pid})"));
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    ask();
    reads.close();
    writes.close();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn an_unreachable_server_is_told() {
    let options = OpenOptions::new(Location::Postgres("postgres://nobody@127.0.0.1:1/nothing".into()));
    let error = Store::open(options).err().unwrap();
    assert!(matches!(error, crate::OpenError::Database(crate::StoreError::Unavailable(_))), "{error:?}");
}
