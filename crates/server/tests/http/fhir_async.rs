//! `Prefer: respond-async` at the R4 door, and /fhir/_async/{id}.

use crate::support::{Reply, Request, Site};
use fhir::json;
use std::time::Duration;

fn later(method: &str, path: &str, body: &str) -> Request {
    Request::new(method, path).header("prefer", "respond-async").body(body)
}

/// Where the answer of an accepted request will be.
fn place(site: &Site, accepted: &Reply) -> String {
    let location = accepted.header("content-location").unwrap();
    location.strip_prefix(&site.base_url).unwrap().to_owned()
}

/// Asks until the answer is there.
fn wait(site: &Site, path: &str) -> Reply {
    for _ in 0..200 {
        let reply = site.get(path);
        if reply.status != 202 {
            return reply.expect(200);
        }
        assert!(reply.header("x-progress").is_some() && reply.header("retry-after").is_some());
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no answer at {path}");
}

#[test]
fn a_search_is_answered_later_with_what_it_found() {
    let site = Site::new();
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    let accepted = site.ask_with(later("GET", "/fhir/Basic?_id=x", "")).expect(202);
    assert!(accepted.body.is_empty());
    let answer = wait(&site, &place(&site, &accepted)).json();
    assert_eq!(answer.str("type"), Some("batch-response"));
    let entry = &answer.get("entry").unwrap().items()[0];
    assert_eq!(entry.at(&["response", "status"]), Some(&"200 OK".into()));
    assert_eq!(entry.at(&["resource", "type"]), Some(&"searchset".into()));
}

#[test]
fn a_create_is_carried_out_and_a_refusal_told_as_an_outcome() {
    let site = Site::new();
    let body = r#"{"resourceType":"Basic","code":{"text":"later"}}"#;
    let accepted = site.ask_with(later("POST", "/fhir/Basic", body)).expect(202);
    let answer = wait(&site, &place(&site, &accepted)).json();
    let response = answer.get("entry").unwrap().items()[0].get("response").unwrap();
    assert_eq!(response.str("status"), Some("201 Created"));
    let path = response.str("location").unwrap().strip_prefix(&site.base_url).unwrap();
    assert!(site.get(path).expect(200).text().contains("later"));

    let accepted = site.ask_with(later("POST", "/fhir/Basic", r#"{"resourceType":"Basic"}"#)).expect(202);
    let answer = wait(&site, &place(&site, &accepted)).json();
    let response = answer.get("entry").unwrap().items()[0].get("response").unwrap();
    assert_eq!(response.str("status"), Some("400 Bad Request"));
    assert_eq!(response.at(&["outcome", "issue", "1", "expression", "0"]), Some(&"Basic.code".into()));
}

#[test]
fn nobody_else_sees_a_request_and_its_owner_can_give_it_up() {
    let site = Site::new();
    let accepted = site.ask_with(later("GET", "/fhir/Basic", "")).expect(202);
    let path = place(&site, &accepted);
    wait(&site, &path);
    site.send(Request::new("GET", &path)).expect(401);
    site.delete(&path).expect(202);
    site.get(&path).expect(404);
    site.get("/fhir/_async/none").expect(404);
    site.put(&path, &json!({})).expect(405);
}

#[test]
fn an_answer_is_for_tokens_that_may_see_as_much_as_the_one_it_was_asked_with() {
    let site = Site::new();
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    let accepted = site.ask_with(later("GET", "/fhir/Basic?_id=x", "")).expect(202);
    let path = place(&site, &accepted);
    wait(&site, &path);
    let with = |method: &str, scopes: &str| {
        let token = site.token_for(scopes);
        site.ask_with(Request::new(method, &path).header("authorization", &format!("Bearer {token}")))
    };
    for method in ["GET", "HEAD", "DELETE"] {
        let refused = with(method, "system/Patient.read").expect(403);
        assert!(refused.header("www-authenticate").unwrap().contains("system/*.*"));
    }
    with("GET", "user/*.* system/*.*").expect(200);
    let narrow = site.token_for("system/Basic.read");
    let request = later("GET", "/fhir/Basic?_id=x", "").header("authorization", &format!("Bearer {narrow}"));
    let path = place(&site, &site.ask_with(request).expect(202));
    wait(&site, &path);
}

#[test]
fn answers_that_wait_hold_nobody_up() {
    let site = Site::new();
    let mut places = Vec::new();
    for _ in 0..70 {
        let accepted = site.ask_with(later("GET", "/fhir/Basic?_count=0", "")).expect(202);
        places.push(place(&site, &accepted));
        wait(&site, places.last().unwrap());
    }
    // The oldest have gone, the latest have not.
    site.get(&places[0]).expect(404);
    site.get(&places[69]).expect(200);
}

#[test]
fn a_binary_comes_as_the_resource_and_times_are_told_to_the_millisecond() {
    let site = Site::new();
    let binary =
        json!({ "resourceType": "Binary", "id": "x", "contentType": "text/plain", "data": "aGVsbG8=" });
    let stored = site.put("/fhir/Binary/x", &binary).expect(201).json();
    let last_updated = stored.at(&["meta", "lastUpdated"]).unwrap().clone();
    for request in [
        later("GET", "/fhir/Binary/x", ""),
        later("GET", "/fhir/Binary/x", "").header("accept", "text/plain"),
        later("GET", "/fhir/Binary/x/_history/1", ""),
    ] {
        let answer = wait(&site, &place(&site, &site.ask_with(request).expect(202))).json();
        let entry = &answer.get("entry").unwrap().items()[0];
        assert_eq!(entry.at(&["resource", "data"]), Some(&"aGVsbG8=".into()), "{answer}");
        assert_eq!(entry.at(&["response", "lastModified"]), Some(&last_updated));
    }
}

#[test]
fn who_has_no_token_starts_nothing() {
    let site = Site::new();
    site.send(later("GET", "/fhir/Basic", "")).expect(401);
}
