//! FHIRPath (<http://hl7.org/fhirpath/N1/>) over the JSON tree: parsed and compiled once, then evaluated
//! synchronously, borrowing from the tree.
//!
//! All of FHIRPath N1 and what R4 adds to it. A function that is left out is a [`CompileError`] that names it, and so is
//! a name that R4's types don't have, so that nothing half works. Every item carries its FHIR type, because what a search
//! parameter indexes depends on it. What lies beyond the tree (references, terminology, the time) comes in with the
//! [`Context`].
//!
//! ```
//! use fhir::{ResourceType, json};
//! use fhirpath::{Context, Expression, Item};
//!
//! let patient = json!({ "resourceType": "Patient", "name": [{ "use": "official", "family": "Chalmers" }] });
//! let expression = Expression::compile("Patient.name.where(use = 'official').family").unwrap();
//! let patient = Item::resource(&patient).unwrap();
//! let found = expression.evaluate(&Context::new(&patient), &patient).unwrap();
//! assert_eq!(found[0].as_str(), Some("Chalmers"));
//! assert_eq!(found[0].item_type.name(), "string");
//! ```
//!
//! This crate does no I/O and reads no clock.

mod arithmetic;
mod ast;
mod compile;
mod context;
mod distinct;
mod equality;
mod error;
mod evaluate;
mod evaluator;
mod expression;
mod functions;
mod item;
mod item_type;
mod lexer;
pub mod limits;
mod node;
mod number;
mod ordering;
mod parser;
mod path;
mod pattern;
mod place;
mod quantity;
mod run;
mod shape;
mod temporal;

#[cfg(test)]
mod tests;

pub use context::{Context, Host, Moment};
pub use error::{CompileError, EvaluateError};
pub use evaluator::Evaluator;
pub use expression::{Expression, Options};
pub use item::{Item, ItemValue};
pub use item_type::{ItemType, SystemType};
pub use place::{Place, PlaceStep};
pub use quantity::{CalendarUnit, Quantity, Unit};
