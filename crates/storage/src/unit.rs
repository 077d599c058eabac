//! What a unit of work can do.

use crate::error::StoreError;
use crate::model::{
    Client, Explain, Held, History, HistoryPage, HistoryQuery, Matches, NewVersion, Stamp, Token, Version,
};
use fhir::ResourceType;
use fhir::datetime::Period;
use search::{Hold, IndexRow, Query};

/// What only one of the servers of a store may do at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sole {
    /// Something that no other server may be there for.
    Server,
    /// Index resources under new search parameters.
    Indexing,
}

/// Reads, all at one point in time. Within a [`Transaction`] they see what it has written so far.
///
/// Every method fails with a [`StoreError`] when the database does; only further reasons are named.
pub trait Reader {
    /// The current version, which may be a deletion.
    fn resource(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Version>, StoreError>;

    /// The stamp of the current version, which costs less than the version itself.
    fn stamp(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, StoreError>;

    /// That version.
    fn version(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        version: u64,
    ) -> Result<Option<Version>, StoreError>;

    /// At most `limit` versions, newest first, after skipping `offset`.
    fn history(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        limit: u64,
        offset: u64,
    ) -> Result<History, StoreError>;

    /// A page of a history, over one snapshot of the store however many pages there are.
    ///
    /// # Errors
    /// [`StoreError::Expired`] when the moment of the first page can no longer be seen.
    fn history_page(&mut self, query: &HistoryQuery) -> Result<HistoryPage, StoreError>;

    /// The current versions of these, which may be deletions, in the same order; or those that were current at the
    /// mark of a search. One statement, however many.
    ///
    /// # Errors
    /// [`StoreError::Expired`] when that moment can no longer be seen.
    fn resources(
        &mut self,
        places: &[(ResourceType, String)],
        as_of: Option<i64>,
    ) -> Result<Vec<Option<Version>>, StoreError>;

    /// Which of these there are now, not deleted, in the same order. One statement, however many.
    fn exist(&mut self, places: &[(ResourceType, String)]) -> Result<Vec<bool>, StoreError>;

    /// What matches the query, each at its current version, or at the one that was current at the query's `as_of`.
    ///
    /// # Errors
    /// [`StoreError::Expired`] when that moment can no longer be seen; [`StoreError::TooCostly`] when chains, `_has`,
    /// tests of resources or a computed order would have to look at too many.
    fn search(&mut self, query: &Query) -> Result<Matches, StoreError>;

    /// What matches any of the queries, each of another type, as one page. Order, limit, offset, total and moment are
    /// those of the first; the others' sort keys mean the same of their types, pair by pair. Without sort keys, and
    /// among equals, in the order of last change.
    ///
    /// # Errors
    /// Those of [`search`](Self::search).
    fn search_all(&mut self, queries: &[Query]) -> Result<Matches, StoreError>;

    /// Carries out [`search_all`](Self::search_all) and says how.
    ///
    /// # Errors
    /// Those of [`search`](Self::search).
    fn explain(&mut self, queries: &[Query]) -> Result<Explain, StoreError>;

    /// At most `limit` current resources that hold the holder within the period, by start.
    fn holds(&mut self, holder: u64, period: Period, limit: usize) -> Result<Vec<Held>, StoreError>;

    /// How many resources of the type there are.
    fn count(&mut self, resource_type: ResourceType) -> Result<u64, StoreError>;

    /// Shows every current resource (of the type) to `each`, in the order of last change within a type. An
    /// error of `each` ends the round and is returned.
    fn each_current(
        &mut self,
        resource_type: Option<ResourceType>,
        each: &mut dyn FnMut(Version) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The client with that id.
    fn client(&mut self, id: &str) -> Result<Option<Client>, StoreError>;

    /// All clients by id.
    fn clients(&mut self) -> Result<Vec<Client>, StoreError>;

    /// The token with that hash, expired or not.
    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError>;

    /// The value of a setting: a small fact of the store.
    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError>;
}

/// Reads and writes that happen all or not at all, as if no other unit ran at the same time.
///
/// A statement that the database refused dooms the unit: whatever the work returns, nothing of it is kept.
pub trait Transaction: Reader {
    /// The moment of this unit in milliseconds since the epoch; the same throughout, and never earlier than the
    /// `last_updated` of any version that was stored before.
    fn now(&self) -> i64;

    /// Writes a version, with its index.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] unless its number follows that of the current version (1 when there is none); nothing
    /// is written then and the unit may go on. [`StoreError::Failed`] when `last_updated` is not
    /// [`now`](Self::now), or a deletion has a body, index rows or holds.
    fn put(&mut self, new: NewVersion<'_>) -> Result<(), StoreError>;

    /// Writes several versions at once, in this order, as [`put`](Self::put) writes each: for large transactions, since
    /// it takes a few statements however many there are.
    ///
    /// # Errors
    /// Those of [`put`](Self::put). After a [`StoreError::Conflict`], none was written.
    fn put_all(&mut self, new: &[NewVersion<'_>]) -> Result<(), StoreError>;

    /// Replaces the index of a current resource: for another set of search parameters. Walks that began earlier see
    /// the new index too.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is no such resource or it is deleted.
    fn replace_index(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        index: &[IndexRow],
        holds: &[Hold],
    ) -> Result<(), StoreError>;

    /// Writes a client, over one with the same id.
    fn put_client(&mut self, client: &Client) -> Result<(), StoreError>;

    /// Removes a client and its tokens; whether there was one.
    fn remove_client(&mut self, id: &str) -> Result<bool, StoreError>;

    /// Writes a token, over one with the same hash.
    fn put_token(&mut self, token: &Token) -> Result<(), StoreError>;

    /// Removes a token; whether there was one.
    fn remove_token(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError>;

    /// Removes the tokens that expire at `now` or earlier; how many there were.
    fn remove_expired_tokens(&mut self, now: i64) -> Result<usize, StoreError>;

    /// Writes a setting.
    fn put_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Removes all resources with all their versions; clients, tokens and settings stay. Earlier marks expire.
    fn erase_everything(&mut self) -> Result<(), StoreError>;
}
