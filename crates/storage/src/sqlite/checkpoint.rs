//! Copying the write-ahead log into the file, on a thread of its own so that no commit waits for it.

use crate::limits;
use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// What writer and checkpointer know of the log.
#[derive(Default)]
pub(crate) struct Log {
    commits: AtomicU64,
    is_long: AtomicBool,
    closed: Mutex<bool>,
    closing: Condvar,
}

impl Log {
    /// The writer has committed.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the writer should copy the rest itself: the log starts anew only when nothing of it is left to copy,
    /// and beside a busy writer the checkpointer never gets that far.
    pub(crate) fn is_long(&self) -> bool {
        self.is_long.swap(false, Ordering::Relaxed)
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.closing.notify_all();
    }

    /// Copies what can be copied.
    pub(crate) fn checkpoint(&self, connection: &Connection, mode: &str) {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        if let Err(error) = connection.query_row(&sql, [], |_| Ok(())) {
            tracing::warn!(%error, "a checkpoint failed");
        }
    }

    /// The thread.
    pub(crate) fn run(&self, connection: &Connection) {
        let mut seen = 0;
        while !self.wait() {
            let commits = self.commits.load(Ordering::Relaxed);
            if commits == seen {
                continue;
            }
            seen = commits;
            match length(connection) {
                Ok((_, uncopied)) if uncopied < limits::CHECKPOINT_PAGES => {}
                Ok((all, _)) => {
                    self.checkpoint(connection, "PASSIVE");
                    self.is_long.store(all >= 2 * limits::CHECKPOINT_PAGES, Ordering::Relaxed);
                }
                Err(error) => tracing::warn!(%error, "the length of the write-ahead log is unknown"),
            }
        }
    }

    /// Waits for the next look; whether to end.
    fn wait(&self) -> bool {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let (closed, _) = self
            .closing
            .wait_timeout_while(closed, limits::CHECKPOINT_INTERVAL, |closed| !*closed)
            .unwrap_or_else(PoisonError::into_inner);
        *closed
    }
}

/// How many pages the log has, and how many of them are not in the file yet.
fn length(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| {
        let (all, copied): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok((all, all - copied))
    })
}
