//! A server of its own for each test, and a client that hides nothing.

pub mod bundle;
pub mod client;
mod parallel;
pub mod site;

pub use client::{Reply, Request};
pub use parallel::in_parallel;
pub use site::{Site, Store};
