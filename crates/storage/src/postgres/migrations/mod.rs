//! The schema of a PostgreSQL store, in numbered steps. A step that was released is never changed.

use super::connection::Settings;
use super::error::store_error;
use crate::error::OpenError;
use ::postgres::{Client, Transaction};

/// The steps; the first has number 1.
const MIGRATIONS: &[&str] = &[
    include_str!("0001_resources_and_accounts.sql"),
    include_str!("0002_numbers.sql"),
    include_str!("0003_history.sql"),
];

/// The number of the last step.
pub(super) const LATEST: i64 = MIGRATIONS.len() as i64;

/// Numbers that the store keeps about itself, the schema's among them: the one table that is there before any step.
const META: &str =
    "CREATE TABLE IF NOT EXISTS meta (name text COLLATE \"C\" PRIMARY KEY, value bigint NOT NULL)";

/// Only one server migrates a database at a time.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1163150156)";

/// A transaction's number, as version numbers have it, must be greater than those before it. It is not after the
/// store was restored into another cluster: then all numbers are moved.
const MOVE_NUMBERS: &str = "INSERT INTO meta (name, value) \
     SELECT 'xid_offset', greatest(0, coalesce(max(m.offset_now), 0), \
            (greatest(coalesce((SELECT max(vid) FROM version), 0), coalesce(max(m.floor), 0)) >> 20) + 1 \
            - CAST(CAST(pg_current_xact_id() AS text) AS bigint)) \
     FROM (SELECT (SELECT value FROM meta WHERE name = 'xid_offset') AS offset_now, \
                  (SELECT value FROM meta WHERE name = 'vid_floor') AS floor) AS m \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE meta.value <> excluded.value";

/// Makes the schema when it is missing and takes the steps up to number `last` that were not taken yet, all or none.
pub(super) fn migrate(client: &mut Client, settings: &Settings, last: i64) -> Result<(), OpenError> {
    let mut transaction = client.transaction().map_err(store_error)?;
    transaction.batch_execute(LOCK).map_err(store_error)?;
    if let Some(schema) = &settings.schema {
        // The name was checked to be a plain one.
        let sql = format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"");
        transaction.batch_execute(&sql).map_err(store_error)?;
    }
    transaction.batch_execute(META).map_err(store_error)?;
    let found = number(&mut transaction)?;
    if found > LATEST {
        return Err(OpenError::Newer { found, known: LATEST });
    }
    for (number, step) in (1..=last).zip(MIGRATIONS) {
        if number > found {
            transaction.batch_execute(step).map_err(store_error)?;
            transaction
                .execute(
                    "INSERT INTO meta (name, value) VALUES ('schema', $1) \
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    &[&number],
                )
                .map_err(store_error)?;
        }
    }
    if last == LATEST {
        transaction.batch_execute(MOVE_NUMBERS).map_err(store_error)?;
    }
    Ok(transaction.commit().map_err(store_error)?)
}

fn number(transaction: &mut Transaction<'_>) -> Result<i64, OpenError> {
    let row = transaction.query_opt("SELECT value FROM meta WHERE name = 'schema'", &[]);
    Ok(row.map_err(store_error)?.map_or(0, |row| row.get(0)))
}
