//! Measures a store: `cargo run --release -p storage --example measure -- [DIRECTORY | postgres://…] [RESOURCES]`.
//!
//! Prints durable creates per second, point reads per second, bytes of disk per resource, and the time of typical
//! searches. The directory should lie on a real disk; it must not exist.

use fhir::ResourceType;
use search::{Criterion, IndexRow, NumberTest, ParameterId, Query, Sort, SortKey, SpanTest, TextTest, Total};
use std::error::Error;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use storage::{Location, Method, NewVersion, OpenOptions, Store, StoreError, Transaction, Version};

/// How many resources a transaction of the fill has.
const BATCH: usize = 1_244;
const DAY: i64 = 86_400_000;
const TYPES: [ResourceType; 4] =
    [ResourceType::OBSERVATION, ResourceType::CONDITION, ResourceType::ENCOUNTER, ResourceType::PATIENT];

fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args().nth(1).unwrap_or_else(|| "/tmp/easel-measure".to_owned());
    let resources = std::env::args().nth(2).map_or(Ok(50_000), |number| number.parse())?;
    let directory = (!place.starts_with("postgres")).then(|| Path::new(&place));
    let open = || {
        Store::open(OpenOptions::new(match directory {
            Some(directory) => Location::Sqlite(directory.to_owned()),
            None => Location::Postgres(place.clone()),
        }))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let store = open()?;
        let (started, spent) = (Instant::now(), processor_time());
        for first in (0..resources).step_by(BATCH) {
            let numbers = first..(first + BATCH as u64).min(resources);
            let unit = store.write(move |transaction| create_all(transaction, numbers.clone()));
            unit.await?;
        }
        report("filled, resources", resources, started, spent);
        store.close().await;
        if let Some(directory) = directory {
            let bytes = std::fs::metadata(directory.join("easel.sqlite"))?.len();
            println!("{:>9} bytes of disk per resource", bytes / resources);
        }
        let store = open()?;
        point_reads(&store, resources).await?;
        searches(&store).await?;
        let next = Arc::new(AtomicU64::new(resources));
        for writers in [1, 16, 64] {
            creates(&store, writers, &next).await?;
        }
        store.close().await;
        Ok(())
    })
}

fn report(what: &str, number: u64, started: Instant, spent: Duration) {
    let (wall, spent) = (started.elapsed(), processor_time() - spent);
    println!(
        "{:>9.0} {what} per second, {:.1} µs of processor each",
        number as f64 / wall.as_secs_f64(),
        spent.as_secs_f64() * 1e6 / number as f64
    );
}

/// User and system time of this process.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks =
        |at: usize| stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(at)?.parse().ok());
    let hundredths: u64 = ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0);
    Duration::from_millis(hundredths * 10)
}

fn spread(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 32)
}

fn id(number: u64) -> String {
    let (a, b) = (spread(number), spread(!number));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        a & 0xffff,
        b >> 52,
        b & 0xffff,
        b >> 16 & 0xffff_ffff_ffff
    )
}

fn resource_type(number: u64) -> ResourceType {
    // Mostly observations, as in life.
    TYPES[[0, 0, 0, 0, 0, 0, 1, 1, 2, 3][(number % 10) as usize]]
}

fn index(number: u64) -> Vec<IndexRow> {
    let of_type = resource_type(number);
    let mut rows = Vec::with_capacity(25);
    for slot in 0..20_u16 {
        let random = spread(number * 32 + u64::from(slot));
        // Status and category; code, patient and encounter; identifiers and exact texts.
        let value = match slot {
            0..8 => random % 4,
            8..13 => random % 500,
            _ => random,
        };
        rows.push(IndexRow::Key { parameter: ParameterId::new(100 + slot, of_type), hash: spread(value) });
    }
    for slot in 0..2_u16 {
        let random = spread(number * 64 + u64::from(slot));
        let folded: String = (0..10).map(|at| char::from(b'a' + (random >> (at * 6)) as u8 % 26)).collect();
        rows.push(IndexRow::Text { parameter: ParameterId::new(200 + slot, of_type), folded: folded.into() });
    }
    for unit in 0..3 {
        let value = (spread(number * 256 + unit) % 10_000) as f64 / 100.0;
        rows.push(IndexRow::Number {
            parameter: ParameterId::new(400, of_type),
            unit,
            low: value,
            high: value,
        });
    }
    for slot in 0..3_u16 {
        let from = (spread(number * 128 + u64::from(slot)) % 3650) as i64 * DAY + 1_400_000_000_000;
        let to = from + if slot == 0 { 1 } else { DAY };
        rows.push(IndexRow::Span { parameter: ParameterId::new(300 + slot, of_type), from, to });
    }
    rows
}

