//! Patches of FHIR resources (<http://hl7.org/fhir/R4/http.html#patch>): JSON Patch, FHIRPath Patch and XML Patch.
//!
//! A patch is read once and applied to a tree, giving another; nothing is changed in place. A document that is no
//! patch, and a patch that does not fit the resource, are told apart: the first is the client's mistake whatever is
//! stored (400), the second depends on what is stored (422). Whether the result is a valid resource is for the caller
//! to check. No patch changes which resource it is: `resourceType` and `id` stay.
//!
//! ```
//! use fhir::json;
//! use patch::{Format, Patch};
//!
//! let document = br#"[{ "op": "replace", "path": "/birthDate", "value": "1970-01-01" }]"#;
//! let patch = Patch::parse(Format::JsonPatch, document, 100).unwrap();
//! let patient = json!({ "resourceType": "Patient", "birthDate": "1980-01-01" });
//! assert_eq!(patch.apply(&patient).unwrap().str("birthDate"), Some("1970-01-01"));
//! let issues = patch.apply(&json!({ "resourceType": "Patient", "active": true })).unwrap_err();
//! let text = "operation[0] (replace '/birthDate') failed: the resource has no 'birthDate'; it has resourceType, active";
//! assert_eq!(issues[0].text, text);
//! ```
//!
//! This crate does no I/O and reads no clock.

mod document;
mod failure;
mod fhirpath_patch;
mod growth;
mod identity;
mod json_patch;
pub mod limits;
mod prune;
mod xml_patch;

use fhir::{Issue, IssueCode, Json};
use fhirpath::Moment;
use fhirpath_patch::FhirPathPatch;
use json_patch::JsonPatch;
use xml_patch::XmlPatch;

/// How a patch document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `application/json-patch+json`
    JsonPatch,
    /// `application/fhir+json`: a FHIRPath Patch
    FhirPathJson,
    /// `application/fhir+xml`: a FHIRPath Patch
    FhirPathXml,
    /// `application/xml-patch+xml`
    XmlPatch,
}

impl Format {
    /// All formats.
    pub const ALL: &'static [Format] =
        &[Format::JsonPatch, Format::FhirPathJson, Format::FhirPathXml, Format::XmlPatch];

    /// The media type that a request's `Content-Type` names it by.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::JsonPatch => "application/json-patch+json",
            Format::FhirPathJson => "application/fhir+json",
            Format::FhirPathXml => "application/fhir+xml",
            Format::XmlPatch => "application/xml-patch+xml",
        }
    }

    /// The format that a media type, without parameters and in any case, stands for.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        Format::ALL.iter().copied().find(|format| format.media_type().eq_ignore_ascii_case(media_type))
    }
}

/// A patch, ready to be applied.
#[derive(Clone, Debug)]
pub struct Patch {
    kind: Kind,
    max_depth: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    Json(JsonPatch),
    FhirPath(FhirPathPatch),
    Xml(XmlPatch),
}

impl Patch {
    /// Reads a patch document. `max_depth` is how deep arrays and objects may be nested, here and in what the patch
    /// makes of a resource.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the document, for a 400.
    pub fn parse(format: Format, document: &[u8], max_depth: usize) -> Result<Self, Vec<Issue>> {
        let kind = match format {
            Format::JsonPatch => Kind::Json(JsonPatch::read(&json(document, max_depth)?)?),
            Format::FhirPathJson => return Patch::from_parameters(&json(document, max_depth)?, max_depth),
            Format::FhirPathXml => return Patch::from_parameters(&xml(document, max_depth)?, max_depth),
            Format::XmlPatch => Kind::Xml(XmlPatch::read(document, max_depth)?),
        };
        Ok(Patch { kind, max_depth })
    }

    /// Reads a FHIRPath Patch from a Parameters resource that has been parsed, such as the resource of a Bundle entry.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), with expressions that begin with `Parameters`.
    pub fn from_parameters(parameters: &Json, max_depth: usize) -> Result<Self, Vec<Issue>> {
        let kind = Kind::FhirPath(FhirPathPatch::read(parameters)?);
        Ok(Patch { kind, max_depth })
    }

    /// The resource after all operations, of which either all take place or none.
    ///
    /// # Errors
    ///
    /// Which operation, by its index from 0, could not be carried out and why, for a 422.
    pub fn apply(&self, resource: &Json) -> Result<Json, Vec<Issue>> {
        self.apply_at(resource, None)
    }

    /// As [`apply`](Self::apply), with the time for paths that ask for it (`today()`): without it they cannot be
    /// evaluated.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn apply_at(&self, resource: &Json, now: Option<Moment<'_>>) -> Result<Json, Vec<Issue>> {
        match &self.kind {
            Kind::Json(patch) => patch.apply(resource, self.max_depth),
            Kind::FhirPath(patch) => patch.apply(resource, self.max_depth, now),
            Kind::Xml(patch) => patch.apply(resource, self.max_depth),
        }
    }
}

fn json(document: &[u8], max_depth: usize) -> Result<Json, Vec<Issue>> {
    fhir::json::parse(document, max_depth).map_err(|errors| {
        let code = |is_duplicate| if is_duplicate { IssueCode::Duplicate } else { IssueCode::Structure };
        errors.iter().map(|error| Issue::error(code(error.is_duplicate), error.to_string())).collect()
    })
}

fn xml(document: &[u8], max_depth: usize) -> Result<Json, Vec<Issue>> {
    fhir::xml::read(document, max_depth).map_err(|problems| problems.iter().map(Issue::from).collect())
}
