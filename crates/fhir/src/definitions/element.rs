//! Elements, their types and their bindings.

use std::fmt;

use super::generated::{BINDINGS, INVARIANT_LISTS, NAMES, TYPE_LISTS};
use super::{InvariantId, ResourceType, TypeId, ValueSetId};

/// The [`max`](ElementDefinition::max) of an element that may repeat without limit.
pub const UNBOUNDED: u16 = u16::MAX;

/// One element of a type. All of R4 has 7,466 of them, so this is numbers into shared pools, ten bytes in all.
#[derive(Clone, Copy)]
pub struct ElementDefinition {
    name: u16,
    types: u16,
    binding: u16,
    flags: u8,
    invariants: u8,
}

/// The binding of that number, if it is one.
pub(super) fn binding(number: u16) -> Option<Binding> {
    (number != UNBOUND).then(|| BINDINGS[usize::from(number)])
}

/// Says in `binding` that there is none.
pub(super) const UNBOUND: u16 = u16::MAX;

/// The facts about an element that fit into a bit. The generated tables write the letters.
pub(super) mod flag {
    /// At least one (R4 has no element with a higher minimum).
    pub(in super::super) const R: u8 = 1;
    /// Repeats: a JSON array.
    pub(in super::super) const A: u8 = 2;
    /// Allowed by the base type, forbidden here: its maximum is 0.
    pub(in super::super) const F: u8 = 4;
    /// A choice of types, `[x]`.
    pub(in super::super) const C: u8 = 8;
    /// Part of the summary.
    pub(in super::super) const S: u8 = 16;
    /// Modifies the meaning of what contains it.
    pub(in super::super) const M: u8 = 32;
    /// An attribute in XML.
    pub(in super::super) const X: u8 = 64;
}

impl ElementDefinition {
    pub(super) const fn new(name: u16, flags: u8, types: u16, binding: u16, invariants: u8) -> Self {
        Self { name, types, binding, flags, invariants }
    }

    const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The last part of its path, for a choice without `[x]`: `deceased`.
    pub fn name(&self) -> &'static str {
        NAMES[usize::from(self.name)]
    }

    /// The lowest number of values: 0 or 1.
    pub const fn min(&self) -> u16 {
        self.is(flag::R) as u16
    }

    /// The highest number of values: 1, [`UNBOUNDED`], or 0 for `xhtml.extension` alone.
    pub const fn max(&self) -> u16 {
        if self.is(flag::F) {
            0
        } else if self.is(flag::A) {
            UNBOUNDED
        } else {
            1
        }
    }

    /// It is an array in JSON, even with one value: the definition it comes from (`base.max`) lets it repeat.
    pub const fn is_array(&self) -> bool {
        self.is(flag::A)
    }

    /// It has one of several types, and its JSON name ends with the type's. A choice never repeats.
    pub const fn is_choice(&self) -> bool {
        self.is(flag::C)
    }

    /// It is part of `_summary=true`.
    pub const fn is_summary(&self) -> bool {
        self.is(flag::S)
    }

    /// It can change the meaning of the element or resource that contains it.
    pub const fn is_modifier(&self) -> bool {
        self.is(flag::M)
    }

    /// XML writes it as an attribute: the `id` of elements (not of resources), `Extension.url`, the value of
    /// a primitive.
    pub const fn is_xml_attribute(&self) -> bool {
        self.is(flag::X)
    }

    /// Its type, or for a choice all types it may have, in the order of the specification; never empty.
    pub fn types(&self) -> &'static [ElementType] {
        TYPE_LISTS[usize::from(self.types)]
    }

    /// The value set its codes come from, where one is named.
    pub fn binding(&self) -> Option<Binding> {
        binding(self.binding)
    }

    /// The constraints on each of its values beyond those that all its types state themselves
    /// ([`TypeDefinition::invariants`](super::TypeDefinition::invariants)), ordered by id. Mostly none. Those of
    /// the profile `SimpleQuantity` are here.
    pub fn invariants(&self) -> &'static [InvariantId] {
        INVARIANT_LISTS[usize::from(self.invariants)]
    }
}

impl fmt::Debug for ElementDefinition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}..", self.name(), self.min())?;
        match self.max() {
            UNBOUNDED => formatter.write_str("* ")?,
            max => write!(formatter, "{max} ")?,
        }
        formatter.debug_list().entries(self.types().iter().map(|element_type| element_type.type_id)).finish()
    }
}

/// One type that an element may have.
#[derive(Clone, Copy, Debug)]
pub struct ElementType {
    /// The type. Elements that contain any resource have `TypeId::RESOURCE`; a reference to another element's
    /// content (`Questionnaire.item.item`) has that element's backbone.
    pub type_id: TypeId,
    /// What a Reference or canonical may point to, by name; empty where the definition names no type or
    /// `Resource`, which both mean any, and for other types.
    pub targets: &'static [ResourceType],
}

impl ElementType {
    /// Whether a Reference or canonical of this type may point to `resource_type`.
    pub fn allows_target(&self, resource_type: ResourceType) -> bool {
        self.targets.is_empty() || self.targets.binary_search(&resource_type).is_ok()
    }
}

/// Which codes an element takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// How binding it is.
    pub strength: BindingStrength,
    /// The value set.
    pub value_set: ValueSetId,
    /// A wider value set that may never be left even though `value_set` may: for `preferred` and `extensible`
    /// bindings with the extension elementdefinition-maxValueSet (all languages, time units, distance units).
    pub max_value_set: Option<ValueSetId>,
}

/// How binding a value set is (<http://hl7.org/fhir/R4/terminologies.html#strength>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindingStrength {
    /// Illustrates only.
    Example,
    /// Encouraged.
    Preferred,
    /// Must come from it unless it has no fitting code.
    Extensible,
    /// Must come from it.
    Required,
}
