//! What a FHIR server does (<http://hl7.org/fhir/R4/http.html>), without HTTP.
//!
//! One file per interaction, named as the specification names it; [`registry`] says which are offered, and
//! feeds the router and the CapabilityStatement alike; [`error`] is the table of all refusals; [`hooks`] is where
//! a crate above adds rules of business. Nothing here knows of paths, headers or sockets.

mod bare_ids;
pub mod body;
pub mod bulk;
pub mod bundle;
mod caller;
pub mod capabilities;
mod codes;
pub mod conditional;
pub mod create;
pub mod cursor;
pub mod definitions;
pub mod delete;
pub mod engine;
pub mod error;
pub mod explain;
mod generation;
pub mod history;
mod history_parameters;
pub mod hooks;
pub mod include;
pub mod operations;
pub mod part;
pub mod patch;
pub mod precondition;
pub mod prepare;
pub mod query_string;
pub mod read;
pub mod registry;
pub mod reindex;
mod search_parameters;
pub mod search_type;
pub mod target;
pub mod unit;
pub mod update;
mod walk;

pub use caller::{Caller, has_own_permissions};
pub use conditional::Criteria;
pub use definitions::Definitions;
pub use engine::{Engine, Settings};
pub use error::Refusal;
pub use hooks::{Change, NoRules, Rules};
pub use precondition::Preconditions;
pub use prepare::Prepared;
pub use registry::Interaction;
pub use target::Target;
pub use unit::{State, Unit, Written};

// What rules need of the crates below, so that a crate of rules depends on this one alone.
pub use search;
pub use storage;
pub use validation;
