//! The operations of a terminology service (<http://hl7.org/fhir/R4/terminology-service.html>), as functions of their
//! parameters. The caller reads those from the request; what one of them means is told where it is declared.

mod expand;
mod lookup;
mod parameters;
mod subsumes;
mod translate;
mod validate_code;

pub use expand::ExpandOptions;
pub use lookup::LookupOptions;
pub use translate::{Dependency, TranslateOptions};
pub use validate_code::ValidateCodeOptions;

use crate::canonical::Canonical;
use crate::code_system::{CodeSystem, Designation};
use crate::concept_map::ConceptMap;
use crate::limits::CODINGS;
use crate::problem::Problem;
use crate::terminology::{Definition, Terminology};
use crate::value_set::ValueSet;
use fhir::{Json, Object};
use std::sync::Arc;

/// Which definition an operation works on.
#[derive(Clone, Copy, Debug)]
pub enum Source<'s> {
    /// The one with that canonical URL.
    Canonical(Canonical<'s>),
    /// One that came with the request, or that the request's URL names.
    Resource(&'s Json),
}

/// A code as a request gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coding<'c> {
    /// The code system.
    pub system: Option<&'c str>,
    /// The version of the code system that the code was taken from.
    pub version: Option<&'c str>,
    /// The code.
    pub code: &'c str,
    /// What people read.
    pub display: Option<&'c str>,
}

impl<'c> Coding<'c> {
    /// A code and its system.
    pub fn new(system: &'c str, code: &'c str) -> Self {
        Coding { system: Some(system), version: None, code, display: None }
    }

    /// A FHIR Coding; `None` if it has no code.
    pub fn of(coding: &'c Json) -> Option<Self> {
        let (system, version) = (coding.str("system"), coding.str("version"));
        Some(Coding { system, version, code: coding.str("code")?, display: coding.str("display") })
    }

    /// The codings of a FHIR CodeableConcept that have a code.
    pub fn all_of(concept: &'c Json) -> Vec<Self> {
        concept.get("coding").map(Json::items).unwrap_or_default().iter().filter_map(Coding::of).collect()
    }
}

impl Terminology {
    fn code_system_of(&self, source: Source<'_>) -> Result<Arc<CodeSystem>, Problem> {
        match source {
            Source::Canonical(asked) => self.code_system(asked),
            Source::Resource(resource) => given(resource),
        }
    }

    fn value_set_of(&self, source: Source<'_>) -> Result<Arc<ValueSet>, Problem> {
        match source {
            Source::Canonical(asked) => self.value_set(asked),
            Source::Resource(resource) => given(resource),
        }
    }

    fn concept_map_of(&self, source: Source<'_>) -> Result<Arc<ConceptMap>, Problem> {
        match source {
            Source::Canonical(asked) => self.concept_map(asked),
            Source::Resource(resource) => given(resource),
        }
    }
}

fn given<T: Definition>(resource: &Json) -> Result<Arc<T>, Problem> {
    let object = resource.as_object().filter(|object| object.str("resourceType") == Some(T::TYPE));
    let definition: Option<&Object> = object;
    definition
        .map(|object| Arc::new(T::of(object)))
        .ok_or_else(|| Problem::Invalid(format!("expected a {}", T::TYPE)))
}

/// # Errors
///
/// There are more codings than one request may have.
fn few(codings: &[Coding<'_>]) -> Result<(), Problem> {
    if codings.len() <= CODINGS {
        return Ok(());
    }
    Err(Problem::Invalid(format!("there are {} codings; at most {CODINGS} are looked at", codings.len())))
}

/// Whether a text is in the language that is asked for: `de` for `de`; for `de-CH`, what is in `de-CH`.
fn is_language(language: Option<&str>, asked: &str) -> bool {
    language.is_some_and(|language| language.eq_ignore_ascii_case(asked))
}

/// The display in a language, else in the one that comes nearest by leaving subtags away (RFC 4647, 3.4). `None` if
/// there is none.
fn display_in<'d>(
    asked: &str,
    own: (Option<&str>, Option<&'d str>),
    designations: impl Iterator<Item = &'d Designation> + Clone,
) -> Option<&'d str> {
    let is_display = |designation: &&Designation| {
        let usage = designation.usage.as_ref();
        usage.is_none_or(|usage| usage.str("code") == Some("display"))
    };
    let mut range = asked;
    loop {
        let (language, display) = own;
        if is_language(language, range) && display.is_some() {
            return display;
        }
        let fits = |designation: &&Designation| is_language(designation.language.as_deref(), range);
        if let Some(found) = designations.clone().filter(is_display).find(fits) {
            return Some(&found.value);
        }
        (range, _) = range.rsplit_once('-')?;
    }
}
