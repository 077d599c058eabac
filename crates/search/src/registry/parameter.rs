//! One search parameter of one resource type.

use crate::index::ParameterId;
use fhir::ResourceType;
use fhir::definitions::{SearchParameterType, TypeId};
use fhirpath::{Expression, ItemType, SystemType};
use std::sync::Arc;

/// A parameter that R4 does not have and that a crate above searches by. Clients can't use it by name.
#[derive(Clone, Debug)]
pub struct ExtraParameter {
    /// Its number, from [`ParameterId::FIRST_EXTRA`] on; stored with the index.
    pub number: u16,
    /// Its code, `canvas-family`: none that R4 uses for the type.
    pub code: &'static str,
    /// The type that has it.
    pub resource_type: ResourceType,
    /// What sort of values it compares.
    pub kind: SearchParameterType,
    /// FHIRPath over the resource.
    pub expression: &'static str,
    /// What a reference may point to; empty for other kinds.
    pub targets: &'static [ResourceType],
}

/// A search parameter of one resource type.
#[derive(Debug)]
pub struct Parameter {
    pub(super) id: ParameterId,
    pub(super) code: &'static str,
    pub(super) kind: SearchParameterType,
    pub(super) expression: &'static str,
    pub(super) url: Option<&'static str>,
    pub(super) targets: &'static [ResourceType],
    pub(super) facts: ValueFacts,
    pub(super) source: Source,
}

/// Where the values of a parameter are.
#[derive(Debug)]
pub(crate) enum Source {
    /// The logical id.
    Id,
    /// The time of the last change.
    LastUpdated,
    /// In the index, under what these expressions yield.
    Extracted(Vec<Arc<Expression>>),
    /// Nowhere yet.
    NotServed,
}

/// What is known of the values of a token parameter from the types that its expressions can yield.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ValueFacts {
    /// None of them has a system.
    pub(crate) without_system: bool,
    /// All of them are `true` or `false`.
    pub(crate) only_booleans: bool,
    /// Some of them are strings, whose case does not count.
    pub(crate) some_caseless: bool,
}

impl Parameter {
    /// What its index rows bear.
    pub fn id(&self) -> ParameterId {
        self.id
    }

    /// Its name in a URL.
    pub fn code(&self) -> &str {
        self.code
    }

    /// What sort of values it compares.
    pub fn kind(&self) -> SearchParameterType {
        self.kind
    }

    /// FHIRPath, for R4's parameters over all types that have it.
    pub fn expression(&self) -> &str {
        self.expression
    }

    /// Its canonical URL; none for parameters that a crate above brought along.
    pub fn url(&self) -> Option<&'static str> {
        self.url
    }

    /// What a reference may point to; empty for other kinds, and where that is not known.
    pub fn targets(&self) -> &[ResourceType] {
        self.targets
    }

    /// A crate above brought it along: clients can't use it by name, and nothing advertises it.
    pub fn is_internal(&self) -> bool {
        self.url.is_none()
    }

    /// Whether it can be searched by. R4 has more than is served.
    pub fn is_served(&self) -> bool {
        !matches!(self.source, Source::NotServed)
    }

    /// Whether results can be sorted by it.
    pub fn is_sortable(&self) -> bool {
        use SearchParameterType as Kind;
        self.is_served()
            && (matches!(self.source, Source::Id) || matches!(self.kind, Kind::String | Kind::Date))
    }

    pub(crate) fn facts(&self) -> ValueFacts {
        self.facts
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The expressions that yield its values; none if they are not extracted.
    pub(crate) fn alternatives(&self) -> &[Arc<Expression>] {
        match &self.source {
            Source::Extracted(alternatives) => alternatives,
            Source::Id | Source::LastUpdated | Source::NotServed => &[],
        }
    }
}

impl ValueFacts {
    pub(super) fn of(source: &Source) -> Self {
        let Source::Extracted(alternatives) = source else { return ValueFacts::default() };
        let mut types = Vec::new();
        for alternative in alternatives {
            match alternative.types() {
                Some(found) => types.extend_from_slice(found),
                None => return ValueFacts::default(),
            }
        }
        ValueFacts {
            without_system: types.iter().all(|found| is_without_system(*found)),
            only_booleans: types.iter().all(|found| is_boolean(*found)),
            some_caseless: types.contains(&ItemType::Fhir(TypeId::STRING)),
        }
    }
}

fn is_boolean(item_type: ItemType) -> bool {
    matches!(item_type, ItemType::System(SystemType::Boolean) | ItemType::Fhir(TypeId::BOOLEAN))
}

/// Elements of these types have no system, so a `|` in a search is a mistake
/// (<http://hl7.org/fhir/R4/search.html#token>).
fn is_without_system(item_type: ItemType) -> bool {
    match item_type {
        ItemType::System(_) => true,
        ItemType::Fhir(type_id) => matches!(
            type_id,
            TypeId::BOOLEAN
                | TypeId::CONTACT_POINT
                | TypeId::ID
                | TypeId::STRING
                | TypeId::URI
                | TypeId::URL
                | TypeId::CANONICAL
                | TypeId::OID
                | TypeId::UUID
        ),
    }
}
