//! `cargo xtask generate`: records of people who do not exist.
//!
//! In a process of its own: xtask writes the tables that the generator is built on, so it must not need them itself.

use crate::{Result, bench};

/// Builds and runs the generator with these arguments.
///
/// # Errors
///
/// When one of them fails; both have said why by then.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    bench::cargo(&["run", "--quiet", "--release", "--package", "generate", "--"], arguments)
}
