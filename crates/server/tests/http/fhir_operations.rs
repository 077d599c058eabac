//! /fhir/{type}/$name and /fhir/{type}/{id}/$name: operations.

use crate::support::{Request, Site};
use fhir::{Json, json};

fn basic(site: &Site) {
    let tag = json!({ "system": "http://example.org/tags", "code": "a", "display": "A" });
    let basic =
        json!({ "resourceType": "Basic", "id": "x", "meta": { "tag": [tag] }, "code": { "text": "x" } });
    site.put("/fhir/Basic/x", &basic).expect(201);
}

fn labels(meta: Json) -> Json {
    json!({ "resourceType": "Parameters", "parameter": [{ "name": "meta", "valueMeta": (meta) }] })
}

/// The codes of the tags that an operation returned.
fn tags(returned: &Json) -> Vec<String> {
    let meta = returned.at(&["parameter", "0", "valueMeta"]).unwrap();
    let tags = meta.get("tag").map(Json::items).unwrap_or_default();
    tags.iter().map(|tag| tag.str("code").unwrap().to_owned()).collect()
}

#[test]
fn meta_is_that_of_the_resource() {
    let site = Site::new();
    basic(&site);
    let meta = site.get("/fhir/Basic/x/$meta").expect(200).json();
    assert_eq!(tags(&meta), ["a"]);
    assert_eq!(meta.at(&["parameter", "0", "valueMeta", "versionId"]), Some(&"1".into()));
    site.get("/fhir/Basic/none/$meta").expect(404);
    let refused = site.get("/fhir/Basic/x/$meta?mode=x").expect(400);
    assert_eq!(refused.issues()[1].1, "$meta has no parameter 'mode' (supported: none)");
}

#[test]
fn labels_are_sets_that_are_added_to_and_taken_from() {
    let site = Site::new();
    basic(&site);
    let more = labels(json!({
        "tag": [{ "system": "http://example.org/tags", "code": "a", "version": "2" }, { "code": "b" }],
        "profile": ["http://example.org/p"]
    }));
    let added = site.post("/fhir/Basic/x/$meta-add", &more).expect(200).json();
    assert_eq!(tags(&added), ["a", "b"]);
    assert_eq!(site.get("/fhir/Basic/x").header("etag"), Some("W/\"2\""));
    assert_eq!(site.search("/fhir/Basic?_tag=b&_profile=http://example.org/p").len(), 1);

    let same = site.post("/fhir/Basic/x/$meta-add", &more).expect(200).json();
    assert_eq!(same.at(&["parameter", "0", "valueMeta", "versionId"]), Some(&"2".into()));

    let fewer = labels(json!({ "tag": [{ "code": "b" }, { "code": "never-there" }] }));
    let left = site.post("/fhir/Basic/x/$meta-delete", &fewer).expect(200).json();
    assert_eq!(tags(&left), ["a"]);
    assert!(site.search("/fhir/Basic?_tag=b").is_empty());
}

#[test]
fn labels_are_changed_only_as_asked_and_allowed() {
    let site = Site::new();
    basic(&site);
    let one = labels(json!({ "tag": [{ "code": "b" }] }));
    assert_eq!(site.get("/fhir/Basic/x/$meta-add").expect(405).header("allow"), Some("POST"));
    site.post("/fhir/Basic/none/$meta-add", &one).expect(404);
    let nothing = json!({ "resourceType": "Parameters" });
    let refused = site.post("/fhir/Basic/x/$meta-add", &nothing).expect(400);
    assert_eq!(refused.issues()[1].1, "parameter 'meta' of $meta-add is required");
    let stale = Request::new("POST", "/fhir/Basic/x/$meta-add").header("if-match", "W/\"9\"");
    site.ask_with(stale.body(one.to_string())).expect(412);
    let reader = site.token_for("system/Basic.read");
    let by_reader = Request::new("POST", "/fhir/Basic/x/$meta-add")
        .header("authorization", &format!("Bearer {reader}"))
        .body(one.to_string());
    site.ask_with(by_reader).expect(403);
}

