//! An engine over a store in memory, with a few resources in it.

use super::{DEPTH, resources};
use fhir::{Json, ResourceType};
use interactions::{Caller, Engine, NoRules, Preconditions, Refusal, Settings};
use jiff::tz::TimeZone;
use storage::{Location, OpenOptions, Store, Version};
use tokio::runtime::{Builder, Runtime};

/// An engine and what runs it.
pub(super) struct Server {
    pub(super) engine: Engine,
    runtime: Runtime,
}

impl Server {
    /// A server with a patient's resources.
    pub(super) fn new() -> Result<Self, String> {
        let store =
            Store::open(OpenOptions::new(Location::SqliteMemory)).map_err(|error| error.to_string())?;
        let settings = Settings {
            zone: TimeZone::UTC,
            rules: Box::new(NoRules),
            registry: search::Registry::r4(Vec::new()),
            base_url: "http://test/fhir".into(),
            max_depth: DEPTH,
        };
        let runtime = Builder::new_current_thread().build().map_err(|error| error.to_string())?;
        let server = Server { engine: Engine::new(store, settings), runtime };
        for resource in resources::of_a_record() {
            server.put(resource)?;
        }
        Ok(server)
    }

    fn put(&self, resource: Json) -> Result<(), String> {
        let resource_type =
            resource.str("resourceType").and_then(ResourceType::from_name).ok_or("no type")?;
        let id = resource.str("id").ok_or("no id")?.to_owned();
        let update = self.engine.update(resource_type, &id, resource, Preconditions::default());
        self.wait(update).map(drop).map_err(|refusal| format!("{id} is refused: {}", refusal.row().id))
    }

    /// The outcome of something that the engine does.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// What a client may cause: a refusal that says so.
///
/// # Errors
///
/// When the refusal is a failure of the server.
pub(super) fn is_the_clients(refusal: &Refusal) -> Result<(), String> {
    let row = refusal.row();
    if row.status < 500 { Ok(()) } else { Err(format!("{} {}: {:?}", row.status, row.id, refusal.cause())) }
}

/// A caller who may do everything.
pub(super) struct Anyone;

impl Caller for Anyone {
    fn identity(&self) -> &str {
        "anyone"
    }

    fn may_read(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_search(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_see(&self, _: &Version) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_write(&self, _: ResourceType) -> Result<(), Refusal> {
        Ok(())
    }
}
