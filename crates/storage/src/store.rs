//! The store: the way in for everything above.

use crate::error::{OpenError, StoreError};
use crate::jobs::{Queue, ReadJob, WriteJob, answered, read_job, write_job};
use crate::model::{Stamp, Version};
use crate::options::{Clock, Location, OpenOptions};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::unit::{Reader, Sole, Transaction};
use fhir::ResourceType;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Resources, their versions and index, accounts and settings. Cheap to clone; all clones are one store, which is
/// closed with the last of them.
///
/// The methods wait in any async runtime, and need none.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    clock: Clock,
}

enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens a store: claims the directory, brings the schema up to date, starts the threads.
    ///
    /// # Errors
    /// Each [`OpenError`] says what to do.
    pub fn open(options: OpenOptions) -> Result<Store, OpenError> {
        let backend = match &options.location {
            Location::Sqlite(_) | Location::SqliteMemory => Backend::Sqlite(Sqlite::open(&options)?),
            Location::Postgres(url) => Backend::Postgres(Postgres::open(url, &options)?),
        };
        Ok(Store { backend: Arc::new(backend), clock: options.clock })
    }

    /// Where its time comes from.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The current version of a resource, which may be a deletion. On SQLite the calling thread reads it itself, in
    /// some microseconds.
    pub async fn read_resource(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<Version>, StoreError> {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.resource(resource_type, id),
            Backend::Postgres(_) => {
                let id = id.to_owned();
                self.backend.read(true, move |reader| reader.resource(resource_type, &id)).await
            }
        }
    }

    /// The stamp of the current version of a resource, which costs less than the version itself.
    pub async fn read_stamp(
        &self,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Option<Stamp>, StoreError> {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.stamp(resource_type, id),
            Backend::Postgres(_) => {
                let id = id.to_owned();
                self.backend.read(true, move |reader| reader.stamp(resource_type, &id)).await
            }
        }
    }

    /// The value of a setting, which costs less than a snapshot.
    ///
    /// # Errors
    /// When the store is closed or the database fails.
    pub async fn read_setting(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        self.backend.read(true, move |reader| reader.setting(name)).await
    }

    /// Runs `work` over one snapshot, on a thread of the store.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError`]s: when the store is closed, the database fails, or `work` panics.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut dyn Reader) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.backend.read(false, work).await
    }

    /// Runs `work` as one serialised unit, on a thread of the store. `Ok` means that everything it did is durable;
    /// after `Err` nothing of it is kept. It may run several times.
    ///
    /// When the future is dropped, work that has not begun does not happen; work that has begun does.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError`]s: when the store is closed, the database fails, or `work` panics.
    pub async fn write<T, E>(
        &self,
        work: impl FnMut(&mut dyn Transaction) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, answer) = write_job(work);
        self.backend.writes().push(job).await?;
        answered(answer).await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why not.
    pub async fn healthy(&self) -> Result<(), StoreError> {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.answers(),
            Backend::Postgres(_) => {
                self.backend.read(true, |reader| reader.setting("storage.resource-types").map(drop)).await
            }
        }
    }

    /// Whether other servers may use the same store: what they have changed is to be asked for.
    pub fn is_shared(&self) -> bool {
        matches!(*self.backend, Backend::Postgres(_))
    }

    /// Tries to be the only server at something, until [`give_up`](Self::give_up) or the end of the process. Returns
    /// whether it is, which on SQLite every server is.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn claim(&self, sole: Sole) -> Result<bool, StoreError> {
        self.on_presence(move |postgres| postgres.claim(sole), true).await
    }

    /// Lets other servers have what was claimed.
    ///
    /// # Errors
    /// The database is out of reach, and so what was claimed is given up.
    pub async fn give_up(&self, sole: Sole) -> Result<(), StoreError> {
        self.on_presence(move |postgres| postgres.give_up(sole), ()).await
    }

    /// Makes this server known to the others of its store again, if its connection broke: now and then.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn keep_presence(&self) -> Result<(), StoreError> {
        self.on_presence(Postgres::keep_presence, ()).await
    }

    async fn on_presence<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Postgres) -> Result<T, StoreError> + Send + 'static,
        on_sqlite: T,
    ) -> Result<T, StoreError> {
        if !self.is_shared() {
            return Ok(on_sqlite);
        }
        let (done, answer) = oneshot::channel();
        let backend = Arc::clone(&self.backend);
        // The driver blocks, so a thread does it.
        std::thread::spawn(move || {
            if let Backend::Postgres(postgres) = &*backend {
                // Whoever asked may have stopped waiting.
                let _ = done.send(work(postgres));
            }
        });
        answer.await.unwrap_or_else(|_| Err(StoreError::closed()))
    }

    /// Closes the store for all its clones: takes no more work, finishes what is queued, and returns when all is
    /// written and the directory is free. Work that comes later is [`StoreError::Unavailable`].
    pub async fn close(self) {
        let (done, closed) = oneshot::channel();
        let backend = self.backend;
        // Waiting for threads blocks, so a thread does it.
        std::thread::spawn(move || {
            backend.close();
            // Whoever called may have stopped waiting.
            let _ = done.send(());
        });
        // An error would mean that the thread is gone: nothing is left to wait for.
        drop(closed.await);
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match *self.backend {
            Backend::Sqlite(_) => "Store(SQLite)",
            Backend::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}

impl Backend {
    async fn read<T, E>(
        &self,
        is_single: bool,
        work: impl FnOnce(&mut dyn Reader) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, answer) = read_job(is_single, work);
        self.reads().push(job).await?;
        answered(answer).await
    }

    fn reads(&self) -> &Queue<Box<dyn ReadJob>> {
        match self {
            Backend::Sqlite(sqlite) => sqlite.reads(),
            Backend::Postgres(postgres) => postgres.reads(),
        }
    }

    fn writes(&self) -> &Queue<Box<dyn WriteJob>> {
        match self {
            Backend::Sqlite(sqlite) => sqlite.writes(),
            Backend::Postgres(postgres) => postgres.writes(),
        }
    }

    fn close(&self) {
        match self {
            Backend::Sqlite(sqlite) => sqlite.close(),
            Backend::Postgres(postgres) => postgres.close(),
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.close();
    }
}
