//! Every row of the error table, provoked through the real server.

use crate::support::client::exchange;
use crate::support::{Reply, Request, Site, Store};
use canvas::clinic::demo;
use interactions::error::{Body, Example, Provocation, Request as Asked, Row, Shape, TABLE, Token};
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

/// Limits that are quickly met.
const LIMITS: &[(&str, &str)] = &[
    ("limits.body_bytes", "65536"),
    ("limits.receive_seconds", "1"),
    ("limits.request_seconds", "2"),
    ("limits.concurrent_requests", "2"),
];

#[test]
fn every_row_of_the_table_is_provoked_by_its_example() {
    let mut site = Site::with(Store::Sqlite, LIMITS);
    for row in TABLE.iter().filter(|row| row.example.provocation != Provocation::Stopping) {
        let reply = provoke(&site, &row.example);
        check(row, &reply);
    }
    for row in TABLE.iter().filter(|row| row.example.provocation == Provocation::Stopping) {
        check(row, &while_stopping(&mut site, &row.example.request));
    }
}

fn check(row: &Row, reply: &Reply) {
    let told = format!("{}: {} {}", row.id, reply.status, reply.text());
    assert_eq!(reply.status, row.status, "{told}");
    assert!(reply.header("fumage-correlation-id").is_some_and(fhir::primitive::is_uuid), "{told}");
    if let Shape::OAuth(error) = row.shape {
        assert_eq!(reply.json().str("error"), Some(error), "{told}");
        return;
    }
    assert_eq!(reply.header("content-type"), Some("application/fhir+json"), "{told}");
    let issues = reply.issues();
    assert_eq!(issues[0].0, row.code.code(), "{told}");
    assert!(fits(row.text, &issues[0].1), "{told}");
    assert!(row.explains || issues.len() == 1, "{told}");
}

/// Whether `text` is the template with its placeholders filled in.
fn fits(template: &str, text: &str) -> bool {
    let mut rest = text;
    for (index, part) in template.split('{').enumerate() {
        let literal = if index == 0 { part } else { part.split_once('}').map_or("", |(_, literal)| literal) };
        match rest.find(literal) {
            Some(at) if index > 0 || at == 0 => rest = &rest[at + literal.len()..],
            _ => return false,
        }
    }
    rest.is_empty() || template.ends_with('}')
}

fn provoke(site: &Site, example: &Example) -> Reply {
    let mut id = String::new();
    for request in example.before {
        let reply = site.send(built(site, request, &id));
        assert!(reply.status < 300, "{}: {}", request.path, reply.text());
        if reply.header("location").is_some() {
            id = reply.location_id();
        }
    }
    let request = built(site, &example.request, &id);
    match example.provocation {
        Provocation::StopsHalfWay => {
            let bytes = request.bytes();
            exchange(site.address, &bytes[..bytes.len() - 10]).unwrap()
        }
        Provocation::Busy => while_busy(site, request),
        Provocation::Repeated => {
            (0..server::throttle::FAILURES).for_each(|_| drop(site.send(request.clone())));
            site.send(request)
        }
        _ => site.send(request),
    }
}

/// Fills the server with slow requests and asks for one more.
fn while_busy(site: &Site, request: Request) -> Reply {
    let slow = built(site, &Asked::get("/Patient").with(&[("easel-fault", "slow")]), "").bytes();
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(site.address).unwrap();
        stream.write_all(&slow).unwrap();
        busy.push(stream);
    }
    std::thread::sleep(Duration::from_millis(300));
    let reply = site.send(request);
    // Wait until the slow ones have timed out, so that the next example finds a free server.
    std::thread::sleep(Duration::from_millis(2500));
    drop(busy);
    reply
}

/// A connection that was open before the stop asks afterwards.
fn while_stopping(site: &mut Site, request: &Asked) -> Reply {
    let slow = built(site, &Asked::get("/Patient").with(&[("easel-fault", "slow")]), "").bytes();
    let mut under_way = TcpStream::connect(site.address).unwrap();
    under_way.write_all(&slow).unwrap();
    // A request whose head is not yet whole when the server begins to stop.
    let bytes = built(site, request, "").bytes();
    let mut late = TcpStream::connect(site.address).unwrap();
    late.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    late.write_all(&bytes[..10]).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    site.begin_stop();
    std::thread::sleep(Duration::from_millis(100));
    late.write_all(&bytes[10..]).unwrap();
    let mut answer = Vec::new();
    std::io::Read::read_to_end(&mut late, &mut answer).unwrap();
    Reply::parse(&answer).unwrap_or_else(|| panic!("no answer while stopping: {answer:?}"))
}

fn built(site: &Site, asked: &Asked, id: &str) -> Request {
    let filled = |text: &str| {
        text.replace("{id}", id)
            .replace("{demo-patient}", demo::PATIENT)
            .replace("{demo-practitioner}", demo::PRACTITIONER)
            .replace("{demo-location}", demo::LOCATION)
            .replace("{long}", &"x".repeat(20_000))
    };
    let mut request = Request::new(asked.method, &filled(asked.path));
    match asked.token {
        Token::Full => request = request.header("authorization", &format!("Bearer {}", site.token)),
        Token::None => {}
        Token::Wrong(token) => request = request.header("authorization", &format!("Bearer {token}")),
        Token::Scopes(scopes) => {
            request = request.header("authorization", &format!("Bearer {}", site.token_for(scopes)));
        }
    }
    for (name, value) in asked.headers {
        request = request.header(name, &filled(value));
    }
    if !request.has("content-type") && !matches!(asked.body, Body::None) {
        request = request.header("content-type", "application/fhir+json");
    }
    match asked.body {
        Body::None => request,
        Body::Text(body) => request.body(filled(body)),
        Body::TooManyEntries => {
            let entries = vec!["{}"; interactions::bundle::ENTRIES + 1].join(",");
            request.body(format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#))
        }
        Body::OverLimit => request.body(format!("\"{}\"", "x".repeat(65536))),
    }
}

#[test]
fn templates_fit_only_what_they_make() {
    assert!(fits("Unknown {T} resource '{id}'", "Unknown Patient resource 'x'"));
    assert!(!fits("Unknown {T} resource '{id}'", "Unknown path 'x'"));
    assert!(fits("Internal server error", "Internal server error"));
    assert!(!fits("Internal server error", "Internal server error at x.rs"));
}