/// An observation as they are.
fn body(number: u64) -> String {
    let of_type = resource_type(number);
    let (day, hour) = (1 + spread(number) % 28, spread(number + 1) % 24);
    let (value, code) = (spread(number + 2) % 10_000, spread(number + 3) % 500);
    format!(
        r#"{{"resourceType":"{of_type}","id":"{}","meta":{{"versionId":"1","lastUpdated":"2026-03-{day:02}T{hour:02}:00:00.000Z","profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]}},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}-7","display":"Measured {code}"}}],"text":"Measured {code}"}},"subject":{{"reference":"Patient/{}"}},"encounter":{{"reference":"Encounter/{}"}},"effectiveDateTime":"2025-0{}-{day:02}T{hour:02}:15:42-05:00","issued":"2025-11-{day:02}T{hour:02}:15:42.312-05:00","valueQuantity":{{"value":{}.{},"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}}}}"#,
        id(number),
        id(number / 200),
        id(number / 20),
        1 + number % 9,
        value / 100,
        value % 100,
    )
}

fn create(transaction: &mut dyn Transaction, number: u64) -> Result<(), StoreError> {
    let version = version(transaction.now(), number);
    transaction.put(NewVersion { version: &version, rest: None, index: &index(number), holds: &[] })
}

fn version(now: i64, number: u64) -> Version {
    Version {
        resource_type: resource_type(number),
        id: id(number),
        version: 1,
        last_updated: now,
        method: Method::Create,
        body: Some(body(number).into_bytes()),
    }
}

/// As a large transaction does.
fn create_all(transaction: &mut dyn Transaction, numbers: Range<u64>) -> Result<(), StoreError> {
    let versions: Vec<Version> = numbers.clone().map(|number| version(transaction.now(), number)).collect();
    let rows: Vec<Vec<IndexRow>> = numbers.map(index).collect();
    let new = versions.iter().zip(&rows).map(|(version, index)| NewVersion {
        version,
        rest: None,
        index,
        holds: &[],
    });
    transaction.put_all(&new.collect::<Vec<_>>())
}

async fn creates(store: &Store, writers: usize, next: &Arc<AtomicU64>) -> Result<(), StoreError> {
    let (started, spent, first) = (Instant::now(), processor_time(), next.load(Ordering::SeqCst));
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (store, next) = (store.clone(), next.clone());
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                while started.elapsed() < Duration::from_secs(5) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let begun = Instant::now();
                    store.write(move |transaction| create(transaction, number)).await?;
                    slowest = slowest.max(begun.elapsed());
                }
                Ok::<_, StoreError>(slowest)
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for task in tasks {
        slowest = slowest.max(task.await.map_err(|_| StoreError::TimedOut)??);
    }
    let done = next.load(Ordering::SeqCst) - first;
    report(&format!("durable creates ({writers} writers; slowest {slowest:.1?})"), done, started, spent);
    Ok(())
}

async fn point_reads(store: &Store, resources: u64) -> Result<(), StoreError> {
    let (started, spent, mut done) = (Instant::now(), processor_time(), 0);
    while started.elapsed() < Duration::from_secs(3) {
        let number = spread(done) % resources;
        let found = store.read_resource(resource_type(number), &id(number)).await?;
        assert!(found.is_some_and(|version| version.body.is_some()));
        done += 1;
    }
    report("point reads on one thread", done, started, spent);
    Ok(())
}

