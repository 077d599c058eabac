//! Reading: on threads of the store for units of work, on the caller's own thread for single resources.

use super::recent::{Found, Recent};
use super::session::{Role, SqliteSession, Sync};
use crate::error::StoreError;
use crate::jobs::{Queue, ReadJob, Taken};
use crate::model::Version;
use crate::probe::Probe;
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
    idle: Mutex<Option<Vec<SqliteSession>>>,
}

impl Pool {
    pub(crate) fn new(file: PathBuf, sync: Sync, probe: Option<Arc<Probe>>, recent: Arc<Recent>) -> Self {
        Pool { file, sync, probe, recent, idle: Mutex::new(Some(Vec::new())) }
    }

    /// The current version of a resource.
    pub(crate) fn resource(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<Version>, StoreError> {
        let ticket = match self.recent.get(resource_type, id) {
            Found::Remembered(version) => return Ok(Some(version)),
            Found::Unknown(ticket) => ticket,
        };
        let found = self.with(|session| resources::current(session, resource_type, id))?;
        Ok(found.map(|(_, version)| {
            self.recent.offer(ticket, &version);
            version
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
        let idle = self.idle().as_mut().ok_or_else(StoreError::closed)?.pop();
        let mut session = match idle {
            Some(session) => session,
            None => SqliteSession::open(&self.file, Role::Reader, self.sync, self.probe.clone())?,
        };
        session.take_failure();
        let done = work(&mut session);
        // A connection that has failed is not kept.
        if done.is_ok()
            && let Some(idle) = self.idle().as_mut()
        {
            idle.push(session);
        }
        done
    }

    /// Closes the connections.
    pub(crate) fn close(&self) {
        drop(self.idle().take());
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<SqliteSession>>> {
        // A panic while it was held cannot have left the list half-changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
