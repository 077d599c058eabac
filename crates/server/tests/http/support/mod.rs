//! A server of its own for each test, and a client that hides nothing.

pub mod client;
pub mod site;

pub use client::{Reply, Request};
pub use site::{Site, Store};
