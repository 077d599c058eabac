//! Real records, where they are at hand.

use super::{REGISTRY, parse, type_of, zone};
use crate::{IndexRow, extract};
use fhir::Json;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The 60 patients of the project's shared data, unpacked into a folder of the test's own.
fn bundles(folder: &Path) -> Option<Vec<Json>> {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/synthea-r4-60-patients.tar.xz");
    if !archive.exists() {
        return None;
    }
    std::fs::create_dir_all(folder).ok()?;
    let unpacked = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(folder).status();
    unpacked.ok().filter(|status| status.success())?;
    let mut found = Vec::new();
    collect(folder, &mut found);
    Some(found)
}

fn collect(folder: &Path, found: &mut Vec<Json>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(parse(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_resource_of_real_records_is_indexed() {
    let folder = std::env::temp_dir().join(format!("easel-search-synthea-{}", std::process::id()));
    let bundles = bundles(&folder);
    let _ = std::fs::remove_dir_all(&folder);
    let Some(bundles) = bundles else {
        println!("skipped: ../shared/data is not here, or tar cannot read it");
        return;
    };
    let mut statistics: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    let resources =
        bundles.iter().flat_map(|bundle| bundle.at(&["entry"]).map(Json::items).unwrap_or_default());
    for resource in resources.filter_map(|entry| entry.get("resource")) {
        let resource_type = type_of(resource);
        let rows = extract(&REGISTRY, resource_type, resource, zone()).rows;
        assert!(rows.len() > 1, "{resource}");
        let counts = statistics.entry(resource_type.name()).or_default();
        counts[0] += 1;
        for row in rows {
            counts[match row {
                IndexRow::Key { .. } => 1,
                IndexRow::Text { .. } => 2,
                IndexRow::Span { .. } => 3,
                IndexRow::Number { .. } => 4,
            }] += 1;
        }
    }
    let head = ["resources", "keys", "texts", "spans", "numbers"].map(|name| format!("{name:>10}")).concat();
    println!("{:28}{head}", "rows per resource");
    for (name, [resources, keys, texts, spans, numbers]) in &statistics {
        let each = |rows: &usize| *rows as f64 / *resources as f64;
        let rows = [keys, texts, spans, numbers].map(|rows| format!("{:>10.1}", each(rows))).concat();
        println!("{name:28}{resources:>10}{rows}");
    }
    assert_eq!(statistics.values().map(|counts| counts[0]).sum::<usize>(), 15_244);
}
