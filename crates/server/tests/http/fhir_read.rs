//! GET and HEAD /fhir/{type}/{id}: read, its validators and conditions.

use crate::support::{Reply, Request, Site};
use fhir::json;

fn site() -> Site {
    let site = Site::new();
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    site
}

fn read(site: &Site, path: &str, header: &str, value: &str) -> Reply {
    site.ask_with(Request::new("GET", path).header(header, value))
}

#[test]
fn a_client_that_has_the_version_gets_no_body() {
    let site = site();
    for tag in ["W/\"1\"", "\"1\"", "W/\"7\", W/\"1\"", "*"] {
        let reply = read(&site, "/fhir/Basic/x", "if-none-match", tag).expect(304);
        assert!(reply.body.is_empty());
        assert_eq!(reply.header("etag"), Some("W/\"1\""), "{tag}");
        assert!(reply.header("last-modified").is_some());
    }
    read(&site, "/fhir/Basic/x/_history/1", "if-none-match", "W/\"1\"").expect(304);
    for tag in ["W/\"2\"", "1", "nonsense"] {
        read(&site, "/fhir/Basic/x", "if-none-match", tag).expect(200);
    }
}

#[test]
fn a_resource_that_has_not_changed_since_is_not_sent_again() {
    let site = site();
    let changed = site.get("/fhir/Basic/x").header("last-modified").unwrap().to_owned();
    read(&site, "/fhir/Basic/x", "if-modified-since", &changed).expect(304);
    read(&site, "/fhir/Basic/x", "if-modified-since", "Wed, 21 Oct 2015 07:28:00 GMT").expect(200);
    read(&site, "/fhir/Basic/x", "if-modified-since", "yesterday").expect(200);
    let both = Request::new("GET", "/fhir/Basic/x")
        .header("if-modified-since", &changed)
        .header("if-none-match", "W/\"9\"");
    site.ask_with(both).expect(200);
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    let site = site();
    for (path, status) in [("/fhir/Basic/x", 200), ("/fhir/Basic/none", 404), ("/fhir/Basic?_id=x", 200)] {
        let head = site.ask("HEAD", path, "").expect(status);
        let get = site.get(path).expect(status);
        assert!(head.body.is_empty(), "{path}");
        for header in ["content-type", "content-length", "etag"] {
            assert_eq!(head.header(header), get.header(header), "{path}: {header}");
        }
    }
}
