//! Reading patch documents: every problem of one, as issues.

use crate::limits;
use fhir::outcome::did_you_mean;
use fhir::{Issue, IssueCode};
use std::fmt;

/// What is wrong with a patch document, in its order.
#[derive(Default)]
pub(crate) struct Problems {
    issues: Vec<Issue>,
}

impl Problems {
    pub(crate) fn add(&mut self, code: IssueCode, text: impl Into<String>) {
        self.push(Issue::error(code, text));
    }

    /// A problem with its place in a Parameters resource.
    pub(crate) fn add_at(&mut self, code: IssueCode, place: impl fmt::Display, text: impl Into<String>) {
        self.push(Issue::error(code, text).at(place));
    }

    pub(crate) fn too_many(&mut self, operations: usize, limit: usize) {
        let text =
            format!("the patch has {operations} operations; the limit is {limit}: send several patches");
        self.add(IssueCode::TooLong, text);
    }

    fn push(&mut self, issue: Issue) {
        if self.issues.len() < limits::PROBLEMS {
            self.issues.push(issue);
        }
    }

    /// `value` if there was no problem.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Vec<Issue>> {
        if self.issues.is_empty() { Ok(value) } else { Err(self.issues) }
    }
}

/// Words that tell which of a few names is expected instead of `found`.
pub(crate) fn choose(found: &str, names: &[&str]) -> String {
    match did_you_mean(found, names.iter().copied()) {
        Some(near) => format!("is unknown; did you mean '{near}'?"),
        None => format!("is unknown; it is one of {}", names.join(", ")),
    }
}
