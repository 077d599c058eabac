//! Bodies that lie about their length, come slowly, or stop half-way; requests that hide another.

use super::stored;
use crate::support::client::{Reply, exchange};
use crate::support::{Request, Site, Store};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const BODY: &str = r#"{"resourceType":"Basic","id":"smuggled","code":{"text":"x"}}"#;

fn head(site: &Site, lengths: &str) -> String {
    format!(
        "PUT /fhir/Basic/smuggled HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-type: application/fhir+json\r\n{lengths}\r\n",
        site.token
    )
}

/// Everything the server says to these bytes before it closes.
fn everything(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn site() -> Site {
    Site::with(Store::Sqlite, &[("limits.receive_seconds", "1")])
}

#[test]
fn lengths_that_lie_are_refused_and_nothing_is_written() {
    let site = site();
    let before = stored(&site);
    let length = BODY.len();
    for (lengths, body, status) in [
        (format!("content-length: {}\r\n", length - 5), BODY.to_owned(), "400"),
        (format!("content-length: {}\r\n", length + 5), BODY.to_owned(), "408"),
        ("content-length: 99999999999999999999\r\n".into(), BODY.into(), "400"),
        ("content-length: 9223372036854775807\r\n".into(), BODY.into(), "413"),
        ("content-length: -1\r\n".into(), BODY.into(), "400"),
        ("content-length: 0x10\r\n".into(), BODY.into(), "400"),
        (format!("content-length: {length}\r\ncontent-length: 3\r\n"), BODY.into(), "400"),
        ("content-length: 0\r\n".into(), BODY.into(), "400"),
        ("transfer-encoding: chunked\r\n".into(), format!("zz\r\n{BODY}\r\n0\r\n\r\n"), "400"),
        ("transfer-encoding: chunked\r\n".into(), format!("fffffffffffffffff\r\n{BODY}\r\n0\r\n\r\n"), "400"),
        ("transfer-encoding: chunked\r\n".into(), format!("{:x}\r\n{BODY}\r\n", length), "408"),
        ("transfer-encoding: gzip\r\n".into(), BODY.into(), "400"),
    ] {
        let begun = Instant::now();
        let bytes = format!("{}{body}", head(&site, &lengths));
        let mut answer = everything(&site, bytes.as_bytes());
        let first =
            answer.split_off(answer.find("HTTP/1.1 ").unwrap_or_else(|| panic!("{lengths}: no answer")));
        assert_eq!(&first[9..12], status, "{lengths}: {first}");
        assert_eq!(first.matches("HTTP/1.1 ").count(), 1, "{lengths}: {first}");
        assert!(first.contains("OperationOutcome"), "{lengths}: {first}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{lengths}: {:?}", begun.elapsed());
    }
    assert_eq!(stored(&site), before);
}

#[test]
fn what_follows_a_request_is_not_hidden_in_it() {
    let site = site();
    let before = stored(&site);
    let lengths = "content-length: 6\r\ntransfer-encoding: chunked\r\n";
    let hidden = format!("0\r\n\r\n{}{BODY}", head(&site, &format!("content-length: {}\r\n", BODY.len())));
    let answer = everything(&site, format!("{}{hidden}", head(&site, lengths)).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert_eq!(stored(&site), before);
}

#[test]
fn a_slow_client_is_told_and_let_go() {
    let site = site();
    let before = stored(&site);
    let begun = Instant::now();
    let mut stream = TcpStream::connect(site.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    stream.write_all(head(&site, &format!("content-length: {}\r\n", BODY.len())).as_bytes()).unwrap();
    let mut answer = Vec::new();
    for byte in BODY.bytes() {
        // A byte each tenth of a second; the server answers before the body is whole, and may have closed.
        let _ = stream.write_all(&[byte]);
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&chunk[..length]),
            Err(error) if answer.is_empty() && error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    let reply = Reply::parse(&answer).unwrap_or_else(|| panic!("no answer after {:?}", begun.elapsed()));
    assert_eq!(reply.status, 408, "{}", reply.text());
    assert!(begun.elapsed() < Duration::from_secs(5));
    // Headers that never end: the connection goes.
    let begun = Instant::now();
    let answer = everything(&site, b"GET /fhir/Basic HTTP/1.1\r\nhost: x\r\nx-a: ");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(8));
    assert_eq!(stored(&site), before);
    assert!(
        exchange(site.address, b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").is_ok()
    );
}

#[test]
fn long_bodies_hold_nobody_else_up() {
    const BODIES: usize = 6;
    let site = Site::new();
    let many = "<x/>".repeat(300_000);
    let body = format!(r#"<Basic xmlns="http://hl7.org/fhir">{many}</Basic>"#);
    let (under_way, begun) = (AtomicUsize::new(BODIES), Instant::now());
    let longest = std::thread::scope(|scope| {
        for _ in 0..BODIES {
            scope.spawn(|| {
                let request =
                    Request::new("POST", "/fhir/Basic").header("content-type", "application/fhir+xml");
                site.ask_with(request.body(body.as_str())).expect(400);
                under_way.fetch_sub(1, Ordering::Relaxed);
            });
        }
        let mut longest = Duration::ZERO;
        while under_way.load(Ordering::Relaxed) > 0 {
            let asked = Instant::now();
            site.send(Request::new("GET", "/health/live")).expect(200);
            longest = longest.max(asked.elapsed());
        }
        longest
    });
    // There are fewer threads for requests than long bodies: if these took them, others would wait for one to end.
    let took = begun.elapsed();
    println!("{longest:?} of {took:?}");
    assert!(longest < took / 4, "{longest:?} of {took:?}");
}
