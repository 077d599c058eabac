//! Extensions (<http://hl7.org/fhir/R4/extensibility.html>): either a value or further extensions.
//!
//! That `url` is there and which types a value may have follows from the definition.

use crate::place::Place;
use crate::walk::Walk;
use fhir::outcome::quoted;
use fhir::{IssueCode, Object};

impl<'r> Walk<'r> {
    /// Checks `ext-1`.
    pub(crate) fn extension(&mut self, object: &'r Object, place: &Place<'_>) {
        let has_extensions = object.contains("extension") || object.contains("_extension");
        let has_value = object.iter().any(|(key, _)| key.starts_with("value") || key.starts_with("_value"));
        if has_value != has_extensions {
            return;
        }
        let url = object.str("url").map(|url| format!(" {}", quoted(url))).unwrap_or_default();
        let path = place.path();
        let text = match has_value {
            true => format!("ext-1: {path}{url} must not have both a value and extensions"),
            false => format!("ext-1: {path}{url} must have a value or extensions"),
        };
        self.findings.add(IssueCode::Invariant, place, text);
    }
}
