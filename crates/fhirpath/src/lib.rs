//! FHIRPath (<http://hl7.org/fhirpath/N1/>) over the JSON tree: parsed and compiled once, then evaluated
//! synchronously, borrowing from the tree.
//!
//! The parser knows the whole grammar. The evaluator knows what R4's search parameters and simple rules need;
//! a function or operator that it does not know yet is a [`CompileError`] that names it, so that nothing half
//! works. Every item carries its FHIR type, because what a search parameter indexes depends on it.
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

mod ast;
mod compile;
mod equality;
mod error;
mod evaluate;
mod expression;
mod functions;
mod item;
mod item_type;
mod lexer;
pub mod limits;
mod parser;
mod path;
mod shape;

#[cfg(test)]
mod tests;

pub use error::{CompileError, EvaluateError};
pub use expression::Expression;
pub use item::{Context, Item, ItemValue};
pub use item_type::{ItemType, SystemType};
