//! A reader that remembers what was looked at, so that an answer can be given again as long as all that is the same.

use fhir::ResourceType;
use fhir::datetime::Period;
use interactions::search::Query;
use interactions::storage::{
    Client, Explain, Held, History, HistoryPage, HistoryQuery, Matches, Reader, Stamp, StoreError, Token,
    Version,
};

/// A current version that was looked at; none where there is no such resource, and never was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) resource_type: ResourceType,
    pub(crate) id: String,
    pub(crate) stamp: Option<Stamp>,
}

/// A reader that passes everything on.
pub(crate) struct Recording<'r> {
    reader: &'r mut dyn Reader,
    seen: Vec<Seen>,
    /// Whether more was looked at than current versions.
    is_more: bool,
}

impl<'r> Recording<'r> {
    pub(crate) fn of(reader: &'r mut dyn Reader) -> Self {
        Recording { reader, seen: Vec::new(), is_more: false }
    }

    /// The current versions that were looked at, when that was all.
    pub(crate) fn into_seen(self) -> Option<Vec<Seen>> {
        (!self.is_more).then_some(self.seen)
    }

    /// For what is more than a look at a current version.
    fn more(&mut self) -> &mut dyn Reader {
        self.is_more = true;
        self.reader
    }
}

impl Reader for Recording<'_> {
    fn resource(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Version>, StoreError> {
        let found = self.reader.resource(resource_type, id)?;
        let stamp = found.as_ref().map(Version::stamp);
        self.seen.push(Seen { resource_type, id: id.to_owned(), stamp });
        Ok(found)
    }

    fn stamp(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, StoreError> {
        let stamp = self.reader.stamp(resource_type, id)?;
        self.seen.push(Seen { resource_type, id: id.to_owned(), stamp });
        Ok(stamp)
    }

    fn version(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        version: u64,
    ) -> Result<Option<Version>, StoreError> {
        self.more().version(resource_type, id, version)
    }

    fn history(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        limit: u64,
        offset: u64,
    ) -> Result<History, StoreError> {
        self.more().history(resource_type, id, limit, offset)
    }

    fn history_page(&mut self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        self.more().history_page(query)
    }

    fn resources(
        &mut self,
        places: &[(ResourceType, String)],
        as_of: Option<i64>,
    ) -> Result<Vec<Option<Version>>, StoreError> {
        self.more().resources(places, as_of)
    }

    fn exist(&mut self, places: &[(ResourceType, String)]) -> Result<Vec<bool>, StoreError> {
        self.more().exist(places)
    }

    fn search(&mut self, query: &Query) -> Result<Matches, StoreError> {
        self.more().search(query)
    }

    fn search_all(&mut self, queries: &[Query]) -> Result<Matches, StoreError> {
        self.more().search_all(queries)
    }

    fn explain(&mut self, queries: &[Query]) -> Result<Explain, StoreError> {
        self.more().explain(queries)
    }

    fn holds(&mut self, holder: u64, period: Period, limit: usize) -> Result<Vec<Held>, StoreError> {
        self.more().holds(holder, period, limit)
    }

    fn count(&mut self, resource_type: ResourceType) -> Result<u64, StoreError> {
        self.more().count(resource_type)
    }

    fn each_current(
        &mut self,
        resource_type: Option<ResourceType>,
        each: &mut dyn FnMut(Version) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.more().each_current(resource_type, each)
    }

    fn client(&mut self, id: &str) -> Result<Option<Client>, StoreError> {
        self.more().client(id)
    }

    fn clients(&mut self) -> Result<Vec<Client>, StoreError> {
        self.more().clients()
    }

    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        self.more().token(hash)
    }

    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        self.more().setting(name)
    }
}
