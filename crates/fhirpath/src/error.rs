//! What can go wrong: an expression that cannot be compiled, a content that it cannot be evaluated on.

use crate::limits;
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
    /// One item was needed (by an operator, a function or an index) and there were several. The text says by what.
    NotSingle(&'static str),
    /// An operator or function cannot work on a value of that type. The text says which.
    WrongType(&'static str),
    /// More than [`limits::ITEMS`] items were produced.
    TooManyItems,
    /// More than [`limits::TEXT`] bytes of text were written.
    TooMuchText,
    /// `now()`, `today()` or `timeOfDay()` where the [`Context`](crate::Context) has no time.
    NoTime,
    /// What the expression asks of a value set, a code system or a profile is not known, and matters.
    NotKnown,
    /// A regular expression that is computed does not compile, or is too large.
    InvalidPattern,
    /// A member was asked of a resource that only its reference is known of.
    NotLoaded,
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvaluateError::NotSingle(place) => write!(f, "{place} needs a single value and got several"),
            EvaluateError::WrongType(place) => write!(f, "{place} cannot work on a value of that type"),
            EvaluateError::TooManyItems => {
                write!(f, "the evaluation produced more than {} items", limits::ITEMS)
            }
            EvaluateError::TooMuchText => {
                write!(f, "the evaluation wrote more than {} bytes of text", limits::TEXT)
            }
            EvaluateError::NoTime => f.write_str("the time is not known where this is evaluated"),
            EvaluateError::NotKnown => f.write_str(
                "it asks about a value set, code system or profile that is not loaded, or not whole",
            ),
            EvaluateError::InvalidPattern => f.write_str("the regular expression is not valid or too large"),
            EvaluateError::NotLoaded => f.write_str("a resource that a reference points to is not at hand"),
        }
    }
}

impl std::error::Error for EvaluateError {}
