//! A unit of work over a session.

use super::search;
use super::{IndexRows, Session, Value, VersionRow};
use super::{accounts, batch, body, garbage, history, holds, index_rows, one_int, resources};
use crate::error::StoreError;
use crate::model::{
    Client, Explain, Held, History, HistoryPage, HistoryQuery, Matches, Method, NewVersion, Stamp, Token,
    Version,
};
use crate::unit::{Reader, Transaction};
use ::search::{Hold, IndexRow, Query};
use fhir::ResourceType;
use fhir::datetime::Period;
use std::collections::HashMap;

/// What a writing unit knows of the current version of a resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) vid: i64,
    pub(crate) version: u64,
    pub(crate) deleted: bool,
}

impl Known {
    fn of(vid: i64, version: &Version) -> Self {
        Known { vid, version: version.version, deleted: version.body.is_none() }
    }
}

/// A unit of work: [`Reader`] always, [`Transaction`] when its session may write.
pub(crate) struct Unit<'s> {
    session: &'s mut dyn Session,
    now: i64,
    /// Rows of this unit and of units before it in the same commit that are not in the tables yet.
    pending: &'s mut IndexRows,
    /// Rows of units before this one that this one has put into the tables: if it is rolled back, they must be
    /// inserted again.
    shelved: Option<IndexRows>,
    /// How much of `pending` is older than this unit.
    older: index_rows::Length,
    /// Current versions as they were read or written; `None`: there is none.
    known: HashMap<(ResourceType, String), Option<Known>>,
    writes: bool,
}

impl<'s> Unit<'s> {
    /// A unit that only reads.
    pub(crate) fn reading(session: &'s mut dyn Session, pending: &'s mut IndexRows) -> Self {
        Self::new(session, pending, 0, false)
    }

    /// A unit that may write, with its moment. `pending` may hold rows of earlier units of the same commit.
    pub(crate) fn writing(session: &'s mut dyn Session, pending: &'s mut IndexRows, now: i64) -> Self {
        Self::new(session, pending, now, true)
    }

    fn new(session: &'s mut dyn Session, pending: &'s mut IndexRows, now: i64, writes: bool) -> Self {
        let older = pending.length();
        Unit { session, now, pending, shelved: None, older, known: HashMap::new(), writes }
    }

    /// Ends a unit whose work wants its writes kept, or not; whether they are to be kept. If not, `pending` is again
    /// as it was when the unit began.
    pub(crate) fn end(self, keep: bool) -> bool {
        let keep = keep && self.session.failure().is_none();
        if !keep {
            match self.shelved {
                Some(shelved) => *self.pending = shelved,
                None => self.pending.truncate(self.older),
            }
        }
        keep
    }

    /// Keeps a copy of the older pending rows, before all pending rows leave the list.
    fn shelve(&mut self) {
        if self.shelved.is_none() {
            self.shelved = Some(self.pending.copy(self.older));
        }
    }

    /// Puts pending rows into the tables, so that what follows sees them.
    fn flush(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.shelve();
        self.session.insert_index(self.pending)
    }

    /// Keeps in mind what was read of these places.
    fn remember(&mut self, places: &[(ResourceType, String)], known: Vec<Option<Known>>) {
        if self.writes {
            self.known.extend(places.iter().cloned().zip(known));
        }
    }

