//! What comes before a request is one, and what breaks off: still an OperationOutcome.

use crate::support::client::exchange;
use crate::support::{Reply, Request, Site};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

fn check(reply: &Reply, status: u16, problem: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), Some("application/fhir+json"));
    assert!(reply.header("fumage-correlation-id").is_some_and(fhir::primitive::is_uuid));
    let issues = reply.issues();
    assert!(issues.iter().any(|issue| issue.1.contains(problem)), "{issues:?}");
}

#[test]
fn broken_http_is_answered_with_an_outcome() {
    let site = Site::new();
    for bytes in
        ["GARBAGE\r\n\r\n", "GET /Patient HTTP/9.9\r\n\r\n", "GET /Patient HTTP/1.1\r\nbad header\r\n\r\n"]
    {
        let reply = exchange(site.address, bytes.as_bytes()).unwrap();
        check(&reply, 400, "the HTTP request is malformed");
    }
}

#[test]
fn headers_without_end_are_refused() {
    let site = Site::new();
    let mut bytes = b"GET /Patient HTTP/1.1\r\n".to_vec();
    for index in 0..20_000 {
        bytes.extend_from_slice(format!("x-{index}: {}\r\n", "y".repeat(50)).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    check(&exchange(site.address, &bytes).unwrap(), 431, "The headers are larger than the limit");
}

#[test]
fn refusals_before_a_request_is_one_name_the_limits_of_the_settings() {
    let site = Site::new();
    let many: String = (0..110).map(|index| format!("x-{index}: y\r\n")).collect();
    let request = format!("GET /Patient HTTP/1.1\r\nhost: x\r\n{many}\r\n");
    check(&exchange(site.address, request.as_bytes()).unwrap(), 431, "16384 bytes, or more than 100");
    let request = format!("GET /Patient?name={} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(100_000));
    check(&exchange(site.address, request.as_bytes()).unwrap(), 414, "the limit of 8192 bytes");
}

#[test]
fn what_a_proxy_could_read_otherwise_is_refused() {
    let site = Site::new();
    for (headers, problem) in [
        ("", "one Host header"),
        ("host: a\r\nhost: b\r\n", "one Host header"),
        ("host: a\r\nauthorization: Bearer x\r\nauthorization: Bearer y\r\n", "may be sent once"),
        ("host: a\r\ntransfer-encoding: gzip, chunked\r\n", "the only Transfer-Encoding"),
    ] {
        let request = format!("GET /fhir/Patient HTTP/1.1\r\n{headers}\r\n");
        check(&exchange(site.address, request.as_bytes()).unwrap(), 400, problem);
    }
    let old = "GET /fhir/metadata HTTP/1.0\r\n\r\n";
    assert_eq!(exchange(site.address, old.as_bytes()).unwrap().status, 200, "HTTP/1.0 needs no Host");
}

#[test]
fn a_body_that_breaks_off_is_refused_and_nothing_is_written() {
    let site = Site::new();
    let body = r#"{"resourceType":"Basic","id":"broken","code":{"text":"x"}}"#;
    let request = Request::new("PUT", "/fhir/Basic/broken")
        .header("authorization", &format!("Bearer {}", site.token))
        .header("content-type", "application/json")
        .body(body)
        .bytes();
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(&request[..request.len() - 5]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    if let Some(reply) = Reply::parse(&answer) {
        check(&reply, 400, "the body broke off");
    }
    site.get("/fhir/Basic/broken").expect(404);
}

#[test]
fn every_answer_carries_a_correlation_id_of_its_own() {
    let site = Site::new();
    let id = |path: &str| site.get(path).header("fumage-correlation-id").unwrap().to_owned();
    let mut ids: Vec<String> =
        ["/Patient", "/Patient", "/nowhere", "/health/live", "/fhir/metadata"].map(id).to_vec();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn requests_under_way_finish_when_the_server_stops() {
    let mut site = Site::with(crate::support::Store::Sqlite, &[("limits.request_seconds", "2")]);
    let request = Request::new("GET", "/Patient")
        .header("authorization", &format!("Bearer {}", site.token))
        .header("easel-fault", "slow");
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.write_all(&request.bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let reader = std::thread::spawn(move || {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Reply::parse(&answer).expect("an answer").status
    });
    site.stop();
    assert_eq!(reader.join().unwrap(), 504, "it was answered, not cut");
}
