//! The problems found so far, in document order and never more than can be read.

use crate::place::Place;
use fhir::{Issue, IssueCode, Severity};

/// At most this many problems are told of one resource, plus one issue that says that there are more. A body made
/// of nothing but mistakes must cost neither time nor an answer larger than itself.
pub const MAX_ISSUES: usize = 100;

#[derive(Debug)]
pub(crate) struct Findings {
    /// With the order of their places.
    found: Vec<(Vec<usize>, Issue)>,
    errors: usize,
    advice: usize,
    /// How many errors are kept.
    limit: usize,
    /// Whether warnings and information are kept too.
    advises: bool,
    more: bool,
    /// Looking further would take too long.
    is_exhausted: bool,
}

impl Findings {
    /// All problems; warnings and information only if it `advises`.
    pub(crate) fn new(advises: bool) -> Self {
        Findings {
            found: Vec::new(),
            errors: 0,
            advice: 0,
            limit: MAX_ISSUES,
            advises,
            more: false,
            is_exhausted: false,
        }
    }

    /// For the question whether there is any problem at all.
    pub(crate) fn trial() -> Self {
        Findings { limit: 1, ..Findings::new(false) }
    }

    /// Reports a problem of `place`.
    pub(crate) fn add(&mut self, code: IssueCode, place: &Place<'_>, text: String) {
        self.tell(Severity::Error, code, place, || text);
    }

    /// Reports a problem of `place`, or what deserves a look; the text is made only when it is kept.
    pub(crate) fn tell(
        &mut self,
        severity: Severity,
        code: IssueCode,
        place: &Place<'_>,
        text: impl FnOnce() -> String,
    ) {
        let is_error = severity == Severity::Error;
        if is_error && self.errors == self.limit {
            self.more = true;
            return;
        }
        if !is_error && (!self.advises || self.advice == MAX_ISSUES) {
            return;
        }
        let issue = Issue { severity, code, text: text(), expression: Some(place.expression().to_string()) };
        if self.found.iter().any(|(_, known)| *known == issue) {
            return;
        }
        match is_error {
            true => self.errors += 1,
            false => self.advice += 1,
        }
        self.found.push((place.order(), issue));
    }

    /// Whether warnings and information are of interest.
    pub(crate) const fn advises(&self) -> bool {
        self.advises
    }

    /// Ends the looking at `place`, because all of it would take too long.
    pub(crate) fn exhaust(&mut self, place: &Place<'_>) {
        if !self.is_exhausted {
            let text = "the constraints on this take too long to check from here on; send less at once";
            self.limit = self.limit.max(self.errors + 1);
            self.add(IssueCode::TooCostly, place, text.to_owned());
        }
        self.is_exhausted = true;
    }

    /// Whether looking ended because all of it would take too long.
    pub(crate) const fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// Whether there is no use in looking further: more was found than will be told, or it would take too long.
    pub(crate) const fn is_full(&self) -> bool {
        self.more || self.is_exhausted
    }

    /// The issues in document order.
    pub(crate) fn into_issues(mut self) -> Vec<Issue> {
        self.found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut issues: Vec<Issue> = self.found.into_iter().map(|(_, issue)| issue).collect();
        if self.more {
            let text = format!(
                "there are more than {MAX_ISSUES} problems; the others are not listed: correct these and try again"
            );
            issues.push(Issue::error(IssueCode::Invalid, text));
        }
        issues
    }
}
