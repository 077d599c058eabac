//! The store: resources, their versions and index rows, accounts and settings, on embedded SQLite or on
//! PostgreSQL. The only crate with SQL.
//!
//! A [`Store`] runs closures: [`Store::read`] over one snapshot, [`Store::write`] as one serialised unit that
//! is durable when the call returns. What a search means is decided before it comes here (crate `search`);
//! this crate decides how it is carried out.
//!
//! Where to look: `sql/` holds the SQL of both backends over a small `Dialect`; `sqlite/` and
//! `postgres/` hold what differs, which is how connections, threads, transactions and version numbers are
//! managed. The layout of the tables is described in the migrations.
//!
//! What must not be here: HTTP, FHIRPath, the meaning of search prefixes, a branch on the backend outside the
//! two folders.

mod error;
mod jobs;
pub mod limits;
mod model;
mod options;
mod postgres;
mod probe;
mod second_chance;
mod sql;
mod sqlite;
mod store;
mod unit;

pub use error::{Cause, OpenError, StoreError};
pub use model::{
    Client, Explain, ExplainDriver, ExplainStatement, Held, History, HistoryCursor, HistoryOf, HistoryPage,
    HistoryQuery, Matches, Method, NewVersion, Stamp, Token, Version,
};
pub use options::{Access, Clock, Durability, Location, OpenOptions, system_clock};
pub use probe::{Fault, Probe};
pub use second_chance::SecondChance;
pub use sql::{Packed, Rest};
pub use sqlite::backup::back_up_sqlite;
pub use sqlite::directory::SQLITE_FILE;
pub use store::Store;
pub use unit::{Reader, Sole, Transaction};