    fn known(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Known>, StoreError> {
        if let Some(known) = self.known.get(&(resource_type, id.to_owned())) {
            return Ok(*known);
        }
        self.resource(resource_type, id)?;
        Ok(self.known.get(&(resource_type, id.to_owned())).copied().flatten())
    }
}

impl Unit<'_> {
    /// Writes versions whose predecessors are known, or that have none as far as is known.
    fn write(&mut self, new: &[NewVersion<'_>]) -> Result<(), StoreError> {
        let (mut written, mut current) = (Vec::with_capacity(new.len()), HashMap::new());
        let mut superseded = Vec::new();
        for NewVersion { version, rest, .. } in new {
            let place = (version.resource_type, version.id.clone());
            let before = current.get(&place).or_else(|| self.known.get(&place)).copied().flatten();
            if before.map_or(0, |before| before.version) + 1 != version.version {
                return Err(StoreError::Conflict);
            }
            let vid = self.session.next_vid()?;
            if let Some(before) = before.filter(|before| !before.deleted) {
                let of = i64::from(version.resource_type.index());
                superseded.push((before.vid, vid, of, self.now));
            }
            current.insert(place, Some(Known::of(vid, version)));
            let body = body::encode(version, *rest);
            written.push(VersionRow { vid, version, body });
        }
        if !self.session.insert_versions(&written)? {
            return Err(StoreError::Conflict);
        }
        for (VersionRow { vid, version, body }, new) in written.iter().zip(new) {
            if body.is_some() {
                self.pending.add(*vid, i64::from(version.resource_type.index()), self.now, new.index);
                self.pending.add_holds(*vid, new.holds);
            }
        }
        self.pending.superseded.extend(superseded);
        self.known.extend(current);
        Ok(())
    }
}

/// A put that contradicts itself.
fn check(new: &NewVersion<'_>, now: i64) -> Result<(), StoreError> {
    let version = new.version;
    let deletion = version.method == Method::Delete;
    if version.last_updated != now {
        return Err(StoreError::failed("a version's last_updated is not the moment of its unit"));
    }
    if deletion != version.body.is_none() {
        return Err(StoreError::failed("a deletion has a body, or another version has none"));
    }
    if deletion && !(new.index.is_empty() && new.holds.is_empty()) {
        return Err(StoreError::failed("a deletion has index rows or holds"));
    }
    Ok(())
}

impl Reader for Unit<'_> {
    fn resource(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Version>, StoreError> {
        let found = resources::current(self.session, resource_type, id)?;
        if self.writes {
            let known = found.as_ref().map(|(vid, version)| Known::of(*vid, version));
            self.known.insert((resource_type, id.to_owned()), known);
        }
        Ok(found.map(|(_, version)| version))
    }

    fn stamp(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, StoreError> {
        resources::stamp(self.session, resource_type, id)
    }

    fn version(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        version: u64,
    ) -> Result<Option<Version>, StoreError> {
        resources::version(self.session, resource_type, id, version)
    }

    fn history(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        limit: u64,
        offset: u64,
    ) -> Result<History, StoreError> {
        resources::history(self.session, resource_type, id, limit, offset)
    }

    fn history_page(&mut self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        history::page(self.session, query)
    }

    fn resources(
        &mut self,
        places: &[(ResourceType, String)],
        as_of: Option<i64>,
    ) -> Result<Vec<Option<Version>>, StoreError> {
        let found = batch::resources(self.session, places, as_of)?;
        if as_of.is_none() {
            let known =
                found.iter().map(|found| found.as_ref().map(|(vid, version)| Known::of(*vid, version)));
            self.remember(places, known.collect());
        }
        Ok(found.into_iter().map(|found| found.map(|(_, version)| version)).collect())
    }

    fn exist(&mut self, places: &[(ResourceType, String)]) -> Result<Vec<bool>, StoreError> {
        let known = batch::known(self.session, places)?;
        let exist = known.iter().map(|known| known.is_some_and(|known| !known.deleted)).collect();
        self.remember(places, known);
        Ok(exist)
    }

    fn search(&mut self, query: &Query) -> Result<Matches, StoreError> {
        self.flush()?;
        search::search(self.session, query)
    }

    fn search_all(&mut self, queries: &[Query]) -> Result<Matches, StoreError> {
        self.flush()?;
        search::search_all(self.session, queries)
    }

    fn explain(&mut self, queries: &[Query]) -> Result<Explain, StoreError> {
        self.flush()?;
        search::explain(self.session, queries)
    }

    fn holds(&mut self, holder: u64, period: Period, limit: usize) -> Result<Vec<Held>, StoreError> {
        self.flush()?;
        holds::overlapping(self.session, holder, period, limit)
    }

    fn count(&mut self, resource_type: ResourceType) -> Result<u64, StoreError> {
        self.flush()?;
        resources::count(self.session, resource_type)
    }

    fn each_current(
        &mut self,
        resource_type: Option<ResourceType>,
        each: &mut dyn FnMut(Version) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.flush()?;
        resources::each_current(self.session, resource_type, each)
    }

    fn client(&mut self, id: &str) -> Result<Option<Client>, StoreError> {
        accounts::client(self.session, id)
    }

    fn clients(&mut self) -> Result<Vec<Client>, StoreError> {
        accounts::clients(self.session)
    }

    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        accounts::token(self.session, hash)
    }

    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        accounts::setting(self.session, name)
    }
}

