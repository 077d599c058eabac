//! `cargo xtask bench`: builds the server as it is released, then measures it.

use crate::Result;
use std::process::Command;

/// Builds the server's binary and runs the benchmark with these arguments.
///
/// # Errors
///
/// When one of them fails; both have said why by then.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    // Two builds, so that the benchmark's dependencies switch on no features in the server's.
    cargo(&["build", "--release", "--package", "server", "--bin", "easel"], std::iter::empty())?;
    cargo(&["run", "--release", "--package", "bench", "--"], arguments)
}

/// Runs cargo with these arguments.
///
/// # Errors
///
/// When it fails.
pub fn cargo(task: &[&str], arguments: impl Iterator<Item = String>) -> Result<()> {
    let mut command = Command::new(env!("CARGO"));
    command.args(task).args(arguments);
    let status = command.status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", task.join(" ")).into()) }
}
