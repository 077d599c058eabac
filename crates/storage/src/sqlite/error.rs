//! What SQLite's errors mean.

use crate::error::StoreError;
use rusqlite::{Error, ErrorCode};
use std::sync::Arc;

/// The store's error for one of SQLite's.
pub(crate) fn store_error(error: Error) -> StoreError {
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::DiskFull | ErrorCode::ReadOnly) => StoreError::Full(Arc::new(error)),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(Arc::new(error)),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::CannotOpen) => {
            StoreError::Unavailable(Arc::new(error))
        }
        Some(ErrorCode::OperationInterrupted) => StoreError::TimedOut,
        _ => StoreError::Failed(Arc::new(error)),
    }
}
