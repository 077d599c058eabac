//! /health, /metrics, /sandbox/reset

use crate::support::{Request, Site};
use canvas::clinic::demo;
use fhir::json;

#[test]
fn health_needs_no_token() {
    let site = Site::new();
    assert_eq!(site.send(Request::new("GET", "/health/live")).expect(200).json().str("status"), Some("live"));
    assert_eq!(
        site.send(Request::new("GET", "/health/ready")).expect(200).json().str("status"),
        Some("ready")
    );
    site.send(Request::new("POST", "/health/ready")).expect(405);
}

#[test]
fn metrics_count_requests_by_door_interaction_and_status() {
    let site = Site::new();
    site.get("/fhir/Patient/unknown").expect(404);
    let page = site.send(Request::new("GET", "/metrics")).expect(200).text();
    let line = "easel_requests_total{door=\"r4\",interaction=\"read\",status=\"404\"} 1";
    assert!(page.contains(line), "{page}");
    assert!(page.contains("easel_request_seconds_bucket"), "{page}");
}

#[test]
fn a_sandbox_is_reset_to_the_demo_clinic() {
    let site = Site::new();
    let patient = format!("/fhir/Patient/{}", demo::PATIENT);
    let before = site.get(&patient).expect(200).json();
    site.put("/fhir/Basic/mine", &json!({ "resourceType": "Basic", "id": "mine", "code": { "text": "x" } }))
        .expect(201);
    site.delete(&patient).expect(204);
    site.ask("POST", "/sandbox/reset", "").expect(204);
    site.get("/fhir/Basic/mine").expect(404);
    assert_eq!(site.get(&patient).expect(200).json().get("name"), before.get("name"));
    site.ask("GET", "/sandbox/reset", "").expect(405);
    let narrow = site.token_for("system/Patient.write");
    site.ask_with(
        Request::new("POST", "/sandbox/reset").header("authorization", &format!("Bearer {narrow}")),
    )
    .expect(403);
}

#[test]
fn pages_from_before_a_reset_are_refused() {
    let site = Site::new();
    let first = site.get("/fhir/Observation?_count=1").expect(200).json();
    let links = first.get("link").unwrap().items();
    let next = links.iter().find(|link| link.str("relation") == Some("next")).unwrap().str("url").unwrap();
    site.ask("POST", "/sandbox/reset", "").expect(204);
    let refused = site.get(next.strip_prefix(&site.base_url).unwrap()).expect(400);
    assert!(refused.issues()[1].1.contains("start the search again"), "{}", refused.text());
}

#[test]
fn faults_are_made_on_request_and_unknown_ones_are_refused() {
    let site = Site::new();
    let fault = |name: &str| site.ask_with(Request::new("GET", "/Patient").header("easel-fault", name));
    let panicked = fault("panic").expect(500);
    assert_eq!(
        panicked.text(),
        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception","details":{"text":"Internal server error"}}]}"#
    );
    let unavailable = fault("unavailable").expect(503);
    assert_eq!(unavailable.header("retry-after"), Some("1"));
    assert_eq!(unavailable.issues()[1].0, "transient");
    fault("earthquake").expect(400);
}
