//! How large the answer to a Bundle may become. An entry of few bytes may ask for many, and all of the answer is held until
//! the last entry is done.

use super::EntryReturn;
use super::write::Outcome;
use crate::error::Refusal;
use fhir::{Issue, IssueCode};
use storage::Version;

/// How many bytes of resources the answer to one Bundle may hold.
pub const ANSWER_BYTES: usize = 128 * 1024 * 1024;

/// The room that is left.
pub(super) struct Room {
    left: usize,
    entry_return: EntryReturn,
}

impl Room {
    /// All of it.
    pub(super) fn new(entry_return: EntryReturn) -> Self {
        Room { left: ANSWER_BYTES, entry_return }
    }

    /// Takes what an outcome needs.
    ///
    /// # Errors
    ///
    /// 400 when what was asked for is larger than what is left.
    pub(super) fn take(&mut self, mut outcome: Outcome) -> Result<Outcome, Refusal> {
        match &mut outcome {
            Outcome::Written(written) => self.keep(&mut written.version),
            Outcome::Got(got) => {
                // What is sent is in `body`.
                if let Some(version) = &mut got.version {
                    version.body = None;
                }
                let length = got.body.as_ref().map_or(0, Vec::len);
                self.left = self.left.checked_sub(length).ok_or_else(too_large)?;
            }
            Outcome::Deleted(_) => {}
        }
        Ok(outcome)
    }

    /// Keeps the body of what was changed or found if the client prefers to be shown it, and there is room.
    pub(super) fn keep(&mut self, version: &mut Version) {
        let length = version.body.as_ref().map_or(0, Vec::len);
        match self.left.checked_sub(length) {
            Some(left) if self.entry_return == EntryReturn::Representation => self.left = left,
            _ => version.body = None,
        }
    }
}

fn too_large() -> Refusal {
    let text = format!(
        "the answers to the entries are larger than {} MiB together; ask for less at a time",
        ANSWER_BYTES / (1024 * 1024)
    );
    Refusal::invalid(vec![Issue::error(IssueCode::TooCostly, text)])
}
