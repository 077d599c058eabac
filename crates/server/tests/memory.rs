//! How much memory hostile bodies take, on a server in a process of its own: its peak is what the system counts.
//! Skipped where the system does not tell (`/proc`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The largest body that is taken.
const BODY_BYTES: usize = 1 << 20;

/// How much more memory than an idle server it may ever use, in MiB. A tree takes up to some twenty times its text,
/// and threads keep some of what they have freed: which of them worked, and so how much is kept, differs from run to run.
const GROWTH: u64 = 90;

/// How long an answer may take; tests share the machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Process {
    child: Child,
    address: SocketAddr,
    token: String,
    data: std::path::PathBuf,
}

impl Process {
    fn start() -> Self {
        let data = std::env::temp_dir().join(format!("easel_memory_{}", std::process::id()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_easel"))
            .args(["serve", "--sandbox", "--listen", "127.0.0.1:0"])
            .args(["--limits-body-bytes", &BODY_BYTES.to_string()])
            .arg("--data")
            .arg(&data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line =
            lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("FHIR R4"))).unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
        let mut process = Process { child, address, token: String::new(), data };
        let form = "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret";
        let (_, answer) =
            process.send("POST /auth/token/", "application/x-www-form-urlencoded", "", form.as_bytes());
        let answer = fhir::json::parse(answer.as_bytes(), 10).unwrap();
        process.token = format!("authorization: Bearer {}\r\n", answer.str("access_token").unwrap());
        process
    }

    /// The status and the body of the answer.
    fn send(&self, request: &str, kind: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "{request} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{}content-type: {kind}\r\n{headers}content-length: {}\r\n\r\n",
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server may refuse, and close, before it has read everything.
        let _ = stream.write_all(body);
        answer_of(&mut stream)
    }

    /// The most memory that was in use so far, in MiB.
    fn peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes / 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn answer_of(stream: &mut TcpStream) -> (u16, String) {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or(("HTTP/1.1 0", "no answer"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// `begin`, as many times `middle` as a body may have, `end`.
fn filled(begin: &str, middle: &str, end: &str) -> Vec<u8> {
    let times = (BODY_BYTES - begin.len() - end.len()) / middle.len();
    [begin, &middle.repeat(times), end].concat().into_bytes()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn whatever_a_body_holds_it_takes_bounded_memory_and_time() {
    let process = Process::start();
    let Some(idle) = process.peak() else {
        println!("skipped: no /proc");
        return;
    };
    let (json, xml) = ("application/fhir+json", "application/fhir+xml");
    let basic = r#"{"resourceType":"Basic","code":{"text":"x"},"#;
    let bundle = r#"{"resourceType":"Bundle","type":"batch","entry":["#;
    let div = "http://www.w3.org/1999/xhtml";
    /// What it is, the request line, the content type, the body, and the statuses that are right.
    type Case<'a> = (&'a str, &'a str, &'a str, Vec<u8>, &'a [u16]);
    let cases: Vec<Case<'_>> = vec![
        ("100 MB of string", "POST /fhir/Basic", json, filled("\"", "x", "\"").repeat(100), &[413]),
        ("a long string", "POST /fhir/Basic", json, filled(&format!("{basic}\"x\":\""), "x", "\"}"), &[400]),
        ("numbers", "POST /fhir/Basic", json, filled("[0", ",0", "]"), &[400, 413]),
        ("objects", "POST /fhir/Basic", json, filled("[{}", ",{}", "]"), &[400, 413]),
        ("strings", "POST /fhir/Basic", json, filled("[\"\"", ",\"\"", "]"), &[400, 413]),
        (
            "members",
            "POST /fhir/Basic",
            json,
            filled(&format!("{basic}\"y\":{{}}"), r#","x":{}"#, "}"),
            &[400, 413],
        ),
        (
            "unknown elements",
            "POST /fhir/Basic",
            json,
            filled(&format!("{basic}\"extension\":[{{}}"), r#",{"x":1}"#, "]}"),
            &[400, 413],
        ),
        ("long numbers", "POST /fhir/Basic", json, filled(&format!("{basic}\"x\":"), "9", "}"), &[400]),
        ("entries", "POST /fhir", json, filled(&format!("{bundle}{{}}"), ",{}", "]}"), &[400, 413]),
        (
            "elements",
            "POST /fhir/Basic",
            xml,
            filled("<Basic xmlns=\"http://hl7.org/fhir\">", "<x/>", "</Basic>"),
            &[400, 413],
        ),
        (
            "attributes",
            "POST /fhir/Basic",
            xml,
            filled("<Basic xmlns=\"http://hl7.org/fhir\"", " a=\"\"", "/>"),
            &[400, 413],
        ),
        (
            "a narrative",
            "POST /fhir/Basic",
            xml,
            filled(
                &format!("<Basic xmlns=\"http://hl7.org/fhir\"><text><div xmlns=\"{div}\">"),
                "<b/>&#65;",
                "</div></text></Basic>",
            ),
            &[400, 413],
        ),
        (
            "operations",
            "PATCH /fhir/Basic/x",
            "application/json-patch+json",
            filled("[{}", ",{}", "]"),
            &[400, 404, 413],
        ),
        (
            "a form",
            "POST /fhir/Basic/_search",
            "application/x-www-form-urlencoded",
            filled("_id=", ",", "x"),
            &[400, 413],
        ),
    ];
    let mut told = String::new();
    for (name, request, kind, body, statuses) in &cases {
        told.push_str(&measured(&process, name, statuses, || process.send(request, kind, "", body)));
    }
    let brackets = vec![b'['; 100 << 20];
    let bomb = gzipped(&brackets);
    told.push_str(&measured(&process, "a gzip bomb", &[413], || {
        process.send("POST /fhir/Basic", json, "content-encoding: gzip\r\n", &bomb)
    }));
    let zstd_bomb = zstd::encode_all(brackets.as_slice(), 1).unwrap();
    told.push_str(&measured(&process, "a zstd bomb", &[413], || {
        process.send("POST /fhir/Basic", json, "content-encoding: zstd\r\n", &zstd_bomb)
    }));
    told.push_str(&measured(&process, "an endless body", &[413], || {
        let mut stream = TcpStream::connect(process.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!("POST /fhir/Basic HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{}content-type: {json}\r\ntransfer-encoding: chunked\r\n\r\n", process.token);
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, "[".repeat(1 << 20));
        (0..200).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok()).for_each(drop);
        answer_of(&mut stream)
    }));
    let peak = process.peak().unwrap();
    println!("idle: peak {idle} MiB\n{told}");
    assert!(!told.contains('!') && peak - idle <= GROWTH, "idle: peak {idle} MiB\n{told}");
}

/// A line of the report; with a `!` when something is not as it should be.
fn measured(process: &Process, name: &str, statuses: &[u16], send: impl FnOnce() -> (u16, String)) -> String {
    let begun = Instant::now();
    let (status, answer) = send();
    let (took, peak) = (begun.elapsed(), process.peak().unwrap());
    let is_right = statuses.contains(&status)
        && took < PATIENCE
        && answer.len() < 100_000
        && answer.contains("OperationOutcome");
    let mark = if is_right { "" } else { "! " };
    format!("{mark}{name}: {status}, {} bytes in {took:.1?}; peak {peak} MiB\n", answer.len())
}
