//! The XML form of resources (<http://hl7.org/fhir/R4/xml.html>), to and from the JSON tree.
//!
//! [`read`] and [`write`] follow the tables of [`definitions`](crate::definitions): which elements repeat, which are
//! primitives, in what order they stand. Beneath them [`Tokens`] reads XML itself: well-formed, with namespaces,
//! without document types. No entity is ever declared or fetched; the five that XML defines and character references
//! are all there is. What a document may cost is bounded ([`limits`]).
//!
//! ```
//! let xml = br#"<Patient xmlns="http://hl7.org/fhir"><active value="true"/><name><given value="A"/></name></Patient>"#;
//! let patient = fhir::xml::read(xml, 100).unwrap();
//! assert_eq!(patient.to_string(), r#"{"resourceType":"Patient","active":true,"name":[{"given":["A"]}]}"#);
//! assert!(fhir::xml::write(&patient).ends_with(&xml[..]));
//! ```

mod escape;
pub mod limits;
mod member;
mod narrative;
mod problem;
mod read;
mod scope;
mod tag;
mod token;
mod unknown;
mod write;

pub use escape::{escape_attribute, escape_text, is_allowed, unescape_attribute};
pub use problem::XmlProblem;
pub use read::{Reading, read, read_all};
pub use tag::{Attribute, EndTag, Name, Tag};
pub use token::{Text, Token, Tokens};
pub use write::{from_json, write, write_pretty};

/// The namespace of FHIR's elements.
pub const FHIR: &str = "http://hl7.org/fhir";

/// The namespace of narratives.
pub const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// The namespace of `xsi:schemaLocation`, which a root may carry for schema tools.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
