//! How long validation takes: `cargo run --release -p validation --example measure -- [PACKAGE.tgz…] FILE.json…`
//!
//! Prints how long each package takes to load, then, for each resource type in the files (the entries of Bundles count
//! one by one), the number of resources, the mean time and size of one, the best of several rounds, and how many are
//! refused, the first problem below.

use fhir::{Issue, Json, ResourceType};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use terminology::Terminology;
use validation::package::{self, DEFINITIONS};
use validation::{Options, Profiles, validate};

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut resources: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    let (mut profiles, mut terminology) = (Profiles::new(), Terminology::builtin());
    for path in std::env::args().skip(1) {
        if path.ends_with(".tgz") {
            load(&path, &mut profiles, &mut terminology)?;
            continue;
        }
        let body = fhir::json::parse(&std::fs::read(&path)?, 100).map_err(|errors| errors[0].to_string())?;
        let entries = body.get("entry").map(Json::items).unwrap_or_default();
        let inner = entries.iter().filter_map(|entry| entry.get("resource"));
        for resource in std::iter::once(&body).chain(inner) {
            let named = resource.str("resourceType").and_then(ResourceType::from_name);
            resources.entry(named.map_or("other", ResourceType::name)).or_default().push(resource.clone());
        }
    }
    let options =
        Options { profiles: Some(&profiles), terminology: Some(&terminology), ..Options::default() };
    for (name, bodies) in &resources {
        let best = (0..ROUNDS).map(|_| round(bodies, &options)).min().unwrap_or_default();
        let bytes: usize = bodies.iter().map(|body| body.to_bytes().len()).sum();
        let refused: Vec<Vec<Issue>> = bodies.iter().map(|body| validate(body, &options)).collect();
        let first = refused.iter().flatten().next();
        let count = refused.iter().filter(|issues| !issues.is_empty()).count();
        let (each, size) = (best / bodies.len() as u32, bytes / bodies.len());
        println!(
            "{name:32} {:>6} × {:>8.2} µs {size:>8} bytes, {count} refused",
            bodies.len(),
            each.as_nanos() as f64 / 1000.0
        );
        if let Some(issue) = first {
            println!("    {}: {}", issue.expression.as_deref().unwrap_or("-"), issue.text);
        }
    }
    Ok(())
}

fn load(
    path: &str,
    profiles: &mut Profiles,
    terminology: &mut Terminology,
) -> Result<(), Box<dyn std::error::Error>> {
    let bytes = std::fs::read(path)?;
    let start = Instant::now();
    let package = package::read(&bytes, DEFINITIONS, &["StructureDefinition", "ValueSet", "CodeSystem"])?;
    let read = start.elapsed();
    let unusable = profiles.add(&package.resources);
    *terminology = terminology.with_all(&package.resources);
    println!("{} {}: read in {read:?}, ready in {:?}", package.name, package.version, start.elapsed());
    for one in unusable {
        println!("  {} cannot be used: {}", one.url, one.issues[0].text);
    }
    Ok(())
}

fn round(bodies: &[Json], options: &Options<'_>) -> Duration {
    let start = Instant::now();
    for body in bodies {
        std::hint::black_box(validate(std::hint::black_box(body), options));
    }
    start.elapsed()
}
