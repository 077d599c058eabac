//! `cargo xtask docs [--check]`: pages of `docs/` that the binary prints of its own tables.

use crate::{Result, workspace_root};
use std::process::Command;

/// Each generated page and the command that prints it.
const PAGES: &[(&str, &[&str])] =
    &[("docs/errors.md", &["errors", "--markdown"]), ("docs/settings.md", &["settings", "--markdown"])];

/// Writes the pages, or with `--check` names those that are stale.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let check = match arguments.next().as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => return Err(format!("docs takes --check only, not {other:?}").into()),
    };
    let mut stale = Vec::new();
    for (page, arguments) in PAGES {
        let (path, printed) = (workspace_root().join(page), printed(arguments)?);
        if std::fs::read(&path).is_ok_and(|current| current == printed) {
            continue;
        }
        if check {
            stale.push(*page);
        } else {
            std::fs::create_dir_all(workspace_root().join("docs"))?;
            std::fs::write(&path, &printed)?;
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!("stale, run cargo xtask docs: {}", stale.join(", ")).into())
    }
}

fn printed(arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "server", "--bin", "easel", "--"]).args(arguments);
    let output = command.current_dir(workspace_root()).output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("easel {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into())
}
