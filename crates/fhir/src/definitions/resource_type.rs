//! The names of the concrete resource types (<http://hl7.org/fhir/R4/resourcelist.html>).

use std::fmt;
use std::str::FromStr;

use super::generated::{RESOURCE_TYPE_COUNT, TYPES};
use super::type_definition::type_id_by_name;
use super::{TypeDefinition, TypeId};

/// One of the 146 concrete resource types of R4, Binary, Bundle and Parameters among them. The abstract
/// `Resource` and `DomainResource` are none: no instance bears their name.
///
/// Orders by name. There is a constant for each, `ResourceType::PATIENT`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceType(pub(super) u8);

impl ResourceType {
    /// How many there are; every [`index`](Self::index) is below it.
    pub const COUNT: usize = RESOURCE_TYPE_COUNT;

    /// The type of that exact name (`Patient`), if R4 has it.
    pub fn from_name(name: &str) -> Option<Self> {
        type_id_by_name(name)?.resource_type()
    }

    /// The type with that place in [`all`](Self::all).
    pub fn from_index(index: u8) -> Option<Self> {
        (usize::from(index) < Self::COUNT).then_some(Self(index))
    }

    /// Every resource type, by name.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        (0..Self::COUNT as u8).map(Self)
    }

    /// The name as `resourceType` has it.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// The place in [`all`](Self::all), from 0. It may change with another version of FHIR, so it must not be stored.
    pub const fn index(self) -> u8 {
        self.0
    }

    /// Elements and invariants of the type.
    pub fn definition(self) -> &'static TypeDefinition {
        TYPES[usize::from(self.0)]
    }

    /// The same type among all types.
    pub const fn type_id(self) -> TypeId {
        TypeId(self.0 as u16)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl fmt::Debug for ResourceType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl From<ResourceType> for &'static str {
    fn from(resource_type: ResourceType) -> Self {
        resource_type.name()
    }
}

impl From<ResourceType> for TypeId {
    fn from(resource_type: ResourceType) -> Self {
        resource_type.type_id()
    }
}

impl FromStr for ResourceType {
    type Err = UnknownResourceType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::from_name(name).ok_or(UnknownResourceType)
    }
}

/// The text is the name of no concrete R4 resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownResourceType;

impl fmt::Display for UnknownResourceType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a resource type of FHIR R4")
    }
}

impl std::error::Error for UnknownResourceType {}
