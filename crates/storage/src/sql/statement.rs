//! A statement that is built piece by piece.

use super::{Dialect, EachRow, Session, Value};
use crate::error::StoreError;
use std::fmt::Write;

/// An owned parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parameter {
    Int(i64),
    Real(f64),
    Text(String),
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

/// SQL text and its parameters, numbered in the order of their appearance.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) dialect: Dialect,
    pub(crate) text: String,
    pub(crate) parameters: Vec<Parameter>,
}

impl Statement {
    /// An empty one.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Statement { dialect, text: String::new(), parameters: Vec::new() }
    }

    /// Appends SQL.
    pub(crate) fn sql(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a number that is ours, not a client's.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        // Writing to a String does not fail.
        let _ = write!(self.text, "{number}");
        self
    }

    /// Appends a placeholder for a parameter.
    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        let n = self.parameter(Parameter::Int(value));
        let _ = write!(self.text, "${n}");
        self
    }

    /// Appends a placeholder for a parameter.
    pub(crate) fn real(&mut self, value: f64) -> &mut Self {
        let n = self.parameter(Parameter::Real(value));
        let _ = write!(self.text, "${n}");
        self
    }

    /// Appends a placeholder for a parameter.
    pub(crate) fn bind_text(&mut self, value: &str) -> &mut Self {
        let n = self.parameter(Parameter::Text(value.to_owned()));
        let _ = write!(self.text, "${n}");
        self
    }

    /// Adds a parameter whose placeholder the caller writes next; its number.
    pub(crate) fn parameter(&mut self, parameter: Parameter) -> usize {
        self.parameters.push(parameter);
        self.parameters.len()
    }

    /// Appends `(first OR second OR …)`; false when empty.
    pub(crate) fn any<T>(&mut self, items: &[T], each: &mut dyn FnMut(&mut Self, &T)) {
        self.joined(items, " OR ", "1 = 0", each);
    }

    /// Appends `(first AND second AND …)`; true when empty.
    pub(crate) fn all<T>(&mut self, items: &[T], each: &mut dyn FnMut(&mut Self, &T)) {
        self.joined(items, " AND ", "1 = 1", each);
    }

    /// Nested by halves, so that a long list is not a deep expression.
    fn joined<T>(&mut self, items: &[T], by: &str, none: &str, each: &mut dyn FnMut(&mut Self, &T)) {
        match items {
            [] => {
                self.sql(none);
            }
            [item] => each(self, item),
            _ => {
                let (left, right) = items.split_at(items.len() / 2);
                self.sql("(");
                self.joined(left, by, none, each);
                self.sql(by);
                self.joined(right, by, none, each);
                self.sql(")");
            }
        }
    }

    /// Runs it.
    pub(crate) fn query(&self, session: &mut dyn Session, each: EachRow<'_>) -> Result<(), StoreError> {
        let values: Vec<Value<'_>> = self.parameters.iter().map(Parameter::value).collect();
        session.query(&self.text, &values, each)
    }
}

impl Parameter {
    fn value(&self) -> Value<'_> {
        match self {
            Parameter::Int(value) => Value::Int(*value),
            Parameter::Real(value) => Value::Real(*value),
            Parameter::Text(value) => Value::Text(value),
            Parameter::Ints(values) => Value::Ints(values),
            Parameter::Texts(values) => Value::Texts(values),
        }
    }
}
