//! A small HTTP client: one connection per request, everything visible.

use fhir::Json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a test waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request being built.
#[derive(Clone, Debug)]
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Request { method: method.into(), path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }

    /// The request's bytes as they go over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() || matches!(self.method.as_str(), "POST" | "PUT") {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it.
    pub fn send(&self, address: SocketAddr) -> std::io::Result<Reply> {
        exchange(address, &self.bytes())
    }
}

/// Sends bytes and reads the answer to its end.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // The server may refuse, and close, before it has read everything.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut chunk = [0; 64 * 1024];
    let mut whole = None;
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&chunk[..length]),
            Err(error) if answer.is_empty() => return Err(error),
            Err(_) => break,
        }
        whole = whole.or_else(|| length_of(&answer));
        if whole.is_some_and(|length| answer.len() >= length) {
            break;
        }
    }
    Reply::parse(&answer).ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
}

/// How long an answer will be, once its head is there and says so.
fn length_of(answer: &[u8]) -> Option<usize> {
    let reply = Reply::parse(answer)?;
    let body: usize = reply.header("content-length")?.parse().ok()?;
    Some(answer.len() - reply.body.len() + body)
}

impl Reply {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let split = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..split]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Reply { status, headers, body: bytes[split + 4..].to_vec() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Json {
        match fhir::json::parse(&self.body, 200) {
            Ok(json) => json,
            Err(errors) => panic!("{} is not JSON: {errors:?}: {}", self.status, self.text()),
        }
    }

    /// The id at the end of `Location`, a version left out.
    pub fn location_id(&self) -> String {
        let location =
            self.header("location").unwrap_or_else(|| panic!("no Location: {} {}", self.status, self.text()));
        let location = location.split("/_history").next().unwrap();
        location.rsplit('/').next().unwrap().to_owned()
    }

    /// The issues of an OperationOutcome as (code, text, expression).
    pub fn issues(&self) -> Vec<(String, String, String)> {
        let json = self.json();
        assert_eq!(json.str("resourceType"), Some("OperationOutcome"), "{}", self.text());
        let text = |issue: &Json, path: &[&str]| {
            issue.at(path).and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        let issues = json.get("issue").unwrap().items();
        issues
            .iter()
            .map(|i| (text(i, &["code"]), text(i, &["details", "text"]), text(i, &["expression", "0"])))
            .collect()
    }

    /// The text of the first issue.
    pub fn problem(&self) -> String {
        self.issues().remove(0).1
    }

    /// Asserts the status, showing the body when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}
