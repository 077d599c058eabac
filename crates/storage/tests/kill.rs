//! A process that is killed while it writes: every write that it acknowledged is there, none is half there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use fhir::ResourceType;
use search::{Criterion, IndexRow, ParameterId, Query};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;
use storage::{Location, Method, NewVersion, OpenOptions, Store, StoreError, Transaction, Version};

const TYPE: ResourceType = ResourceType::PATIENT;
const CODE: ParameterId = ParameterId::new(1, TYPE);
const PLACE: &str = "EASEL_TEST_KILL_PLACE";
const WRITERS: u64 = 8;

fn location(place: &str) -> Location {
    if place.starts_with("postgres") {
        Location::Postgres(place.to_owned())
    } else {
        Location::Sqlite(place.into())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn put(transaction: &mut dyn Transaction, id: &str, number: u64) -> Result<(), StoreError> {
    let current = transaction.resource(TYPE, id)?.map_or(0, |current| current.version);
    let version = Version {
        resource_type: TYPE,
        id: id.to_owned(),
        version: current + 1,
        last_updated: transaction.now(),
        method: Method::Update,
        body: Some(number.to_string().repeat(200).into_bytes()),
    };
    let index = [IndexRow::Key { parameter: CODE, hash: number }];
    transaction.put(NewVersion { version: &version, rest: None, index: &index, holds: &[] })
}

/// Not a test: what the killed process does. Writes two resources and a setting in each unit, and says so when it is
/// acknowledged.
#[test]
fn child() {
    let Ok(place) = std::env::var(PLACE) else { return };
    runtime().block_on(async {
        let store = Store::open(OpenOptions::new(location(&place))).unwrap();
        let writers = (0..WRITERS).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0.. {
                    let number = round * WRITERS + writer;
                    let unit = store.write(move |transaction| {
                        put(transaction, &format!("new-{number}"), number)?;
                        put(transaction, &format!("same-{writer}"), number)?;
                        transaction.put_setting(&format!("last-{writer}"), &number.to_string())
                    });
                    match unit.await {
                        Ok(()) => {
                            let line = format!("{number}\n");
                            std::io::stdout().write_all(line.as_bytes()).unwrap();
                        }
                        Err(StoreError::Conflict) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

/// Runs the child, kills it in the middle of its work, and returns what it had acknowledged.
fn run_and_kill(place: &str, after: Duration) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--quiet"])
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        output.lines().map_while(Result::ok).filter_map(|line| line.parse().ok()).collect::<Vec<u64>>()
    });
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

async fn check(store: &Store, acknowledged: &[u64]) {
    for writer in 0..WRITERS {
        let acknowledged: Vec<u64> =
            acknowledged.iter().copied().filter(|number| number % WRITERS == writer).collect();
        let unit = store.read(move |reader| {
            let setting = reader.setting(&format!("last-{writer}"))?;
            let last: u64 = setting.map_or(0, |last| last.parse().unwrap());
            let same = reader.resource(TYPE, &format!("same-{writer}"))?;
            for number in &acknowledged {
                assert!(last >= *number, "{number} was acknowledged, the last is {last}");
                assert!(reader.resource(TYPE, &format!("new-{number}"))?.is_some(), "{number} is lost");
            }
            if let Some(same) = same {
                // The last unit is whole: its resources, its index rows and its setting.
                assert_eq!(same.body, Some(last.to_string().repeat(200).into_bytes()));
                let found = |number, reader: &mut dyn storage::Reader| {
                    let query =
                        Query::all(TYPE).and(Criterion::Keys { parameter: CODE, hashes: vec![number] });
                    let ids = reader.search(&query)?.resources.into_iter().map(|version| version.id);
                    Ok::<_, StoreError>(ids.collect::<Vec<_>>())
                };
                assert_eq!(found(last, reader)?, [format!("new-{last}"), format!("same-{writer}")]);
                assert!(reader.resource(TYPE, &format!("new-{}", last + WRITERS))?.is_none());
                for number in acknowledged.iter().filter(|number| **number != last) {
                    assert_eq!(found(*number, reader)?, [format!("new-{number}")]);
                }
            }
            Ok::<_, StoreError>(())
        });
        unit.await.unwrap();
    }
}

fn kill_again_and_again(place: &str) {
    let mut all = Vec::new();
    for round in 0..5 {
        let acknowledged = run_and_kill(place, Duration::from_millis(400 + 130 * round));
        runtime().block_on(async {
            let store = Store::open(OpenOptions::new(location(place))).unwrap();
            check(&store, &acknowledged).await;
            let count = store.read(|reader| reader.count(TYPE)).await.unwrap();
            assert!(count >= acknowledged.len() as u64);
            store.write(|transaction| transaction.erase_everything()).await.unwrap();
            for writer in 0..WRITERS {
                let unit =
                    store.write(move |transaction| transaction.put_setting(&format!("last-{writer}"), "0"));
                unit.await.unwrap();
            }
            store.close().await;
        });
        all.extend(acknowledged);
    }
    assert!(all.len() > 50, "only {} writes were acknowledged", all.len());
}

#[test]
fn a_killed_process_leaves_every_acknowledged_write_whole_on_sqlite() {
    let directory = std::env::temp_dir().join(format!("easel-kill-{}", std::process::id()));
    kill_again_and_again(directory.to_str().unwrap());
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_killed_process_leaves_every_acknowledged_write_whole_on_postgres() {
    let Ok(url) = std::env::var("EASEL_TEST_POSTGRES") else {
        let _ =
            writeln!(std::io::stderr(), "EASEL_TEST_POSTGRES is not set: the test on PostgreSQL is skipped");
        return;
    };
    let schema = format!("kill_{}", std::process::id());
    let separator = if url.contains('?') { '&' } else { '?' };
    kill_again_and_again(&format!("{url}{separator}schema={schema}"));
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).unwrap();
}
