//! Terminology: which codes there are, which belong to a value set, which are more general than others, and what they
//! are mapped to (<http://hl7.org/fhir/R4/terminology-service.html>).
//!
//! The answers come from the definitions that R4 publishes, which are built in ([`Terminology::builtin`]), and from the
//! CodeSystems, ValueSets and ConceptMaps that users load ([`Terminology::with`]). A code system whose codes are not
//! loaded (LOINC, SNOMED CT) is never guessed about: the answer is a [`Problem`] that names it. Codes that a grammar makes
//! (media types, languages, units) are judged by it ([`grammar`]).
//!
//! Nothing here does I/O or reads a clock, and whatever is loaded, the work of a question is bounded ([`limits`]).
//!
//! ```
//! use terminology::Terminology;
//!
//! let terminology = Terminology::builtin();
//! let genders = terminology.members("http://hl7.org/fhir/ValueSet/administrative-gender").unwrap();
//! assert!(genders.contains("http://hl7.org/fhir/administrative-gender", "female"));
//! assert!(!genders.contains("http://hl7.org/fhir/administrative-gender", "femail"));
//! ```

mod canonical;
mod code_index;
mod code_system;
mod compose;
mod concept_map;
mod expansion;
mod filter;
pub mod grammar;
mod hierarchy;
pub mod limits;
mod membership;
mod operations;
mod pack;
mod problem;
mod terminology;
mod value_set;

pub use canonical::Canonical;
pub use code_system::{CodeSystem, Concept, Content, Designation, Property, PropertyDefinition};
pub use expansion::{Expansion, Member, System};
pub use membership::Membership;
pub use operations::{
    Coding, Dependency, ExpandOptions, LookupOptions, Source, TranslateOptions, ValidateCodeOptions,
};
pub use problem::Problem;
pub use terminology::Terminology;
pub use value_set::{Filter, ValueSetResource};
