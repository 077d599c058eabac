//! The engine: the store and what gives its content meaning.

use crate::definitions::{Definitions, InForce};
use crate::error::Refusal;
use crate::generation::Generation;
use crate::hooks::Rules;
use crate::prepare::Prepared;
use crate::search_parameters::InUse;
use crate::unit::Unit;
use fhir::{Json, Reference, ResourceType};
use jiff::tz::TimeZone;
use search::{Extraction, Registry};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use storage::{Clock, Reader, Store, Transaction};

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

/// How often a write begins anew because another server has changed what it goes by.
const FOLLOWED: u32 = 5;

/// A handle on the engine; clones share it.
#[derive(Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) inner: Arc<Inner>,
}

/// What is the same for all requests.
pub(crate) struct Inner {
    pub settings: Settings,
    pub cursor_key: RwLock<[u8; 16]>,
    /// By what the index is made.
    pub fingerprint: String,
    pub generation: Generation,
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
        let inner = Inner {
            cursor_key: RwLock::new(*uuid::Uuid::new_v4().as_bytes()),
            fingerprint: settings.registry.fingerprint(&settings.zone),
            generation: Generation::default(),
            definitions: InForce::new(packaged),
            parameters: InUse::new(settings.registry.clone()),
            clock: store.clock(),
            settings,
        };
        Engine { store, inner: Arc::new(inner) }
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

    /// What seals cursors.
    pub(crate) fn cursor_key(&self) -> [u8; 16] {
        *self.inner.cursor_key.read().unwrap_or_else(PoisonError::into_inner)
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
    pub async fn write<T, W>(&self, work: W) -> Result<T, Refusal>
    where
        T: Send + 'static,
        W: FnMut(&mut Unit<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let work = Arc::new(Mutex::new(work));
        for _ in 0..FOLLOWED {
            match self.try_write(&work).await? {
                Some(done) => return Ok(done),
                None => self.follow().await?,
            }
        }
        Err(Refusal::conflict())
    }

    /// Runs a write, unless this server has first to follow others of its store.
    async fn try_write<T, W>(&self, work: &Arc<Mutex<W>>) -> Result<Option<T>, Refusal>
    where
        T: Send + 'static,
        W: FnMut(&mut Unit<'_>) -> Result<T, Refusal> + Send + 'static,
    {
        let (inner, work, is_shared) = (Arc::clone(&self.inner), Arc::clone(work), self.store.is_shared());
        let run = move |transaction: &mut dyn Transaction| {
            if is_shared && !inner.is_current(transaction)? {
                return Ok::<_, Refusal>(None);
            }
            let mut unit = Unit::new(transaction, &inner);
            let done = (work.lock().unwrap_or_else(PoisonError::into_inner))(&mut unit)?;
            let changes = unit.changes();
            if changes.any() {
                inner.begin_generation(transaction)?;
            }
            Ok(Some((done, changes)))
        };
        let Some((done, changes)) = self.store.write(run).await? else { return Ok(None) };
        if changes.definitions {
            self.load_definitions().await?;
        }
        if changes.search_parameters {
            self.load_search_parameters().await?;
        }
        Ok(Some(done))
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
        let (Extraction { rows, too_costly }, generation) = self.index(resource_type, &resource);
        let holds = self.settings.rules.holds(resource_type, &resource);
        let mut prepared = Prepared::new(resource_type, id, resource, rows, holds);
        prepared.generation = generation;
        prepared.too_costly = too_costly;
        prepared
    }

    /// What of a resource is indexed, and the generation of the search parameters that this is made by.
    pub(crate) fn index(&self, resource_type: ResourceType, resource: &Json) -> (Extraction, u64) {
        let (registry, generation) = self.parameters.with_generation();
        (search::extract(&registry, resource_type, resource, &self.settings.zone), generation)
    }
}
