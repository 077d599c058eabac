//! How servers of one database know of one another: advisory locks of a connection of its own, which PostgreSQL lets go
//! with the connection, however a server ends.

use super::connection::Settings;
use crate::error::StoreError;
use crate::unit::Sole;
use ::postgres::Client;
use std::sync::{Arc, Mutex, PoisonError};

/// The first half of the locks' names; the second tells schemas apart. Every server shares [`PRESENT`].
const PRESENT: i32 = 1_163_150_158;
const INDEXING: i32 = 1_163_150_159;

/// The connection that holds a server's locks.
pub(super) struct Presence {
    settings: Arc<Settings>,
    client: Mutex<Option<Client>>,
}

impl Presence {
    /// Makes this server known, after waiting for one that must be alone.
    pub(super) fn of(settings: &Arc<Settings>) -> Result<Self, StoreError> {
        let presence = Presence { settings: Arc::clone(settings), client: Mutex::new(None) };
        presence.keep()?;
        Ok(presence)
    }

    /// Makes this server known again when its connection broke.
    pub(super) fn keep(&self) -> Result<(), StoreError> {
        self.with(|client| ask(client, "SELECT true", &[]).map(drop))
    }

    /// Tries to be the only one at something, until [`give_up`](Self::give_up); whether it is.
    pub(super) fn claim(&self, sole: Sole) -> Result<bool, StoreError> {
        self.with(|client| {
            locked(client, "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))", sole)
        })
    }

    /// Lets others have it.
    pub(super) fn give_up(&self, sole: Sole) -> Result<(), StoreError> {
        let unlock = "SELECT pg_advisory_unlock($1, hashtext(current_schema()))";
        self.with(|client| locked(client, unlock, sole)).map(drop)
    }

    /// Closes the connection, and lets everything go.
    pub(super) fn end(&self) {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner).take();
        // On a thread of its own, as it was made: the driver brings an async runtime, and the caller may be within another.
        let closed = std::thread::spawn(move || drop(client)).join();
        debug_assert!(closed.is_ok(), "closing a connection panicked");
    }

    fn with<T>(&self, work: impl Fn(&mut Client) -> Result<T, ::postgres::Error>) -> Result<T, StoreError> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connected) = client.as_mut().filter(|connected| !connected.is_closed())
            && let Ok(done) = work(connected)
        {
            return Ok(done);
        }
        let connected = client.insert(self.settings.connect()?);
        let shared = "SELECT true FROM pg_advisory_lock_shared($1, hashtext(current_schema()))";
        let done = ask(connected, shared, &[&PRESENT]).and_then(|_| work(connected));
        done.map_err(super::error::store_error)
    }
}

fn locked(client: &mut Client, sql: &str, sole: Sole) -> Result<bool, ::postgres::Error> {
    let lock = match sole {
        Sole::Server => PRESENT,
        Sole::Indexing => INDEXING,
    };
    ask(client, sql, &[&lock])
}

fn ask(
    client: &mut Client,
    sql: &str,
    values: &[&(dyn ::postgres::types::ToSql + Sync)],
) -> Result<bool, ::postgres::Error> {
    client.query_one(sql, values)?.try_get(0)
}
