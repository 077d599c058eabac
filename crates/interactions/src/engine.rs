//! The engine: the store and what gives its content meaning.

use crate::definitions::{Definitions, InForce};
use crate::error::Refusal;
use crate::hooks::Rules;
use crate::prepare::Prepared;
use crate::search_parameters::InUse;
use crate::unit::Unit;
use fhir::{Json, Reference, ResourceType};
use jiff::tz::TimeZone;
use search::{IndexRow, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use storage::{Clock, Reader, Store};

/// What the engine works by.
pub struct Settings {
    /// The clinic's zone: dates and times without one are taken in it.
    pub zone: TimeZone,
    /// The rules that hold at every door.
    pub rules: Box<dyn Rules>,
    /// The search parameters, R4's and those of the crates above.
    pub registry: Registry,
    /// The base of the R4 door in links, without a slash at the end: `http://127.0.0.1:8080/fhir`.
    pub base_url: String,
    /// How deep arrays and objects of a body may nest.
    pub max_depth: usize,
}

/// A handle on the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) inner: Arc<Inner>,
}

/// What is the same for all requests.
pub(crate) struct Inner {
    pub settings: Settings,
    pub cursor_key: [u8; 16],
    pub definitions: InForce,
    pub parameters: InUse,
    pub clock: Clock,
}

impl Engine {
    /// An engine over an open store.
    pub fn new(store: Store, settings: Settings) -> Self {
        Self::with_definitions(store, settings, Definitions::default())
    }

    /// An engine over an open store that knows the definitions of packages from the start. Those in the store come
    /// into force with [`load_definitions`](Self::load_definitions).
    pub fn with_definitions(store: Store, settings: Settings, packaged: Definitions) -> Self {
        // Cursors are good for as long as the process: a fresh key refuses those of an earlier one.
        let cursor_key = *uuid::Uuid::new_v4().as_bytes();
        let parameters = InUse::new(settings.registry.clone());
        let definitions = InForce::new(packaged);
        let clock = store.clock();
        Engine { store, inner: Arc::new(Inner { settings, cursor_key, definitions, parameters, clock }) }
    }

    /// The store underneath.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The search parameters in use.
    pub fn registry(&self) -> Arc<Registry> {
        self.inner.parameters.registry()
    }

    /// A number that changes with the search parameters in use.
    pub fn registry_generation(&self) -> u64 {
        self.inner.parameters.generation()
    }

    /// The clinic's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.inner.settings.zone
    }

    /// The base of the R4 door in links.
    pub fn base_url(&self) -> &str {
        &self.inner.settings.base_url
    }

    /// The type and id of the resource of this server that a reference names, relatively or under the base of the R4
    /// door.
    pub fn own_resource(&self, reference: &str) -> Option<(ResourceType, String)> {
        let relative = match reference.strip_prefix(self.base_url()) {
            Some(rest) => rest.strip_prefix('/')?,
            None => reference,
        };
        match Reference::parse(relative)? {
            Reference::Local { resource_type, id, .. } => Some((resource_type, id.to_owned())),
            _ => None,
        }
    }

    /// What seals the cursors of this process.
    pub(crate) fn cursor_key(&self) -> &[u8; 16] {
        &self.inner.cursor_key
    }

    /// How deep bodies may nest.
    pub fn max_depth(&self) -> usize {
        self.inner.settings.max_depth
    }

    /// Makes a resource ready to be stored under `id`: its bytes, its index rows and its holds. Pure, and
    /// done before the write is opened wherever the resource is known by then.
    pub fn prepare(&self, resource_type: ResourceType, id: &str, resource: Json) -> Prepared {
        self.inner.prepare(resource_type, id, resource)
    }

    /// Runs `work` as one serialised, durable write. It may run more than once; only one run takes effect.
    ///
    /// # Errors
    ///
    /// What `work` refuses, with nothing written; the store's failures.
    pub async fn write<T, W>(&self, mut work: W) -> Result<T, Refusal>
    where
        T: Send + 'static,
        W: FnMut(&mut Unit<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        // Of the last run, which is the one that takes effect.
        let changed = Arc::new((AtomicBool::new(false), AtomicBool::new(false)));
        let changes = Arc::clone(&changed);
        let result = self
            .store
            .write(move |transaction| {
                let mut unit = Unit::new(transaction, &inner);
                let result = work(&mut unit);
                changes.0.store(unit.changes_definitions(), Ordering::Release);
                changes.1.store(unit.changes_search_parameters(), Ordering::Release);
                result
            })
            .await?;
        if changed.0.load(Ordering::Acquire) {
            self.load_definitions().await?;
        }
        if changed.1.load(Ordering::Acquire) {
            self.load_search_parameters().await?;
        }
        Ok(result)
    }

    /// Runs `work` over one snapshot of the store.
    ///
    /// # Errors
    ///
    /// What `work` refuses; the store's failures.
    pub async fn snapshot<T, W>(&self, work: W) -> Result<T, Refusal>
    where
        T: Send + 'static,
        W: FnOnce(&mut dyn Reader) -> Result<T, Refusal> + Send + 'static,
    {
        self.store.read(work).await
    }
}

impl Inner {
    pub(crate) fn prepare(&self, resource_type: ResourceType, id: &str, resource: Json) -> Prepared {
        let (index, generation) = self.index(resource_type, &resource);
        let holds = self.settings.rules.holds(resource_type, &resource);
        let mut prepared = Prepared::new(resource_type, id, resource, index, holds);
        prepared.generation = generation;
        prepared
    }

    /// The index rows of a resource, and the generation of the search parameters that they are made by.
    pub(crate) fn index(&self, resource_type: ResourceType, resource: &Json) -> (Vec<IndexRow>, u64) {
        let (registry, generation) = self.parameters.with_generation();
        (search::extract(&registry, resource_type, resource, &self.settings.zone), generation)
    }
}
