//! The command line, run as a user runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use fhir::Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("easel-cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `easel` in `folder`.
fn easel(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_easel")).args(arguments).current_dir(folder).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = easel(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}{}", out(&output), err(&output));
    out(&output)
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = easel(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", out(&output));
    out(&output) + &err(&output)
}

/// A server that is ended with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_easel"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line =
            lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("FHIR R4"))).unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        Server { process, address }
    }

    fn get(&self, path: &str, token: &str) -> (u16, String) {
        self.ask("GET", path, token, "")
    }

    fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/fhir+json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_clinics_settings_are_read_again_when_asked_and_a_bad_file_changes_nothing() {
    let folder = Folder::new();
    let with = |name: &str| format!("[[allergen]]\nfdb = \"1-1\"\nname = \"{name}\"\n");
    folder.file("clinic.toml", &with("latex"));
    let server = Server::start(&folder.0, &["--clinic", "clinic.toml"]);
    succeeds(&folder.0, &["client", "add", "app", "--scopes", "system/Allergen.read"]);
    let token = succeeds(&folder.0, &["token", "app"]);
    let shows = |name: &str| server.get("/Allergen/fdb-1-1", token.trim()).1.contains(name);
    let read_again = |content: &str, expected: &str| {
        folder.file("clinic.toml", content);
        let id = server.process.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !shows(expected) && std::time::Instant::now() < patience {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(shows(expected), "{expected} is not shown");
    };
    assert!(shows("latex"));
    read_again(&with("penicillin"), "penicillin");
    folder.file("clinic.toml", &(with("pollen") + "colour = 1\n"));
    let id = server.process.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(shows("penicillin"), "a bad file changes nothing");
    read_again(&with("bee venom"), "bee venom");
}

#[test]
fn clients_are_added_listed_and_removed_beside_a_running_server() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    let added = succeeds(&folder.0, &["client", "add", "lab", "--scopes", "system/Patient.read"]);
    let secret = added.lines().find_map(|line| line.strip_prefix("Secret  ")).unwrap();
    assert_eq!(secret.len(), 43);
    assert!(fails(&folder.0, &["client", "add", "lab"]).contains("there is a client lab already"));
    assert!(succeeds(&folder.0, &["client", "list"]).contains("lab\tlab\tsystem/Patient.read"));
    let token = succeeds(&folder.0, &["token", "lab"]);
    assert_eq!(server.get("/fhir/Patient", token.trim()).0, 200);
    assert_eq!(server.get("/fhir/Observation", token.trim()).0, 403);
    assert!(
        fails(&folder.0, &["token", "lab", "--scopes", "system/*.*"]).contains("is more than lab is allowed")
    );
    succeeds(&folder.0, &["client", "remove", "lab"]);
    assert!(fails(&folder.0, &["token", "lab"]).contains("there is no client lab"));
    assert!(fails(&folder.0, &["client", "remove", "lab"]).contains("easel client list"));
    assert!(fails(&folder.0, &["client", "add", "x", "--scopes", "everything"]).contains("is not a scope"));
}

#[test]
fn without_sandbox_nothing_is_open() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &[]);
    assert_eq!(server.get("/Patient", "sandbox").0, 401);
    assert_eq!(succeeds(&folder.0, &["client", "list"]), "");
    assert_eq!(server.get("/sandbox/reset", "x").0, 404);
}

