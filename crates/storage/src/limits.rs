//! The store's limits and sizes, all in one place.

use std::time::Duration;

/// Reader threads of a store that is told nothing else.
pub const READERS: usize = 4;

/// Writer connections to PostgreSQL of a store that is told nothing else. SQLite has one writer.
pub const WRITERS: usize = 8;

/// How many writes may wait for their turn; who comes later waits for a place.
pub const WRITE_QUEUE: usize = 1024;

/// How many reads may wait for a reader; who comes later waits for a place.
pub const READ_QUEUE: usize = 1024;

/// How many writes SQLite commits with one sync at most.
pub const BATCH_JOBS: usize = 256;

/// How long a batch takes in further writes before it is committed.
pub const BATCH_TIME: Duration = Duration::from_millis(25);

/// How often a unit that PostgreSQL cannot serialise with others is tried before it is a conflict.
pub const WRITE_ATTEMPTS: u32 = 16;

/// The longest pause before the second of those tries; it doubles with each, up to 64 times this, and the actual
/// pause is random below it.
pub const RETRY_PAUSE: Duration = Duration::from_millis(2);

/// How long one SQL statement may take.
pub const STATEMENT_TIME: Duration = Duration::from_secs(30);

/// How long a SQLite writer waits for a writer in another process.
pub const BUSY_TIME: Duration = Duration::from_secs(5);

/// The page size of a new SQLite file, in bytes. Larger pages hold 1 KB bodies with less waste; smaller ones
/// write less for a single commit.
pub const PAGE_SIZE: u32 = 8192;

/// Page cache of the SQLite writer, in KiB.
pub const WRITER_CACHE: u32 = 8 * 1024;

/// Page cache of each SQLite reader, in KiB; beyond it pages are read through the memory map.
pub const READER_CACHE: u32 = 4 * 1024;

/// How much of the SQLite file each reader maps into memory, in bytes.
pub const MEMORY_MAP: i64 = 4 << 30;

/// From how many pages on the write-ahead log is copied into the SQLite file.
pub const CHECKPOINT_PAGES: i64 = 16_384;

/// How often the size of the write-ahead log is looked at.
pub const CHECKPOINT_INTERVAL: Duration = Duration::from_millis(200);

/// How many bytes of current versions the readers of a SQLite store remember that is told nothing else, so that what
/// is read often is not looked up: some 250,000 resources of a primary-care record as they are stored, or 85,000 with
/// their bodies.
pub const CACHE_BYTES: usize = 128 << 20;

/// The largest of them, in bytes as it is stored: one must not push out all others.
pub const RECENT_LARGEST: usize = 64 << 10;

/// Prepared statements kept by each connection.
pub const STATEMENTS: usize = 256;

/// How long index rows of a superseded version are kept, and with them the snapshot that a walk over search
/// results sees. Its later pages fail with [`StoreError::Expired`](crate::StoreError::Expired) afterwards.
pub const RETENTION: Duration = Duration::from_secs(60 * 60);

/// How many superseded versions lose their index rows in one go.
pub const COLLECT_VERSIONS: u64 = 64;

/// After how many commits of a busy store superseded versions are looked for.
pub const COLLECT_COMMITS: u32 = 64;

/// How often an idle store looks for superseded versions.
pub const COLLECT_INTERVAL: Duration = Duration::from_secs(10);

/// How many matches a search sorts in memory at most, by what the index cannot tell.
pub const SORTED: usize = search::limits::RESOLVED;

/// How many bytes the texts may have by which such a search sorts.
pub const SORTED_BYTES: usize = 64 << 20;

/// A list of more alternatives than this is not tried one by one for each candidate.
pub const LIST: usize = 64;

/// How many versions are counted for the total of a history at most, of each type.
pub const HISTORY_COUNTED: u64 = 10_000;

/// How many resources [`Reader::each_current`](crate::Reader::each_current) reads at a time.
pub const EACH_CURRENT_PAGE: u64 = 256;

/// How long opening a connection to PostgreSQL may take.
pub const CONNECT_TIME: Duration = Duration::from_secs(5);

/// The first pause after a failed attempt to connect to PostgreSQL; it doubles up to [`RECONNECT_PAUSE_MOST`].
pub const RECONNECT_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause between attempts to connect to PostgreSQL.
pub const RECONNECT_PAUSE_MOST: Duration = Duration::from_secs(5);

/// How long after its last answer a connection to PostgreSQL is trusted with work that cannot be begun twice.
pub const PROVEN_TIME: Duration = Duration::from_secs(1);
