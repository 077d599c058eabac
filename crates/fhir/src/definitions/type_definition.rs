//! Types: resources, data types, and the backbone elements inside them.

use std::fmt;

use super::element::binding;
use super::generated::{NAMES, TYPES};
use super::name_index::NameIndex;
use super::{Binding, ElementDefinition, ElementType, InvariantId, ResourceType};

/// A type by number; the concrete resource types come first, with the numbers of [`ResourceType::index`].
///
/// Abstract types and data types have constants: `TypeId::RESOURCE`, `TypeId::CODEABLE_CONCEPT`, `TypeId::DATE_TIME`.
/// Numbers may change with another version of FHIR, so they must not be stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub(super) u16);

impl TypeId {
    /// The type itself.
    pub fn definition(self) -> &'static TypeDefinition {
        TYPES[usize::from(self.0)]
    }

    /// Its name; see [`TypeDefinition::name`].
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Its place in [`types`], from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The type as a concrete resource type, if it is one.
    pub fn resource_type(self) -> Option<ResourceType> {
        u8::try_from(self.0).ok().and_then(ResourceType::from_index)
    }
}

impl fmt::Debug for TypeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

static MEMBER_NAMES: NameIndex<4096> = NameIndex::of(&NAMES);

static INDEX: NameIndex<2048> = NameIndex::of(&TYPE_NAMES);

static TYPE_NAMES: [&str; TYPES.len()] = {
    let mut names = [""; TYPES.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = TYPES[place].name;
        place += 1;
    }
    names
};

/// What sort of type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// A resource, or one of the abstract `Resource` and `DomainResource`.
    Resource,
    /// A data type with elements, `Element` and `BackboneElement` included.
    Complex,
    /// A data type that JSON writes as a string, number or boolean; `xhtml` included.
    Primitive,
    /// The elements below one element of another type (`Patient.contact`, `Timing.repeat`).
    Backbone,
}

/// One type, from the snapshot of its StructureDefinition.
#[derive(Debug)]
pub struct TypeDefinition {
    /// Its number.
    pub id: TypeId,
    /// `Patient`, `HumanName`, `string`; a backbone bears the path where it is defined, `Patient.contact`.
    pub name: &'static str,
    /// What sort of type it is.
    pub kind: TypeKind,
    /// The name of the type it specialises; none for `Element` and `Resource`.
    pub base: Option<&'static str>,
    /// No instance has this very type.
    pub is_abstract: bool,
    pub(super) binding: u16,
    /// All elements in the order of the specification, inherited ones included. A backbone's elements belong to
    /// the backbone. A primitive has `id`, `extension` and `value`, the last of the primitive's own type.
    pub elements: &'static [ElementDefinition],
    /// The constraints that every instance must meet (for a backbone those of its element), inherited ones
    /// included, ordered by id.
    pub invariants: &'static [InvariantId],
    /// JSON property names, sorted.
    pub(super) members: &'static [Member],
}

/// A JSON property: name, element and which of the element's types it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) name: u16,
    pub(super) element: u8,
    pub(super) element_type: u8,
}

impl Member {
    fn name(self) -> &'static str {
        NAMES[usize::from(self.name)]
    }
}

/// What a JSON property name means in a type.
#[derive(Clone, Copy, Debug)]
pub struct MemberRef {
    /// The element it is a value of.
    pub element: &'static ElementDefinition,
    /// The element's place in [`TypeDefinition::elements`].
    pub index: usize,
    /// The type the name stands for: the element's only one, or the one that a choice's name ends with.
    pub element_type: &'static ElementType,
}

impl TypeDefinition {
    /// What the JSON property `key` (without the underscore of `_birthDate`) means here. Choices go by their
    /// concrete names: `deceasedBoolean`, neither `deceased` nor `deceased[x]`. `resourceType` is no element, and
    /// the `value` of a primitive is no property.
    pub fn member(&self, key: &str) -> Option<MemberRef> {
        // Names are numbered in their order, so members sorted by name are sorted by number.
        let name = MEMBER_NAMES.find(&NAMES, key)?;
        let found = self.members.binary_search_by_key(&name, |member| member.name).ok()?;
        Some(self.resolve(self.members[found]))
    }

    /// All JSON property names with their meaning, sorted by name.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&'static str, MemberRef)> + '_ {
        self.members.iter().map(|member| (member.name(), self.resolve(*member)))
    }

    /// The JSON property names of the element at `index` of [`elements`](Self::elements): one, or for a choice
    /// one for each type, sorted. Nothing for the `value` of a primitive.
    pub fn member_names(&self, index: usize) -> impl Iterator<Item = &'static str> + '_ {
        self.members
            .iter()
            .filter(move |member| usize::from(member.element) == index)
            .map(|member| member.name())
    }

    /// What every value of the type is bound to, wherever it stands: an Age to units of time.
    pub fn binding(&self) -> Option<Binding> {
        binding(self.binding)
    }

    /// The element with the FHIRPath name `name` (`deceased`), and its place. It looks through the elements in
    /// their order.
    pub fn element(&self, name: &str) -> Option<(usize, &'static ElementDefinition)> {
        self.elements.iter().enumerate().find(|(_, element)| element.name() == name)
    }

    /// The type it specialises.
    pub fn base_type(&self) -> Option<&'static TypeDefinition> {
        self.base.and_then(type_by_name)
    }

    /// Whether it is `ancestor` or specialises it, over any number of steps.
    pub fn is_a(&self, ancestor: TypeId) -> bool {
        self.id == ancestor || self.base_type().is_some_and(|base| base.is_a(ancestor))
    }

    fn resolve(&self, member: Member) -> MemberRef {
        let index = usize::from(member.element);
        let element = &self.elements[index];
        MemberRef { element, index, element_type: &element.types()[usize::from(member.element_type)] }
    }
}

/// The type of that name: a resource type, a data type, or the path of a backbone (`Patient.contact`).
///
/// Profiles such as `SimpleQuantity` are no types: elements that name one have the type `Quantity` and the
/// profile's invariants.
pub fn type_by_name(name: &str) -> Option<&'static TypeDefinition> {
    type_id_by_name(name).map(TypeId::definition)
}

/// The number of the type of that name.
pub(super) fn type_id_by_name(name: &str) -> Option<TypeId> {
    INDEX.find(&TYPE_NAMES, name).map(TypeId)
}

/// All types: the concrete resource types by name, then all others by name.
pub fn types() -> &'static [&'static TypeDefinition] {
    &TYPES
}
