//! Parameters of URLs.

use fhir::outcome::quoted;
use fhir::{Issue, IssueCode};
use interactions::Refusal;

/// Parameters that say how to answer, on any interaction.
pub(super) const ANSWER_PARAMETERS: [&str; 2] = ["_format", "_pretty"];

/// Parameters on interactions that take none are refused, not passed over.
///
/// # Errors
///
/// 400 naming each.
pub(super) fn none(query: &[(String, String)]) -> Result<(), Refusal> {
    let unknown: Vec<Issue> = query
        .iter()
        .filter(|(name, _)| !ANSWER_PARAMETERS.contains(&name.as_str()))
        .map(|(name, _)| {
            let text = format!(
                "the parameter {} is not supported here; supported are _format and _pretty",
                quoted(name)
            );
            Issue::error(IssueCode::NotSupported, text)
        })
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::invalid(unknown)) }
}
