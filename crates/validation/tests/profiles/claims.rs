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
