//! /fhir/{type}?…: create, update and delete by criteria instead of an id.

use crate::support::{Reply, Request, Site, Store};
use fhir::{Json, json};

fn device(value: &str, text: &str) -> Json {
    json!({
        "resourceType": "Basic", "identifier": [{ "system": "urn:c", "value": value }], "code": { "text": text }
    })
}

fn with_id(mut resource: Json, id: &str) -> Json {
    resource.as_object_mut().unwrap().insert("id", id);
    resource
}

fn create_if_none_exist(site: &Site, criteria: &str, body: &Json) -> Reply {
    let request = Request::new("POST", "/fhir/Basic").header("if-none-exist", criteria);
    site.ask_with(request.body(body.to_string()))
}

/// Two with the value `twice`, one with `once`, none with `none`.
fn filled(store: Store) -> Site {
    let site = Site::on(store);
    site.put("/fhir/Basic/a", &with_id(device("once", "a"), "a")).expect(201);
    site.put("/fhir/Basic/b", &with_id(device("twice", "b"), "b")).expect(201);
    site.put("/fhir/Basic/c", &with_id(device("twice", "c"), "c")).expect(201);
    site
}

#[test]
fn a_conditional_create_creates_only_what_is_not_there() {
    for store in Store::all() {
        let site = filled(store);
        let created = create_if_none_exist(&site, "identifier=urn:c|none", &device("none", "x")).expect(201);
        let again = create_if_none_exist(&site, "identifier=urn:c|none", &device("none", "y")).expect(200);
        assert_eq!(again.header("location"), created.header("location"));
        assert_eq!(again.header("etag"), Some("W/\"1\""));
        assert_eq!(again.json().at(&["code", "text"]), Some(&"x".into()), "what is there is answered");
        let many = create_if_none_exist(&site, "identifier=urn:c|twice", &device("twice", "z")).expect(412);
        assert_eq!(many.issues().len(), 1);
        assert_eq!(site.search("/fhir/Basic").len(), 4);
    }
}

#[test]
fn a_conditional_update_updates_the_one_match_or_creates() {
    for store in Store::all() {
        let site = filled(store);
        let put = |query: &str, body: &Json| site.put(&format!("/fhir/Basic?{query}"), body);
        let updated = put("identifier=urn:c%7Conce", &device("once", "new")).expect(200);
        assert_eq!((updated.json().str("id"), updated.header("etag")), (Some("a"), Some("W/\"2\"")));
        put("identifier=urn:c%7Conce", &with_id(device("once", "new"), "a")).expect(200);
        let other = put("identifier=urn:c%7Conce", &with_id(device("once", "new"), "z")).expect(400);
        assert_eq!(other.issues()[1].2, "Basic.id");
        put("identifier=urn:c%7Ctwice", &device("twice", "x")).expect(412);
        let created = put("identifier=urn:c%7Cnone", &device("none", "x")).expect(201);
        assert_ne!(created.location_id(), "a");
        let chosen = put("identifier=urn:c%7Cnone2", &with_id(device("none2", "x"), "mine")).expect(201);
        assert_eq!(chosen.location_id(), "mine");
        let taken = put("identifier=urn:c%7Cnone3", &with_id(device("none3", "x"), "mine")).expect(409);
        assert!(taken.problem().contains("'mine' exists"), "{}", taken.problem());
    }
}

#[test]
fn a_conditional_delete_deletes_the_one_match_or_nothing() {
    for store in Store::all() {
        let site = filled(store);
        site.delete("/fhir/Basic?identifier=urn:c%7Ctwice").expect(412);
        assert_eq!(site.delete("/fhir/Basic?identifier=urn:c%7Cnone").expect(204).header("etag"), None);
        let deleted = site.delete("/fhir/Basic?identifier=urn:c%7Conce").expect(204);
        assert_eq!(deleted.header("etag"), Some("W/\"2\""));
        site.get("/fhir/Basic/a").expect(410);
        site.delete("/fhir/Basic?identifier=urn:c%7Conce").expect(204);
        assert_eq!(site.search("/fhir/Basic").len(), 2);
    }
}

#[test]
fn preconditions_hold_of_what_matches() {
    let site = filled(Store::Sqlite);
    let ask = |method: &str, header: &str, value: &str| {
        let request = Request::new(method, "/fhir/Basic?identifier=urn:c%7Conce").header(header, value);
        site.ask_with(if method == "PUT" { request.body(device("once", value).to_string()) } else { request })
    };
    for method in ["PUT", "DELETE"] {
        ask(method, "if-match", "W/\"7\"").expect(412);
        ask(method, "if-unmodified-since", "Wed, 21 Oct 2015 07:28:00 GMT").expect(412);
        ask(method, "if-match", "3").expect(400);
    }
    ask("PUT", "if-none-match", "*").expect(412);
    ask("PUT", "if-match", "W/\"1\"").expect(200);
    ask("DELETE", "if-match", "W/\"5\", W/\"2\"").expect(204);
    ask("DELETE", "if-match", "W/\"2\"").expect(412);
}

#[test]
fn criteria_that_select_nothing_or_are_not_known_are_refused() {
    let site = filled(Store::Sqlite);
    let required = "criteria are required here: search parameters with values, such as Basic?_id=123";
    for query in ["", "?", "?identifier=", "?_format=json"] {
        for method in ["PUT", "DELETE"] {
            let body = if method == "PUT" { device("once", "x").to_string() } else { String::new() };
            let refused = site.ask(method, &format!("/fhir/Basic{query}"), &body).expect(400);
            assert_eq!(refused.issues()[1].1, required, "{method} {query}");
        }
    }
    for (query, problem) in [
        ("idenifier=x", "did you mean 'identifier'?"),
        ("identifier=x&_count=1", "'_count' says nothing of which resource is meant"),
        ("_sort=_id&_id=a", "'_sort' says nothing"),
        ("identifier=%ff", "not valid UTF-8"),
    ] {
        let refused = site.delete(&format!("/fhir/Basic?{query}")).expect(400);
        assert!(refused.issues()[1].1.contains(problem), "{query}: {:?}", refused.issues());
    }
    let refused = create_if_none_exist(&site, "", &device("x", "x")).expect(400);
    assert_eq!(refused.issues()[1].1, required);
    assert_eq!(site.search("/fhir/Basic").len(), 3);
}

#[test]
fn whoever_may_not_read_cannot_ask_by_criteria_what_there_is() {
    let site = filled(Store::Sqlite);
    let token = format!("Bearer {}", site.token_for("system/Basic.write"));
    let ask = |method: &str, path: &str, header: (&str, &str)| {
        let request = Request::new(method, path).header("authorization", &token).header(header.0, header.1);
        site.ask_with(if method == "DELETE" {
            request
        } else {
            request.body(device("once", "x").to_string())
        })
    };
    for path in ["/fhir/Basic?identifier=urn:c%7Conce", "/fhir/Basic?identifier=urn:c%7Cnone"] {
        for method in ["PUT", "DELETE"] {
            let refused = ask(method, path, ("x-none", "")).expect(403);
            assert!(refused.header("www-authenticate").unwrap().contains("system/Basic.read"));
        }
    }
    ask("POST", "/fhir/Basic", ("if-none-exist", "identifier=urn:c|once")).expect(403);
    ask("POST", "/fhir/Basic", ("x-none", "")).expect(201);
}
