//! `_format`, `Accept` and `Content-Type` at the R4 door: JSON and XML.

use crate::support::{Reply, Request, Site};
use fhir::json;

const BASIC: &str =
    r#"<Basic xmlns="http://hl7.org/fhir"><id value="x"/><code><text value="a &lt; b"/></code></Basic>"#;

fn xml(method: &str, path: &str, body: &str) -> Request {
    Request::new(method, path).header("content-type", "application/fhir+xml").body(body)
}

fn get(path: &str, accept: &str) -> Request {
    Request::new("GET", path).header("accept", accept)
}

#[track_caller]
fn is_xml(reply: &Reply) -> String {
    assert_eq!(reply.header("content-type"), Some("application/fhir+xml"), "{}", reply.text());
    reply.text()
}

#[test]
fn a_resource_is_written_in_xml_and_read_in_both_forms() {
    let site = Site::new();
    let created = site.ask_with(xml("PUT", "/fhir/Basic/x", BASIC)).expect(201);
    assert_eq!(created.json().at(&["code", "text"]), Some(&"a < b".into()));
    for path in ["/fhir/Basic/x?_format=xml", "/fhir/Basic/x?_format=application/fhir%2Bxml"] {
        let text = is_xml(&site.get(path).expect(200));
        assert!(text.contains(r#"<text value="a &lt; b"/>"#), "{text}");
    }
    is_xml(&site.ask_with(get("/fhir/Basic/x", "application/fhir+xml")).expect(200));
    let json = site.ask_with(get("/fhir/Basic/x?_format=json", "application/fhir+xml")).expect(200);
    assert_eq!(json.json().str("id"), Some("x"));
}

#[test]
fn searches_histories_and_metadata_are_answered_in_xml() {
    let site = Site::new();
    site.ask_with(xml("PUT", "/fhir/Basic/x", BASIC)).expect(201);
    for (path, root) in [
        ("/fhir/Basic?_id=x", "<Bundle"),
        ("/fhir/Basic/x/_history", "<Bundle"),
        ("/fhir/metadata", "<CapabilityStatement"),
    ] {
        let text = is_xml(&site.ask_with(get(path, "application/fhir+xml")).expect(200));
        assert!(text.contains(root), "{text}");
    }
}

#[test]
fn refusals_are_xml_for_those_who_asked_for_it() {
    let site = Site::new();
    let text = is_xml(&site.ask_with(get("/fhir/Basic/none", "application/fhir+xml")).expect(404));
    assert!(text.contains("<OperationOutcome") && text.contains("Unknown Basic resource 'none'"), "{text}");
    let json = site.get("/fhir/Basic/none").expect(404);
    assert_eq!(json.header("content-type"), Some("application/fhir+json"));
}

#[test]
fn problems_of_xml_have_a_line_and_a_column() {
    let site = Site::new();
    let body = "<Basic xmlns=\"http://hl7.org/fhir\">\n  <code>\n</Basic>";
    let refused = site.ask_with(xml("POST", "/fhir/Basic", body)).expect(400);
    assert!(refused.issues()[1].1.starts_with("line 3, column "), "{}", refused.text());
}

#[test]
fn what_validation_finds_in_xml_has_its_expression() {
    let site = Site::new();
    let body = r#"<Observation xmlns="http://hl7.org/fhir"><status value="finall"/><code><text value="x"/></code></Observation>"#;
    let refused = site.ask_with(xml("POST", "/fhir/Observation", body)).expect(400);
    assert_eq!(refused.issues()[1].2, "Observation.status");
}

#[test]
fn document_types_and_entities_are_refused() {
    let site = Site::new();
    for prologue in [
        r#"<!DOCTYPE Basic [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#,
        r#"<!DOCTYPE Basic [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>"#,
    ] {
        let body = format!(
            r#"{prologue}<Basic xmlns="http://hl7.org/fhir"><code><text value="&x;&b;"/></code></Basic>"#
        );
        let refused = site.ask_with(xml("POST", "/fhir/Basic", &body)).expect(400);
        assert!(!refused.text().contains("root:"), "{}", refused.text());
    }
}

#[test]
fn other_forms_are_neither_written_nor_read() {
    let site = Site::new();
    site.ask_with(get("/fhir/Basic", "text/turtle")).expect(406);
    site.get("/fhir/Basic?_format=ttl").expect(406);
    let turtle = Request::new("POST", "/fhir/Basic").header("content-type", "text/turtle").body("x");
    site.ask_with(turtle).expect(415);
    let r3 =
        Request::new("POST", "/fhir/Basic").header("content-type", "application/fhir+json; fhirVersion=3.0");
    site.ask_with(r3.body("{}")).expect(415);
}

#[test]
fn pretty_answers_are_indented_in_both_forms() {
    let site = Site::new();
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    let lines = |path: &str| site.get(path).expect(200).text().lines().count();
    assert_eq!(lines("/fhir/Basic/x"), 1);
    assert!(lines("/fhir/Basic/x?_pretty=true") > 5);
    assert!(lines("/fhir/Basic/x?_pretty=true&_format=xml") > 5);
    assert!(lines("/fhir/Basic/x?%5Fpretty=true") > 5);
    let form = |text: &str| {
        let search = Request::new("POST", "/fhir/Basic/_search");
        site.ask_with(search.header("content-type", "application/x-www-form-urlencoded").body(text))
    };
    assert!(form("_id=x&_pretty=true").expect(200).text().lines().count() > 5);
    is_xml(&form("_id=x&_format=xml").expect(200));
    form("_id=x&_format=ttl").expect(406);
    let refused = site.get("/fhir/Basic/none?_pretty=true").expect(404);
    assert!(refused.text().lines().count() > 5);
}

#[test]
fn the_canvas_door_speaks_json_alone() {
    let site = Site::new();
    site.ask_with(get("/Patient", "application/fhir+xml")).expect(406);
    site.ask_with(xml("POST", "/Patient", "<Patient xmlns=\"http://hl7.org/fhir\"/>")).expect(415);
}
