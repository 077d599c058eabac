//! A folder for the data of one run, removed when dropped.

use crate::Result;
use std::path::{Path, PathBuf};

/// The folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes a new folder in `parent`.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or is there already.
    pub fn new(parent: &Path, name: &str) -> Result<Self> {
        let path = parent.join(format!("easel-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(parent)?;
        std::fs::create_dir(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
        Ok(Folder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
