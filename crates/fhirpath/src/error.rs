//! What can go wrong: an expression that cannot be compiled, a content that it cannot be evaluated on.

use std::fmt;

/// Why an expression was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Where, in characters from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: String,
}

impl CompileError {
    pub(crate) fn new(column: usize, problem: impl Into<String>) -> Self {
        CompileError { column, problem: problem.into() }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.problem)
    }
}

impl std::error::Error for CompileError {}

/// Why an evaluation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluateError {
    /// One item was needed (by an operator, a function or an index) and there were several, or one of a type
    /// that cannot stand there. The text says by what.
    NotSingle(&'static str),
    /// More items than [`limits::ITEMS`](crate::limits::ITEMS) were produced.
    TooManyItems,
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvaluateError::NotSingle(place) => {
                write!(f, "{place} needs a single value and got something else")
            }
            EvaluateError::TooManyItems => {
                write!(f, "the evaluation produced more than {} items", crate::limits::ITEMS)
            }
        }
    }
}

impl std::error::Error for EvaluateError {}
