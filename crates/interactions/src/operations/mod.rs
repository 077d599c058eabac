//! Operations (<http://hl7.org/fhir/R4/operations.html>): one file each, named as they are.
//!
//! [`OPERATIONS`] says which there are, where, and what reads their requests. The router, the CapabilityStatement and the
//! entries of Bundles are fed from it: an operation is the same by itself and in a Bundle.

mod care_dates;
mod document;
pub mod everything;
pub mod input;
mod lastn;
mod meta;
mod meta_in_use;
pub mod task;
mod terminology;
mod validate;

pub use input::Input;
pub use task::{Request, Task};

use crate::engine::Engine;
use crate::error::Refusal;
use crate::target::Target;
use fhir::{Issue, IssueCode, ResourceType};

/// An operation and where it is offered.
#[derive(Debug)]
pub struct Operation {
    /// Its name without `$`.
    pub name: &'static str,
    /// The canonical URL of its OperationDefinition.
    pub definition: &'static str,
    /// The types that have it; none for all types.
    pub types: Option<&'static [ResourceType]>,
    /// `/$name`
    pub on_system: bool,
    /// `/{type}/$name`
    pub on_type: bool,
    /// `/{type}/{id}/$name`
    pub on_instance: bool,
    /// `/{type}/{id}/_history/{version}/$name`
    pub on_version: bool,
    /// It changes something, so that GET is no way to ask for it.
    pub writes: bool,
    /// A resource can be sent by itself, without Parameters around it, and need not be valid.
    pub takes_resource: bool,
    /// Reads what it is asked.
    read: fn(&Engine, Request) -> Result<Task, Refusal>,
}

/// What the rows of the table are filled up from.
const NOWHERE: Operation = Operation {
    name: "",
    definition: "",
    types: None,
    on_system: false,
    on_type: false,
    on_instance: false,
    on_version: false,
    writes: false,
    takes_resource: false,
    read: nowhere,
};

fn nowhere(_: &Engine, _: Request) -> Result<Task, Refusal> {
    Err(Refusal::not_offered(""))
}

/// All operations by name.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        name: "document",
        definition: "http://hl7.org/fhir/OperationDefinition/Composition-document",
        types: Some(&[ResourceType::COMPOSITION]),
        on_type: true,
        on_instance: true,
        read: document::read,
        ..NOWHERE
    },
    Operation {
        name: "everything",
        definition: "http://hl7.org/fhir/OperationDefinition/Encounter-everything",
        types: Some(&[ResourceType::ENCOUNTER]),
        on_instance: true,
        read: everything::read,
        ..NOWHERE
    },
    Operation {
        name: "everything",
        definition: "http://hl7.org/fhir/OperationDefinition/Patient-everything",
        types: Some(&[ResourceType::PATIENT]),
        on_instance: true,
        read: everything::read,
        ..NOWHERE
    },
    Operation {
        name: "expand",
        definition: "http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
        types: Some(&[ResourceType::VALUE_SET]),
        on_type: true,
        on_instance: true,
        read: terminology::expand,
        ..NOWHERE
    },
    Operation {
        name: "lastn",
        definition: "http://hl7.org/fhir/OperationDefinition/Observation-lastn",
        types: Some(&[ResourceType::OBSERVATION]),
        on_type: true,
        read: lastn::read,
        ..NOWHERE
    },
    Operation {
        name: "lookup",
        definition: "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
        types: Some(&[ResourceType::CODE_SYSTEM]),
        on_type: true,
        read: terminology::lookup,
        ..NOWHERE
    },
    Operation {
        name: "meta",
        definition: "http://hl7.org/fhir/OperationDefinition/Resource-meta",
        types: None,
        on_system: true,
        on_type: true,
        on_instance: true,
        on_version: true,
        read: meta::read,
        ..NOWHERE
    },
    Operation {
        name: "meta-add",
        definition: "http://hl7.org/fhir/OperationDefinition/Resource-meta-add",
        types: None,
        on_instance: true,
        writes: true,
        read: meta::read_add,
        ..NOWHERE
    },
    Operation {
        name: "meta-delete",
        definition: "http://hl7.org/fhir/OperationDefinition/Resource-meta-delete",
        types: None,
        on_instance: true,
        writes: true,
        read: meta::read_delete,
        ..NOWHERE
    },
    Operation {
        name: "subsumes",
        definition: "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes",
        types: Some(&[ResourceType::CODE_SYSTEM]),
        on_type: true,
        on_instance: true,
        read: terminology::subsumes,
        ..NOWHERE
    },
    Operation {
        name: "translate",
        definition: "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate",
        types: Some(&[ResourceType::CONCEPT_MAP]),
        on_type: true,
        on_instance: true,
        read: terminology::translate,
        ..NOWHERE
    },
    Operation {
        name: "validate",
        definition: "http://hl7.org/fhir/OperationDefinition/Resource-validate",
        types: None,
        on_type: true,
        on_instance: true,
        takes_resource: true,
        read: validate::read,
        ..NOWHERE
    },
    Operation {
        name: "validate-code",
        definition: "http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
        types: Some(&[ResourceType::CODE_SYSTEM]),
        on_type: true,
        on_instance: true,
        read: terminology::validate_code,
        ..NOWHERE
    },
    Operation {
        name: "validate-code",
        definition: "http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
        types: Some(&[ResourceType::VALUE_SET]),
        on_type: true,
        on_instance: true,
        read: terminology::validate_code,
        ..NOWHERE
    },
];

