//! Embedded storage: one SQLite file with a write-ahead log, one writer thread, readers that never wait for it.

pub(crate) mod backup;
mod checkpoint;
mod counts;
pub(crate) mod directory;
pub(crate) mod error;
mod insert;
mod migrations;
mod readers;
mod recent;
mod session;
mod snapshots;
#[cfg(test)]
mod tests;
mod writer;

use crate::error::{OpenError, StoreError};
use crate::jobs::{Queue, ReadJob, WriteJob, join, start};
use crate::limits;
use crate::model::{Stamp, Version};
use crate::options::{Access, Location, OpenOptions};
use crate::sql::{IndexRows, accounts};
use checkpoint::Log;
use counts::Counts;
use directory::Directory;
use error::store_error;
use fhir::ResourceType;
use readers::Pool;
use recent::Recent;
use rusqlite::Connection;
use session::{Role, SqliteSession, Sync};
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use writer::Writer;

/// A SQLite store and its threads.
pub(crate) struct Sqlite {
    reads: Arc<Queue<Box<dyn ReadJob>>>,
    writes: Arc<Queue<Box<dyn WriteJob>>>,
    pool: Pool,
    log: Arc<Log>,
    threads: Mutex<Threads>,
}

/// What ends with the store, in this order.
#[derive(Default)]
struct Threads {
    workers: Vec<JoinHandle<()>>,
    checkpointer: Option<JoinHandle<()>>,
    claim: Option<File>,
    directory: Option<Directory>,
}

impl Sqlite {
    /// Opens the file, migrates it and starts the threads.
    pub(crate) fn open(options: &OpenOptions) -> Result<Self, OpenError> {
        let (directory, sync) = match &options.location {
            Location::Sqlite(path) => (Directory::at(path)?, Sync::from(options.durability)),
            _ => (Directory::temporary()?, Sync::Off),
        };
        let claim = match options.access {
            Access::Server => Some(directory.claim()?),
            Access::Shared => None,
        };
        let file = directory.file();
        let connect = || session::connect(&file, Role::Writer, sync).map_err(store_error);
        let mut connection = connect()?;
        migrate(&mut connection, &directory, claim.is_some())?;

        let recent = Arc::new(Recent::new(options.cache_bytes));
        let mut session = SqliteSession::new(connection, options.probe.clone())?;
        check_types(&mut session)?;
        let (reads, writes) =
            (Arc::new(Queue::new(limits::READ_QUEUE)), Arc::new(Queue::new(limits::WRITE_QUEUE)));
        let log = Arc::new(Log::default());
        let writer = Writer {
            session: session.forgetting(recent.clone()),
            recent: recent.clone(),
            queue: writes.clone(),
            log: log.clone(),
            clock: options.clock.clone(),
            retention: i64::try_from(options.retention.as_millis()).unwrap_or(i64::MAX),
            pending: IndexRows::default(),
            last_now: 0,
            commits: 0,
            is_server: options.access == Access::Server,
        };
        let mut workers = vec![start("easel-writer", move || writer.run())?];
        let counts = Arc::new(Counts::default());
        for _ in 0..options.readers.max(1) {
            let session = SqliteSession::open(&file, Role::Reader, sync, options.probe.clone())?;
            let session = session.remembering(counts.clone());
            let queue = reads.clone();
            workers.push(start("easel-reader", move || readers::run(session, &queue))?);
        }
        let (connection, watched) = (connect()?, log.clone());
        let checkpointer = Some(start("easel-log", move || watched.run(&connection))?);
        let pool = Pool::new(file, sync, options.probe.clone(), recent, log.clone());
        let threads = Mutex::new(Threads { workers, checkpointer, claim, directory: Some(directory) });
        Ok(Sqlite { reads, writes, pool, log, threads })
    }

    pub(crate) fn resource(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<Version>, StoreError> {
        self.pool.resource(resource_type, id)
    }

    pub(crate) fn stamp(&self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, StoreError> {
        self.pool.stamp(resource_type, id)
    }

    pub(crate) fn reads(&self) -> &Queue<Box<dyn ReadJob>> {
        &self.reads
    }

    pub(crate) fn writes(&self) -> &Queue<Box<dyn WriteJob>> {
        &self.writes
    }

    pub(crate) fn answers(&self) -> Result<(), StoreError> {
        self.pool.answers()
    }

    /// Finishes what is queued, empties the log and gives the directory free. Later calls do nothing.
    pub(crate) fn close(&self) {
        self.reads.close();
        self.writes.close();
        let mut threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        self.log.close();
        // The writer ends last, so that nobody else has the log open when it empties it.
        self.log.idle.close();
        if !threads.workers.is_empty() {
            threads.workers.rotate_left(1);
        }
        join(threads.checkpointer.take().into_iter().chain(threads.workers.drain(..)));
        // A directory that vanishes does so before the next server may have it.
        drop(threads.directory.take());
        drop(threads.claim.take());
    }
}

/// Brings the schema up to date; a command that runs beside a server leaves that to the server.
fn migrate(connection: &mut Connection, directory: &Directory, is_claimed: bool) -> Result<(), OpenError> {
    let found = migrations::schema_number(connection)?;
    migrations::refuse_newer(found)?;
    if found == migrations::LATEST {
        return Ok(());
    }
    let _claim = match (is_claimed, directory.claim()) {
        (true, _) => None,
        (false, Ok(claim)) => Some(claim),
        (false, Err(OpenError::Held { .. })) => {
            return Err(OpenError::Outdated { found, known: migrations::LATEST });
        }
        (false, Err(error)) => return Err(error),
    };
    migrations::migrate(connection, migrations::LATEST)
}

/// Resource types are stored as their numbers; refuses a store whose numbers mean other types.
fn check_types(session: &mut SqliteSession) -> Result<(), OpenError> {
    if accounts::check_types(session)? { Ok(()) } else { Err(OpenError::OtherTypes) }
}
