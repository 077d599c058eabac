//! What a hostile client sends: the right 4xx in bounded time, with nothing written. How much memory it takes is told by
//! `tests/memory.rs`, on a server in a process of its own.

mod bodies;
mod bundles;
mod queries;
mod slow;
mod web;

use crate::support::{Reply, Request, Site};
use fhir::Json;
use std::time::{Duration, Instant};

/// How long the answer to anything may take here; tests share the machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many versions of resources are stored, of all types.
fn stored(site: &Site) -> String {
    site.get("/fhir/_history?_count=1").expect(200).json().get("total").unwrap().to_string()
}

/// Sends what must be refused with this status, and returns what the answer tells.
#[track_caller]
fn refused(site: &Site, request: Request, status: u16) -> String {
    let begun = Instant::now();
    let reply = site.ask_with(request);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(reply.status, status, "{}", cut(&reply.text()));
    assert!(reply.body.len() < 100_000, "an answer of {} bytes", reply.body.len());
    reply.issues().iter().map(|issue| issue.1.as_str()).collect::<Vec<_>>().join("; ")
}

/// The statuses of a Bundle's entries.
fn statuses(reply: &Reply) -> Vec<String> {
    let status = |entry: &Json| {
        entry.at(&["response", "status"]).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    reply.json().get("entry").unwrap().items().iter().map(status).collect()
}

fn cut(text: &str) -> String {
    text.chars().take(500).collect()
}
