//! What a profile demands, as a tree of elements (<http://hl7.org/fhir/R4/profiling.html>). It holds only what is
//! narrower than the type itself: all else was checked against the type.

use super::context::Contexts;
use super::discriminator::Discriminator;
use fhir::definitions::{BindingStrength, TypeId};
use fhir::{Json, Severity};
use fhirpath::Expression;
use std::sync::Arc;

/// A StructureDefinition that constrains a type: a profile of a resource or data type, or the definition of an
/// extension.
#[derive(Debug)]
pub struct Profile {
    /// Its canonical URL, without a version.
    pub url: String,
    /// Its business version.
    pub version: Option<String>,
    /// The type that it constrains.
    pub type_id: TypeId,
    pub(crate) root: Node,
    /// The paths of the elements that must be supported, slices not among them: `name.family`.
    pub(crate) must_support: Vec<Box<str>>,
    /// Of an extension: where it may stand.
    pub(crate) contexts: Contexts,
}

/// One element, or one slice of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// The FHIRPath name: `value` for `value[x]`; of the root the type.
    pub(crate) name: Box<str>,
    /// The name of the slice, if it is one.
    pub(crate) slice: Option<Box<str>>,
    pub(crate) min: Option<u32>,
    /// [`u32::MAX`] for `*`.
    pub(crate) max: Option<u32>,
    pub(crate) types: Option<Vec<TypeRule>>,
    pub(crate) fixed: Option<Arc<Json>>,
    pub(crate) pattern: Option<Arc<Json>>,
    /// In characters.
    pub(crate) max_length: Option<usize>,
    pub(crate) binding: Option<ValueSetRule>,
    /// The value set that codes must not leave, whatever the binding's strength.
    pub(crate) max_value_set: Option<ValueSetRule>,
    pub(crate) constraints: Vec<Constraint>,
    /// The id of the element whose content it shares.
    pub(crate) content: Option<Box<str>>,
    pub(crate) slicing: Option<Slicing>,
    pub(crate) children: Vec<Node>,
    pub(crate) slices: Vec<Node>,
}

/// A type that an element may have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TypeRule {
    pub(crate) type_id: TypeId,
    /// One of these profiles must be met; none named, none demanded.
    pub(crate) profiles: Vec<Box<str>>,
    /// What a reference may point to: definitions of types or profiles.
    pub(crate) targets: Vec<Box<str>>,
}

/// The value set that the codes of an element come from.
#[derive(Clone, Debug)]
pub(crate) struct ValueSetRule {
    pub(crate) strength: BindingStrength,
    pub(crate) value_set: Box<str>,
}

/// A constraint that the profile adds.
#[derive(Clone, Debug)]
pub(crate) struct Constraint {
    pub(crate) key: Box<str>,
    pub(crate) severity: Severity,
    /// What the profile says to humans.
    pub(crate) human: Box<str>,
    pub(crate) expression: Arc<Expression>,
}

/// How the values of an element are told apart.
#[derive(Clone, Debug)]
pub(crate) struct Slicing {
    pub(crate) discriminators: Vec<Discriminator>,
    pub(crate) rules: Rules,
    pub(crate) ordered: bool,
}

/// Whether values may stand outside all slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    Open,
    Closed,
    /// Only after those of the slices.
    OpenAtEnd,
}

impl Node {
    /// The child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| &*child.name == name)
    }

    /// The child of that name; made when there is none yet.
    pub(super) fn child_mut(&mut self, name: &str) -> &mut Node {
        let index = match self.children.iter().position(|child| &*child.name == name) {
            Some(index) => index,
            None => {
                self.children.push(Node { name: name.into(), ..Node::default() });
                self.children.len() - 1
            }
        };
        &mut self.children[index]
    }

    /// The slice of that name; made when there is none yet.
    pub(super) fn slice_mut(&mut self, name: &str) -> &mut Node {
        let index = match self.slices.iter().position(|slice| slice.slice.as_deref() == Some(name)) {
            Some(index) => index,
            None => {
                let slice = Node { name: self.name.clone(), slice: Some(name.into()), ..Node::default() };
                self.slices.push(slice);
                self.slices.len() - 1
            }
        };
        &mut self.slices[index]
    }

    /// Takes over what `other` says of the element itself: not its children or slices.
    pub(super) fn narrow(&mut self, other: Node) {
        let Node { min, max, types, fixed, pattern, max_length, binding, max_value_set, .. } = other;
        self.min = min.or(self.min);
        self.max = max.or(self.max);
        self.types = types.or(self.types.take());
        self.fixed = fixed.or(self.fixed.take());
        self.pattern = pattern.or(self.pattern.take());
        self.max_length = max_length.or(self.max_length);
        self.binding = binding.or(self.binding.take());
        self.max_value_set = max_value_set.or(self.max_value_set.take());
        self.content = other.content.or(self.content.take());
        self.slicing = other.slicing.or(self.slicing.take());
        for constraint in other.constraints {
            if !self.constraints.iter().any(|known| known.key == constraint.key) {
                self.constraints.push(constraint);
            }
        }
    }

    /// Whether it demands nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.min.unwrap_or(0) == 0
            && self.max.is_none()
            && self.types.is_none()
            && self.fixed.is_none()
            && self.pattern.is_none()
            && self.max_length.is_none()
            && self.binding.is_none()
            && self.max_value_set.is_none()
            && self.content.is_none()
            && self.constraints.is_empty()
            && self.children.is_empty()
            && self.slices.is_empty()
            && self.slice.is_none()
    }

    /// Drops all below it that demands nothing.
    pub(super) fn prune(&mut self) {
        for node in self.children.iter_mut().chain(&mut self.slices) {
            node.prune();
        }
        self.children.retain(|child| !child.is_idle());
    }

    /// The node of an element id such as `Observation.component`, this being the root.
    pub(crate) fn at_id(&self, id: &str) -> Option<&Node> {
        id.split('.').skip(1).try_fold(self, |node, segment| {
            let (name, slice) =
                segment.split_once(':').map_or((segment, None), |(name, slice)| (name, Some(slice)));
            let child = node.child(name.trim_end_matches("[x]"))?;
            match slice {
                None => Some(child),
                Some(slice) => child.slices.iter().find(|node| node.slice.as_deref() == Some(slice)),
            }
        })
    }
}
