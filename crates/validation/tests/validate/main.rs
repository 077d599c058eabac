//! What `validate` says of bodies that are right and of bodies that are wrong in one way each.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

mod bindings;
mod bundles;
mod choices;
mod contained;
mod extensions;
mod invariants;
mod limits;
mod narratives;
mod primitives;
mod references;
mod resources;
mod siblings;
mod structure;

use fhir::{Json, ResourceType, Severity};
use validation::{Options, validate};

/// A code, an expression, a text.
type Told<'t> = (&'t str, &'t str, &'t str);

fn parse(body: &str) -> Json {
    fhir::json::parse(body.as_bytes(), 100).unwrap_or_else(|errors| panic!("{}\n{body}", errors[0]))
}

/// Validates a body and compares all that is told of it.
#[track_caller]
fn check(body: &str, expected: &[Told<'_>]) {
    check_with(body, &Options::default(), expected);
}

#[track_caller]
fn check_with(body: &str, options: &Options<'_>, expected: &[Told<'_>]) {
    let issues = validate(&parse(body), options);
    let told: Vec<Told<'_>> = issues
        .iter()
        .map(|issue| (issue.code.code(), issue.expression.as_deref().unwrap_or("-"), issue.text.as_str()))
        .collect();
    assert_eq!(told, expected, "{body}");
    assert!(issues.iter().all(|issue| issue.severity == Severity::Error));
}

/// Validates a Patient with these members.
#[track_caller]
fn check_patient(members: &str, expected: &[Told<'_>]) {
    check(&format!(r#"{{"resourceType":"Patient",{members}}}"#), expected);
}

/// Validates an Observation with these members and those it needs.
#[track_caller]
fn check_observation(members: &str, expected: &[Told<'_>]) {
    let body =
        format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{members}}}"#);
    check(&body, expected);
}

fn expecting(expected: ResourceType) -> Options<'static> {
    Options { expected: Some(expected), ..Options::default() }
}
