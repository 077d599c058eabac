//! The Prefer header (RFC 7240, <http://hl7.org/fhir/R4/http.html#ops>).

use crate::http::ask::Ask;

/// What the client wants back from a change (`Prefer: return=…`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Return {
    Minimal,
    Representation,
    OperationOutcome,
}

impl Return {
    /// What a request prefers.
    pub(super) fn of(ask: &Ask) -> Self {
        if prefers(ask, "return=minimal") {
            Return::Minimal
        } else if prefers(ask, "return=OperationOutcome") {
            Return::OperationOutcome
        } else {
            Return::Representation
        }
    }
}

/// Whether a Prefer header holds `preference`.
pub fn prefers(ask: &Ask, preference: &str) -> bool {
    ask.headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|value| value.trim().replace([' ', '"'], "") == preference)
}
