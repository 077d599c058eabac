//! /fhir/{type} and /fhir/{type}/{id}: create, read, vread, update, delete, history.

use crate::support::{Request, Site, Store};
use fhir::{Json, json};

fn basic(text: &str) -> Json {
    json!({ "resourceType": "Basic", "code": { "text": text } })
}

fn basic_with_id(id: &str, text: &str) -> Json {
    json!({ "resourceType": "Basic", "id": id, "code": { "text": text } })
}

#[test]
fn a_created_resource_is_read_back_with_its_version() {
    for store in Store::all() {
        let site = Site::on(store);
        let created = site.post("/fhir/Basic", &basic("x")).expect(201);
        let id = created.location_id();
        assert_eq!(
            created.header("location"),
            Some(format!("{}/fhir/Basic/{id}/_history/1", site.base_url).as_str())
        );
        assert_eq!(created.header("etag"), Some("W/\"1\""));
        assert!(created.header("last-modified").unwrap().ends_with(" GMT"));
        let read = site.get(&format!("/fhir/Basic/{id}")).expect(200);
        assert_eq!(read.text(), created.text());
        assert_eq!(read.header("etag"), Some("W/\"1\""));
        assert_eq!(read.json().at(&["meta", "versionId"]).and_then(Json::as_str), Some("1"));
    }
}

#[test]
fn a_clients_id_version_and_time_are_not_kept_on_create() {
    let site = Site::new();
    let mut sent = basic_with_id("mine", "x");
    sent.as_object_mut()
        .unwrap()
        .insert("meta", json!({ "versionId": "7", "lastUpdated": "2000-01-01T00:00:00Z" }));
    let created = site.post("/fhir/Basic", &sent).expect(201);
    assert_ne!(created.location_id(), "mine");
    assert_eq!(created.json().at(&["meta", "versionId"]).and_then(Json::as_str), Some("1"));
}

#[test]
fn digits_and_unknown_extensions_survive() {
    let site = Site::new();
    let sent = r#"{"resourceType":"Observation","id":"d","extension":[{"url":"http://example.org/x","valueDecimal":1.500}],"status":"final","code":{"text":"x"},"valueQuantity":{"value":0.10,"unit":"mg"}}"#;
    site.ask("PUT", "/fhir/Observation/d", sent).expect(201);
    let read = site.get("/fhir/Observation/d").text();
    assert!(read.contains("\"valueDecimal\":1.500") && read.contains("\"value\":0.10"), "{read}");
}

#[test]
fn an_update_makes_a_version_and_one_that_changes_nothing_makes_none() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &basic_with_id("a", "one")).expect(201);
    let updated = site.put("/fhir/Basic/a", &basic_with_id("a", "two")).expect(200);
    assert_eq!(updated.header("etag"), Some("W/\"2\""));
    let same = site.put("/fhir/Basic/a", &basic_with_id("a", "two")).expect(200);
    assert_eq!(same.header("etag"), Some("W/\"2\""));
    assert_eq!(
        site.get("/fhir/Basic/a/_history/1").expect(200).json().at(&["code", "text"]),
        Some(&"one".into())
    );
    let unknown = site.get("/fhir/Basic/a/_history/3").expect(404);
    assert_eq!(unknown.problem(), "Unknown version '3' of Basic resource 'a'");
}

#[test]
fn an_update_needs_the_id_of_its_url() {
    let site = Site::new();
    let other = site.put("/fhir/Basic/a", &basic_with_id("b", "x")).expect(400);
    assert_eq!(other.issues()[1].1, "id 'b' is not the id of the URL, 'a'");
    let none = site.put("/fhir/Basic/a", &basic("x")).expect(400);
    assert_eq!(
        none.issues()[1],
        (
            "required".into(),
            "id is required on update; send the id of the URL, 'a'".into(),
            "Basic.id".into()
        )
    );
    site.put("/fhir/Basic/a_b", &basic_with_id("a_b", "x")).expect(400);
}

