//! What references may point to.

use super::*;

fn profiles() -> Profiles {
    let named = definition("http://example.org/named", "Patient", r#"{"path":"Patient.name","min":1}"#);
    let elements = r#"{"path":"Observation.subject","type":[{"code":"Reference",
        "targetProfile":["http://example.org/named"]}]}"#;
    load([&definition(URL, "Observation", elements), &named])
}

#[test]
fn a_reference_points_to_a_type_that_the_profile_allows() {
    check(&profiles(), &observation(r#""subject":{"reference":"Patient/1"}"#), &[]);
    check(
        &profiles(),
        &observation(r#""subject":{"reference":"Group/1"}"#),
        &[("value", "Observation.subject", "subject 'Group/1' is not a reference to named")],
    );
}

#[test]
fn what_is_contained_conforms_to_the_profile_of_the_target() {
    let body = |patient: &str| {
        observation(&format!(
            r##""subject":{{"reference":"#p"}},"contained":[{{"resourceType":"Patient","id":"p",{patient}}}]"##
        ))
    };
    check(&profiles(), &body(r#""name":[{"text":"x"}]"#), &[]);
    check(
        &profiles(),
        &body(r#""active":true"#),
        &[(
            "value",
            "Observation.subject",
            "subject '#p' points to a resource that does not conform to http://example.org/named: name is required",
        )],
    );
}

#[test]
fn what_the_bundle_has_conforms_to_the_profile_of_the_target() {
    let profiles = profiles();
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    for reference in ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "Patient/p"] {
        let body = |patient: &str| {
            format!(
                r#"{{"resourceType":"Bundle","type":"collection","entry":[
                    {{"fullUrl":"http://a/Observation/o","resource":{{"resourceType":"Observation","status":"final",
                      "meta":{{"profile":["{URL}"]}},"code":{{"text":"x"}},"subject":{{"reference":"{reference}"}}}}}},
                    {{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{{"resourceType":"Patient",
                      "id":"p",{patient}}}}}]}}"#
            )
        };
        check_with(&options, &body(r#""name":[{"text":"x"}]"#), &[]);
        let text = format!(
            "subject '{reference}' points to a resource that does not conform to http://example.org/named: name is required"
        );
        let expression = "Bundle.entry[0].resource.subject";
        check_with(&options, &body(r#""active":true"#), &[("value", expression, &text)]);
    }
}

#[test]
fn resources_that_refer_to_one_another_are_checked_once() {
    let a = definition(
        URL,
        "Patient",
        r#"{"path":"Patient.link.other","type":[{"code":"Reference","targetProfile":["http://example.org/p"]}]}"#,
    );
    let profiles = load([&a]);
    let options = Options { profiles: Some(&profiles), ..Options::default() };
    let entry = |id: usize, other: usize| {
        format!(
            r#"{{"fullUrl":"http://a/Patient/{id}","resource":{{"resourceType":"Patient","id":"{id}",
              "meta":{{"profile":["{URL}"]}},
              "link":[{{"type":"seealso","other":{{"reference":"Patient/{other}"}}}}]}}}}"#
        )
    };
    let entries: Vec<String> = (0..300).map(|id| entry(id, (id + 1) % 300)).collect();
    let body = format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(","));
    check_with(&options, &body, &[]);
}
