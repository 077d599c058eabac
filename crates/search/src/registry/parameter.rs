//! One search parameter of one resource type.

use super::facts::ValueFacts;
use crate::composite::Composite;
use crate::index::ParameterId;
use crate::words::Words;
use fhir::ResourceType;
use fhir::definitions::SearchParameterType;
use fhirpath::Expression;
use std::borrow::Cow;
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

/// Who brought a parameter along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// R4 itself.
    Standard,
    /// A crate above: clients can't use it by name, and nothing advertises it.
    Internal,
    /// A SearchParameter that a client stored; its index is complete.
    Custom,
    /// A SearchParameter that a client stored; resources are still being indexed.
    CustomIndexing,
    /// A SearchParameter that a client stored and that costs too much on a stored resource: it is neither indexed nor
    /// searched by.
    CustomTooCostly,
}

/// A search parameter of one resource type.
#[derive(Debug)]
pub struct Parameter {
    pub(super) id: ParameterId,
    pub(super) resource_type: ResourceType,
    pub(super) code: Cow<'static, str>,
    pub(super) kind: SearchParameterType,
    pub(super) expression: Cow<'static, str>,
    pub(super) url: Option<Cow<'static, str>>,
    pub(super) targets: Cow<'static, [ResourceType]>,
    pub(super) alternatives: Vec<Arc<Expression>>,
    pub(super) facts: ValueFacts,
    pub(super) source: Source,
    pub(super) origin: Origin,
}

/// Where the values of a parameter are.
#[derive(Debug)]
pub(crate) enum Source {
    /// The logical id.
    Id,
    /// The time of the last change.
    LastUpdated,
    /// In the index, under its own id.
    Indexed,
    /// In the index, under the ids of others: it has just their values, or just those of them that refer to a type.
    Shared {
        /// The others, all of them [`Indexed`](Source::Indexed).
        with: Vec<Arc<Parameter>>,
        /// The type.
        only: Option<ResourceType>,
    },
    /// Pairs of values of other parameters that stand in one element.
    Composite(Composite),
    /// The words of the resource itself.
    Words(Words),
    /// Nowhere.
    NotServed,
}

impl Parameter {
    /// What its index rows bear.
    pub fn id(&self) -> ParameterId {
        self.id
    }

    /// The type that has it.
    pub fn resource_type(&self) -> ResourceType {
        self.resource_type
    }

    /// Its name in a URL.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What sort of values it compares.
    pub fn kind(&self) -> SearchParameterType {
        self.kind
    }

    /// FHIRPath, for R4's parameters over all types that have it.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Its canonical URL; none for parameters that a crate above brought along.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What a reference may point to; empty for other kinds, and where that is not known.
    pub fn targets(&self) -> &[ResourceType] {
        &self.targets
    }

    /// Who brought it along.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// A crate above brought it along: clients can't use it by name, and nothing advertises it.
    pub fn is_internal(&self) -> bool {
        self.origin == Origin::Internal
    }

    /// Whether it can be searched by. R4 has one that no server can know the meaning of: `_query`.
    pub fn is_served(&self) -> bool {
        !matches!(self.source, Source::NotServed)
            && !matches!(self.origin, Origin::CustomIndexing | Origin::CustomTooCostly)
    }

    /// Whether results can be sorted by it.
    pub fn is_sortable(&self) -> bool {
        use SearchParameterType as Kind;
        let is_one_value = !matches!(self.kind, Kind::Composite | Kind::Special);
        is_one_value && !self.facts.phonetic && self.is_served() && !matches!(self.source, Source::Words(_))
    }

    pub(crate) fn facts(&self) -> &ValueFacts {
        &self.facts
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// The expressions that yield its values; none if it has no values of its own.
    pub(crate) fn alternatives(&self) -> &[Arc<Expression>] {
        &self.alternatives
    }

    /// Whether it has index rows of its own.
    pub(crate) fn is_indexed(&self) -> bool {
        matches!(self.source, Source::Indexed) && self.origin != Origin::CustomTooCostly
    }

    /// The parameters under whose ids its values are in the index.
    pub(crate) fn indexed_as(self: &Arc<Self>) -> &[Arc<Parameter>] {
        match &self.source {
            Source::Indexed => std::slice::from_ref(self),
            Source::Shared { with, .. } => with,
            _ => &[],
        }
    }

    /// The only type that its values may refer to, where the rows that it shares have others, too.
    pub(crate) fn only(&self) -> Option<ResourceType> {
        match &self.source {
            Source::Shared { only, .. } => *only,
            _ => None,
        }
    }
}
