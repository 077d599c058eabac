//! Checks of what is sent, but for the mitigations.

use super::ICD_10_CM;
use crate::finding::Findings;
use crate::sent::Sent;
use crate::write::Write;
use interactions::Refusal;

/// Rule: reference is a URL. An empty one is an empty string, which another rule names.
pub fn reference(sent: &Sent<'_>, findings: &mut Findings) {
    let reference = sent.body.str("reference").filter(|text| !text.is_empty());
    if reference.is_some_and(|text| !is_url(text)) {
        findings.add("DetectedIssue.reference", &[]);
    }
}

/// Whether a text has a scheme and a host (RFC 3986, 3).
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(in_scheme)
        && !host.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

/// Rule: there is one identifier at most.
pub fn one_identifier(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.items("identifier").len() > 1 {
        findings.add("DetectedIssue.identifier", &[]);
    }
    Ok(())
}

/// Rule: a coding of the evidence is of ICD-10-CM.
pub fn evidence(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let systems = write.sent.values("evidence.code.coding.system");
    if !systems.iter().any(|(_, system)| system.as_str() == Some(ICD_10_CM)) {
        findings.add("DetectedIssue.evidence", &[]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_scheme_and_a_host() {
        for url in ["https://example.com", "http://a/b?c#d", "ftp://h:21/x"] {
            assert!(is_url(url), "{url}");
        }
        for other in ["example.com", "urn:x:y", "https://", "https:///path", "://x", "1a://b", "https://a b"]
        {
            assert!(!is_url(other), "{other}");
        }
    }
}
