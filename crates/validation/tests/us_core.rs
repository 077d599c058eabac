//! US Core: its own examples conform to the profiles that they claim, and stop conforming when what a profile requires
//! is taken out.
//!
//! The packages are `../shared/data/us-core-*.tgz` beside the checkout.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use fhir::{Issue, Json};
use std::path::Path;
use terminology::Terminology;
use validation::package::{self, DEFINITIONS, EXAMPLES};
use validation::{Options, Profiles, validate};

/// Examples that break their own profiles, each with the reason.
const NONCONFORMING: &[(&str, &str)] = &[
    ("DiagnosticReport/cardiology-report", "3.1.1: presentedForm.hash holds '..', which is no base64"),
    ("Observation/satO2-fiO2", "3.1.1: L/min is not in the value set that the profile requires"),
];

/// A package's profiles, its value sets, and its examples.
struct Guide {
    profiles: Profiles,
    terminology: Terminology,
    examples: Vec<Json>,
}

fn guide(version: &str) -> Option<Guide> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../../shared/data/us-core-{version}.tgz"));
    let Ok(bytes) = std::fs::read(&file) else {
        println!("skipped: {} does not exist", file.display());
        return None;
    };
    let types = ["StructureDefinition", "ValueSet", "CodeSystem"];
    let definitions = package::read(&bytes, DEFINITIONS, &types).unwrap();
    assert_eq!(definitions.name, "hl7.fhir.us.core");
    let mut profiles = Profiles::new();
    assert_eq!(profiles.add(&definitions.resources), []);
    let examples = package::read(&bytes, EXAMPLES, &[]).unwrap().resources;
    Some(Guide { profiles, terminology: Terminology::builtin().with_all(&definitions.resources), examples })
}

impl Guide {
    fn validate(&self, resource: &Json) -> Vec<Issue> {
        let options = Options {
            profiles: Some(&self.profiles),
            terminology: Some(&self.terminology),
            ..Options::default()
        };
        validate(resource, &options)
    }
}

fn name(resource: &Json) -> String {
    let part = |name: &str| resource.str(name).unwrap_or_default();
    format!("{}/{}", part("resourceType"), part("id"))
}

fn told(name: &str, issues: &[Issue]) -> String {
    let line = |issue: &Issue| {
        format!("\n    {} {}: {}", issue.code, issue.expression.as_deref().unwrap_or("-"), issue.text)
    };
    format!("\n  {name}") + &issues.iter().map(line).collect::<String>()
}

#[track_caller]
fn check_examples(version: &str, least: usize) {
    let Some(guide) = guide(version) else { return };
    let mut problems = String::new();
    for example in &guide.examples {
        let (name, issues) = (name(example), guide.validate(example));
        let is_known = version == "311" && NONCONFORMING.iter().any(|(known, _)| *known == name);
        if issues.is_empty() == is_known {
            problems.push_str(&told(&name, &issues));
        }
    }
    println!("{} examples, {} profiles", guide.examples.len(), guide.profiles.len());
    assert!(problems.is_empty(), "{problems}");
    assert!(guide.examples.len() >= least);
}

#[test]
fn the_examples_of_us_core_3_conform() {
    check_examples("311", 50);
}

#[test]
fn the_examples_of_us_core_6_conform() {
    check_examples("610", 100);
}

#[test]
fn the_examples_of_us_core_7_conform() {
    check_examples("700", 100);
}

/// What a profile requires: the paths of its elements and slices, the choices without `[x]`.
fn required(definition: &Json) -> Vec<Vec<String>> {
    let elements = definition.at(&["snapshot", "element"]).map(Json::items).unwrap_or_default();
    // What makes a value one of an optional slice can be taken out: then it is none of the slice.
    let is_in_slice = |element: &Json| {
        element.str("id").and_then(|id| id.rsplit_once('.')).is_some_and(|(owner, _)| owner.contains(':'))
    };
    let is_required = |element: &&Json| {
        element.get("min").is_some_and(|min| min.to_string() != "0") && !is_in_slice(element)
    };
    let path = |element: &Json| -> Vec<String> {
        let steps = element.str("path").unwrap().split('.').skip(1);
        steps.map(|name| name.trim_end_matches("[x]").to_owned()).collect()
    };
    let mut paths: Vec<Vec<String>> = elements.iter().filter(is_required).map(path).collect();
    paths.retain(|path| !path.is_empty());
    paths.dedup();
    paths
}

/// Whether a JSON name is that of an element, whatever type a choice has.
fn is_of(key: &str, name: &str) -> bool {
    let rest = key.trim_start_matches('_').strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Takes all values of an element out; with the expressions of where they were. What would be left empty stays.
fn take_out(json: &mut Json, path: &[String], place: &str, taken: &mut Vec<String>) {
    let Some((name, rest)) = path.split_first() else { return };
    let Some(object) = json.as_object_mut() else { return };
    if rest.is_empty() {
        let before = object.len();
        let others = object.iter().filter(|(key, _)| !is_of(key, name)).count();
        if others > 0 {
            object.retain(|key, _| !is_of(key, name));
        }
        if object.len() < before {
            taken.push(format!("{place}.{name}"));
        }
        return;
    }
    for (key, value) in object.iter_mut().filter(|(key, _)| is_of(key, name)) {
        let _ = key;
        match value {
            Json::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    take_out(item, rest, &format!("{place}.{name}[{index}]"), taken);
                }
            }
            value => take_out(value, rest, &format!("{place}.{name}"), taken),
        }
    }
}

#[test]
fn an_example_of_us_core_6_without_a_required_element_is_refused_at_that_element() {
    let Some(guide) = guide("610") else { return };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/us-core-610.tgz");
    let definitions = package::read(&std::fs::read(file).unwrap(), DEFINITIONS, &["StructureDefinition"])
        .unwrap()
        .resources;
    let (mut problems, mut count) = (String::new(), 0);
    for example in &guide.examples {
        let claimed = example.at(&["meta", "profile"]).map(Json::items).unwrap_or_default();
        let claimed: Vec<&str> = claimed.iter().filter_map(Json::as_str).collect();
        for definition in definitions.iter().filter(|one| claimed.contains(&one.str("url").unwrap())) {
            for path in &required(definition) {
                let (mut changed, mut taken) = (example.clone(), Vec::new());
                take_out(&mut changed, path, example.str("resourceType").unwrap(), &mut taken);
                count += taken.len();
                let issues = guide.validate(&changed);
                for expression in taken {
                    if !issues.iter().any(|issue| issue.expression.as_deref() == Some(&expression)) {
                        problems.push_str(&told(&format!("{} without {expression}", name(example)), &issues));
                    }
                }
            }
        }
    }
    println!("{count} elements taken out");
    assert!(problems.is_empty(), "{problems}");
    assert!(count > 300);
}
