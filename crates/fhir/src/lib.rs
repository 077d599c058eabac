//! FHIR R4 data: the JSON tree that keeps digits and order, primitive formats, references,
//! OperationOutcome, XML and the generated definitions of the specification.
//!
//! This crate knows nothing of HTTP, storage or rules; it does no I/O and reads no clock.

pub mod base64;
pub mod bundle;
pub mod datetime;
pub mod definitions;
mod head;
pub mod json;
pub mod location;
pub mod outcome;
pub mod primitive;
pub mod reference;
mod subset;
mod text_position;
mod utc;
pub mod xml;

pub use definitions::ResourceType;
pub use head::Head;
pub use json::{Json, Number, Object};
pub use location::Location;
pub use outcome::{Issue, IssueCode, Severity};
pub use reference::Reference;
pub use subset::Subset;
