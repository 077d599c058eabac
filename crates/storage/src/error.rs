//! What can go wrong. These errors are for the log: none of their text is meant for clients.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What lies beneath an error; shared, because one failed commit fails every job of its batch.
pub type Cause = Arc<dyn Error + Send + Sync + 'static>;

/// Why a read or a write did not happen. `Display` says its own part, [`source`](Error::source) leads on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The version to be written does not follow the current one, or the unit could not be serialised with
    /// others although it was tried [`limits::WRITE_ATTEMPTS`](crate::limits::WRITE_ATTEMPTS) times.
    Conflict,
    /// The `as_of` of a search lies so far back that superseded index rows of that time are gone.
    Expired,
    /// The database cannot be reached, is locked by another program, or the store is shutting down. When it
    /// comes from a write on PostgreSQL whose connection broke during the commit, the write may have happened.
    Unavailable(Cause),
    /// The disk is full or must not be written to.
    Full(Cause),
    /// The database says that its data are damaged, or they cannot be what this program wrote.
    Corrupt(Cause),
    /// Anything else that the database refused, and panics of a unit of work.
    Failed(Cause),
    /// A search would have to look at more resources than [`limits::RESOLVED`](search::limits::RESOLVED), or to sort
    /// more in memory than [`limits::SORTED`](crate::limits::SORTED).
    TooCostly,
    /// A statement took longer than [`limits::STATEMENT_TIME`](crate::limits::STATEMENT_TIME).
    TimedOut,
}

impl StoreError {
    /// [`Failed`](Self::Failed) for a reason without an error of its own.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        StoreError::Failed(Message::cause(message))
    }

    /// [`Corrupt`](Self::Corrupt) for a reason without an error of its own.
    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        StoreError::Corrupt(Message::cause(message))
    }

    /// [`Unavailable`](Self::Unavailable) for a reason without an error of its own.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        StoreError::Unavailable(Message::cause(message))
    }

    /// What a caller gets whose store is closed.
    pub(crate) fn closed() -> Self {
        Self::unavailable("the store is closed")
    }
}

impl From<search::TooCostly> for StoreError {
    fn from(_: search::TooCostly) -> Self {
        StoreError::TooCostly
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            StoreError::Conflict => "the write conflicts with another one",
            StoreError::Expired => "the walk over search results began too long ago",
            StoreError::Unavailable(_) => "the database is unavailable",
            StoreError::Full(_) => "the database cannot be written to",
            StoreError::Corrupt(_) => "the database is damaged",
            StoreError::Failed(_) => "the database operation failed",
            StoreError::TooCostly => "the search would have to look at too many resources",
            StoreError::TimedOut => "the database statement took too long",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::Conflict | StoreError::Expired | StoreError::TooCostly | StoreError::TimedOut => None,
            StoreError::Unavailable(cause)
            | StoreError::Full(cause)
            | StoreError::Corrupt(cause)
            | StoreError::Failed(cause) => Some(cause.as_ref()),
        }
    }
}

/// Why a store could not be opened. Its text is for the operator and says what to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another server has this directory.
    Held {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory cannot be made or used.
    Directory {
        /// The directory.
        directory: PathBuf,
        /// Why.
        cause: Cause,
    },
    /// The store was written by a newer Easel.
    Newer {
        /// The number of the store's last migration.
        found: i64,
        /// The number of the last migration that this program knows.
        known: i64,
    },
    /// The store is older than this program, and a running server keeps it from being migrated.
    Outdated {
        /// The number of the store's last migration.
        found: i64,
        /// The number of the last migration that this program knows.
        known: i64,
    },
    /// The store was written for another list of resource types.
    OtherTypes,
    /// The location is no usable PostgreSQL URL.
    Url {
        /// What is wrong with it; without the URL, which may hold a password.
        reason: String,
    },
    /// The database refused.
    Database(StoreError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Held { directory } => write!(
                formatter,
                "another server is using the data directory {}; stop it or name another directory",
                directory.display()
            ),
            OpenError::Directory { directory, .. } => {
                write!(formatter, "the data directory {} cannot be used", directory.display())
            }
            OpenError::Newer { found, known } => write!(
                formatter,
                "the store was written by a newer Easel (its schema has number {found}, this program knows \
                 {known}); start that version or restore a backup"
            ),
            OpenError::Outdated { found, known } => write!(
                formatter,
                "the store has schema number {found}, this program needs {known}, and a running server keeps it \
                 from being migrated; stop that server first"
            ),
            OpenError::OtherTypes => formatter.write_str(
                "the store was written for another list of FHIR resource types; export and import it",
            ),
            OpenError::Url { reason } => write!(formatter, "the PostgreSQL URL cannot be used: {reason}"),
            OpenError::Database(_) => formatter.write_str("the database could not be opened"),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            OpenError::Directory { cause, .. } => Some(cause.as_ref()),
            OpenError::Database(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        OpenError::Database(error)
    }
}

/// An error that is only a sentence.
#[derive(Debug)]
pub(crate) struct Message(String);

impl Message {
    /// The sentence as the cause of an error.
    pub(crate) fn cause(message: impl Into<String>) -> Cause {
        Arc::new(Message(message.into()))
    }
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for Message {}