#[test]
fn operations_that_are_not_there_are_unknown_paths() {
    let site = Site::new();
    basic(&site);
    for path in ["/fhir/$meta", "/fhir/Basic/$meta", "/fhir/Basic/x/$metta", "/fhir/Basic/x/$lastn"] {
        assert_eq!(site.get(path).expect(404).problem(), format!("Unknown path '{path}'"));
    }
    let put = site.put("/fhir/Basic/x/$meta", &json!({})).expect(405);
    assert_eq!(put.header("allow"), Some("GET, HEAD, POST"));
}

fn composition(site: &Site) {
    for (path, resource) in [
        ("/fhir/Patient/p", json!({ "resourceType": "Patient", "id": "p" })),
        ("/fhir/Practitioner/a", json!({ "resourceType": "Practitioner", "id": "a" })),
        (
            "/fhir/Basic/b",
            json!({ "resourceType": "Basic", "id": "b", "code": { "text": "b" }, "subject": { "reference": "Patient/p" } }),
        ),
        (
            "/fhir/Composition/c",
            json!({
                "resourceType": "Composition", "id": "c", "status": "final", "type": { "text": "t" },
                "subject": { "reference": "Patient/p" }, "date": "2026-01-01", "title": "T",
                "author": [{ "reference": "Practitioner/a" }],
                "section": [{ "title": "S", "entry": [{ "reference": "Basic/b" }, { "reference": "Basic/gone" }] }]
            }),
        ),
    ] {
        site.put(path, &resource).expect(201);
    }
}

#[test]
fn a_document_begins_with_the_composition_and_holds_what_it_refers_to() {
    let site = Site::new();
    composition(&site);
    let document = site.get("/fhir/Composition/c/$document").expect(200).json();
    assert_eq!(document.str("type"), Some("document"));
    assert!(document.str("timestamp").is_some() && document.at(&["identifier", "value"]).is_some());
    let entries = document.get("entry").unwrap().items();
    let urls: Vec<&str> = entries.iter().filter_map(|entry| entry.str("fullUrl")).collect();
    let expected = ["Composition/c", "Patient/p", "Practitioner/a", "Basic/b"];
    assert_eq!(urls, expected.map(|path| format!("{}/fhir/{path}", site.base_url)));
    site.get("/fhir/Composition/none/$document").expect(404);
    site.get("/fhir/Composition/c/$document?persist=true").expect(400);
}

#[test]
fn a_document_is_for_those_who_may_read_all_of_it() {
    let site = Site::new();
    composition(&site);
    let token = site.token_for("system/Composition.read system/Patient.read");
    let request = Request::new("GET", "/fhir/Composition/c/$document");
    let refused = site.ask_with(request.header("authorization", &format!("Bearer {token}"))).expect(403);
    assert!(refused.header("www-authenticate").unwrap().contains("system/Practitioner.read"));
}

#[test]
fn the_latest_observations_of_each_code_are_found() {
    let site = Site::new();
    site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p" })).expect(201);
    for (id, code, date) in [
        ("a1", "a", "2026-01-01"),
        ("a2", "a", "2026-03-01"),
        ("a3", "a", "2026-02-01"),
        ("b1", "b", "2025-01-01"),
    ] {
        let observation = json!({
            "resourceType": "Observation", "id": id, "status": "final",
            "code": { "coding": [{ "system": "http://example.org", "code": code }] },
            "subject": { "reference": "Patient/p" }, "effectiveDateTime": date
        });
        site.put(&format!("/fhir/Observation/{id}"), &observation).expect(201);
    }
    let ids = |path: &str| -> Vec<String> {
        site.search(path).iter().map(|found| found.str("id").unwrap().to_owned()).collect()
    };
    assert_eq!(ids("/fhir/Observation/$lastn?patient=p"), ["a2", "b1"]);
    assert_eq!(ids("/fhir/Observation/$lastn?subject=Patient/p&max=2"), ["a2", "a3", "b1"]);
    assert_eq!(ids("/fhir/Observation/$lastn?patient=p&code=http://example.org|b"), ["b1"]);
    assert_eq!(ids("/fhir/Observation/$lastn?patient=other"), Vec::<String>::new());
    for refused in ["", "?code=a", "?patient=p&max=0", "?patient=p&cod=a"] {
        site.get(&format!("/fhir/Observation/$lastn{refused}")).expect(400);
    }
}
