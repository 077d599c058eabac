//! The data directory, and who may serve it.

use crate::error::OpenError;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The database file of a data directory.
pub const SQLITE_FILE: &str = "easel.sqlite";

/// What is made here is for the server's own user alone: it holds health records.
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A data directory; a temporary one is removed in the end.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    is_temporary: bool,
}

impl Directory {
    /// That directory, made when it is missing.
    pub(crate) fn at(path: &Path) -> Result<Self, OpenError> {
        let make = DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path);
        make.map_err(|error| unusable(path, error))?;
        let directory = Directory { path: path.to_owned(), is_temporary: false };
        // SQLite gives the files beside it the mode of this one.
        directory.open(SQLITE_FILE).map_err(|error| unusable(path, error))?;
        Ok(directory)
    }

    /// A new directory of a random name, in memory where the system has a place for that.
    pub(crate) fn temporary() -> Result<Self, OpenError> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        // Two hashers with random keys: 128 bits that nobody else has.
        let random = || RandomState::new().build_hasher().finish();
        let path = parent.join(format!("easel-{}-{:016x}{:016x}", std::process::id(), random(), random()));
        DirBuilder::new().mode(DIRECTORY_MODE).create(&path).map_err(|error| unusable(&path, error))?;
        Ok(Directory { path, is_temporary: true })
    }

    /// Where it is.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The database file.
    pub(crate) fn file(&self) -> PathBuf {
        self.path.join(SQLITE_FILE)
    }

    /// Opens a file of the directory, made when it is missing.
    fn open(&self, name: &str) -> std::io::Result<File> {
        private_file().create(true).truncate(false).open(self.path.join(name))
    }

    /// Claims the directory for one server. The claim ends with the file that is returned, or the process.
    pub(crate) fn claim(&self) -> Result<File, OpenError> {
        let file = self.open("easel.lock").map_err(|error| unusable(&self.path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(OpenError::Held { directory: self.path.clone() }),
            Err(TryLockError::Error(error)) => Err(unusable(&self.path, error)),
        }
    }
}

/// How a file is opened that only its user may read when it is new.
pub(super) fn private_file() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true).mode(FILE_MODE);
    options
}

fn unusable(path: &Path, error: std::io::Error) -> OpenError {
    OpenError::Directory { directory: path.to_owned(), cause: Arc::new(error) }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if self.is_temporary
            && let Err(error) = fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "a temporary data directory stays behind");
        }
    }
}
