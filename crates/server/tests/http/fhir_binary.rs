//! /fhir/Binary: content that is not FHIR.

use crate::support::{Reply, Request, Site};
use fhir::Json;

const PDF: &[u8] = b"%PDF-1.4\n\x00\xff not text";

fn upload(method: &str, path: &str) -> Request {
    Request::new(method, path).header("content-type", "application/pdf").body(PDF)
}

fn get(site: &Site, path: &str, accept: &str) -> Reply {
    site.ask_with(Request::new("GET", path).header("accept", accept))
}

#[test]
fn content_is_stored_and_read_back_as_it_is() {
    let site = Site::new();
    let created = site.ask_with(upload("POST", "/fhir/Binary")).expect(201);
    let path = format!("/fhir/Binary/{}", created.location_id());
    for accept in
        ["*/*", "application/pdf", "application/*;q=0.5", "text/plain", "application/json", "image/png"]
    {
        let content = get(&site, &path, accept).expect(200);
        assert_eq!(content.body, PDF);
        assert_eq!(content.header("content-type"), Some("application/pdf"));
        assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(content.header("etag"), Some("W/\"1\""));
    }
    let again = Request::new("GET", &path).header("if-none-match", "W/\"1\"");
    site.ask_with(again).expect(304);
    let content = site.get(&format!("{path}/_history/1")).expect(200);
    assert_eq!(content.body, PDF);
}

#[test]
fn whoever_asks_for_fhir_gets_the_resource() {
    let site = Site::new();
    site.ask_with(upload("PUT", "/fhir/Binary/x")).expect(201);
    let resource = get(&site, "/fhir/Binary/x", "application/fhir+json").expect(200).json();
    assert_eq!(resource.str("contentType"), Some("application/pdf"));
    assert_eq!(resource.str("data").and_then(fhir::base64::decode).as_deref(), Some(PDF));
    assert_eq!(site.get("/fhir/Binary/x?_format=json").expect(200).json().str("id"), Some("x"));
    assert!(get(&site, "/fhir/Binary/x", "application/fhir+xml").expect(200).text().starts_with("<?xml"));
}

#[test]
fn a_binary_that_is_sent_as_a_resource_is_one() {
    let site = Site::new();
    let body = r#"{"resourceType":"Binary","id":"t","contentType":"text/plain","data":"aGVsbG8="}"#;
    site.ask("PUT", "/fhir/Binary/t", body).expect(201);
    let content = site.get("/fhir/Binary/t").expect(200);
    assert_eq!((content.text().as_str(), content.header("content-type")), ("hello", Some("text/plain")));
    site.ask("PUT", "/fhir/Binary/t", r#"{"resourceType":"Binary","id":"t","data":"%"}"#).expect(400);
    site.ask_with(Request::new("POST", "/fhir/Binary").header("content-type", "").body("x")).expect(415);
}

#[test]
fn whatever_is_no_binary_is_content_in_forms_of_fhir_too() {
    let site = Site::new();
    for (kind, body) in [
        ("application/json", r#"{"a":[1,2]}"#),
        ("application/fhir+json", r#"{"resourceType":"Patient"}"#),
        ("application/fhir+json; charset=utf-8", "not json"),
        ("application/xml", "<note><to>x</to></note>"),
        ("application/fhir+xml", "<Patient xmlns=\"http://hl7.org/fhir\"/>"),
        ("text/json", "{}"),
    ] {
        for (method, path) in [("POST", "/fhir/Binary"), ("PUT", "/fhir/Binary/x")] {
            let sent = site.ask_with(Request::new(method, path).header("content-type", kind).body(body));
            assert!(matches!(sent.status, 200 | 201), "{kind}: {}", sent.text());
            let id = sent.json().str("id").unwrap().to_owned();
            let content = get(&site, &format!("/fhir/Binary/{id}"), "*/*").expect(200);
            assert_eq!((content.text().as_str(), content.header("content-type")), (body, Some(kind)));
        }
    }
    for (kind, body) in [
        ("application/json", r#"{ "resourceType" : "Binary", "data": "#),
        (
            "application/fhir+xml",
            "<?xml version=\"1.0\"?><Binary xmlns=\"http://hl7.org/fhir\"><wrong/></Binary>",
        ),
    ] {
        let sent = Request::new("POST", "/fhir/Binary").header("content-type", kind).body(body);
        site.ask_with(sent).expect(400);
    }
}

#[test]
fn content_has_the_permissions_of_its_security_context() {
    let site = Site::new();
    let request = upload("PUT", "/fhir/Binary/x").header("x-security-context", "Patient/p");
    let created = site.ask_with(request).expect(201).json();
    assert_eq!(created.at(&["securityContext", "reference"]).and_then(Json::as_str), Some("Patient/p"));
    let with = |scopes: &str, path: &str| {
        let token = site.token_for(scopes);
        site.ask_with(Request::new("GET", path).header("authorization", &format!("Bearer {token}"))).status
    };
    for path in ["/fhir/Binary/x", "/fhir/Binary/x?_format=json", "/fhir/Binary/x/_history/1"] {
        assert_eq!(with("system/Binary.read", path), 403, "{path}");
        assert_eq!(with("system/Binary.read system/Patient.read", path), 200, "{path}");
    }
    for path in ["/fhir/Binary?_id=x", "/fhir/Binary/x/_history"] {
        assert_eq!(with("system/Binary.read system/Patient.read", path), 403, "{path}");
        assert_eq!(with("system/*.read", path), 200, "{path}");
    }
    let content = site.get("/fhir/Binary/x").expect(200);
    assert_eq!(content.header("x-security-context"), Some("Patient/p"));
}
