//! Which profiles a resource is held to.

use super::*;

fn profiles() -> Profiles {
    load([&definition(URL, "Patient", r#"{"path":"Patient.name","min":1}"#)])
}

#[test]
fn a_resource_is_held_to_the_profiles_that_it_claims() {
    let profiles = profiles();
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    let claiming = |url: &str| format!(r#"{{"resourceType":"Patient","meta":{{"profile":["{url}"]}}}}"#);
    let missing = [("required", "Patient.name", "name is required")];
    check_with(&options, &claiming(URL), &missing);
    check_with(&options, r#"{"resourceType":"Patient","active":true}"#, &[]);
    check_with(&options, &claiming("http://example.org/other"), &[]);
    check_with(&options, &claiming("http://example.org/p|9"), &[]);
    // Without profiles nothing is held to any.
    check_with(&Options::default(), &claiming(URL), &[]);
}

#[test]
fn resources_inside_others_are_held_to_what_they_claim() {
    let profiles = profiles();
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    let patient = format!(r#"{{"resourceType":"Patient","id":"p","meta":{{"profile":["{URL}"]}}}}"#);
    check_with(
        &options,
        &format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{patient}}}]}}"#),
        &[("required", "Bundle.entry[0].resource.name", "name is required")],
    );
    check_with(
        &options,
        &observation(&format!(r##""subject":{{"reference":"#p"}},"contained":[{patient}]"##)),
        &[("required", "Observation.contained[0].name", "name is required")],
    );
}

#[test]
fn a_profile_that_is_not_loaded_is_told_when_asked() {
    let profiles = profiles();
    let body = r#"{"resourceType":"Patient","text":{"status":"generated",
        "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},"meta":{"profile":["http://example.org/other"]}}"#;
    let options = Options { profiles: Some(&profiles), mode: Mode::Check, ..Options::default() };
    let text = "profile 'http://example.org/other' is not loaded, so it was not checked";
    check_with(&options, body, &[("not-found", "Patient.meta.profile[0]", text)]);
    let asked = ["http://example.org/other", "http://hl7.org/fhir/StructureDefinition/Patient"];
    let options = Options { asked_profiles: &asked, ..Options::default() };
    let text = "profile 'http://example.org/other' is not loaded";
    check_with(&options, body, &[("not-found", "Patient", text)]);
}

#[test]
fn a_profile_of_another_type_is_no_profile_of_this() {
    let profiles = profiles();
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    let body = observation(&format!(r#""meta":{{"profile":["{URL}"]}}"#));
    let text = "profile 'http://example.org/p' is one of Patient, not of Observation";
    check_with(&options, &body, &[("value", "Observation.meta.profile[0]", text)]);
}

#[test]
fn elements_that_must_be_supported_and_are_absent_are_told_to_who_asks() {
    let base = definition(
        "http://example.org/base",
        "Patient",
        r#"{"path":"Patient.birthDate","mustSupport":true},{"path":"Patient.deceased[x]","mustSupport":true}"#,
    );
    let elements = r#"{"path":"Patient.name","mustSupport":true},{"path":"Patient.name.family","mustSupport":true},
        {"path":"Patient.contact.name","mustSupport":true},{"path":"Patient.gender","mustSupport":true}"#;
    let profiles = load([&derived(URL, "Patient", "http://example.org/base", elements), &base]);
    let asked = [URL];
    let told = |body: &str, mode: Mode, asked: &[&str]| -> Vec<String> {
        let options =
            Options { profiles: Some(&profiles), asked_profiles: asked, mode, ..Options::default() };
        let issues = validate(&parse(body), &options);
        let found = issues.iter().filter(|issue| issue.text.contains("mustSupport"));
        found.map(|issue| format!("{} {}", issue.severity.code(), issue.text)).collect()
    };
    let text = |absent: &str| {
        vec![format!(
            "information absent here are {absent}, which profile '{URL}' marks as mustSupport: send them where they are known"
        )]
    };
    let some = r#"{"resourceType":"Patient","name":[{"text":"x"}],"gender":"other","deceasedBoolean":false}"#;
    assert_eq!(told(some, Mode::Check, &asked), text("birthDate, name.family"));
    let none = r#"{"resourceType":"Patient","contact":[{"gender":"other"}]}"#;
    assert_eq!(told(none, Mode::Check, &asked), text("birthDate, deceased, name, contact.name, gender"));
    assert!(told(none, Mode::Write, &asked).is_empty());
    let claiming = format!(r#"{{"resourceType":"Patient","meta":{{"profile":["{URL}"]}}}}"#);
    assert!(told(&claiming, Mode::Check, &[]).is_empty(), "only of profiles that are asked for");
    let whole = r#"{"resourceType":"Patient","name":[{"family":"x"}],"gender":"other","deceasedBoolean":false,"birthDate":"2000"}"#;
    assert!(told(whole, Mode::Check, &asked).is_empty());
}
