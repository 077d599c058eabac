//! Query strings (<https://url.spec.whatwg.org/#application/x-www-form-urlencoded>): of URLs, of forms, of criteria in
//! headers and Bundles.

use crate::error::Refusal;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode};
use percent_encoding::percent_decode_str;

/// Parameters that say how to answer, on any interaction. A Bundle is answered as a whole, so that those of its entries
/// are passed over.
pub const ANSWER_PARAMETERS: [&str; 2] = ["_format", "_pretty"];

/// The parameters of a query string, decoded, in order.
///
/// # Errors
///
/// A name or value is not UTF-8 once it is decoded.
pub fn parameters(text: &str) -> Result<Vec<(String, String)>, Issue> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Parameters on interactions that take none are refused, not passed over.
///
/// # Errors
///
/// 400 naming each.
pub fn none(parameters: &[(String, String)]) -> Result<(), Refusal> {
    let unknown = parameters.iter().filter(|(name, _)| !ANSWER_PARAMETERS.contains(&name.as_str()));
    let problems: Vec<Issue> = unknown
        .map(|(name, _)| {
            let text = format!(
                "the parameter {} is not supported here; supported are _format and _pretty",
                quoted(name)
            );
            Issue::error(IssueCode::NotSupported, text)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
}

fn decode(part: &str) -> Result<String, Issue> {
    let spaced = part.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| {
        let text = format!("{} is not valid UTF-8 once percent-decoded", quoted(part));
        Issue::error(IssueCode::Value, text)
    })?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_in_order() {
        let pairs = parameters("name=J%C3%BCrgen+M&date=ge2024-01-01&date=lt2025&flag").unwrap();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("name", "Jürgen M"), ("date", "ge2024-01-01"), ("date", "lt2025"), ("flag", "")]);
        assert!(parameters("name=%ff").is_err());
    }
}
