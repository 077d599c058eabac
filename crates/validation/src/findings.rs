//! The problems found so far, in document order and never more than can be read.

use crate::place::Place;
use fhir::{Issue, IssueCode};

/// At most this many problems are told of one resource, plus one issue that says that there are more. A body made
/// of nothing but mistakes must cost neither time nor an answer larger than itself.
pub const MAX_ISSUES: usize = 100;

/// A point in the document. Findings reported at a mark come before those that the walk reports after it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark(u32);

#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<(Mark, Issue)>,
    now: u32,
    more: bool,
}

impl Findings {
    /// The present point of the walk, for what is only known later: that an element is missing.
    pub(crate) fn mark(&mut self) -> Mark {
        self.now += 1;
        Mark(self.now - 1)
    }

    /// Reports a problem of `place`.
    pub(crate) fn add(&mut self, code: IssueCode, place: &Place<'_>, text: String) {
        self.add_at(Mark(self.now), code, place, text);
    }

    /// Reports a problem of `place` as if it had been found at `mark`.
    pub(crate) fn add_at(&mut self, mark: Mark, code: IssueCode, place: &Place<'_>, text: String) {
        if self.found.len() == MAX_ISSUES {
            self.more = true;
            return;
        }
        let issue = Issue::error(code, text).at(place.expression());
        if !self.found.iter().any(|(_, known)| *known == issue) {
            self.found.push((mark, issue));
        }
    }

    /// Whether more was found than will be told: there is no use in looking further.
    pub(crate) fn is_full(&self) -> bool {
        self.more
    }

    /// The issues in document order.
    pub(crate) fn into_issues(mut self) -> Vec<Issue> {
        self.found.sort_by_key(|(mark, _)| mark.0);
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
