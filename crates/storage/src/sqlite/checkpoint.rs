//! Copying the write-ahead log into the file, on a thread of its own so that no commit waits for it.

use super::snapshots::Idle;
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
    /// The connections for single reads, whose snapshots stay open between them.
    pub(super) idle: Idle,
}

impl Log {
    /// The writer has committed. It says so before anybody may rely on it.
    pub(crate) fn committed(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }

    /// How many commits there were.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
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
    pub(crate) fn checkpoint(&self, connection: &Connection) {
        // Nothing that an idle snapshot still sees could be copied over.
        self.idle.end_snapshots();
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "a checkpoint failed");
        }
        // Those opened meanwhile read the log, which begins anew only when nobody does.
        self.idle.end_snapshots();
    }

    /// The thread.
    pub(crate) fn run(&self, connection: &Connection) {
        let mut seen = 0;
        while !self.wait() {
            let commits = self.commits();
            if commits == seen {
                continue;
            }
            seen = commits;
            match length(connection) {
                Ok((_, uncopied)) if uncopied < limits::CHECKPOINT_PAGES => {}
                Ok((all, _)) => {
                    self.checkpoint(connection);
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
