//! Where it was measured.

use crate::options::{Options, processors};
use crate::procfs;

/// The machine, in a few words.
pub struct Machine {
    /// How many processors this process may use.
    pub processors: usize,
    /// Their name.
    pub model: String,
    /// The kernel's release.
    pub kernel: String,
    /// The type of the file system with the data.
    pub file_system: String,
}

impl Machine {
    /// This one.
    pub fn here(options: &Options) -> Self {
        let data = options.data.canonicalize().unwrap_or_else(|_| options.data.clone());
        Machine {
            processors: processors(),
            model: procfs::processor(),
            kernel: procfs::kernel(),
            file_system: procfs::file_system(&data),
        }
    }
}