#[test]
fn a_deleted_resource_is_gone_but_its_history_is_not() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Basic/a", &basic_with_id("a", "x")).expect(201);
        site.delete("/fhir/Basic/a").expect(204);
        site.delete("/fhir/Basic/a").expect(204);
        assert_eq!(
            site.get("/fhir/Basic/a").expect(410).problem(),
            "The Basic resource 'a' has been deleted"
        );
        site.get("/fhir/Basic/a/_history/1").expect(200);
        site.get("/fhir/Basic/a/_history/2").expect(410);
        let history = site.get("/fhir/Basic/a/_history").expect(200).json();
        assert_eq!(history.get("total").unwrap().to_string(), "2");
        assert_eq!(history.at(&["entry", "0", "request", "method"]), Some(&"DELETE".into()));
        assert_eq!(history.at(&["entry", "1", "request", "method"]), Some(&"PUT".into()));
        let again = site.put("/fhir/Basic/a", &basic_with_id("a", "y")).expect(201);
        assert_eq!(again.header("etag"), Some("W/\"3\""));
        site.delete("/fhir/Basic/never").expect(404);
        site.get("/fhir/Basic/never/_history").expect(404);
    }
}

#[test]
fn preconditions_hold_or_nothing_is_changed() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &basic_with_id("a", "one")).expect(201);
    let update = |header: &str, value: &str, text: &str| {
        let body = basic_with_id("a", text).to_string();
        site.ask_with(Request::new("PUT", "/fhir/Basic/a").header(header, value).body(body))
    };
    update("if-match", "W/\"2\"", "x").expect(412);
    update("if-match", "W/\"1\"", "two").expect(200);
    update("if-match", "\"1\", \"2\"", "three").expect(200);
    update("if-none-match", "*", "x").expect(412);
    let stale = update("if-unmodified-since", "Wed, 21 Oct 2015 07:28:00 GMT", "x").expect(412);
    assert_eq!(
        stale.text(),
        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"conflict","details":{"text":"The resource has been modified since the precondition was specified."}}]}"#
    );
    update("if-unmodified-since", "Fri, 01 Jan 2100 00:00:00 GMT", "four").expect(200);
    let malformed = update("if-unmodified-since", "yesterday", "x").expect(400);
    assert!(malformed.issues()[1].1.contains("'yesterday' is not an HTTP date"));
    update("if-match", "1", "x").expect(400);
    assert_eq!(site.get("/fhir/Basic/a").json().at(&["code", "text"]), Some(&"four".into()));
    site.ask_with(Request::new("DELETE", "/fhir/Basic/a").header("if-match", "W/\"1\"")).expect(412);
}

#[test]
fn prefer_says_what_comes_back() {
    let site = Site::new();
    let create = |prefer: &str| {
        site.ask_with(
            Request::new("POST", "/fhir/Basic").header("prefer", prefer).body(basic("x").to_string()),
        )
        .expect(201)
    };
    assert_eq!(create("return=minimal").text(), "");
    assert_eq!(create("return=representation").json().str("resourceType"), Some("Basic"));
    assert_eq!(create("return=OperationOutcome").issues()[0].0, "informational");
}

#[test]
fn every_problem_of_a_body_is_named_in_one_answer() {
    let site = Site::new();
    let body =
        r#"{"resourceType":"Patient","gender":"x","birthDate":"1980-13-01","name":{"family":1},"nmae":[]}"#;
    let issues = site.ask("POST", "/fhir/Patient", body).expect(400).issues();
    assert_eq!(issues[0].1, "The request was malformed or failed validation.");
    let places: Vec<&str> = issues[1..].iter().map(|(_, _, expression)| expression.as_str()).collect();
    for place in ["Patient.gender", "Patient.birthDate", "Patient.name", "Patient.nmae"] {
        assert!(places.contains(&place), "{place} in {issues:?}");
    }
    let birth_date = issues.iter().find(|(_, _, expression)| expression == "Patient.birthDate").unwrap();
    assert_eq!(birth_date.1, "birthDate '1980-13-01' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)");
}

#[test]
fn syntax_errors_name_line_and_column() {
    let site = Site::new();
    let issues = site.ask("POST", "/fhir/Basic", "{\n  \"a\": 1,\n  \"a\": }").expect(400).issues();
    assert_eq!(issues[1].1, "line 3, column 3: the member 'a' appears twice in one object");
    assert_eq!(issues[2].1, "line 3, column 8: expected a JSON value, found '}'");
}

#[test]
fn parameters_and_headers_that_cannot_be_honoured_are_refused() {
    let site = Site::new();
    assert_eq!(site.get("/fhir/Basic/a?x=1").expect(400).issues()[1].0, "not-supported");
    site.ask_with(Request::new("GET", "/fhir/Basic").header("accept", "application/fhir+ttl")).expect(406);
    site.get("/fhir/Basic?_format=ttl").expect(406);
    site.get("/fhir/Basic?_format=application/fhir%2Bjson").expect(200);
    site.ask_with(Request::new("POST", "/fhir/Basic").header("content-type", "text/plain").body("{}"))
        .expect(415);
    site.ask_with(Request::new("POST", "/fhir/Basic").header("content-encoding", "deflate").body("{}"))
        .expect(415);
}

