//! Tasks of the workspace that cargo has no command for. Each lives in a module of its own; `main` only finds it.

mod bench;
mod codegen;
mod docs;
mod fuzz;
mod generate;

use std::path::PathBuf;
use std::process::ExitCode;

/// What a task answers: an error is printed and makes the exit code 1.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const USAGE: &str = "\
usage: cargo xtask TASK

tasks:
  bench [ARGUMENT…]
      measure the released server beside a bare axum server and raw SQLite; --help tells the arguments
  codegen [--check] [--package FILE]
      write the R4 definition tables of crates/fhir and the pack of crates/terminology from the npm package of the specification
      --check         write nothing; exit 1 and name the files that are not current
      --package FILE  the package's .tgz, instead of the cached or downloaded one
  docs [--check]
      write the pages of docs/ that the binary prints of its own tables
      --check         write nothing; exit 1 and name the pages that are not current
  fuzz --target NAME [--seconds N] [--seed S]
      give mutated inputs to json, xml, search, fhirpath, patch or bundle; --help tells the other arguments
  generate [ARGUMENT…]
      write clinical records of people who do not exist; --help tells the arguments";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match arguments.next().as_deref() {
        Some("bench") => bench::run(arguments),
        Some("codegen") => codegen::run(arguments),
        Some("docs") => docs::run(arguments),
        Some("fuzz") => fuzz::run(arguments),
        Some("generate") => generate::run(arguments),
        Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(format!("there is no task {other:?}\n\n{USAGE}").into()),
        None => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace: two folders above this crate.
fn workspace_root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(manifest).join("../..")
}
