//! Content codings: compressed bodies and answers, at any URL.

use crate::support::{Request, Site};
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use std::io::Read;

const BASIC: &str = r#"{"resourceType":"Basic","code":{"text":"compressed"}}"#;

fn gzipped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzEncoder::new(text.as_bytes(), Compression::fast()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Every coding with its bytes of a text.
fn encoded(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut br = Vec::new();
    brotli::CompressorReader::new(text.as_bytes(), 4096, 4, 20).read_to_end(&mut br).unwrap();
    vec![("gzip", gzipped(text)), ("br", br), ("zstd", zstd::encode_all(text.as_bytes(), 3).unwrap())]
}

fn decoded(coding: &str, bytes: &[u8]) -> String {
    let mut text = Vec::new();
    match coding {
        "gzip" => GzDecoder::new(bytes).read_to_end(&mut text).unwrap(),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut text).unwrap(),
        _ => zstd::Decoder::new(bytes).unwrap().read_to_end(&mut text).unwrap(),
    };
    String::from_utf8(text).unwrap()
}

#[test]
fn compressed_bodies_are_read_at_both_doors() {
    let site = Site::new();
    for (coding, bytes) in encoded(BASIC) {
        let request = Request::new("POST", "/fhir/Basic").header("content-encoding", coding).body(bytes);
        let created = site.ask_with(request).expect(201);
        assert!(created.text().contains("compressed"), "{coding}");
    }
    let patient = r#"{"resourceType":"Patient"}"#;
    let request = Request::new("POST", "/Patient").header("content-encoding", "gzip").body(gzipped(patient));
    let refused = site.ask_with(request).expect(400);
    assert!(refused.issues().iter().any(|(_, _, place)| place.starts_with("Patient")), "{}", refused.text());
}

#[test]
fn answers_are_compressed_as_the_client_accepts() {
    let site = Site::new();
    let plain = site.get("/fhir/metadata").expect(200);
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.header("vary").is_some_and(|vary| vary.contains("accept-encoding")));
    for coding in ["gzip", "br", "zstd"] {
        let request = Request::new("GET", "/fhir/metadata").header("accept-encoding", coding);
        let reply = site.ask_with(request).expect(200);
        assert_eq!(reply.header("content-encoding"), Some(coding));
        assert!(reply.body.len() < plain.body.len() / 4, "{coding}");
        assert_eq!(decoded(coding, &reply.body), plain.text(), "{coding}");
    }
    let short = Request::new("GET", "/health/live").header("accept-encoding", "gzip");
    assert_eq!(site.send(short).header("content-encoding"), None);
}

#[test]
fn a_body_that_is_not_of_its_coding_is_malformed() {
    let site = Site::new();
    let request = Request::new("POST", "/fhir/Basic").header("content-encoding", "gzip").body(BASIC);
    let refused = site.ask_with(request).expect(400);
    assert_eq!(
        refused.issues()[1].1,
        "the body is not gzip, as Content-Encoding says, or it is cut short; send it again whole"
    );
}

#[test]
fn a_bomb_is_over_the_limit() {
    let site = Site::new();
    let spaces = " ".repeat(20_000_000);
    for (coding, bytes) in encoded(&spaces) {
        assert!(bytes.len() < 100_000);
        let request = Request::new("POST", "/fhir/Basic").header("content-encoding", coding).body(bytes);
        site.ask_with(request).expect(413);
    }
}
