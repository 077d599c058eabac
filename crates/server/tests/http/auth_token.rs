//! /auth/token/

use crate::support::{Request, Site};

fn form(body: &str) -> Request {
    Request::new("POST", "/auth/token/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

#[test]
fn a_token_lasts_ten_hours_and_says_what_it_may() {
    let site = Site::new();
    let body = "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret&scope=system%2FPatient.read";
    let reply = site.send(form(body)).expect(200);
    let json = reply.json();
    assert_eq!(json.str("token_type"), Some("Bearer"));
    assert_eq!(json.get("expires_in").unwrap().to_string(), "36000");
    assert_eq!(json.str("scope"), Some("system/Patient.read"));
    assert_eq!(json.get("refresh_token"), None);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[test]
fn a_client_may_authenticate_by_http_basic() {
    let site = Site::new();
    let basic = "Basic c2FuZGJveDpzYW5kYm94LXNlY3JldA==";
    site.send(form("grant_type=client_credentials").header("authorization", basic)).expect(200);
    let both =
        form("grant_type=client_credentials&client_secret=sandbox-secret").header("authorization", basic);
    assert_eq!(site.send(both).expect(400).json().str("error"), Some("invalid_request"));
}

#[test]
fn an_unknown_client_and_a_wrong_secret_are_told_the_same() {
    let site = Site::new();
    let unknown =
        site.send(form("grant_type=client_credentials&client_id=nobody&client_secret=x")).expect(401);
    let wrong =
        site.send(form("grant_type=client_credentials&client_id=sandbox&client_secret=x")).expect(401);
    assert_eq!(unknown.text(), wrong.text());
    assert!(wrong.header("www-authenticate").unwrap().starts_with("Basic"));
}

#[test]
fn every_refusal_of_the_token_endpoint_has_the_form_of_rfc_6749() {
    let site = Site::new();
    let long = format!("grant_type={}", "x".repeat(20_000));
    let json = Request::new("POST", "/auth/token/").header("content-type", "application/json").body("{}");
    let get = Request::new("GET", "/auth/token/");
    for (request, status) in [(json, 415), (form(&long), 413), (get, 405)] {
        let reply = site.send(request).expect(status);
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.json().str("error"), Some("invalid_request"), "{}", reply.text());
        assert!(reply.json().str("error_description").is_some());
    }
}

#[test]
fn a_token_opens_what_its_scopes_name_and_nothing_else() {
    let site = Site::new();
    let token = site.token_for("system/Patient.read");
    let ask = |method: &str, path: &str| {
        let request = Request::new(method, path).header("authorization", &format!("Bearer {token}"));
        site.ask_with(request.header("content-type", "application/json").body(if method == "GET" {
            ""
        } else {
            "{}"
        }))
    };
    ask("GET", "/Patient").expect(200);
    ask("GET", "/fhir/Patient").expect(200);
    let refused = ask("POST", "/Patient").expect(403);
    let challenge = refused.header("www-authenticate").unwrap();
    assert_eq!(challenge, "Bearer error=\"insufficient_scope\", scope=\"system/Patient.write\"");
    ask("GET", "/Practitioner").expect(403);
    ask("GET", "/fhir/Observation/unknown").expect(403);
}

#[test]
fn a_missing_token_and_a_wrong_one_are_challenged_differently() {
    let site = Site::new();
    let without = site.send(Request::new("GET", "/Patient")).expect(401);
    assert_eq!(without.header("www-authenticate"), Some("Bearer realm=\"easel\""));
    let wrong = site.send(Request::new("GET", "/Patient").header("authorization", "Bearer x")).expect(401);
    assert_eq!(wrong.header("www-authenticate"), Some("Bearer realm=\"easel\", error=\"invalid_token\""));
    assert_eq!(without.text(), wrong.text());
    let in_query = format!("/Patient?access_token={}", site.token);
    site.send(Request::new("GET", &in_query)).expect(401);
}
