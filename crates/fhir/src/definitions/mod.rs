//! The definitions of FHIR R4 (4.0.1) as tables: types and their elements, value sets, invariants,
//! search parameters and compartments.
//!
//! The tables in `generated/` are written by `cargo xtask codegen` and lie in the read-only part of the
//! program: nothing is built when it starts. They hold facts only, none of the specification's prose.
//! What is small and often read (elements, members) is packed into numbers that point into shared pools; the
//! types here hide that.
//!
//! ```
//! use fhir::definitions::{self, ResourceType};
//!
//! let patient = ResourceType::PATIENT.definition();
//! let member = patient.member("deceasedBoolean").unwrap();
//! assert_eq!(member.element.name(), "deceased");
//! assert_eq!(member.element_type.type_id.name(), "boolean");
//! let active = definitions::search_parameter(ResourceType::PATIENT, "active").unwrap();
//! assert_eq!(active.expression, "Patient.active");
//! ```

mod compartment;
mod element;
#[rustfmt::skip]
mod generated;
mod invariant;
mod name_index;
mod resource_type;
mod search_parameter;
mod type_definition;
mod value_set;

#[cfg(test)]
mod tests;

pub use compartment::{Compartment, CompartmentMember, compartment, compartments};
pub use element::{Binding, BindingStrength, ElementDefinition, ElementType, UNBOUNDED};
pub use generated::STRING_MAX_LENGTH;
pub use invariant::{Invariant, InvariantId, InvariantSeverity, invariants};
pub use resource_type::{ResourceType, UnknownResourceType};
pub use search_parameter::{
    SearchParameter, SearchParameterComponent, SearchParameterType, search_parameter,
    search_parameter_by_url, search_parameters, search_parameters_of,
};
pub use type_definition::{MemberRef, TypeDefinition, TypeId, TypeKind, type_by_name, types};
pub use value_set::{SystemCodes, ValueSet, ValueSetId, value_set_by_url, value_sets};