async fn searches(store: &Store) -> Result<(), StoreError> {
    let of_type = ResourceType::OBSERVATION;
    let parameter = |number| ParameterId::new(number, of_type);
    let key =
        |slot: u16, value| Criterion::Keys { parameter: parameter(100 + slot), hashes: vec![spread(value)] };
    let name = |start: &str| Criterion::Text {
        parameter: parameter(200),
        any_of: vec![TextTest::StartsWith(start.to_owned())],
    };
    let spans = |test| Criterion::Spans { parameter: parameter(301), any_of: vec![test] };
    let numbers = |test| Criterion::Numbers { parameter: parameter(400), unit: 1, any_of: vec![test] };
    let by = |key, descending| vec![Sort { key, descending }];
    let from = 1_400_000_000_000 + 1000 * DAY;
    let sorted = |query: Query, key, descending| Query { sort: by(key, descending), ..query };
    let counted = |query: Query| Query { total: Total::Accurate, ..query };
    let all = Query { limit: 20, ..Query::all(of_type) };
    let cases = [
        ("everything of a type", all.clone()),
        ("everything, total", counted(all.clone())),
        ("everything, newest first", sorted(all.clone(), SortKey::LastUpdated, true)),
        ("everything by date", sorted(all.clone(), SortKey::Span(parameter(301)), false)),
        ("everything by name", sorted(all.clone(), SortKey::Text(parameter(200)), false)),
        ("rare token", all.clone().and(key(8, 7))),
        ("rare token, total", counted(all.clone().and(key(8, 7)))),
        ("common token", all.clone().and(key(0, 1))),
        ("common token, total", counted(all.clone().and(key(0, 1)))),
        ("rare and common token, total", counted(all.clone().and(key(0, 1)).and(key(8, 7)))),
        ("two common tokens, total", counted(all.clone().and(key(0, 1)).and(key(1, 2)))),
        ("two rare tokens, total", counted(all.clone().and(key(8, 7)).and(key(9, 7)))),
        (
            "rare token, newest date first",
            sorted(all.clone().and(key(8, 7)), SortKey::Span(parameter(301)), true),
        ),
        (
            "common token, newest date first",
            sorted(all.clone().and(key(0, 1)), SortKey::Span(parameter(301)), true),
        ),
        ("name starts with three letters", all.clone().and(name("abc"))),
        ("name starts with one letter", all.clone().and(name("a"))),
        ("a week", all.clone().and(spans(SpanTest::Overlaps { from, to: from + 7 * DAY }))),
        (
            "a week by two criteria",
            all.clone()
                .and(spans(SpanTest::EndsAfter(from)))
                .and(spans(SpanTest::StartsBefore(from + 7 * DAY))),
        ),
        (
            "rare token in a year",
            all.clone().and(key(8, 7)).and(spans(SpanTest::Overlaps { from, to: from + 365 * DAY })),
        ),
        ("a number above most", all.clone().and(numbers(NumberTest::EndsAbove(99.5)))),
        ("a number above most, total", counted(all.clone().and(numbers(NumberTest::EndsAbove(99.5))))),
        ("rare token with a number", all.clone().and(key(8, 7)).and(numbers(NumberTest::EndsAbove(50.0)))),
        ("everything by number", sorted(all.clone(), SortKey::Number(parameter(400)), true)),
        ("not a common token", all.clone().and(Criterion::Not(Box::new(key(0, 1))))),
        ("page 500 of a common token", Query { offset: 10_000, ..all.clone().and(key(0, 1)) }),
    ];
    for (what, query) in cases {
        let (started, mut done, mut found) = (Instant::now(), 0, 0);
        while done < 3 || (started.elapsed() < Duration::from_millis(200) && done < 1000) {
            let query = query.clone();
            found = store.read(move |reader| reader.search(&query)).await?.resources.len();
            done += 1;
        }
        println!("{:>9.0} µs: {what} ({found})", started.elapsed().as_secs_f64() * 1e6 / f64::from(done));
    }
    Ok(())
}
