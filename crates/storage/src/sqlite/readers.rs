//! Reading: on threads of the store for units of work, on the caller's own thread for single resources.

use super::checkpoint::Log;
use super::recent::{Found, Recent, Ticket};
use super::session::{Role, SqliteSession, Sync};
use crate::error::StoreError;
use crate::jobs::{Queue, ReadJob, Taken};
use crate::model::Version;
use crate::probe::Probe;
use crate::sql::stored::Stored;
use crate::sql::{IndexRows, Session, Unit, resources};
use fhir::ResourceType;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A reader's thread: works until the queue is closed and empty.
pub(crate) fn run(mut session: SqliteSession, queue: &Queue<Box<dyn ReadJob>>) {
    loop {
        match queue.take(Duration::from_secs(3600)) {
            Taken::Job(mut job) if job.is_wanted() => {
                let outcome = read(&mut session, job.as_mut());
                job.answer(outcome);
            }
            Taken::Job(_) | Taken::Nothing => {}
            Taken::Closed => break,
        }
    }
}

/// Runs a job over one snapshot.
fn read(session: &mut SqliteSession, job: &mut dyn ReadJob) -> Result<(), StoreError> {
    session.take_failure();
    let begun = session.execute("BEGIN", &[]);
    if begun.is_ok() {
        let mut pending = IndexRows::default();
        job.run(&mut Unit::reading(session, &mut pending));
    }
    // Nothing was written, so it does not matter how the transaction ends, only that it does.
    session.roll_back();
    begun.map(drop)
}

/// Connections for reads on the caller's thread. There are as many as there have been callers at once.
pub(crate) struct Pool {
    file: PathBuf,
    sync: Sync,
    probe: Option<Arc<Probe>>,
    recent: Arc<Recent>,
    log: Arc<Log>,
}

impl Pool {
    pub(crate) fn new(
        file: PathBuf,
        sync: Sync,
        probe: Option<Arc<Probe>>,
        recent: Arc<Recent>,
        log: Arc<Log>,
    ) -> Self {
        Pool { file, sync, probe, recent, log }
    }

    /// The current version of a resource.
    pub(crate) fn resource(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<Version>, StoreError> {
        let Some((mut stored, ticket)) = self.stored(resource_type, id)? else { return Ok(None) };
        let version = stored.decoded(id)?;
        if let (Some(ticket), Some(body)) = (ticket, &version.body) {
            stored.keep_decoded(body);
            self.recent.offer(ticket, &stored);
        }
        Ok(Some(version))
    }

    /// The number of the current version of a resource.
    pub(crate) fn number(&self, resource_type: ResourceType, id: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.stored(resource_type, id)?.map(|(stored, _)| stored.number()))
    }

    /// The current version as it is stored, with a ticket to remember its body with when that is worth it.
    fn stored(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<(Stored, Option<Ticket>)>, StoreError> {
        let ticket = match self.recent.get(resource_type, id) {
            Found::Remembered(stored, ticket) => return Ok(Some((stored, ticket))),
            Found::Unknown(ticket) => ticket,
        };
        let found = self.with(|session| resources::current_stored(session, resource_type, id))?;
        Ok(found.map(|stored| {
            self.recent.offer(ticket, &stored);
            (stored, None)
        }))
    }

    /// Whether the database answers.
    pub(crate) fn answers(&self) -> Result<(), StoreError> {
        self.with(|session| session.execute("SELECT 1 FROM meta LIMIT 0", &[])).map(drop)
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&mut SqliteSession) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut reader = match self.log.idle.take()? {
            Some(reader) => reader,
            None => Snapshot {
                session: SqliteSession::open(&self.file, Role::Reader, self.sync, self.probe.clone())?,
                commits: None,
            },
        };
        reader.session.take_failure();
        reader.renew(self.log.commits())?;
        let done = work(&mut reader.session);
        // A connection that has failed is not kept.
        if done.is_ok() {
            self.log.idle.put(reader);
        }
        done
    }
}

/// A connection whose read transaction stays open as long as nothing is committed: to begin and end one for each read
/// would cost locks on memory that all connections share.
pub(crate) struct Snapshot {
    session: SqliteSession,
    /// How many commits there were before it was opened; none when it is not open.
    commits: Option<u64>,
}

impl Snapshot {
    /// Sees at least what was written by so many commits.
    fn renew(&mut self, commits: u64) -> Result<(), StoreError> {
        if self.commits != Some(commits) {
            self.end();
            self.session.execute("BEGIN", &[])?;
            self.commits = Some(commits);
        }
        Ok(())
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
    fn take(&self) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.lock().as_mut().ok_or_else(StoreError::closed)?.pop())
    }

    fn put(&self, reader: Snapshot) {
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
