//! Storage on PostgreSQL: worker threads with a connection each, serialisable writes that are tried again when
//! others were in their way.

mod connection;
mod error;
mod insert;
mod migrations;
mod presence;
mod session;
#[cfg(test)]
mod tests;
mod workers;

use crate::error::{OpenError, StoreError};
use crate::jobs::{Queue, ReadJob, WriteJob, join, start};
use crate::limits;
use crate::options::Access;
use crate::options::OpenOptions;
use crate::sql::accounts;
use crate::unit::Sole;
use connection::Settings;
use presence::Presence;
use session::PostgresSession;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use workers::Worker;

/// A PostgreSQL store and its threads.
pub(crate) struct Postgres {
    reads: Arc<Queue<Box<dyn ReadJob>>>,
    writes: Arc<Queue<Box<dyn WriteJob>>>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    /// A short command has none.
    presence: Option<Presence>,
}

impl Postgres {
    /// Connects, brings the schema up to date and starts the threads.
    pub(crate) fn open(url: &str, options: &OpenOptions) -> Result<Self, OpenError> {
        // On a thread of its own: the driver brings an async runtime, and the caller may be within another.
        let opened = std::thread::scope(|scope| scope.spawn(|| Self::open_here(url, options)).join());
        opened.unwrap_or_else(|_| Err(StoreError::failed("opening the store panicked").into()))
    }

    fn open_here(url: &str, options: &OpenOptions) -> Result<Self, OpenError> {
        let settings = Arc::new(Settings::new(url, options)?);
        migrations::migrate(&mut settings.connect()?, &settings, migrations::LATEST)?;
        let presence = match options.access {
            Access::Server => Some(Presence::of(&settings)?),
            Access::Shared => None,
        };
        let mut first = PostgresSession::open(&settings)?;
        if !accounts::check_types(&mut first)? {
            return Err(OpenError::OtherTypes);
        }
        let (reads, writes) =
            (Arc::new(Queue::new(limits::READ_QUEUE)), Arc::new(Queue::new(limits::WRITE_QUEUE)));
        let last_now = Arc::new(AtomicI64::new(0));
        let mut sessions = Some(first);
        let mut worker = || Worker::new(settings.clone(), sessions.take(), last_now.clone());
        let mut workers = Vec::new();
        for _ in 0..options.readers.max(1) {
            let (worker, queue) = (worker(), reads.clone());
            workers.push(start("easel-reader", move || worker.run_reads(&queue))?);
        }
        for _ in 0..options.writers.max(1) {
            let (worker, queue) = (worker(), writes.clone());
            workers.push(start("easel-writer", move || worker.run_writes(&queue))?);
        }
        Ok(Postgres { reads, writes, workers: Mutex::new(workers), presence })
    }

    pub(crate) fn reads(&self) -> &Queue<Box<dyn ReadJob>> {
        &self.reads
    }

    pub(crate) fn writes(&self) -> &Queue<Box<dyn WriteJob>> {
        &self.writes
    }

    /// Tries to be the only server at something; whether it is.
    pub(crate) fn claim(&self, sole: Sole) -> Result<bool, StoreError> {
        self.presence.as_ref().map_or(Ok(true), |presence| presence.claim(sole))
    }

    /// Lets others have it.
    pub(crate) fn give_up(&self, sole: Sole) -> Result<(), StoreError> {
        self.presence.as_ref().map_or(Ok(()), |presence| presence.give_up(sole))
    }

    /// Makes this server known to others again, if its connection broke.
    pub(crate) fn keep_presence(&self) -> Result<(), StoreError> {
        self.presence.as_ref().map_or(Ok(()), Presence::keep)
    }

    /// Finishes what is queued and closes the connections. Later calls do nothing.
    pub(crate) fn close(&self) {
        self.reads.close();
        self.writes.close();
        let workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        join(workers.into_iter());
        self.presence.iter().for_each(Presence::end);
    }
}
