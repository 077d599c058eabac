//! Validation of R4 resources against the generated definitions
//! (<http://hl7.org/fhir/R4/validation.html>): one pass over the tree, every problem with its place.
//!
//! What is checked of every resource: known elements, cardinality, list or object, the formats of primitives, choices,
//! bindings, the shape and the targets of references, extensions, contained resources, ids, narratives, Bundles, and
//! the invariants of R4. Where profiles are given ([`Options::profiles`]), also those that it claims, and of its
//! extensions the definitions.
//!
//! The crate does no I/O and reads no clock. Problems of the content are findings, never an `Err` or a panic.

mod binding;
mod bundle;
mod choice;
mod contained;
mod document;
mod extension;
mod findings;
mod invariants;
mod narrative;
pub mod package;
mod place;
mod primitive;
mod profile;
mod reference;
mod resource;
mod unknown;
mod walk;

pub use fhirpath::Moment;
pub use findings::MAX_ISSUES;
pub use profile::{Profile, Profiles, Unusable, type_defined_by};

use document::Document;
use fhir::{Issue, Json, ResourceType};
use place::Place;
use terminology::Terminology;
use walk::Walk;

/// What the caller knows about a body before it is looked at, and what it wants to know.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The type that the body must have, that of the URL. Any, if none.
    pub expected: Option<ResourceType>,
    /// What the expressions begin with when the resource is part of something larger
    /// (`Bundle.entry[3].resource`). Its own type, if none.
    pub root: Option<&'a str>,
    /// Whether errors are enough.
    pub mode: Mode,
    /// The profiles and extension definitions that are loaded. A resource is held to those that it claims
    /// (`meta.profile`), and its extensions to their definitions; what is claimed and not loaded is passed over.
    pub profiles: Option<&'a Profiles>,
    /// Profiles that the body must conform to whatever it claims. One that is not loaded is an error.
    pub asked_profiles: &'a [&'a str],
    /// What tells whether a code is in a value set that the tables of R4 do not list. Without it such codes pass.
    pub terminology: Option<&'a Terminology>,
    /// The time, for constraints of profiles that ask for it (`today()`). Without it they cannot be evaluated, which
    /// is told in [`Mode::Check`].
    pub now: Option<Moment<'a>>,
    /// Whether conditional references (`Patient?identifier=…`) will be resolved before the resource is stored, as those
    /// of a transaction's entries are. Otherwise they are errors, save within the entries of a batch or transaction.
    pub resolves_conditional: bool,
}

/// What is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Errors: what a write is refused for.
    #[default]
    Write,
    /// Warnings and information too: best practices, codes outside extensible bindings, profiles that are not loaded.
    /// For `$validate`.
    Check,
}

/// Checks a resource. Without problems the list is empty.
///
/// Issues have the severity `error`, or in [`Mode::Check`] also `warning` and `information`, and stand in document
/// order: what is said of an object comes before what it lacks, and that before what its members do wrong. None is
/// repeated. After [`MAX_ISSUES`] errors the walk ends, and one more issue says so.
///
/// A reference's text is checked for its form, the type it points to, and, for `#id`, the contained resource;
/// whether other resources exist is for the store to say.
///
/// ```
/// use fhir::json;
/// let body = json!({ "resourceType": "Patient", "birthDate": "1980-13-01" });
/// let issues = validation::validate(&body, &validation::Options::default());
/// assert_eq!(issues[0].text, "birthDate '1980-13-01' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)");
/// assert_eq!(issues[0].expression.as_deref(), Some("Patient.birthDate"));
/// ```
pub fn validate(resource: &Json, options: &Options<'_>) -> Vec<Issue> {
    let named = resource.str("resourceType").and_then(ResourceType::from_name);
    let type_name = named.or(options.expected).map_or("Resource", ResourceType::name);
    let document = Document::new(resource, options);
    let mut walk = Walk::new(options, &document);
    walk.body(resource, options, &Place::root(options.root.unwrap_or(type_name)));
    walk.findings.into_issues()
}
