//! Packages: what is read, and what is refused because it was made to do harm.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking, in its helpers too")]

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use validation::package::{DEFINITIONS, EXAMPLES, limits, read};

/// A file of an archive: its name, its kind, its content.
type File<'f> = (&'f str, u8, &'f [u8]);

fn header(name: &str, kind: u8, size: u64) -> [u8; 512] {
    let mut block = [0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[148..156].copy_from_slice(b"        ");
    block[156] = kind;
    block[257..262].copy_from_slice(b"ustar");
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn archive(files: &[File<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, content) in files {
        bytes.extend(header(name, *kind, content.len() as u64));
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    gzip(&bytes)
}

const PATIENT: &[u8] = br#"{"resourceType":"Patient","id":"1"}"#;

#[test]
fn a_folder_of_a_package_is_read() {
    let package = archive(&[
        ("package/package.json", b'0', br#"{"name":"n","version":"1"}"#),
        ("package", b'5', b""),
        ("package/Patient-1.json", b'0', PATIENT),
        ("package/ValueSet-1.json", b'0', br#"{"resourceType":"ValueSet"}"#),
        ("package/x.xml", b'0', b"<x/>"),
        ("package/.index.json", b'0', b"{}"),
        ("package/example/Patient-2.json", b'0', PATIENT),
    ]);
    let found = read(&package, DEFINITIONS, &[]).unwrap();
    assert_eq!((found.name.as_str(), found.version.as_str(), found.resources.len()), ("n", "1", 2));
    assert_eq!(read(&package, DEFINITIONS, &["Patient"]).unwrap().resources.len(), 1);
    assert_eq!(read(&package, EXAMPLES, &["ValueSet"]).unwrap().resources.len(), 0);
    assert_eq!(read(&package, EXAMPLES, &[]).unwrap().resources.len(), 1);
}

#[test]
fn long_names_are_read() {
    let name = format!("package/{}.json", "x".repeat(150));
    let record = format!("path={name}\n");
    let pax = format!("{} {record}", record.len() + 4);
    for (kind, content) in [(b'L', format!("{name}\0")), (b'x', pax)] {
        let package = archive(&[("long", kind, content.as_bytes()), ("package/short", b'0', PATIENT)]);
        assert_eq!(read(&package, DEFINITIONS, &[]).unwrap().resources.len(), 1, "{}", char::from(kind));
    }
}

#[track_caller]
fn refused(package: &[u8], expected: &str) {
    let error = read(package, DEFINITIONS, &[]).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn paths_that_lead_out_and_links_are_refused() {
    refused(&archive(&[("package/../../etc/passwd", b'0', b"x")]), "leads out of the package");
    refused(&archive(&[("/etc/passwd", b'0', b"x")]), "leads out of the package");
    refused(&archive(&[("package\\..\\x", b'0', b"x")]), "leads out of the package");
    refused(&archive(&[("package/x.json", b'1', b"")]), "is a link or a special file");
    refused(&archive(&[("package/x.json", b'2', b"")]), "is a link or a special file");
    refused(&archive(&[("package/x.json", b'6', b"")]), "is a link or a special file");
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    refused(&gzip(&header("package/x.json", b'0', limits::FILE + 1)), "bytes; at most");
    refused(&gzip(&header("package/x.json", b'0', 0o77777777777)), "bytes; at most");
    // Zeros pack well: a small package that unpacks to very much.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; limits::FILE as usize];
    for index in 0..=limits::UNPACKED / limits::FILE {
        bomb.write_all(&header(&format!("other/{index}"), b'0', limits::FILE)).unwrap();
        bomb.write_all(&zeros).unwrap();
    }
    refused(&bomb.finish().unwrap(), "unpacks to more than");
}

#[test]
fn what_is_broken_is_refused() {
    let whole = archive(&[("package/Patient-1.json", b'0', PATIENT)]);
    refused(b"", "cannot be unpacked");
    refused(b"not gzip", "cannot be unpacked");
    refused(&whole[..whole.len() / 2], "cannot be unpacked");
    refused(&gzip(&[b'x'; 1024]), "not a tar archive");
    refused(&gzip(&header("package/x.json", b'0', 10)), "ends inside a file");
    refused(&gzip(&[0; 1024]), "the package is empty");
    refused(&archive(&[("package/x.json", b'0', b"{")]), "package/x.json is not JSON: ");
}
