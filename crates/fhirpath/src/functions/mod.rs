//! The functions of FHIRPath (<http://hl7.org/fhirpath/N1/#functions>) and FHIR's additions
//! (<http://hl7.org/fhir/R4/fhirpath.html#functions>), one row each. A new function is a new row.
//!
//! `is`, `as` and `ofType` take a type; they are operators in another dress and are compiled to them.

mod combining;
mod conversion;
mod existence;
mod fhir_additions;
mod filtering;
mod math;
mod strings;
mod subsetting;
mod terminology;
mod tree;
mod utility;

use crate::error::EvaluateError;
use crate::evaluate::{Frame, evaluate, truth_of, with};
use crate::item::Item;
use crate::item_type::SystemType;
use crate::node::Node;
use crate::run::Run;
use std::borrow::Cow;
use std::fmt;

/// One function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// How many arguments it takes at least.
    pub(crate) least: usize,
    /// What its arguments are, as many as it takes at most.
    pub(crate) parameters: &'static [Parameter],
    /// What it yields, given what it is applied to.
    pub(crate) yields: Yields,
    pub(crate) run: Implementation,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// Evaluated once, where the function stands.
    Value,
    /// Evaluated for each item of the input, with that item in focus.
    Criteria,
    /// Evaluated with the whole input in focus, if at all.
    Branch,
    /// A regular expression, compiled with the expression if it is a literal.
    Pattern,
}

/// What a function yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yields {
    /// Items of its input.
    Input,
    /// Items of its input and of its argument.
    InputAndArgument,
    /// What its first argument yields.
    Argument,
    /// What its second or third argument yields.
    Branches,
    /// What its argument yields on the input and on what it has yielded.
    Closure,
    /// A value of one of FHIRPath's types.
    System(SystemType),
    /// A number or quantity.
    Number,
    /// Any type.
    Anything,
    /// Extensions.
    Extensions,
    /// Resources of which perhaps only the type is known.
    Resolved,
}

/// Yields a truth value, or nothing.
pub(crate) const TRUTH: Yields = Yields::System(SystemType::Boolean);

type Result<T> = std::result::Result<T, EvaluateError>;

/// How a function is computed, by what it yields.
#[derive(Clone, Copy)]
pub(crate) enum Implementation {
    /// Appends any number of items to the collection.
    Items(for<'a> fn(&mut Call<'a, '_>, &mut Vec<Item<'a>>) -> Result<()>),
    /// At most one item.
    Value(for<'a> fn(&mut Call<'a, '_>) -> Result<Option<Item<'a>>>),
    /// At most a truth value.
    Truth(fn(&mut Call<'_, '_>) -> Result<Option<bool>>),
}

/// The application of a function.
pub(crate) struct Call<'a, 'c> {
    pub(crate) input: Vec<Item<'a>>,
    pub(crate) arguments: &'a [Node],
    pub(crate) frame: Frame<'a, 'c>,
    pub(crate) run: &'c mut Run<'a>,
}

impl<'a, 'c> Call<'a, 'c> {
    pub(crate) fn start(
        base: &'a Node,
        arguments: &'a [Node],
        frame: Frame<'a, 'c>,
        run: &'c mut Run<'a>,
    ) -> Result<Self> {
        let mut input = run.buffer();
        evaluate(base, frame, run, &mut input)?;
        Ok(Call { input, arguments, frame, run })
    }

    pub(crate) fn end(self) {
        self.run.recycle(self.input);
    }

    /// The items of an argument that is a value; none if it is left out.
    fn argument(&mut self, position: usize) -> Result<Vec<Item<'a>>> {
        let mut items = Vec::new();
        if let Some(node) = self.arguments.get(position) {
            evaluate(node, self.frame, self.run, &mut items)?;
        }
        Ok(items)
    }

    /// The item of an argument that is at most one.
    fn single_argument(&mut self, position: usize, place: &'static str) -> Result<Option<Item<'a>>> {
        let Some(node) = self.arguments.get(position) else { return Ok(None) };
        with(node, self.frame, self.run, |items, _| Ok(single(items, place)?.cloned()))
    }

    /// The text of an argument that is one.
    fn text_argument(&mut self, position: usize, place: &'static str) -> Result<Option<Cow<'a, str>>> {
        match self.single_argument(position, place)? {
            None => Ok(None),
            Some(item) => self.read(item.string_text().ok_or(EvaluateError::WrongType(place))?),
        }
    }

    fn read(&mut self, text: Cow<'a, str>) -> Result<Option<Cow<'a, str>>> {
        self.run.count_reading(&text)?;
        Ok(Some(text))
    }

    /// The whole number of an argument that is one.
    fn integer_argument(&mut self, position: usize, place: &'static str) -> Result<Option<i64>> {
        match self.single_argument(position, place)? {
            None => Ok(None),
            Some(item) => item.as_i64().map(Some).ok_or(EvaluateError::WrongType(place)),
        }
    }

    /// The input, if it is one item with a value.
    fn single(&self, place: &'static str) -> Result<Option<&Item<'a>>> {
        single(&self.input, place)
    }

    /// The text of an input that is one.
    fn text(&mut self, place: &'static str) -> Result<Option<Cow<'a, str>>> {
        match self.single(place)? {
            None => Ok(None),
            Some(item) => {
                let text = item.string_text().ok_or(EvaluateError::WrongType(place))?;
                self.read(text)
            }
        }
    }

    /// Whether the criteria (the first argument) hold of an item of the input.
    fn holds(&mut self, index: usize, item: &Item<'a>) -> Result<bool> {
        let Some(criteria) = self.arguments.first() else { return Ok(true) };
        Ok(truth_of(criteria, self.frame.on(item, index), self.run, "a criterion")? == Some(true))
    }
}

/// The one item with a value of a collection that has at most one.
fn single<'i, 'a>(items: &'i [Item<'a>], place: &'static str) -> Result<Option<&'i Item<'a>>> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(item).filter(|item| item.has_value())),
        _ => Err(EvaluateError::NotSingle(place)),
    }
}

const TABLES: &[&[Function]] = &[
    existence::FUNCTIONS,
    filtering::FUNCTIONS,
    subsetting::FUNCTIONS,
    combining::FUNCTIONS,
    conversion::FUNCTIONS,
    strings::FUNCTIONS,
    math::FUNCTIONS,
    tree::FUNCTIONS,
    utility::FUNCTIONS,
    fhir_additions::FUNCTIONS,
    terminology::FUNCTIONS,
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    TABLES.iter().flat_map(|table| table.iter()).find(|function| function.name == name)
}

/// The names of all functions that there are.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|table| table.iter()).map(|function| function.name)
}

/// Functions of the specifications that have no row, and why.
pub(crate) const LEFT_OUT: &[(&str, &str)] = &[
    ("checkModifiers", "modifier extensions are checked by validation"),
    ("elementDefinition", "definitions are no part of the tree"),
    ("slice", "slices are known to validation alone"),
];

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}()", self.name)
    }
}