impl Transaction for Unit<'_> {
    fn now(&self) -> i64 {
        self.now
    }

    fn put(&mut self, new: NewVersion<'_>) -> Result<(), StoreError> {
        check(&new, self.now)?;
        let version = new.version;
        // A first version needs no look: the table's own key refuses a second one.
        if version.version != 1 {
            self.known(version.resource_type, &version.id)?;
        }
        self.write(&[new])
    }

    fn put_all(&mut self, new: &[NewVersion<'_>]) -> Result<(), StoreError> {
        new.iter().try_for_each(|new| check(new, self.now))?;
        let place = |new: &NewVersion<'_>| (new.version.resource_type, new.version.id.clone());
        let mut places: Vec<_> = new.iter().map(place).collect();
        places.retain(|place| !self.known.contains_key(place));
        if !places.is_empty() {
            let known = batch::known(self.session, &places)?;
            self.remember(&places, known);
        }
        self.write(new)
    }

    fn replace_index(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        index: &[IndexRow],
        holds: &[Hold],
    ) -> Result<(), StoreError> {
        let current = self.known(resource_type, id)?.filter(|current| !current.deleted);
        let vid = current.ok_or(StoreError::Conflict)?.vid;
        self.flush()?;
        let keys = garbage::keys_of(self.session, vid)?;
        index_rows::remove_index(self.session, &[vid], &keys)?;
        self.pending.add_index(vid, index);
        self.pending.add_holds(vid, holds);
        Ok(())
    }

    fn put_client(&mut self, client: &Client) -> Result<(), StoreError> {
        accounts::put_client(self.session, client)
    }

    fn remove_client(&mut self, id: &str) -> Result<bool, StoreError> {
        accounts::remove_client(self.session, id)
    }

    fn put_token(&mut self, token: &Token) -> Result<(), StoreError> {
        accounts::put_token(self.session, token)
    }

    fn remove_token(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        accounts::remove_token(self.session, hash)
    }

    fn remove_expired_tokens(&mut self, now: i64) -> Result<usize, StoreError> {
        accounts::remove_expired_tokens(self.session, now)
    }

    fn put_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        accounts::put_setting(self.session, name, value)
    }

    fn erase_everything(&mut self) -> Result<(), StoreError> {
        self.shelve();
        self.pending.clear();
        self.known.clear();
        // Numbers and times go on from here, and earlier marks see nothing any more.
        let vid = self.session.next_vid()?;
        self.session.forget_counts()?;
        self.session.forget_resources();
        let others = ["version", "live", "index_key", "superseded"];
        for table in others.into_iter().chain(index_rows::TABLES_BY_VERSION) {
            self.session.execute(&format!("DELETE FROM {table}"), &[])?;
        }
        for (name, value) in [("vid_floor", vid), ("now_floor", self.now), ("collected_to", vid)] {
            put_meta(self.session, name, value)?;
        }
        Ok(())
    }
}

/// A number that the store keeps about itself.
pub(crate) fn meta(session: &mut dyn Session, name: &str) -> Result<Option<i64>, StoreError> {
    one_int(session, "SELECT value FROM meta WHERE name = $1", &[Value::Text(name)])
}

/// Writes such a number, unless it is greater already.
pub(crate) fn put_meta(session: &mut dyn Session, name: &str, value: i64) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE \
                       SET value = CASE WHEN excluded.value > meta.value THEN excluded.value ELSE meta.value END";
    session.execute(SQL, &[Value::Text(name), Value::Int(value)]).map(drop)
}
