//! References.

use super::*;

#[test]
fn all_forms_of_references_are_accepted() {
    for reference in [
        "Patient/1",
        "Patient/1/_history/2",
        "http://a.example/fhir/Patient/1",
        "https://a.example/anything",
        "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
        "urn:oid:1.2.3",
        "Group/1",
    ] {
        check_observation(&format!(r#""subject":{{"reference":"{reference}"}}"#), &[]);
    }
}

#[test]
fn malformed_references_are_refused() {
    let form = "is not a reference (Type/id, an absolute URL, urn:uuid:…, urn:oid:… or #id)";
    for (reference, hint) in [
        ("Patient", ""),
        ("Patient/", ""),
        ("Patient/a_b", ""),
        ("/Patient/1", ""),
        ("patient/1", "; did you mean 'Patient/1'?"),
        ("Patint/1", "; did you mean 'Patient/1'?"),
        ("urn:uuid:1", ""),
        ("urn:oid:x", ""),
        ("http://a b/Patient/1", ""),
    ] {
        let text = format!("subject.reference '{reference}' {form}{hint}");
        let body = format!(r#""subject":{{"reference":"{reference}"}}"#);
        check_observation(&body, &[("value", "Observation.subject.reference", &text)]);
    }
}

#[test]
fn references_point_to_the_types_that_the_element_allows() {
    let targets = "one of Device, Group, Location, Patient";
    for reference in ["Practitioner/1", "http://a/fhir/Practitioner/1"] {
        let text = format!("subject.reference '{reference}' is not a reference to {targets}");
        let body = format!(r#""subject":{{"reference":"{reference}"}}"#);
        check_observation(&body, &[("value", "Observation.subject.reference", &text)]);
    }
    check_patient(
        r#""managingOrganization":{"reference":"Patient/1"},"extension":[{"url":"http://a","valueReference":{"reference":"Basic/1"}}]"#,
        &[(
            "value",
            "Patient.managingOrganization.reference",
            "managingOrganization.reference 'Patient/1' is not a reference to Organization",
        )],
    );
}

#[test]
fn the_type_of_a_reference_agrees_with_it() {
    check_observation(r#""subject":{"type":"Patient","reference":"Patient/1"}"#, &[]);
    check_observation(r#""subject":{"type":"Patient","identifier":{"value":"1"}}"#, &[]);
    for (kind, text) in [
        ("Patint", "'Patint' is not a resource type of FHIR R4; did you mean 'Patient'?"),
        ("Practitioner", "'Practitioner' is not one of Device, Group, Location, Patient"),
        ("Group", "'Group' does not agree with the reference, which is to Patient"),
    ] {
        let body = format!(r#""subject":{{"type":"{kind}","reference":"Patient/1"}}"#);
        check_observation(&body, &[("value", "Observation.subject.type", &format!("subject.type {text}"))]);
    }
}

#[test]
fn fragments_lead_to_contained_resources_of_an_allowed_type() {
    check_observation(
        r##""contained":[{"resourceType":"Patient","id":"p"},{"resourceType":"Practitioner","id":"q"}],
            "subject":{"reference":"#q"},"performer":[{"reference":"#p"},{"reference":"#z"}]"##,
        &[
            (
                "value",
                "Observation.subject.reference",
                "subject.reference '#q' is not a reference to one of Device, Group, Location, Patient",
            ),
            (
                "not-found",
                "Observation.performer[1].reference",
                "ref-1: performer.reference '#z' refers to a contained resource, but none has the id 'z'",
            ),
        ],
    );
}

#[test]
fn an_entry_of_a_bundle_does_not_see_what_another_contains() {
    check(
        r##"{"resourceType":"Bundle","type":"collection","entry":[
             {"resource":{"resourceType":"Account","status":"active","contained":[{"resourceType":"Patient","id":"p"}],
               "subject":[{"reference":"#p"}]}},
             {"resource":{"resourceType":"Account","status":"active","subject":[{"reference":"#p"}]}}]}"##,
        &[(
            "not-found",
            "Bundle.entry[1].resource.subject[0].reference",
            "ref-1: subject.reference '#p' refers to a contained resource, but none has the id 'p'",
        )],
    );
}
