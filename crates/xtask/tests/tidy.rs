//! What the architecture forbids, held by tests: edges between crates, crates where others may not be,
//! files without a purpose stated, leftovers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates each may depend on (ARCHITECTURE.md).
const EDGES: &[(&str, &[&str])] = &[
    ("fhir", &[]),
    ("ucum", &[]),
    ("terminology", &["fhir", "ucum"]),
    ("fhirpath", &["fhir", "ucum"]),
    ("patch", &["fhir", "fhirpath"]),
    ("search", &["fhir", "fhirpath", "terminology", "ucum"]),
    ("validation", &["fhir", "fhirpath", "terminology", "ucum"]),
    ("storage", &["fhir", "search"]),
    ("interactions", &["fhir", "fhirpath", "patch", "search", "storage", "terminology", "validation"]),
    ("canvas", &["fhir", "fhirpath", "interactions"]),
    ("auth", &["fhir"]),
    (
        "server",
        &[
            "auth",
            "canvas",
            "fhir",
            "fhirpath",
            "interactions",
            "patch",
            "search",
            "storage",
            "terminology",
            "validation",
        ],
    ),
    ("generate", &["fhir"]),
    ("fuzz", &["fhir", "fhirpath", "generate", "interactions", "patch", "search", "storage", "validation"]),
    ("xtask", &[]),
    ("bench", &["generate"]),
];

/// Crates of others that only these of ours may depend on.
const RESERVED: &[(&str, &[&str])] = &[
    ("hyper", &["server"]),
    ("hyper-util", &["server"]),
    ("axum", &["bench"]),
    ("rusqlite", &["storage", "bench"]),
    ("postgres", &["storage"]),
    ("tokio-postgres", &["storage"]),
];

/// Generated pages and files, which keep no hand-written rules.
const GENERATED: &str = "definitions/generated";

/// A file with more lines than this gets a second look; those that had it are listed with why.
const SECOND_LOOK: usize = 600;
const LONG_FILES: &[&str] = &[];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|dependency| dependency["kind"] != "dev").map(name).collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|package| (name(package), of(package))).collect()
}

fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    collect(&root().join("crates"), &mut paths);
    paths.sort();
    let shown = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    paths
        .iter()
        .map(|path| (shown(path), std::fs::read_to_string(path).unwrap()))
        .filter(|(path, _)| !path.contains(GENERATED))
        .collect()
}

#[test]
fn crates_depend_only_on_the_crates_that_the_architecture_allows() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    for (name, dependencies) in dependencies() {
        let Some(allowed_here) = allowed.get(name.as_str()) else {
            panic!("{name} is not in the list of edges")
        };
        for dependency in dependencies.iter().filter(|dependency| allowed.contains_key(dependency.as_str())) {
            assert!(allowed_here.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn transport_and_database_drivers_stay_where_they_belong() {
    for (name, dependencies) in dependencies() {
        for (reserved, owners) in RESERVED {
            let may = owners.contains(&name.as_str());
            assert!(may || !dependencies.contains(*reserved), "{name} must not depend on {reserved}");
        }
    }
}

#[test]
fn pure_crates_read_no_clock_and_do_no_io() {
    let pure = [
        "crates/fhir/src",
        "crates/fhirpath/src",
        "crates/patch/src",
        "crates/ucum/src",
        "crates/search/src",
        "crates/terminology/src",
        "crates/validation/src",
        "crates/canvas/src",
    ];
    let forbidden = [
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
    ];
    let is_test = |path: &str| path.contains("/tests/") || path.ends_with("/tests.rs");
    let is_pure = |path: &str| pure.iter().any(|folder| path.starts_with(folder)) && !is_test(path);
    for (path, text) in sources().iter().filter(|(path, _)| is_pure(path)) {
        for word in forbidden {
            assert!(!text.contains(word), "{path} uses {word}");
        }
    }
}

#[test]
fn sql_stays_in_storage() {
    for (path, text) in sources() {
        let may = ["crates/storage/", "crates/bench/", "crates/xtask/"]
            .iter()
            .any(|folder| path.starts_with(folder));
        for word in ["SELECT ", "INSERT INTO", "DELETE FROM"] {
            assert!(may || !text.contains(word), "{path} holds SQL: {word}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (path, text) in sources() {
        let mut lines = text.lines().skip_while(|line| line.starts_with("#!["));
        assert!(lines.next().is_some_and(|line| line.starts_with("//!")), "{path} has no module comment");
    }
}

#[test]
fn nothing_half_done_is_left() {
    let leftovers = ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "// XXX", "#[ignore"];
    for (path, text) in sources().iter().filter(|(path, _)| !path.ends_with("tests/tidy.rs")) {
        for word in leftovers {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}

#[test]
fn long_files_are_known() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= SECOND_LOOK || LONG_FILES.contains(&path.as_str()), "{path} has {lines} lines");
    }
}

#[test]
fn one_place_renders_refusals() {
    for (path, text) in sources() {
        let renders = text.contains("OperationOutcome\\\"") || text.contains("\"OperationOutcome\"");
        let may =
            path.starts_with("crates/fhir/src/outcome") || path.contains("/tests/") || path.contains("/demo");
        assert!(may || !renders, "{path} writes an OperationOutcome by hand");
    }
}
