//! What is wrong with an XML document, and where.

use crate::text_position::line_and_column;
use crate::{Issue, IssueCode};
use std::fmt;

/// A problem of an XML document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The element that it is about, as FHIRPath, once the document has got that far.
    pub expression: Option<String>,
    /// What is wrong, without the place. It may be shown to the client.
    pub problem: String,
}

impl XmlProblem {
    pub(crate) fn new(text: &str, offset: usize, problem: impl Into<String>) -> Self {
        let (line, column) = line_and_column(text, offset);
        XmlProblem { line, column, expression: None, problem: problem.into() }
    }

    /// The same problem with the element that it is about.
    #[must_use]
    pub(crate) fn at(mut self, expression: impl fmt::Display) -> Self {
        self.expression = Some(expression.to_string());
        self
    }
}

impl fmt::Display for XmlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

impl From<&XmlProblem> for Issue {
    fn from(problem: &XmlProblem) -> Self {
        let issue = Issue::error(IssueCode::Structure, problem.to_string());
        match &problem.expression {
            Some(expression) => issue.at(expression),
            None => issue,
        }
    }
}
