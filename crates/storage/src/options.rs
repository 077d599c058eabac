//! How a store is opened.

use crate::limits;
use crate::probe::Probe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the data are.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A directory; the file in it is `easel.sqlite`. It is made when it is missing.
    Sqlite(PathBuf),
    /// SQLite in a directory of its own that vanishes with the store, in memory where the system can. For tests.
    SqliteMemory,
    /// A PostgreSQL URL, `postgres://user@host/database`. The parameter `schema=NAME` (lower-case letters, digits,
    /// underscores) puts the tables there instead of into `public`; it is made when it is missing.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Location::Sqlite(directory) => formatter.debug_tuple("Sqlite").field(directory).finish(),
            Location::SqliteMemory => formatter.write_str("SqliteMemory"),
            // The URL may hold a password.
            Location::Postgres(_) => formatter.write_str("Postgres(…)"),
        }
    }
}

/// Who opens the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A server: the only one on a SQLite directory.
    Server,
    /// A short command that may run beside a server.
    Shared,
}

/// What an acknowledged write has survived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power.
    Full,
    /// The end of the process; a loss of power may undo the last writes, but leaves the store whole.
    Relaxed,
}

/// Where the time comes from, in milliseconds since the epoch. It may jump; what the store makes of it does not go
/// back.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// How a store is opened.
#[derive(Clone)]
pub struct OpenOptions {
    /// Where the data are.
    pub location: Location,
    /// Who opens it.
    pub access: Access,
    /// Threads for reads, each with a connection; at least 1.
    pub readers: usize,
    /// Connections for writes to PostgreSQL; at least 1. SQLite has one writer.
    pub writers: usize,
    /// How many bytes of current versions SQLite's readers remember, as they are stored.
    pub cache_bytes: usize,
    /// What an acknowledged write has survived.
    pub durability: Durability,
    /// How long a walk over search results can go on.
    pub retention: Duration,
    /// Where the time comes from.
    pub clock: Clock,
    /// Counts statements and makes them fail. For tests.
    pub probe: Option<Arc<Probe>>,
}

impl OpenOptions {
    /// The usual options for a server's store at `location`.
    pub fn new(location: Location) -> Self {
        OpenOptions {
            location,
            access: Access::Server,
            readers: limits::READERS,
            writers: limits::WRITERS,
            cache_bytes: limits::CACHE_BYTES,
            durability: Durability::Full,
            retention: limits::RETENTION,
            clock: system_clock(),
            probe: None,
        }
    }
}

impl std::fmt::Debug for OpenOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OpenOptions")
            .field("location", &self.location)
            .field("access", &self.access)
            .field("readers", &self.readers)
            .field("writers", &self.writers)
            .field("cache_bytes", &self.cache_bytes)
            .field("durability", &self.durability)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}
