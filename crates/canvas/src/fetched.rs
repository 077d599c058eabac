//! A reader of a few resources that were fetched before: what a read needs when it looks at nothing else.

use fhir::ResourceType;
use fhir::datetime::Period;
use interactions::search::Query;
use interactions::storage::{
    Client, Explain, Held, History, HistoryPage, HistoryQuery, Matches, Reader, Stamp, StoreError, Token,
    Version,
};
use std::sync::Arc;

/// The resources that were fetched. It knows their current versions and nothing else.
#[derive(Default)]
pub struct Fetched {
    /// The current versions of those that exist.
    pub versions: Vec<Version>,
}

/// A type looks at something that it did not name in [`CanvasType::looks_up`](crate::CanvasType::looks_up).
#[derive(Debug)]
struct NotFetched;

impl std::fmt::Display for NotFetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a read looked at more of the store than it said it would")
    }
}

impl std::error::Error for NotFetched {}

fn not_fetched<T>() -> Result<T, StoreError> {
    Err(StoreError::Failed(Arc::new(NotFetched)))
}

impl Reader for Fetched {
    fn resource(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Version>, StoreError> {
        let is_it = |version: &&Version| version.resource_type == resource_type && version.id == id;
        Ok(self.versions.iter().find(is_it).cloned())
    }

    fn stamp(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Stamp>, StoreError> {
        Ok(self.resource(resource_type, id)?.map(|version| version.stamp()))
    }

    fn version(&mut self, _: ResourceType, _: &str, _: u64) -> Result<Option<Version>, StoreError> {
        not_fetched()
    }

    fn history(&mut self, _: ResourceType, _: &str, _: u64, _: u64) -> Result<History, StoreError> {
        not_fetched()
    }

    fn history_page(&mut self, _: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        not_fetched()
    }

    fn resources(
        &mut self,
        _: &[(ResourceType, String)],
        _: Option<i64>,
    ) -> Result<Vec<Option<Version>>, StoreError> {
        not_fetched()
    }

    fn exist(&mut self, _: &[(ResourceType, String)]) -> Result<Vec<bool>, StoreError> {
        not_fetched()
    }

    fn explain(&mut self, _: &[Query]) -> Result<Explain, StoreError> {
        not_fetched()
    }

    fn search(&mut self, _: &Query) -> Result<Matches, StoreError> {
        not_fetched()
    }

    fn search_all(&mut self, _: &[Query]) -> Result<Matches, StoreError> {
        not_fetched()
    }

    fn holds(&mut self, _: u64, _: Period, _: usize) -> Result<Vec<Held>, StoreError> {
        not_fetched()
    }

    fn count(&mut self, _: ResourceType) -> Result<u64, StoreError> {
        not_fetched()
    }

    fn each_current(
        &mut self,
        _: Option<ResourceType>,
        _: &mut dyn FnMut(Version) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        not_fetched()
    }

    fn client(&mut self, _: &str) -> Result<Option<Client>, StoreError> {
        not_fetched()
    }

    fn clients(&mut self) -> Result<Vec<Client>, StoreError> {
        not_fetched()
    }

    fn token(&mut self, _: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        not_fetched()
    }

    fn setting(&mut self, _: &str) -> Result<Option<String>, StoreError> {
        not_fetched()
    }
}
