//! What PostgreSQL's errors mean.

use crate::error::StoreError;
use ::postgres::Error;
use ::postgres::error::SqlState;
use std::sync::Arc;

/// Whether the transaction may succeed when it is tried again: others were in its way.
pub(super) fn is_passing(error: &Error) -> bool {
    // Two first versions of one resource meet as a unique violation; the second try will see the first's.
    error.code().is_some_and(|code| {
        [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION]
            .contains(code)
    })
}

/// The store's error for one of PostgreSQL's.
pub(super) fn store_error(error: Error) -> StoreError {
    let Some(code) = error.code() else {
        // Not the server's: the connection broke, or could not be made. Wrong types would be our own mistake.
        return if error.is_closed() || is_io(&error) {
            StoreError::Unavailable(Arc::new(error))
        } else {
            StoreError::Failed(Arc::new(error))
        };
    };
    match code.code() {
        "40001" | "40P01" | "23505" => StoreError::Conflict,
        "57014" => StoreError::TimedOut,
        "53100" | "25006" => StoreError::Full(Arc::new(error)),
        "XX001" | "XX002" => StoreError::Corrupt(Arc::new(error)),
        // Connection exceptions, insufficient resources, operator intervention, wrong password or database.
        code if ["08", "53", "57", "28", "3D"].iter().any(|class| code.starts_with(class)) => {
            StoreError::Unavailable(Arc::new(error))
        }
        _ => StoreError::Failed(Arc::new(error)),
    }
}

fn is_io(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    // A timeout of the attempt to connect carries no cause.
    error.to_string().contains("connect")
}
