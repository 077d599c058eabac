//! Everything that touches the world: HTTP at two doors, OAuth, operations, configuration and the command line.
//!
//! The binary `easel` is `cli::main`; tests start servers with [`start::start`].

pub mod app;
pub mod asynchronous;
pub mod authenticate;
pub mod cli;
pub mod clock;
pub mod config;
pub mod doors;
pub mod http;
pub mod import;
pub mod indexing;
pub mod links;
pub mod oauth;
pub mod operations;
pub mod packages;
pub mod sandbox;
pub mod start;
pub mod telemetry;
pub mod throttle;

/// The name of the runtime's threads. A panic there is a request's, and told with it.
pub const RUNTIME_THREAD: &str = "easel";

/// The server's name and version, in answers and messages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
