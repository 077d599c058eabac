//! The schema of the SQLite file, in numbered steps. A step that was released is never changed.

use crate::error::{OpenError, StoreError};
use crate::sqlite::error::store_error;
use rusqlite::{Connection, TransactionBehavior};

/// The steps; the first has number 1.
const MIGRATIONS: &[&str] = &[
    include_str!("0001_resources_and_accounts.sql"),
    include_str!("0002_numbers.sql"),
    include_str!("0003_history.sql"),
];

/// The number of the last step.
pub(crate) const LATEST: i64 = MIGRATIONS.len() as i64;

/// The number of the last step that was taken.
pub(crate) fn schema_number(connection: &Connection) -> Result<i64, StoreError> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(store_error)
}

/// Refuses a schema that is newer than this program.
pub(crate) fn refuse_newer(found: i64) -> Result<(), OpenError> {
    if found > LATEST { Err(OpenError::Newer { found, known: LATEST }) } else { Ok(()) }
}

/// Takes the steps up to number `last` that were not taken yet, all or none.
pub(crate) fn migrate(connection: &mut Connection, last: i64) -> Result<(), OpenError> {
    let take = |error| OpenError::Database(store_error(error));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(take)?;
    let found = schema_number(&transaction)?;
    refuse_newer(found)?;
    for (number, step) in (1..=last).zip(MIGRATIONS) {
        if number > found {
            transaction.execute_batch(step).map_err(take)?;
            transaction.pragma_update(None, "user_version", number).map_err(take)?;
        }
    }
    transaction.commit().map_err(take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::directory::Directory;
    use crate::{Location, OpenOptions, Store};

    #[test]
    fn a_store_of_every_older_number_is_migrated() {
        for older in 0..=LATEST {
            let directory = Directory::temporary().unwrap();
            let mut connection = Connection::open(directory.file()).unwrap();
            migrate(&mut connection, older).unwrap();
            assert_eq!(schema_number(&connection).unwrap(), older);
            drop(connection);
            let options = OpenOptions::new(Location::Sqlite(directory.path().to_owned()));
            drop(Store::open(options).unwrap_or_else(|error| panic!("from number {older}: {error}")));
            let connection = Connection::open(directory.file()).unwrap();
            assert_eq!(schema_number(&connection).unwrap(), LATEST);
        }
    }

    #[test]
    fn a_newer_store_is_refused() {
        let directory = Directory::temporary().unwrap();
        let connection = Connection::open(directory.file()).unwrap();
        connection.pragma_update(None, "user_version", LATEST + 1).unwrap();
        drop(connection);
        let error = Store::open(OpenOptions::new(Location::Sqlite(directory.path().to_owned()))).err();
        assert!(matches!(error, Some(OpenError::Newer { found, known }) if found == known + 1), "{error:?}");
    }
}
