//! Reading: on threads of the store for units of work, on the caller's own thread for single resources.

use super::checkpoint::Log;
use super::recent::{Found, Recent, Ticket};
use super::session::{Role, SqliteSession, Sync};
use super::snapshots::Snapshot;
use crate::error::StoreError;
use crate::jobs::{Queue, ReadJob, Taken};
use crate::model::{Stamp, Version};
use crate::probe::Probe;
use crate::sql::stored::Stored;
use crate::sql::{IndexRows, Session, Unit, resources};
use fhir::ResourceType;
use std::path::PathBuf;
use std::sync::Arc;
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

    /// The stamp of the current version of a resource.
    pub(crate) fn stamp(&self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, StoreError> {
        Ok(self.stored(resource_type, id)?.map(|(stored, _)| stored.stamp()))
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
            None => {
                let session = SqliteSession::open(&self.file, Role::Reader, self.sync, self.probe.clone())?;
                Snapshot::of(session)
            }
        };
        let done = work(reader.renewed(self.log.commits())?);
        // A connection that has failed is not kept.
        if done.is_ok() {
            self.log.idle.put(reader);
        }
        done
    }
}
