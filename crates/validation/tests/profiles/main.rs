//! What profiles demand, one rule at a time: small StructureDefinitions and resources that meet them or don't.

mod claims;
mod definitions;
mod elements;
mod extensions;
mod questions;
mod references;
mod slicing;

use fhir::Json;
use validation::{Mode, Options, Profiles, validate};

/// A code, an expression, a text; of the text what comes before the name of the profile.
type Told<'t> = (&'t str, &'t str, &'t str);

/// The URL of the profile under test.
const URL: &str = "http://example.org/p";

fn parse(body: &str) -> Json {
    fhir::json::parse(body.as_bytes(), 100).unwrap_or_else(|errors| panic!("{}\n{body}", errors[0]))
}

/// A StructureDefinition with a differential of these elements.
fn definition(url: &str, type_name: &str, elements: &str) -> Json {
    let base = format!("http://hl7.org/fhir/StructureDefinition/{type_name}");
    derived(url, type_name, &base, elements)
}

fn derived(url: &str, type_name: &str, base: &str, elements: &str) -> Json {
    parse(&format!(
        r#"{{"resourceType":"StructureDefinition","url":"{url}","name":"P","status":"active","kind":"resource",
            "abstract":false,"type":"{type_name}","baseDefinition":"{base}","derivation":"constraint",
            "differential":{{"element":[{elements}]}}}}"#
    ))
}

#[track_caller]
fn load<'j>(definitions: impl IntoIterator<Item = &'j Json>) -> Profiles {
    let mut profiles = Profiles::new();
    assert_eq!(profiles.add(definitions), []);
    profiles
}

/// Validates a body against the profile under test and compares all that is told of it.
#[track_caller]
fn check(profiles: &Profiles, body: &str, expected: &[Told<'_>]) {
    let asked = [URL];
    let options = Options { profiles: Some(profiles), asked_profiles: &asked, ..Options::default() };
    check_with(&options, body, expected);
}

#[track_caller]
fn check_with(options: &Options<'_>, body: &str, expected: &[Told<'_>]) {
    let issues = validate(&parse(body), options);
    let told: Vec<Told<'_>> = issues
        .iter()
        .map(|issue| {
            let text = issue.text.split(" (profile ").next().unwrap_or_default();
            (issue.code.code(), issue.expression.as_deref().unwrap_or("-"), text)
        })
        .collect();
    assert_eq!(told, expected, "{body}");
}

/// An Observation with these members and those it needs.
fn observation(members: &str) -> String {
    format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{members}}}"#)
}
