//! OperationOutcome (<http://hl7.org/fhir/R4/operationoutcome.html>): what is told of a request's problems.

use crate::json::write_string;
use std::fmt;

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The request was refused, or the content must not be used.
    Error,
    /// The request was carried out; something deserves a look.
    Warning,
    /// Nothing is wrong.
    Information,
}

impl Severity {
    /// The code of <http://hl7.org/fhir/issue-severity>.
    pub const fn code(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
        }
    }
}

macro_rules! issue_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// What kind of issue: the codes of <http://hl7.org/fhir/issue-type> that this server uses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum IssueCode { $($(#[$doc])* $name),* }

        impl IssueCode {
            /// The code on the wire.
            pub const fn code(self) -> &'static str {
                match self { $(IssueCode::$name => $code),* }
            }

            /// All codes in use.
            pub const ALL: &'static [IssueCode] = &[$(IssueCode::$name),*];
        }
    };
}

issue_codes! {
    /// Content is invalid against the specification or a profile.
    Invalid = "invalid",
    /// The structure is wrong: an unknown element, a list where an object belongs, bad syntax.
    Structure = "structure",
    /// A required element is missing.
    Required = "required",
    /// An element or header value is invalid.
    Value = "value",
    /// A content rule (FHIRPath invariant) is broken.
    Invariant = "invariant",
    /// A code is not in the value set that is bound.
    CodeInvalid = "code-invalid",
    /// An authentication problem whose details are not told.
    Unknown = "unknown",
    /// The caller may not do this.
    Forbidden = "forbidden",
    /// Something that was referred to does not exist.
    NotFound = "not-found",
    /// The resource was deleted.
    Deleted = "deleted",
    /// The interaction, parameter or modifier is not supported.
    NotSupported = "not-supported",
    /// Something appears twice.
    Duplicate = "duplicate",
    /// More than one resource matches where one must.
    MultipleMatches = "multiple-matches",
    /// The answer would take more work than is allowed.
    TooCostly = "too-costly",
    /// A limit on size was passed.
    TooLong = "too-long",
    /// The content breaks a business rule or conflicts with the stored state.
    BusinessRule = "business-rule",
    /// A conflict with a concurrent change.
    Conflict = "conflict",
    /// A temporary problem: try again.
    Transient = "transient",
    /// Something took too long.
    Timeout = "timeout",
    /// The caller sends too much.
    Throttled = "throttled",
    /// The server failed.
    Exception = "exception",
    /// Told for information.
    Informational = "informational",
}

impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One problem. The text may be read by the client: it holds nothing that only the log may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub code: IssueCode,
    /// What is wrong, what was expected and, where it helps, what to do next.
    pub text: String,
    /// Where, as FHIRPath from the root of what was sent; `None` when it has no place there.
    pub expression: Option<String>,
}

impl Issue {
    /// An error without a place.
    pub fn error(code: IssueCode, text: impl Into<String>) -> Self {
        Issue { severity: Severity::Error, code, text: text.into(), expression: None }
    }

    /// A warning without a place.
    pub fn warning(code: IssueCode, text: impl Into<String>) -> Self {
        Issue { severity: Severity::Warning, code, text: text.into(), expression: None }
    }

    /// A piece of information.
    pub fn information(text: impl Into<String>) -> Self {
        let (severity, code) = (Severity::Information, IssueCode::Informational);
        Issue { severity, code, text: text.into(), expression: None }
    }

    /// What is told where nothing is wrong: an OperationOutcome has one issue at least.
    pub fn no_problems() -> Self {
        Self::information("No problems were found")
    }

    /// The same issue with its place.
    #[must_use]
    pub fn at(mut self, expression: impl fmt::Display) -> Self {
        self.expression = Some(expression.to_string());
        self
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"severity\":\"");
        out.extend_from_slice(self.severity.code().as_bytes());
        out.extend_from_slice(b"\",\"code\":\"");
        out.extend_from_slice(self.code.code().as_bytes());
        out.extend_from_slice(b"\",\"details\":{\"text\":");
        write_string(&self.text, out);
        out.push(b'}');
        if let Some(expression) = &self.expression {
            out.extend_from_slice(b",\"expression\":[");
            write_string(expression, out);
            out.push(b']');
        }
        out.push(b'}');
    }
}

/// An OperationOutcome with these issues, in this order, as JSON: the first decides the status. Written without a
/// tree, for it is what a server under fire writes most.
pub fn operation_outcome(issues: &[Issue]) -> Vec<u8> {
    let mut out = Vec::with_capacity(128 + issues.len() * 192);
    out.extend_from_slice(b"{\"resourceType\":\"OperationOutcome\",\"issue\":[");
    for (index, issue) in issues.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        issue.write(&mut out);
    }
    out.extend_from_slice(b"]}");
    out
}

/// How many characters of an offending value are told.
pub const QUOTED_CHARACTERS: usize = 80;

/// A client's value in a message: in single quotes, cut at [`QUOTED_CHARACTERS`], control characters escaped.
pub fn quoted(value: &str) -> String {
    format!("'{}'", cut(value))
}

/// A client's value in a message without quotes; cut and escaped as by [`quoted`].
pub fn cut(value: &str) -> String {
    if value.len() <= QUOTED_CHARACTERS && value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return value.to_owned();
    }
    let mut shown = String::new();
    for (index, character) in value.chars().enumerate() {
        if index == QUOTED_CHARACTERS {
            shown.push('…');
            break;
        }
        match character.is_control() {
            true => shown.extend(character.escape_default()),
            false => shown.push(character),
        }
    }
    shown
}

/// The candidate that the client may have meant: the nearest by edit distance, if it is near.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    if word.len() > 64 {
        return None;
    }
    let limit = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(&word, &candidate.to_ascii_lowercase(), limit), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in bytes; anything over `limit` may come back as `limit + 1`.
fn edit_distance(a: &str, b: &str, limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_outcome_is_the_documented_one() {
        let text = "Unknown Patient resource 'a47c7b0ebbb442cdbc4adf259d148ea1'";
        let outcome = operation_outcome(&[Issue::error(IssueCode::NotFound, text)]);
        assert_eq!(
            String::from_utf8(outcome).unwrap(),
            r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","details":{"text":"Unknown Patient resource 'a47c7b0ebbb442cdbc4adf259d148ea1'"}}]}"#
        );
    }

    #[test]
    fn offending_values_are_cut_and_escaped() {
        assert_eq!(quoted("a\nb"), "'a\\nb'");
        assert_eq!(quoted(&"x".repeat(100)), format!("'{}…'", "x".repeat(80)));
    }

    #[test]
    fn near_misses_are_suggested() {
        assert_eq!(did_you_mean("birthDate", ["family", "birthdate"]), Some("birthdate"));
        assert_eq!(did_you_mean("brithdate", ["family", "birthdate"]), Some("birthdate"));
        assert_eq!(did_you_mean("zzz", ["family", "birthdate"]), None);
    }
}
