//! The Canvas Medical FHIR API (<https://docs.canvasmedical.com/api/>) as contracts and rules.
//!
//! [`types`] has one file per resource type: its [`Contract`] (elements, extensions, search parameters and rules, as
//! data) and what only code can say of it ([`CanvasType`]). Everything else reads those. The
//! crate calls [`interactions`]; it knows nothing of HTTP, does no I/O and reads no clock.

pub mod body;
pub mod canvas_type;
pub mod capability;
pub mod catalogue;
pub mod check;
pub mod clinic;
pub mod concept;
pub mod contract;
pub mod decisions;
pub mod display;
pub mod door;
mod extensions;
pub mod fetched;
pub mod file;
pub mod finding;
pub mod hidden;
pub mod keyed;
mod length;
pub mod lookup;
pub mod medication_code;
pub mod money;
pub mod note;
pub mod openapi;
pub mod order;
pub mod page;
pub mod provenance;
mod questionnaires;
mod read;
mod recording;
pub mod references;
mod referred;
pub mod rule;
pub mod scheduling;
pub mod search;
pub mod sent;
pub mod shape;
mod shown;
pub mod stored;
pub mod text;
pub mod time;
pub mod types;
pub mod write;

pub use canvas_type::CanvasType;
pub use clinic::Clinic;
pub use contract::Contract;
pub use door::Canvas;
pub use file::File;
pub use finding::Findings;
pub use questionnaires::NotStored;
pub use rule::{Check, Example, Rule};
pub use search::{Asked, Reading};
pub use sent::Sent;
pub use types::CANVAS_PARAMETERS;
pub use write::Write;
