//! scratch
use fhir::{Json, ResourceType};
use jiff::tz::TimeZone;
use search::{IndexRow, Registry, extract};
use std::collections::BTreeMap;

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let registry = Registry::r4(Vec::new());
    let mut by: BTreeMap<(String, String, u8), (usize, usize)> = BTreeMap::new();
    let (mut n, mut rows_n, mut bytes) = (0usize, 0usize, 0usize);
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let text = std::fs::read(file.path()).unwrap();
        let json = fhir::json::parse(&text, 50).unwrap();
        for entry in json.get("entry").map(Json::items).unwrap_or_default() {
            let Some(resource) = entry.get("resource") else { continue };
            let Some(t) = resource.str("resourceType").and_then(ResourceType::from_name) else { continue };
            n += 1;
            for row in extract(&registry, t, resource, &TimeZone::UTC) {
                let (id, kind, size) = match &row {
                    IndexRow::Key { parameter, .. } => (*parameter, 0, 24),
                    IndexRow::Text { parameter, folded } => (*parameter, 1, 24 + folded.len()),
                    IndexRow::Span { parameter, .. } => (*parameter, 2, 40),
                    IndexRow::Number { parameter, .. } => (*parameter, 3, 40),
                };
                let code = registry.parameters(t).iter().find(|p| p.id() == id).unwrap().code().to_owned();
                rows_n += 1;
                bytes += size;
                let e = by.entry((t.name().into(), code, kind)).or_default();
                e.0 += 1;
                e.1 += size;
            }
        }
    }
    println!(
        "{n} resources, {:.2} rows, {:.1} bytes each",
        rows_n as f64 / n as f64,
        bytes as f64 / n as f64
    );
    let mut all: Vec<_> = by.into_iter().collect();
    all.sort_by_key(|e| std::cmp::Reverse(e.1.1));
    for ((t, c, k), (r, b)) in all.iter().take(70) {
        println!("{t}.{c} kind {k}: {r} rows {:.2} B/resource", *b as f64 / n as f64);
    }
}
