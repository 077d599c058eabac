//! Every official example of R4 goes to XML and back and says the same.
//!
//! The examples are the unpacked npm package `hl7.fhir.r4.examples@4.0.1`; `EASEL_TEST_R4_EXAMPLES` names its folder.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::{Json, xml};
use std::path::{Path, PathBuf};

/// How many arrays and objects may be nested; the deepest example has fewer.
const MAX_DEPTH: usize = 100;

fn examples() -> Option<Vec<PathBuf>> {
    let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return None;
    };
    let entries = std::fs::read_dir(Path::new(&folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Some(files)
}

fn round_trip(resource: &Json) -> Result<(), String> {
    for written in [xml::write(resource), xml::write_pretty(resource)] {
        let read = xml::read(&written, MAX_DEPTH).map_err(|problems| problems[0].to_string())?;
        if !read.same_content(resource) {
            return Err(difference(&read, resource, String::new()));
        }
    }
    Ok(())
}

/// The first place where two values differ.
fn difference(found: &Json, expected: &Json, at: String) -> String {
    match (found, expected) {
        (Json::Object(a), Json::Object(b)) => {
            let names = a.iter().chain(b.iter()).map(|(name, _)| name);
            for name in names {
                let (Some(x), Some(y)) = (a.get(name), b.get(name)) else {
                    return format!("{at}.{name} is on one side only");
                };
                if !x.same_content(y) {
                    return difference(x, y, format!("{at}.{name}"));
                }
            }
            at
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            let index = a.iter().zip(b).position(|(x, y)| !x.same_content(y)).unwrap();
            difference(&a[index], &b[index], format!("{at}[{index}]"))
        }
        _ => format!("{at}: {found} for {expected}"),
    }
}

#[test]
fn every_official_example_goes_to_xml_and_back() {
    let Some(files) = examples() else { return };
    let (mut count, mut failures) = (0, String::new());
    for path in files {
        let resource = fhir::json::parse(&std::fs::read(&path).unwrap(), MAX_DEPTH).unwrap();
        // package.json and the package's index are no resources.
        if resource.get("resourceType").is_none() {
            continue;
        }
        count += 1;
        if let Err(failure) = round_trip(&resource) {
            let cut: String = failure.chars().take(400).collect();
            failures.push_str(&format!("\n  {}: {cut}", path.file_name().unwrap().display()));
        }
    }
    println!("{count} examples");
    assert!(failures.is_empty(), "{failures}");
    assert!(count > 5000, "only {count} examples: is this the whole package?");
}
