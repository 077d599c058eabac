//! The official examples of R4 and sixty Synthea patients: accepted, save those listed in `refused-examples.txt` with
//! the reason that the specification gives.
//!
//! The examples are the unpacked npm package `hl7.fhir.r4.examples@4.0.1`; `EASEL_TEST_R4_EXAMPLES` names its folder. The
//! patients are `../shared/data/synthea-r4-60-patients.tar.xz` beside the checkout.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::{Issue, Json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use terminology::Terminology;
use validation::{Options, validate};

const REFUSED: &str = include_str!("refused-examples.txt");

/// How many arrays and objects may be nested; the deepest example has fewer.
const MAX_DEPTH: usize = 100;

/// The lines `file: reason` of `refused-examples.txt`.
fn refused() -> BTreeMap<&'static str, &'static str> {
    let lines = REFUSED.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}"))).collect()
}

fn read(path: &Path) -> Json {
    let bytes = std::fs::read(path).unwrap();
    fhir::json::parse(&bytes, MAX_DEPTH).unwrap_or_else(|errors| panic!("{}: {}", path.display(), errors[0]))
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn told(issues: &[Issue]) -> String {
    let line = |issue: &Issue| {
        format!("\n    {} {}: {}", issue.code, issue.expression.as_deref().unwrap_or("-"), issue.text)
    };
    issues.iter().map(line).collect()
}

#[test]
fn the_official_examples_are_accepted_save_those_that_break_the_specification() {
    let Some(folder) = std::env::var_os("EASEL_TEST_R4_EXAMPLES") else {
        println!(
            "skipped: EASEL_TEST_R4_EXAMPLES names no folder with the npm package hl7.fhir.r4.examples@4.0.1"
        );
        return;
    };
    let (refused, terminology) = (refused(), Terminology::builtin());
    let options = Options { terminology: Some(&terminology), ..Options::default() };
    let (mut unexpected, mut seen, mut count) = (String::new(), BTreeSet::new(), 0);
    for path in json_files(Path::new(&folder)) {
        let (name, body) = (file_name(&path), read(&path));
        // package.json and the package's index are no resources.
        if body.get("resourceType").is_none() {
            continue;
        }
        count += 1;
        let issues = validate(&body, &options);
        if issues.is_empty() {
            continue;
        }
        match refused.get_key_value(name) {
            Some((name, _)) => drop(seen.insert(*name)),
            None => unexpected.push_str(&format!("\n  {name}{}", told(&issues))),
        }
    }
    println!("{count} examples, {} refused", seen.len());
    assert!(unexpected.is_empty(), "refused without a reason in refused-examples.txt:{unexpected}");
    let accepted: Vec<&&str> = refused.keys().filter(|name| !seen.contains(**name)).collect();
    assert!(accepted.is_empty(), "in refused-examples.txt but accepted: {accepted:?}");
    assert!(count > 5000, "only {count} examples: is this the whole package?");
}

#[test]
fn synthea_patients_are_accepted_alone_and_in_their_bundles() {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/synthea-r4-60-patients.tar.xz");
    if !archive.exists() {
        println!("skipped: {} does not exist", archive.display());
        return;
    }
    let folder = std::env::temp_dir().join(format!("easel-synthea-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let unpacked = Command::new("tar").arg("-xJf").arg(&archive).arg("-C").arg(&folder).status();
    assert!(unpacked.is_ok_and(|status| status.success()), "tar cannot unpack {}", archive.display());
    let problems = check_bundles(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(problems.is_empty(), "{problems}");
}

fn check_bundles(folder: &Path) -> String {
    let (mut problems, mut resources) = (String::new(), 0);
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in folders.filter(|path| path.is_dir()).flat_map(|path| json_files(&path)) {
        let bundle = read(&path);
        let issues = validate(&bundle, &Options::default());
        if !issues.is_empty() {
            problems.push_str(&format!("\n  {}{}", file_name(&path), told(&issues)));
        }
        for (index, entry) in bundle.get("entry").map(Json::items).unwrap_or_default().iter().enumerate() {
            let root = format!("Bundle.entry[{index}].resource");
            let issues = validate(
                entry.get("resource").unwrap(),
                &Options { root: Some(&root), ..Options::default() },
            );
            resources += 1;
            if !issues.is_empty() {
                problems.push_str(&format!("\n  {}{}", file_name(&path), told(&issues)));
            }
        }
    }
    println!("{resources} resources of Synthea");
    assert!(resources > 15_000, "only {resources} resources: is this the whole archive?");
    problems
}