#[test]
fn head_answers_like_get_without_the_body() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &basic_with_id("a", "x")).expect(201);
    let head = site.ask("HEAD", "/fhir/Basic/a", "").expect(200);
    assert_eq!((head.header("etag"), head.body.len()), (Some("W/\"1\""), 0));
    assert_eq!(site.ask("HEAD", "/fhir/Basic/b", "").expect(404).body.len(), 0);
}

#[test]
fn each_change_has_the_conditions_of_http() {
    let old = "Wed, 21 Oct 2015 07:28:00 GMT";
    let future = "Fri, 01 Jan 2100 00:00:00 GMT";
    for method in ["PUT", "PATCH", "DELETE"] {
        for (headers, status) in [
            (vec![("if-match", "*")], 200),
            (vec![("if-match", "W/\"7\", W/\"1\"")], 200),
            (vec![("if-match", "W/\"7\""), ("if-match", "W/\"1\"")], 200),
            (vec![("if-match", "W/\"7\", W/\"8\"")], 412),
            (vec![("if-match", "\"01\"")], 412),
            (vec![("if-match", "W/\"1\""), ("if-unmodified-since", old)], 200),
            (vec![("if-match", "W/\"7\""), ("if-unmodified-since", future)], 412),
            (vec![("if-unmodified-since", old)], 412),
            (vec![("if-unmodified-since", future)], 200),
            (vec![("if-unmodified-since", "yesterday")], 400),
            (vec![("if-match", "\u{e9}")], 400),
            (vec![("if-none-match", "*")], 412),
            (vec![("if-none-match", "W/\"1\"")], 400),
        ] {
            let site = Site::new();
            site.put("/fhir/Basic/a", &basic_with_id("a", "one")).expect(201);
            let mut request = Request::new(method, "/fhir/Basic/a");
            for (name, value) in &headers {
                request = request.header(name, value);
            }
            request = match method {
                "PUT" => request.body(basic_with_id("a", "two").to_string()),
                "PATCH" => request
                    .header("content-type", "application/json-patch+json")
                    .body(r#"[{"op":"replace","path":"/code/text","value":"two"}]"#),
                _ => request,
            };
            let expected = if method == "DELETE" && status == 200 { 204 } else { status };
            let reply = site.ask_with(request);
            assert_eq!(reply.status, expected, "{method} {headers:?}: {}", reply.text());
            let version = site.get("/fhir/Basic/a").header("etag").map(str::to_owned);
            let unchanged = version.as_deref() == Some("W/\"1\"");
            assert_eq!(unchanged, status != 200, "{method} {headers:?}");
        }
    }
}

#[test]
fn what_must_exist_or_must_not_is_created_accordingly() {
    let site = Site::new();
    let put = |header: &str| {
        let request = Request::new("PUT", "/fhir/Basic/a").header(header, "*");
        site.ask_with(request.body(basic_with_id("a", "x").to_string())).status
    };
    assert_eq!(
        (put("if-match"), put("if-none-match"), put("if-none-match"), put("if-match")),
        (412, 201, 412, 200)
    );
}

#[test]
fn a_change_of_any_kind_that_changes_nothing_makes_no_version() {
    let site = Site::new();
    let identified = json!({
        "resourceType": "Basic", "id": "a", "identifier": [{ "system": "urn:i", "value": "1" }], "code": { "text": "x" }
    });
    site.put("/fhir/Basic/a", &identified).expect(201);
    let patch = |path: &str| {
        Request::new("PATCH", path)
            .header("content-type", "application/json-patch+json")
            .body(r#"[{"op":"replace","path":"/code/text","value":"x"}]"#)
    };
    let text = identified.to_string();
    let transaction = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{text},"request":{{"method":"PUT","url":"Basic/a"}}}}]}}"#
    );
    for request in [
        Request::new("PUT", "/fhir/Basic/a").body(text.clone()),
        Request::new("PUT", "/fhir/Basic?identifier=urn:i%7C1").body(text),
        patch("/fhir/Basic/a"),
        patch("/fhir/Basic?identifier=urn:i%7C1"),
        Request::new("POST", "/fhir").body(transaction),
    ] {
        site.ask_with(request.clone()).expect(200);
        assert_eq!(site.get("/fhir/Basic/a").header("etag"), Some("W/\"1\""), "{request:?}");
    }
}
