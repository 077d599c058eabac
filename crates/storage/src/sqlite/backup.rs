//! Copying a store into one file, beside whoever uses it.

use super::directory::{SQLITE_FILE, private_file};
use super::error::store_error;
use super::session::{self, Role, Sync};
use crate::error::StoreError;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Writes the store of `directory` as it is at one moment to `file`, which must not be there yet. Servers go on reading
/// and writing meanwhile. The file is whole and on the disk when this returns; as `easel.sqlite` of an empty directory
/// it is a store. Returns its length in bytes.
///
/// # Errors
/// There is no such store, the file is there already or cannot be written, the database fails.
pub fn back_up_sqlite(directory: &Path, file: &Path) -> Result<u64, StoreError> {
    let source = directory.join(SQLITE_FILE);
    if !source.exists() {
        return Err(StoreError::failed(format!("{} is not there", source.display())));
    }
    if file.exists() {
        return Err(StoreError::failed(format!("{} is there already; name another file", file.display())));
    }
    let part = Part::beside(file).map_err(failed)?;
    // Not as a reader: those may write nothing, not even a copy.
    let connection = session::connect(&source, Role::Writer, Sync::Off).map_err(store_error)?;
    let target = part.0.to_str().ok_or_else(|| StoreError::failed("the file's name is not UTF-8"))?;
    connection.execute("VACUUM INTO ?1", [target]).map_err(store_error)?;
    finish(&part, file).map_err(failed)
}

/// A file that is not yet what it is to be, and goes if it does not become that.
struct Part(PathBuf);

impl Part {
    /// An empty file beside `file`.
    fn beside(file: &Path) -> io::Result<Self> {
        let mut name = OsString::from(file);
        name.push(".part");
        let path = PathBuf::from(name);
        private_file().create_new(true).open(&path)?;
        Ok(Part(path))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It has its name by now, or is of no use.
        let _ = fs::remove_file(&self.0);
    }
}

/// Brings the copy to the disk, then gives it its name: SQLite does not wait for the disk.
fn finish(part: &Part, file: &Path) -> io::Result<u64> {
    let copy = File::open(&part.0)?;
    copy.sync_all()?;
    fs::hard_link(&part.0, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    Ok(copy.metadata()?.len())
}

fn failed(error: io::Error) -> StoreError {
    StoreError::Failed(std::sync::Arc::new(error))
}