#[test]
fn sandboxes_and_real_data_are_kept_apart() {
    let folder = Folder::new();
    folder.file("one.json", r#"{"resourceType":"Patient","id":"one"}"#);
    succeeds(&folder.0, &["import", "one.json", "--data", "real"]);
    let sandbox = ["serve", "--sandbox", "--listen", "127.0.0.1:0", "--data", "real"];
    assert!(fails(&folder.0, &sandbox).contains("real holds data that no sandbox made"));
    assert!(
        fails(&folder.0, &["import", "--sandbox", "one.json", "--data", "real"]).contains("no sandbox made")
    );
    succeeds(&folder.0, &["import", "--sandbox", "one.json", "--data", "play"]);
    let told = fails(&folder.0, &["serve", "--listen", "127.0.0.1:0", "--data", "play"]);
    assert!(told.contains("play was made by a sandbox"), "{told}");
    // A client alone is no data: it may have been added before the first start.
    succeeds(&folder.0, &["client", "add", "app", "--data", "new"]);
    drop(Server::start(&folder.0, &["--sandbox", "--data", "new"]));
}

#[test]
fn what_a_server_writes_is_its_own_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let _server = Server::start(&folder.0, &[]);
    let data = folder.0.join("easel-data");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in std::fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_store_that_cannot_be_opened_is_told_with_its_cause() {
    let folder = Folder::new();
    std::fs::create_dir(folder.0.join("broken")).unwrap();
    folder.file("broken/easel.sqlite", &"no database ".repeat(1000));
    assert!(fails(&folder.0, &["serve", "--data", "broken"]).contains("file is not a database"));
    folder.file("file", "");
    assert!(fails(&folder.0, &["serve", "--data", "file/below"]).contains("Not a directory"));
    let unreachable = "postgres://easel:hidden@127.0.0.1:1/easel";
    let told = fails(&folder.0, &["serve", "--store", unreachable]);
    assert!(told.contains("refused") && !told.contains("hidden"), "{told}");
    assert!(fails(&folder.0, &["serve", "--store", "mysql://h/d"]).contains("must begin with postgres://"));
}

#[test]
fn a_backup_beside_a_writing_server_holds_all_that_was_acknowledged_before_and_restores() {
    let folder = Folder::new();
    let server = Server::start(&folder.0, &["--sandbox"]);
    let token = succeeds(&folder.0, &["token", "sandbox"]);
    let token = token.trim();
    let put = |number: usize| {
        let body = format!(r#"{{"resourceType":"Basic","id":"b{number}","code":{{"text":"x"}}}}"#);
        assert_eq!(server.ask("PUT", &format!("/fhir/Basic/b{number}"), token, &body).0, 201);
    };
    (0..50).for_each(put);
    let copied = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 50;
            while !copied.load(Ordering::Relaxed) {
                put(number);
                number += 1;
            }
        });
        let told = easel(&folder.0, &["backup", "copy.sqlite"]);
        copied.store(true, Ordering::Relaxed);
        assert!(out(&told).contains("copy.sqlite holds the store"), "{}", err(&told));
    });
    assert!(fails(&folder.0, &["backup", "copy.sqlite"]).contains("copy.sqlite is there already"));
    assert!(fails(&folder.0, &["backup", "other.sqlite", "--data", "typo"]).contains("typo holds no store"));
    std::fs::create_dir(folder.0.join("restored")).unwrap();
    std::fs::rename(folder.0.join("copy.sqlite"), folder.0.join("restored/easel.sqlite")).unwrap();
    let restored = Server::start(&folder.0, &["--sandbox", "--data", "restored"]);
    for number in [0, 49] {
        assert_eq!(restored.get(&format!("/fhir/Basic/b{number}"), token).0, 200);
    }
    // What was written meanwhile is there up to one moment.
    let there: Vec<bool> = (50..)
        .map(|number| restored.get(&format!("/fhir/Basic/b{number}"), token).0 == 200)
        .take(20)
        .collect();
    assert!(there.is_sorted_by(|earlier, later| earlier >= later), "{there:?}");
    let left = std::fs::read_dir(&folder.0).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")));
}

