//! What the requests of a server share.

use crate::asynchronous::Jobs;
use crate::authenticate::Authenticator;
use crate::clock;
use crate::config::Config;
use crate::links::FileLinks;
use crate::telemetry::metrics::Metrics;
use crate::throttle::Throttle;
use bytes::Bytes;
use canvas::Canvas;
use interactions::Engine;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

/// A running server.
pub struct App {
    /// Its settings.
    pub config: Config,
    /// The public base of links, without a slash at the end.
    pub base_url: String,
    /// The engine of the R4 door.
    pub engine: Engine,
    /// The Canvas door.
    pub canvas: Canvas,
    /// Links to files that need no token.
    pub links: FileLinks,
    /// Who the bearers of tokens are.
    pub authenticator: Authenticator,
    /// Who has tried wrong secrets.
    pub throttle: Throttle,
    /// Counters.
    pub metrics: Metrics,
    /// Requests that are answered later.
    pub jobs: Jobs,
    /// Requests being answered now.
    pub under_way: AtomicUsize,
    /// The R4 door's CapabilityStatement, and the search parameters that it was written from.
    capabilities: RwLock<(u64, Bytes)>,
    stopping: AtomicBool,
}

impl App {
    /// Puts a server together.
    pub fn new(config: Config, base_url: String, engine: Engine, canvas: Canvas, links: FileLinks) -> Self {
        let authenticator = Authenticator::new(engine.store().clone());
        let capabilities = RwLock::new(capabilities(&engine));
        App {
            config,
            base_url,
            engine,
            canvas,
            links,
            authenticator,
            throttle: Throttle::default(),
            metrics: Metrics::default(),
            jobs: Jobs::default(),
            under_way: AtomicUsize::new(0),
            capabilities,
            stopping: AtomicBool::new(false),
        }
    }

    /// The R4 door's CapabilityStatement: written when it is first asked for since the search parameters changed.
    pub fn capabilities(&self) -> Bytes {
        let known = self.capabilities.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.0 == self.engine.registry_generation() {
            return known.1;
        }
        let written = capabilities(&self.engine);
        self.capabilities.write().unwrap_or_else(PoisonError::into_inner).clone_from(&written);
        written.1
    }

    /// Whether the server is shutting down.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// From now on new requests are refused.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

/// The CapabilityStatement of the R4 door, and the search parameters that it is written from.
fn capabilities(engine: &Engine) -> (u64, Bytes) {
    let generation = engine.registry_generation();
    (generation, Bytes::from(engine.capabilities(crate::VERSION, clock::now()).to_bytes()))
}
