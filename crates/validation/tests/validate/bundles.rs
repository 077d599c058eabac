//! Bundles.

use super::*;

#[track_caller]
fn check_bundle(bundle_type: &str, members: &str, expected: &[Told<'_>]) {
    check(&format!(r#"{{"resourceType":"Bundle","type":"{bundle_type}"{members}}}"#), expected);
}

const PATIENT: &str = r#""resource":{"resourceType":"Patient","id":"1","active":true}"#;

#[test]
fn requests_and_responses_belong_to_their_types() {
    check_bundle(
        "transaction",
        &format!(r#","entry":[{{{PATIENT}}},{{{PATIENT},"request":{{"method":"POST","url":"Patient"}}}}]"#),
        &[(
            "invariant",
            "Bundle.entry[0].request",
            "bdl-3: entry.request is required in a Bundle of the type transaction",
        )],
    );
    check_bundle(
        "collection",
        &format!(
            r#","total":1,"entry":[{{{PATIENT},"search":{{"mode":"match"}},"request":{{"method":"GET","url":"x"}},
               "response":{{"status":"200"}}}}]"#
        ),
        &[
            (
                "invariant",
                "Bundle.total",
                "bdl-1: total does not belong into a Bundle of the type 'collection', only into searchset or history",
            ),
            (
                "invariant",
                "Bundle.entry[0].search",
                "bdl-2: entry.search does not belong into a Bundle of the type 'collection', only into searchset",
            ),
            (
                "invariant",
                "Bundle.entry[0].request",
                "bdl-3: entry.request does not belong into a Bundle of the type 'collection', only into batch or transaction or history",
            ),
            (
                "invariant",
                "Bundle.entry[0].response",
                "bdl-4: entry.response does not belong into a Bundle of the type 'collection', only into batch-response or transaction-response or history",
            ),
        ],
    );
    check_bundle(
        "collection",
        r#","entry":[{"fullUrl":"http://a/Patient/1"}]"#,
        &[("invariant", "Bundle.entry[0]", "bdl-5: entry needs a resource, a request or a response")],
    );
}

#[test]
fn full_urls_tell_resources_apart() {
    let entry = |url: &str| format!(r#"{{"fullUrl":"{url}",{PATIENT}}}"#);
    let both = format!(r#","entry":[{},{}]"#, entry("http://a/Patient/1"), entry("http://a/Patient/1"));
    check_bundle(
        "collection",
        &both,
        &[(
            "duplicate",
            "Bundle.entry[1].fullUrl",
            "bdl-7: entry.fullUrl 'http://a/Patient/1' is that of entry[0] too; entries must have different ones",
        )],
    );
    check_bundle(
        "collection",
        &format!(r#","entry":[{}]"#, entry("http://a/Patient/1/_history/2")),
        &[(
            "invariant",
            "Bundle.entry[0].fullUrl",
            "bdl-8: entry.fullUrl 'http://a/Patient/1/_history/2' must not name a version",
        )],
    );
}

#[test]
fn documents_and_messages_begin_with_what_they_are() {
    check_bundle(
        "document",
        &format!(r#","entry":[{{"fullUrl":"http://a/Patient/1",{PATIENT}}}]"#),
        &[
            ("invariant", "Bundle.timestamp", "bdl-10: timestamp is required in a document"),
            ("invariant", "Bundle.identifier.system", "bdl-9: identifier.system is required in a document"),
            ("invariant", "Bundle.identifier.value", "bdl-9: identifier.value is required in a document"),
            (
                "invariant",
                "Bundle.entry[0].resource",
                "bdl-11: the first resource of a document must be a Composition",
            ),
        ],
    );
    check_bundle(
        "message",
        &format!(r#","entry":[{{"fullUrl":"http://a/Patient/1",{PATIENT}}}]"#),
        &[(
            "invariant",
            "Bundle.entry[0].resource",
            "bdl-12: the first resource of a message must be a MessageHeader",
        )],
    );
}

#[test]
fn documents_and_messages_without_a_first_resource_are_none() {
    let message = "bdl-12: the first resource of a message must be a MessageHeader";
    check_bundle("message", "", &[("invariant", "Bundle.entry", message)]);
    check_bundle(
        "message",
        r#","entry":[{"fullUrl":"http://a/x"}]"#,
        &[
            ("invariant", "Bundle.entry[0]", "bdl-5: entry needs a resource, a request or a response"),
            ("invariant", "Bundle.entry[0].resource", message),
        ],
    );
    check_bundle(
        "document",
        r#","identifier":{"system":"urn:x","value":"1"},"timestamp":"2024-01-01T00:00:00Z""#,
        &[("invariant", "Bundle.entry", "bdl-11: the first resource of a document must be a Composition")],
    );
    check_bundle("collection", "", &[]);
}

#[test]
fn a_reference_to_an_entry_is_one_to_its_type() {
    for (url, is_told) in [
        ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", true),
        ("urn:oid:1.2.3", true),
        ("http://a.example/things", true),
        ("http://a.example/Patient/1", false),
    ] {
        let body = |resource: &str| {
            format!(
                r#","entry":[{{"fullUrl":"{url}","resource":{{{resource}}}}},
                {{"fullUrl":"http://a.example/Observation/1","resource":{{"resourceType":"Observation","status":"final",
                "code":{{"text":"x"}},"subject":{{"reference":"{url}"}}}}}}]"#
            )
        };
        check_bundle("collection", &body(r#""resourceType":"Patient""#), &[]);
        let text = format!(
            "subject.reference '{url}' is not a reference to one of Device, Group, Location, Patient"
        );
        let told = ("value", "Bundle.entry[1].resource.subject.reference", text.as_str());
        let expected: &[Told<'_>] = if is_told { &[told] } else { &[] };
        check_bundle("collection", &body(r#""resourceType":"Practitioner""#), expected);
    }
}

#[test]
fn conditional_references_are_of_entries_that_are_carried_out() {
    let text = "subject.reference 'Patient?identifier=1' is a conditional reference; these are resolved only in entries of \
                a batch or transaction that create or update a resource: send such a Bundle, or a reference like Patient/id";
    let observation = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient?identifier=1"}}"#;
    check(observation, &[("value", "Observation.subject.reference", text)]);
    check_with(observation, &Options { resolves_conditional: true, ..Options::default() }, &[]);
    let entry = |more: &str| format!(r#","entry":[{{"resource":{observation}{more}}}]"#);
    let request = r#","request":{"method":"POST","url":"Observation"}"#;
    check_bundle("transaction", &entry(request), &[]);
    check_bundle("batch", &entry(request), &[]);
    let place = "Bundle.entry[0].resource.subject.reference";
    check_bundle("collection", &entry(""), &[("value", place, text)]);
    // A Bundle within an entry is stored as it is.
    let inner = format!(r#"{{"resourceType":"Bundle","type":"collection"{}}}"#, entry(""));
    check_bundle(
        "transaction",
        &format!(r#","entry":[{{"resource":{inner},"request":{{"method":"POST","url":"Bundle"}}}}]"#),
        &[("value", "Bundle.entry[0].resource.entry[0].resource.subject.reference", text)],
    );
}

#[test]
fn a_full_url_that_disagrees_with_its_resource_deserves_a_look() {
    let body = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"fullUrl":"http://a/Patient/2",{PATIENT}}}]}}"#
    );
    check(&body, &[]);
    let issues = validate(&parse(&body), &Options { mode: validation::Mode::Check, ..Options::default() });
    assert!(issues.iter().any(|issue| issue.text
        == "entry.fullUrl 'http://a/Patient/2' does not agree with the id '1' of its resource"));
}

#[test]
fn a_urn_that_no_entry_has_deserves_a_look() {
    let body = r#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://a/Account/1","resource":
        {"resourceType":"Account","status":"active","subject":[
          {"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}]}}]}"#;
    check(body, &[]);
    let issues = validate(&parse(body), &Options { mode: validation::Mode::Check, ..Options::default() });
    let expression = "Bundle.entry[0].resource.subject[0].reference";
    assert!(issues.iter().any(|issue| issue.expression.as_deref() == Some(expression)));
}
