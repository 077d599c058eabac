//! SIGKILL under load: every acknowledged write is there after the restart, none is half there.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use fhir::Json;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

const CLIENTS: usize = 16;
const ROUNDS: usize = 3;
/// How long each round writes before the server is killed.
const LOAD: Duration = Duration::from_millis(700);

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(arguments: &[String]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_easel"))
            .args(["serve", "--sandbox", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line =
            lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("FHIR R4"))).unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
        Process { child, address }
    }

    /// SIGKILL: no handler runs.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn exchange(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let kind =
        if path.starts_with("/auth") { "application/x-www-form-urlencoded" } else { "application/fhir+json" };
    format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn token(address: SocketAddr) -> String {
    let form = "grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret";
    let request = request("POST", "/auth/token/", "-", form).replace("authorization: Bearer -\r\n", "");
    let (status, body) = exchange(address, &request).expect("a token");
    assert_eq!(status, 200, "{body}");
    fhir::json::parse(body.as_bytes(), 10).unwrap().str("access_token").unwrap().to_owned()
}

/// Writes ever newer values of this client's resources until the server is gone; remembers what was acknowledged.
/// Every other client writes two at once, in a transaction.
fn write_until_killed(
    address: SocketAddr,
    token: &str,
    client: usize,
    round: usize,
    known: &Mutex<HashMap<String, u64>>,
) {
    for value in 1.. {
        let id = format!("r{round}c{client}n{}", value % 5);
        let twin = (client % 2 == 1).then(|| format!("{id}{TWIN}"));
        let sent = match &twin {
            None => request("PUT", &format!("/fhir/Basic/{id}"), token, &basic(&id, value)),
            Some(twin) => request("POST", "/fhir", token, &transaction(&[&id, twin], value)),
        };
        match exchange(address, &sent) {
            Some((200 | 201, _)) => {
                let mut known = known.lock().unwrap();
                known.extend(twin.into_iter().chain([id]).map(|id| (id, value)));
            }
            Some((status, body)) => panic!("{status} {body}"),
            None => return,
        }
    }
}

/// What the second resource of a transaction has behind the id of the first.
const TWIN: &str = "-twin";

fn basic(id: &str, value: u64) -> String {
    let padding = "x".repeat(2000);
    format!(
        r#"{{"resourceType":"Basic","id":"{id}","identifier":[{{"value":"{value}"}}],"code":{{"text":"{padding}{value}"}}}}"#
    )
}

fn transaction(ids: &[&str], value: u64) -> String {
    let entry = |id: &&str| {
        let resource = basic(id, value);
        format!(r#"{{"resource":{resource},"request":{{"method":"PUT","url":"Basic/{id}"}}}}"#)
    };
    let entries: Vec<String> = ids.iter().map(entry).collect();
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}

fn survives(arguments: &[String]) {
    let known = Mutex::new(HashMap::new());
    for round in 0..ROUNDS {
        let server = Process::start(arguments);
        let (address, token) = (server.address, token(server.address));
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (known, token) = (&known, token.as_str());
                scope.spawn(move || write_until_killed(address, token, client, round, known));
            }
            std::thread::sleep(LOAD);
            server.kill();
        });
        let server = Process::start(arguments);
        check(server.address, &known.lock().unwrap());
        server.kill();
    }
    let known = known.into_inner().unwrap();
    assert!(known.len() > CLIENTS, "only {} writes were acknowledged", known.len());
}

/// Every acknowledged value, or one that was on its way when the server died, is there: whole, and found by search.
fn check(address: SocketAddr, known: &HashMap<String, u64>) {
    let (token, mut all) = (token(address), HashMap::new());
    for (id, value) in known {
        let (status, body) =
            exchange(address, &request("GET", &format!("/fhir/Basic/{id}"), &token, "")).unwrap();
        assert_eq!(status, 200, "{id} was acknowledged and is lost: {body}");
        let resource = fhir::json::parse(body.as_bytes(), 20).expect("whole");
        let stored: u64 =
            resource.at(&["identifier", "0", "value"]).and_then(Json::as_str).unwrap().parse().unwrap();
        let text = resource.at(&["code", "text"]).and_then(Json::as_str).unwrap();
        assert!(stored >= *value, "{id}: {value} was acknowledged, {stored} is there");
        assert!(text.ends_with(&format!("x{stored}")), "{id} is half of one write and half of another");
        all.insert(id.as_str(), stored);
        let path = format!("/fhir/Basic?identifier={stored}&_id={id}");
        let (status, found) = exchange(address, &request("GET", &path, &token, "")).unwrap();
        assert!(
            status == 200 && found.contains(&format!("\"id\":\"{id}\"")),
            "{id} is not in the index: {found}"
        );
    }
    for (id, stored) in &all {
        if let Some(first) = id.strip_suffix(TWIN) {
            assert_eq!(all[first], *stored, "half of a transaction is there: {id}");
        }
    }
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("easel-kill-{}-{name}", std::process::id()))
}

#[test]
fn sqlite_keeps_every_acknowledged_write_through_sigkill() {
    let folder = folder("sqlite");
    survives(&["--data".into(), folder.display().to_string()]);
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn postgres_keeps_every_acknowledged_write_through_sigkill() {
    let Some(url) = std::env::var("EASEL_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else {
        println!("skipped: EASEL_TEST_POSTGRES is not set; scripts/with-postgres sets it");
        return;
    };
    let folder = folder("postgres");
    let separator = if url.contains('?') { '&' } else { '?' };
    let store = format!("{url}{separator}schema=easel_kill_{}", std::process::id());
    survives(&["--store".into(), store, "--data".into(), folder.display().to_string()]);
    let _ = std::fs::remove_dir_all(folder);
}
