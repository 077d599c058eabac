//! The functions of FHIRPath (<http://hl7.org/fhirpath/N1/#functions>) and FHIR's additions
//! (<http://hl7.org/fhir/R4/fhirpath.html#functions>), one row each. A new function is a new row.
//!
//! `is`, `as` and `ofType` take a type; they are operators in another dress and are compiled to them.

mod existence;
mod fhir_additions;
mod filtering;
mod subsetting;

use crate::error::EvaluateError;
use crate::evaluate::{Frame, Node, Run, collect, truth};
use crate::item::Item;
use crate::shape::Shape;
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
}

/// What a function yields.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Yields {
    /// Items of its input.
    Input,
    /// A truth value, or nothing.
    Truth,
    /// Extensions.
    Extensions,
    /// Resources of which perhaps only the type is known.
    Resolved,
}

/// Appends a function's items to the collection.
pub(crate) type Implementation = for<'a> fn(Call<'a, '_>, &mut Vec<Item<'a>>) -> Result<(), EvaluateError>;

/// The application of a function.
pub(crate) struct Call<'a, 'c> {
    pub(crate) input: Vec<Item<'a>>,
    pub(crate) arguments: &'a [Node],
    pub(crate) frame: Frame<'a, 'c>,
    pub(crate) run: &'c mut Run,
}

impl<'a> Call<'a, '_> {
    /// The items of an argument that is a value.
    fn argument(&mut self, position: usize) -> Result<Vec<Item<'a>>, EvaluateError> {
        self.arguments.get(position).map_or(Ok(Vec::new()), |node| collect(node, self.frame, self.run))
    }

    /// Whether the criteria (the first argument) hold of an item of the input.
    fn holds(&mut self, index: usize, item: &Item<'a>) -> Result<bool, EvaluateError> {
        let Some(criteria) = self.arguments.first() else { return Ok(true) };
        let frame = Frame { this: item, index, context: self.frame.context };
        Ok(truth(&collect(criteria, frame, self.run)?, "a criterion")? == Some(true))
    }
}

const TABLES: &[&[Function]] =
    &[existence::FUNCTIONS, filtering::FUNCTIONS, subsetting::FUNCTIONS, fhir_additions::FUNCTIONS];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    TABLES.iter().flat_map(|table| table.iter()).find(|function| function.name == name)
}

/// The names of all functions that there are.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|table| table.iter()).map(|function| function.name)
}

/// Functions of the specifications that have no row yet. This list may only shrink.
pub(crate) const NOT_YET: &[&str] = &[
    "abs",
    "aggregate",
    "allFalse",
    "allTrue",
    "anyFalse",
    "anyTrue",
    "ceiling",
    "checkModifiers",
    "children",
    "combine",
    "conformsTo",
    "contains",
    "convertsToBoolean",
    "convertsToDate",
    "convertsToDateTime",
    "convertsToDecimal",
    "convertsToInteger",
    "convertsToQuantity",
    "convertsToString",
    "convertsToTime",
    "count",
    "descendants",
    "distinct",
    "elementDefinition",
    "endsWith",
    "exclude",
    "exp",
    "floor",
    "getValue",
    "htmlChecks",
    "iif",
    "indexOf",
    "intersect",
    "isDistinct",
    "length",
    "ln",
    "log",
    "lower",
    "matches",
    "memberOf",
    "now",
    "power",
    "repeat",
    "replace",
    "replaceMatches",
    "round",
    "select",
    "single",
    "slice",
    "sqrt",
    "startsWith",
    "subsetOf",
    "substring",
    "subsumedBy",
    "subsumes",
    "supersetOf",
    "timeOfDay",
    "toBoolean",
    "toChars",
    "toDate",
    "toDateTime",
    "toDecimal",
    "toInteger",
    "toQuantity",
    "toString",
    "toTime",
    "today",
    "trace",
    "truncate",
    "union",
    "upper",
];

impl Yields {
    /// The shape of what is yielded.
    pub(crate) fn shape(self, input: &Shape) -> Shape {
        use crate::item_type::{ItemType, SystemType};
        match self {
            Yields::Input => input.clone(),
            Yields::Truth => Shape::of(ItemType::System(SystemType::Boolean)),
            Yields::Extensions => Shape::of(ItemType::Fhir(fhir::definitions::TypeId::EXTENSION)),
            Yields::Resolved => Shape { types: None, elsewhere: true },
        }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}()", self.name)
    }
}
