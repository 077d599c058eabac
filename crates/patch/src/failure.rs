//! Telling which operation could not be carried out, and why.

use fhir::{Issue, IssueCode};
use std::fmt;

/// The issue for an operation: its index in the patch from 0, what it was to do (client's words cut), and why it could
/// not.
pub(crate) fn failure(index: usize, operation: &impl fmt::Display, reason: &str) -> Issue {
    Issue::error(IssueCode::BusinessRule, format!("operation[{index}] ({operation}) failed: {reason}"))
}