impl Operation {
    /// The operation of that name at a place: of a type or of the system, of an instance or not.
    pub fn at(name: &str, resource_type: Option<ResourceType>, is_instance: bool) -> Option<&'static Self> {
        let here = |operation: &&Operation| match resource_type {
            None => operation.on_system,
            Some(resource_type) => {
                let offered = if is_instance { operation.on_instance } else { operation.on_type };
                offered && operation.is_of(resource_type)
            }
        };
        OPERATIONS.iter().filter(|operation| operation.name == name).find(here)
    }

    /// The operation that a request names, if it names one; `path` is what its target was read from.
    ///
    /// # Errors
    ///
    /// 404 when there is none there, 405 when it changes something and is not asked for with POST, or is of versions and
    /// only resources have it; 400 where a type is named and only single resources have it.
    pub fn asked(
        method: &str,
        resource_type: Option<ResourceType>,
        target: Target<'_>,
        path: &str,
    ) -> Result<Option<&'static Self>, Refusal> {
        let (id, name) = match target {
            Target::Operation(id, name) => (id, name),
            Target::VersionOperation(id, _, name) => (Some(id), name),
            _ => return Ok(None),
        };
        let Some(operation) = Self::at(name, resource_type, id.is_some()) else {
            return Err(match resource_type {
                Some(of) if id.is_none() && Self::at(name, resource_type, true).is_some() => {
                    only_of_one(of, name)
                }
                _ => Refusal::unknown_path(path),
            });
        };
        if matches!(target, Target::VersionOperation(..)) && !operation.on_version {
            // What is changed is the resource; what is looked at, its current version.
            return Err(Refusal::not_offered(""));
        }
        if operation.writes && method != "POST" {
            return Err(Refusal::not_offered("POST"));
        }
        Ok(Some(operation))
    }

    /// Whether a type has it, somewhere.
    pub fn is_of(&self, resource_type: ResourceType) -> bool {
        self.types.is_none_or(|types| types.contains(&resource_type))
    }
}

/// 400: a type is asked for what only its resources have.
fn only_of_one(of: ResourceType, name: &str) -> Refusal {
    let text =
        format!("${name} is not offered for all {of} resources at once; ask for one: {of}/{{id}}/${name}");
    Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_where_they_are_offered() {
        let of = |name, resource_type, is_instance| Operation::at(name, resource_type, is_instance).is_some();
        assert!(of("meta", Some(ResourceType::PATIENT), true));
        assert!(of("meta", Some(ResourceType::PATIENT), false));
        assert!(of("meta", None, false));
        assert!(!of("meta-add", Some(ResourceType::PATIENT), false));
        assert!(!of("meta-add", None, false));
        assert!(of("lastn", Some(ResourceType::OBSERVATION), false));
        assert!(!of("lastn", Some(ResourceType::PATIENT), false));
    }

    #[test]
    fn operations_are_in_the_order_of_their_names() {
        assert!(OPERATIONS.is_sorted_by_key(|operation| operation.name));
    }

    #[test]
    fn operations_that_write_are_of_one_resource() {
        let writing = OPERATIONS.iter().filter(|operation| operation.writes);
        assert!(writing.clone().count() > 0);
        assert!(writing.clone().all(|one| one.on_instance && !one.on_type && !one.on_system));
    }
}
