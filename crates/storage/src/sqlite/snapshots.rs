//! Snapshots for single reads, which stay open between them.

use super::session::SqliteSession;
use crate::error::StoreError;
use crate::sql::Session;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A connection whose read transaction stays open as long as nothing is committed: to begin and end one for each read
/// would cost locks on memory that all connections share.
pub(crate) struct Snapshot {
    session: SqliteSession,
    /// How many commits there were before it was opened; none when it is not open.
    commits: Option<u64>,
}

impl Snapshot {
    /// One over a connection, not open yet.
    pub(crate) fn of(session: SqliteSession) -> Self {
        Snapshot { session, commits: None }
    }

    /// The connection, seeing at least what was written by so many commits.
    pub(crate) fn renewed(&mut self, commits: u64) -> Result<&mut SqliteSession, StoreError> {
        self.session.take_failure();
        if self.commits != Some(commits) {
            self.end();
            self.session.execute("BEGIN", &[])?;
            self.commits = Some(commits);
        }
        Ok(&mut self.session)
    }

    fn end(&mut self) {
        self.session.roll_back();
        self.commits = None;
    }
}

/// Connections that nobody uses at the moment.
pub(crate) struct Idle(Mutex<Option<Vec<Snapshot>>>);

impl Default for Idle {
    fn default() -> Self {
        Idle(Mutex::new(Some(Vec::new())))
    }
}

impl Idle {
    /// One of them; none when all are in use.
    ///
    /// # Errors
    /// When they are closed.
    pub(crate) fn take(&self) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.lock().as_mut().ok_or_else(StoreError::closed)?.pop())
    }

    /// Gives one back.
    pub(crate) fn put(&self, reader: Snapshot) {
        if let Some(idle) = self.lock().as_mut() {
            idle.push(reader);
        }
    }

    /// Ends their snapshots, which otherwise would keep the log from being copied and begun anew.
    pub(crate) fn end_snapshots(&self) {
        let idle = self.lock().as_mut().map(std::mem::take).unwrap_or_default();
        for mut reader in idle {
            reader.end();
            self.put(reader);
        }
    }

    /// Closes the connections.
    pub(crate) fn close(&self) {
        let idle = self.lock().take();
        drop(idle);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Snapshot>>> {
        // A panic while it was held cannot have left the list half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
