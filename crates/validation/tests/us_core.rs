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

/// What a profile requires directly below its root: the names of elements, choices without `[x]`.
fn required(definition: &Json) -> Vec<String> {
    let elements = definition.at(&["snapshot", "element"]).map(Json::items).unwrap_or_default();
    let is_required = |element: &&Json| element.get("min").is_some_and(|min| min.to_string() != "0");
    let name = |element: &Json| {
        let mut steps = element.str("path")?.split('.');
        match (steps.next(), steps.next(), steps.next()) {
            (_, Some(name), None) => Some(name.trim_end_matches("[x]").to_owned()),
            _ => None,
        }
    };
    let mut names: Vec<String> = elements.iter().filter(is_required).filter_map(name).collect();
    names.dedup();
    names
}

/// The resource without an element, whatever type a choice has.
fn without(resource: &Json, name: &str) -> Option<Json> {
    let mut changed = resource.clone();
    let object = changed.as_object_mut()?;
    let before = object.len();
    object.retain(|key, _| {
        let rest = key.trim_start_matches('_').strip_prefix(name);
        !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    (object.len() < before).then_some(changed)
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
        let type_name = example.str("resourceType").unwrap();
        let claimed = example.at(&["meta", "profile"]).map(Json::items).unwrap_or_default();
        let claimed: Vec<&str> = claimed.iter().filter_map(Json::as_str).collect();
        for definition in definitions.iter().filter(|one| claimed.contains(&one.str("url").unwrap())) {
            for element in required(definition) {
                let Some(changed) = without(example, &element) else { continue };
                count += 1;
                let expression = format!("{type_name}.{element}");
                let issues = guide.validate(&changed);
                if !issues.iter().any(|issue| issue.expression.as_deref() == Some(&expression)) {
                    problems.push_str(&told(&format!("{} without {element}", name(example)), &issues));
                }
            }
        }
    }
    println!("{count} elements taken out");
    assert!(problems.is_empty(), "{problems}");
    assert!(count > 300);
}
