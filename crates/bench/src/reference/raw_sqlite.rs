//! Raw SQLite inserts with the server's durability: what storing costs with nothing around it.
//!
//! One thread, one file, WAL, `synchronous=FULL`. A row is a create's body; beside it stand index rows of three
//! integers in a clustered table, sorted before each commit, as many as a typical resource has.

use crate::statistics::micros_per;
use crate::{Result, interrupt, procfs};
use rusqlite::{Connection, Transaction};
use std::path::Path;
use std::time::{Duration, Instant};

/// Index rows for each resource.
pub const INDEX_ROWS: usize = 20;

/// What a way of inserting took.
#[derive(Debug, Clone, Copy)]
pub struct Inserted {
    /// Resources, each with its index rows, in a second.
    pub rows_per_second: f64,
    /// Processor time of the inserting thread for each, in microseconds.
    pub micros_per_row: f64,
}

/// Inserts the bodies over and over, `rows_per_commit` at a time, for `duration`.
///
/// # Errors
///
/// SQLite's; Ctrl-C.
pub fn insert(file: &Path, bodies: &[Vec<u8>], rows_per_commit: u64, duration: Duration) -> Result<Inserted> {
    let mut connection = open(file)?;
    let (started, before) = (Instant::now(), procfs::cpu_of_this_thread()?);
    let mut rows = 0;
    while started.elapsed() < duration {
        interrupt::check()?;
        let transaction = connection.transaction()?;
        insert_rows(&transaction, bodies, rows, rows_per_commit)?;
        transaction.commit()?;
        rows += rows_per_commit;
    }
    let (took, cpu) = (started.elapsed(), procfs::cpu_of_this_thread()?.saturating_sub(before));
    Ok(Inserted { rows_per_second: rows as f64 / took.as_secs_f64(), micros_per_row: micros_per(cpu, rows) })
}

fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS resource (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
         CREATE TABLE IF NOT EXISTS entry (
             parameter INTEGER, value INTEGER, resource INTEGER, PRIMARY KEY (parameter, value, resource)
         ) WITHOUT ROWID;",
    )?;
    Ok(connection)
}

fn insert_rows(transaction: &Transaction<'_>, bodies: &[Vec<u8>], first: u64, count: u64) -> Result<()> {
    let mut entries = Vec::with_capacity(count as usize * INDEX_ROWS);
    let mut insert = transaction.prepare_cached("INSERT INTO resource (body) VALUES (?1)")?;
    for row in first..first + count {
        let body = &bodies[(row % bodies.len() as u64) as usize];
        let resource = insert.insert([body])?;
        entries.extend((0..INDEX_ROWS as i64).map(|parameter| (parameter, value(row, parameter), resource)));
    }
    entries.sort_unstable();
    let mut insert = transaction.prepare_cached("INSERT INTO entry VALUES (?1, ?2, ?3)")?;
    for entry in entries {
        insert.execute(entry)?;
    }
    Ok(())
}

/// An index value: of half of the parameters one of 16 values that many resources share, of the others a hash.
fn value(row: u64, parameter: i64) -> i64 {
    // SplitMix64, for values that lie all over the index.
    let mut hash = (row ^ (parameter as u64) << 48).wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let hash = hash ^ (hash >> 31);
    if parameter % 2 == 0 { (hash % 16) as i64 } else { hash as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_inserted_durably_with_their_index() -> Result<()> {
        let folder = crate::folder::Folder::new(&std::env::temp_dir(), "raw-sqlite")?;
        let file = folder.path().join("raw.sqlite");
        let inserted = insert(&file, &[b"{}".to_vec()], 64, Duration::from_millis(20))?;
        assert!(inserted.rows_per_second > 0.0);
        let connection = open(&file)?;
        let count = |table: &str| {
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        };
        let (rows, entries): (i64, i64) = (count("resource")?, count("entry")?);
        assert!(rows >= 64 && rows % 64 == 0);
        assert_eq!(entries, rows * INDEX_ROWS as i64);
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, String>(0));
        assert_eq!(pragma("journal_mode")?, "wal");
        Ok(())
    }
}