#[test]
fn looking_at_a_store_that_is_not_there_makes_none() {
    let folder = Folder::new();
    for command in [&["client", "list"][..], &["client", "remove", "app"], &["token", "app"]] {
        let told = fails(&folder.0, &[command, &["--data", "typo"]].concat());
        assert!(told.contains("the data folder typo holds no store"), "{told}");
    }
    assert!(!folder.0.join("typo").exists());
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let folder = Folder::new();
    let _server = Server::start(&folder.0, &["--sandbox"]);
    let told = fails(&folder.0, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(told.contains("easel-data"), "{told}");
    let told = fails(&folder.0, &["import", "."]);
    assert!(told.contains("easel-data"), "{told}");
}

#[test]
fn a_wrong_setting_stops_the_start_and_is_named() {
    let folder = Folder::new();
    folder.file("easel.toml", "lissten = \"127.0.0.1:1\"");
    assert!(fails(&folder.0, &["serve"]).contains("lissten is no setting; did you mean 'listen'?"));
    folder.file("easel.toml", "");
    assert!(
        fails(&folder.0, &["serve", "--limits-body-bytes", "many"])
            .contains("limits.body_bytes 'many' is not a whole number")
    );
    assert!(
        fails(&folder.0, &["serve", "--sandbox", "--listen", "0.0.0.0:0"]).contains("--allow-remote-sandbox")
    );
    assert!(fails(&folder.0, &["serve", "--clinic", "none.toml"]).contains("cannot read none.toml"));
    let clinic = folder.file("clinic.toml", "time_zone = \"Mars/Olympus\"");
    assert!(fails(&folder.0, &["serve", "--clinic", &clinic]).contains("Mars/Olympus"));
}

#[test]
fn check_says_what_the_server_would() {
    let folder = Folder::new();
    let valid = folder.file("valid.json", r#"{"resourceType":"Patient","gender":"female"}"#);
    let lines = folder.file(
        "some.ndjson",
        "{\"resourceType\":\"Patient\"}\n\n{\"resourceType\":\"Patient\",\"gender\":\"x\"}\n{\"resourceType\":}\n",
    );
    assert!(succeeds(&folder.0, &["check", &valid]).contains("valid.json: valid\n1 valid, 0 refused"));
    let told = fails(&folder.0, &["check", &lines]);
    assert!(told.contains("some.ndjson:3: refused\n  Patient.gender: gender 'x' is not one of"), "{told}");
    assert!(told.contains("some.ndjson:4: refused\n  line 1, column 17: expected a JSON value"), "{told}");
    assert!(told.contains("1 valid, 2 refused"), "{told}");
    let json = succeeds(&folder.0, &["check", "--json", &valid]);
    let right = fhir::json::parse(json.as_bytes(), 20).unwrap();
    let outcome = right.get("outcome").unwrap();
    assert_eq!(validation::validate(outcome, &validation::Options::default()), []);
    let json = fails(&folder.0, &["check", "--json", "--quiet", &lines]);
    let first = fhir::json::parse(json.lines().next().unwrap().as_bytes(), 20).unwrap();
    assert_eq!(first.at(&["outcome", "issue", "0", "code"]).and_then(Json::as_str), Some("code-invalid"));
    assert!(fails(&folder.0, &["check", "absent.json"]).contains("cannot read absent.json"));
}

#[test]
fn files_are_imported_and_served() {
    let folder = Folder::new();
    folder.file(
        "a.ndjson",
        "{\"resourceType\":\"Patient\",\"id\":\"one\"}\n{\"resourceType\":\"Patient\",\"gender\":\"x\"}\n",
    );
    folder.file(
        "b.json",
        r#"{"resourceType":"Bundle","type":"transaction","entry":[
            {"fullUrl":"urn:uuid:5e3c4a7e-1b0f-4d58-9d5c-0d3a5d8a2f01","resource":{"resourceType":"Patient","id":"two"},"request":{"method":"POST","url":"Patient"}},
            {"fullUrl":"urn:uuid:5e3c4a7e-1b0f-4d58-9d5c-0d3a5d8a2f02","resource":{"resourceType":"Observation","id":"obs","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:5e3c4a7e-1b0f-4d58-9d5c-0d3a5d8a2f01"}},"request":{"method":"POST","url":"Observation"}}]}"#,
    );
    // Links that lead in a circle are followed once.
    std::os::unix::fs::symlink(".", folder.0.join("again")).unwrap();
    let told = fails(&folder.0, &["import", "--sandbox", "."]);
    assert!(told.contains("3 stored, 1 refused"), "{told}");
    assert!(told.contains("a.ndjson:2:\n  Patient.gender: gender 'x' is not one of"), "{told}");
    let server = Server::start(&folder.0, &["--sandbox"]);
    let token = succeeds(&folder.0, &["token", "sandbox"]);
    assert_eq!(server.get("/fhir/Patient/one", token.trim()).0, 200);
    let found = server.get("/fhir/Observation?subject=Patient/two", token.trim()).1;
    assert!(found.contains("\"id\":\"obs\"") && found.contains("\"reference\":\"Patient/two\""), "{found}");
}

#[test]
fn a_sandbox_keeps_its_data_when_it_is_started_again() {
    let folder = Folder::new();
    let first = Server::start(&folder.0, &["--sandbox"]);
    let token = succeeds(&folder.0, &["token", "sandbox"]);
    let before = first.get("/fhir/Patient?_total=accurate&_count=0", token.trim()).1;
    drop(first);
    let second = Server::start(&folder.0, &["--sandbox"]);
    let after = second.get("/fhir/Patient?_total=accurate&_count=0", token.trim()).1;
    let total = |bundle: &str| {
        fhir::json::parse(bundle.as_bytes(), 20).unwrap().get("total").map(ToString::to_string)
    };
    assert!(total(&before).is_some());
    assert_eq!(total(&before), total(&after));
}

#[test]
fn errors_and_settings_list_their_tables() {
    let folder = Folder::new();
    assert!(succeeds(&folder.0, &["errors"]).contains("412  conflict"));
    let rows = fhir::json::parse(succeeds(&folder.0, &["errors", "--json"]).as_bytes(), 20).unwrap();
    assert!(rows.items().len() > 20);
    assert!(succeeds(&folder.0, &["settings"]).contains("EASEL_LIMITS_BODY_BYTES"));
}
