//! Tests of the writer that need its connection.

use super::directory::Directory;
use super::session::{Role, SqliteSession, Sync, connect};
use super::*;
use crate::jobs::{answered, write_job};
use crate::sql::Session;
use crate::{Location, Method, NewVersion, OpenOptions, Store, Version};
use search::{Criterion, NumberTest, ParameterId, Query, Sort, SortKey, SpanTest, TextTest};

fn writer(directory: &Directory, queue: &Arc<Queue<Box<dyn WriteJob>>>, pages: u32) -> Writer {
    let mut connection = connect(&directory.file(), Role::Writer, Sync::Off).unwrap();
    migrations::migrate(&mut connection, migrations::LATEST).unwrap();
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    Writer {
        session: SqliteSession::new(connection, None).unwrap(),
        recent: Arc::new(Recent::new(1 << 20)),
        queue: queue.clone(),
        log: Arc::default(),
        clock: crate::options::system_clock(),
        retention: 0,
        pending: IndexRows::default(),
        last_now: 0,
        commits: 0,
        is_server: true,
    }
}

/// So many bytes that cannot be compressed.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// Writes a resource of so many bytes.
async fn put(queue: &Queue<Box<dyn WriteJob>>, id: &str, bytes: usize) -> Result<(), StoreError> {
    let id = id.to_owned();
    let (job, answer) = write_job::<(), StoreError, _>(move |transaction| {
        let version = Version {
            resource_type: ResourceType::PATIENT,
            id: id.clone(),
            version: 1,
            last_updated: transaction.now(),
            method: Method::Create,
            body: Some(noise(bytes)),
        };
        transaction.put(NewVersion { version: &version, rest: None, index: &[], holds: &[] })
    });
    queue.push(job).await?;
    answered(answer).await
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_space_again() {
    let directory = Directory::temporary().unwrap();
    let queue = Arc::new(Queue::new(100));
    let writer = writer(&directory, &queue, 100);
    let thread = std::thread::spawn(move || writer.run());
    put(&queue, "small", 10).await.unwrap();
    let large = put(&queue, "large", 10_000_000).await;
    assert!(matches!(large, Err(StoreError::Full(_))), "{large:?}");
    for number in 0..200 {
        // Until nothing fits any more.
        if let Err(error) = put(&queue, &format!("p{number}"), 20_000).await {
            assert!(matches!(error, StoreError::Full(_)), "{error:?}");
        }
    }
    let one_more = put(&queue, "one more", 20_000).await;
    assert!(matches!(one_more, Err(StoreError::Full(_))), "{one_more:?}");
    // The same writer serves again what fits.
    let (job, answer) = write_job::<(), StoreError, _>(|transaction| transaction.erase_everything());
    queue.push(job).await.unwrap();
    answered(answer).await.unwrap();
    put(&queue, "after", 20_000).await.unwrap();
    queue.close();
    thread.join().unwrap();

    let store = Store::open(OpenOptions::new(Location::Sqlite(directory.path().to_owned()))).unwrap();
    assert_eq!(store.read(|reader| reader.count(ResourceType::PATIENT)).await.unwrap(), 1);
}

#[tokio::test]
async fn snapshots_that_stay_open_see_what_is_written_and_do_not_keep_the_log_from_beginning_anew() {
    let directory = Directory::temporary().unwrap();
    let queue = Arc::new(Queue::new(100));
    let writer = writer(&directory, &queue, 100_000);
    let log = writer.log.clone();
    let recent = writer.recent.clone();
    let pool = Pool::new(directory.file(), Sync::Off, None, recent, log.clone());
    let thread = std::thread::spawn(move || writer.run());
    let connection = connect(&directory.file(), Role::Writer, Sync::Off).unwrap();
    let pages = |connection: &Connection| -> i64 {
        connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1)).unwrap()
    };
    for id in ["a", "b", "c"] {
        put(&queue, id, 1_000_000).await.unwrap();
        for there in ["a", "b", "c"].into_iter().take_while(|there| *there <= id) {
            assert_eq!(
                pool.stamp(ResourceType::PATIENT, there).unwrap().map(|stamp| stamp.version),
                Some(1),
                "{there} after {id}"
            );
        }
        assert!(pages(&connection) >= 1_000_000 / i64::from(limits::PAGE_SIZE));
        log.checkpoint(&connection);
        put(&queue, &format!("after {id}"), 10).await.unwrap();
        assert!(pages(&connection) < 50, "{} pages after {id}", pages(&connection));
        // Opens the snapshot that is in the way of the next round.
        assert!(pool.stamp(ResourceType::PATIENT, &format!("after {id}")).unwrap().is_some());
    }
    log.idle.close();
    assert!(matches!(pool.stamp(ResourceType::PATIENT, "d"), Err(StoreError::Unavailable(_))));
    queue.close();
    thread.join().unwrap();
}

#[test]
fn a_full_queue_makes_callers_wait_and_a_closed_one_refuses() {
    let queue = Queue::new(2);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        queue.push(1).await.unwrap();
        queue.push(2).await.unwrap();
        let third = tokio::time::timeout(std::time::Duration::from_millis(20), queue.push(3));
        assert!(third.await.is_err(), "the third must wait");
        assert!(matches!(queue.take(std::time::Duration::ZERO), crate::jobs::Taken::Job(1)));
        queue.push(3).await.unwrap();
        queue.close();
        assert!(matches!(queue.push(4).await, Err(StoreError::Unavailable(_))));
    });
}

