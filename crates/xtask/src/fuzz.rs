//! `cargo xtask fuzz`: mutated inputs for everything that reads what clients send.
//!
//! In a process of its own, as the generator is: xtask writes the tables that both are built on.

use crate::{Result, bench};

/// Builds and runs the fuzzer with these arguments.
///
/// # Errors
///
/// When one of them fails or something is found; that has been told by then.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    bench::cargo(&["run", "--quiet", "--release", "--package", "fuzz", "--"], arguments)
}
