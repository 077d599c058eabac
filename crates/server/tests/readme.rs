//! README's tour, run as it stands: every command by bash, in order, every answer compared.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The port that README names.
const PORT: u16 = 8080;

struct Sandbox {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Sandbox {
    /// Starts the binary as README does, in an empty folder; on another port when README's is taken.
    fn start() -> Self {
        let port = match TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)) {
            Ok(_) => PORT,
            Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port(),
        };
        let folder = std::env::temp_dir().join(format!("easel-readme-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_easel"));
        command.args(["serve", "--sandbox"]).current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
        if port != PORT {
            command.args(["--listen", &format!("127.0.0.1:{port}")]);
        }
        let sandbox = Sandbox { process: command.spawn().unwrap(), folder, port };
        let begun = Instant::now();
        while std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the sandbox does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        sandbox
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The tour's blocks: commands, each with the answer that follows it, if one does.
fn tour() -> Vec<(String, Option<String>)> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let tour = text.split("## A two-minute tour").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut blocks: Vec<(String, Option<String>)> = Vec::new();
    for fenced in tour.split("```").skip(1).step_by(2) {
        let (language, body) = fenced.split_once('\n').unwrap();
        match (language, blocks.last_mut()) {
            ("sh", _) => blocks.push((body.to_owned(), None)),
            ("json" | "text", Some((_, answer @ None))) => *answer = Some(body.to_owned()),
            other => panic!("a block of {:?} that follows no command", other.0),
        }
    }
    blocks
}

/// Whether `printed` is `expected`, where `…` stands for anything.
fn fits(expected: &str, printed: &str) -> bool {
    let (expected, printed) = (expected.trim(), printed.trim());
    let Some((start, rest)) = expected.split_once('…') else { return expected == printed };
    let Some(mut printed) = printed.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('…').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match printed.find(part) {
            Some(at) => printed = &printed[at + part.len()..],
            None => return false,
        }
    }
    printed.ends_with(end)
}

#[test]
fn the_tour_of_the_readme_works_verbatim() {
    let sandbox = Sandbox::start();
    let blocks = tour();
    assert!(blocks.len() > 8, "the tour has {} commands", blocks.len());
    // One shell for all, as for a reader; a line between the blocks tells their output apart.
    const MARK: &str = "-- next block --";
    let mut script = String::from("set -u\n");
    for (commands, _) in &blocks {
        script.push_str(&format!("{commands}\necho; echo '{MARK}'\n"));
    }
    let script = script.replace(&format!("127.0.0.1:{PORT}"), &format!("127.0.0.1:{}", sandbox.port));
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    let answers: Vec<&str> = printed.split(MARK).collect();
    for ((commands, expected), printed) in blocks.iter().zip(&answers) {
        if let Some(expected) = expected {
            assert!(
                fits(expected, printed),
                "{commands}\nexpected:\n{expected}\nprinted:\n{printed}\n{failed}"
            );
        }
    }
    assert!(output.status.success(), "{failed}");
    assert_eq!(answers.len(), blocks.len() + 1, "{failed}");
}

#[test]
fn an_answer_fits_when_only_the_dots_differ() {
    assert!(fits("a…c\n200", "abbbc\n200\n"));
    assert!(!fits("a…c\n200", "abbbc\n404"));
    assert!(!fits("a", "ab"));
    assert!(fits("a…", "ab"));
}
