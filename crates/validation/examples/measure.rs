//! How long validation takes: `cargo run --release -p validation --example measure -- FILE.json…`
//!
//! Prints, for each resource type in the files (the entries of Bundles count one by one), the number of resources and
//! the mean time and size of one; the best of several rounds.

use fhir::{Json, ResourceType};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use validation::{Options, validate};

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut resources: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for path in std::env::args().skip(1) {
        let body = fhir::json::parse(&std::fs::read(&path)?, 100).map_err(|errors| errors[0].to_string())?;
        let entries = body.get("entry").map(Json::items).unwrap_or_default();
        let inner = entries.iter().filter_map(|entry| entry.get("resource"));
        for resource in std::iter::once(&body).chain(inner) {
            let named = resource.str("resourceType").and_then(ResourceType::from_name);
            resources.entry(named.map_or("other", ResourceType::name)).or_default().push(resource.clone());
        }
    }
    for (name, bodies) in &resources {
        let best = (0..ROUNDS).map(|_| round(bodies)).min().unwrap_or_default();
        let bytes: usize = bodies.iter().map(|body| body.to_bytes().len()).sum();
        let (each, size) = (best / bodies.len() as u32, bytes / bodies.len());
        println!(
            "{name:32} {:>6} × {:>8.2} µs {size:>8} bytes",
            bodies.len(),
            each.as_nanos() as f64 / 1000.0
        );
    }
    Ok(())
}

fn round(bodies: &[Json]) -> Duration {
    let start = Instant::now();
    for body in bodies {
        std::hint::black_box(validate(std::hint::black_box(body), &Options::default()));
    }
    start.elapsed()
}