#[test]
fn the_directory_is_made_and_named_when_it_cannot_be() {
    let directory = Directory::temporary().unwrap();
    let deep = directory.path().join("a/b/c");
    drop(Store::open(OpenOptions::new(Location::Sqlite(deep.clone()))).unwrap());
    assert!(deep.join("easel.sqlite").is_file());
    let file = directory.path().join("file");
    std::fs::write(&file, "not a directory").unwrap();
    let error = Store::open(OpenOptions::new(Location::Sqlite(file.clone()))).err().unwrap();
    assert!(matches!(error, OpenError::Directory { .. }), "{error:?}");
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_corrupt() {
    let directory = Directory::temporary().unwrap();
    std::fs::write(directory.file(), vec![b'x'; 100_000]).unwrap();
    let error = Store::open(OpenOptions::new(Location::Sqlite(directory.path().to_owned()))).err().unwrap();
    assert!(matches!(error, OpenError::Database(StoreError::Corrupt(_))), "{error:?}");
}

#[test]
fn a_store_in_memory_vanishes_with_its_last_handle() {
    let store = Sqlite::open(&OpenOptions::new(Location::SqliteMemory)).unwrap();
    let path = store.threads.lock().unwrap().directory.as_ref().unwrap().path().to_owned();
    assert!(path.is_dir());
    store.close();
    assert!(!path.exists());
}

#[test]
fn lists_of_texts_are_json_whatever_is_in_them() {
    let directory = Directory::temporary().unwrap();
    let connection = connect(&directory.file(), Role::Writer, Sync::Off).unwrap();
    let mut session = SqliteSession::new(connection, None).unwrap();
    let texts = ["\"", "\\", "a\u{1}b\n", "zoë \u{1F600}", "", "]", "\u{7f}"].map(String::from);
    let mut found = Vec::new();
    let parameters = [crate::sql::Value::Texts(&texts)];
    session
        .query("SELECT value FROM json_each($1)", &parameters, &mut |row| {
            found.push(row.text(0)?);
            Ok(())
        })
        .unwrap();
    assert_eq!(found, texts);
}

/// What SQLite plans for a statement, step by step.
fn plan(session: &mut SqliteSession, sql: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    session
        .query(&sql, &[], &mut |row| {
            steps.push(row.text(3)?);
            Ok(())
        })
        .unwrap();
    steps
}

#[test]
fn no_search_scans_a_table() {
    let directory = Directory::temporary().unwrap();
    let mut connection = connect(&directory.file(), Role::Writer, Sync::Off).unwrap();
    migrations::migrate(&mut connection, migrations::LATEST).unwrap();
    let mut session = SqliteSession::new(connection, None).unwrap();
    let parameter = ParameterId::new(1, ResourceType::PATIENT);
    let all = || Query { limit: 20, ..Query::all(ResourceType::PATIENT) };
    let keys = |hashes: &[u64]| Criterion::Keys { parameter, hashes: hashes.to_vec() };
    let text = |test| Criterion::Text { parameter, any_of: vec![test] };
    let span = |test| Criterion::Spans { parameter, any_of: vec![test] };
    let (from, to) = (1, 2);
    let number = |test| Criterion::Numbers { parameter, unit: 7, any_of: vec![test] };
    let ids = Criterion::Ids(vec!["a".into(), "b".into()]);
    let criteria = [
        vec![],
        vec![Criterion::LastUpdated(vec![SpanTest::EndsAfter(5)])],
        vec![keys(&[1])],
        vec![keys(&[1, 2]), keys(&[3])],
        vec![text(TextTest::StartsWith("a".into())), text(TextTest::Contains("b".into()))],
        vec![span(SpanTest::Overlaps { from, to })],
        vec![span(SpanTest::Within { from, to })],
        vec![span(SpanTest::EndsAfter(5)), span(SpanTest::StartsBefore(9))],
        vec![number(NumberTest::EndsAbove(1.0))],
        vec![keys(&[1]), number(NumberTest::Within { low: 1.0, high: 2.0, closed: true })],
        vec![keys(&[1]), keys(&(0..100).collect::<Vec<_>>())],
        vec![Criterion::Either(vec![Criterion::All(vec![keys(&[1]), keys(&[2])]), keys(&[3])])],
        vec![ids.clone()],
        vec![ids, keys(&[1]), span(SpanTest::EndsBy(7))],
        vec![Criterion::Not(Box::new(keys(&[1])))],
        vec![Criterion::Either(vec![keys(&[1]), text(TextTest::Equals("a".into()))])],
    ];
    let keys = [
        SortKey::LastUpdated,
        SortKey::Id,
        SortKey::Text(parameter),
        SortKey::Span(parameter),
        SortKey::Number(parameter),
    ];
    for criteria in criteria {
        for (sort, as_of) in
            keys.clone().map(|key| (Some(key), None)).into_iter().chain([(None, None), (None, Some(5))])
        {
            let sort = sort.map(|key| Sort { key, descending: true }).into_iter().collect();
            let query = Query { criteria: criteria.clone(), sort, as_of, ..all() };
            for sql in crate::sql::search::statements(&mut session, &query) {
                for step in plan(&mut session, &sql) {
                    // Lists, and rows that the statement itself has made.
                    let scans = step.strip_prefix("SCAN ").and_then(|step| step.split(' ').next());
                    let of_a_table = scans.is_some_and(|name| {
                        !["page", "d", "i", "l", "level_of", "part", "parts", "json_each", "CONSTANT"]
                            .contains(&name)
                    });
                    let by_a_made_up_index = step.contains("AUTOMATIC");
                    assert!(!of_a_table && !by_a_made_up_index, "{step}\n{sql}");
                }
            }
        }
    }
}
