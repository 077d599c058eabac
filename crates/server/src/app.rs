//! What the requests of a server share.

use crate::asynchronous::Jobs;
use crate::authenticate::Authenticator;
use crate::clock;
use crate::config::Config;
use crate::telemetry::metrics::Metrics;
use bytes::Bytes;
use canvas::Canvas;
use interactions::Engine;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    /// Who the bearers of tokens are.
    pub authenticator: Authenticator,
    /// Counters.
    pub metrics: Metrics,
    /// Requests that are answered later.
    pub jobs: Jobs,
    /// Requests being answered now.
    pub under_way: AtomicUsize,
    /// The R4 door's CapabilityStatement.
    pub capabilities: Bytes,
    stopping: AtomicBool,
}

impl App {
    /// Puts a server together.
    pub fn new(config: Config, base_url: String, engine: Engine, canvas: Canvas) -> Self {
        let authenticator = Authenticator::new(engine.store().clone());
        let capabilities = Bytes::from(engine.capabilities(crate::VERSION, clock::now()).to_bytes());
        App {
            config,
            base_url,
            engine,
            canvas,
            authenticator,
            metrics: Metrics::default(),
            jobs: Jobs::default(),
            under_way: AtomicUsize::new(0),
            capabilities,
            stopping: AtomicBool::new(false),
        }
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
