//! Where in a tree an element is, and what the definitions say of it.

use fhir::definitions::{TypeDefinition, TypeId};
use fhir::{Json, Object, ResourceType};

/// One step into a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// The steps from the root to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    steps: Vec<Step>,
}

impl Place {
    pub(super) const fn root() -> Self {
        Place { steps: Vec::new() }
    }

    /// The place of `value`, if it is this very node of the tree and not a copy.
    pub(super) fn of(value: &Json, root: &Json) -> Option<Self> {
        let mut steps = Vec::new();
        descend(root, value, &mut steps).then_some(Place { steps })
    }

    pub(super) fn with(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Place { steps }
    }

    /// How many levels below the root it is.
    pub(super) fn depth(&self) -> usize {
        self.steps.len()
    }

    /// The place of the object that has the element, the element's JSON name and, if it is in a list, its index.
    /// Nothing for the root.
    pub(super) fn split(&self) -> Option<(Place, String, Option<usize>)> {
        let (last, before) = self.steps.split_last()?;
        match (last, before.split_last()) {
            (Step::Name(key), _) => Some((Place { steps: before.to_vec() }, key.clone(), None)),
            (Step::Index(index), Some((Step::Name(key), owner))) => {
                Some((Place { steps: owner.to_vec() }, key.clone(), Some(*index)))
            }
            _ => None,
        }
    }

    /// The value here.
    pub(super) fn value<'t>(&self, root: &'t Json) -> Option<&'t Json> {
        self.steps.iter().try_fold(root, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Index(index) => value.items().get(*index),
        })
    }

    /// The object here, to be changed.
    pub(super) fn object_mut<'t>(&self, root: &'t mut Json) -> Option<&'t mut Object> {
        let found = self.steps.iter().try_fold(root, |value, step| match step {
            Step::Name(name) => value.as_object_mut()?.get_mut(name),
            Step::Index(index) => value.as_array_mut()?.get_mut(*index),
        });
        found?.as_object_mut()
    }

    /// The type of the value here; of what JSON keeps beside a primitive, that primitive.
    pub(super) fn definition(&self, root: &Json) -> Option<&'static TypeDefinition> {
        let (mut value, mut definition) = (root, resource_definition(root)?);
        for step in &self.steps {
            match step {
                Step::Index(index) => value = value.items().get(*index).unwrap_or(&Json::Null),
                Step::Name(name) => {
                    let key = name.strip_prefix('_').unwrap_or(name);
                    definition = definition.member(key)?.element_type.type_id.definition();
                    value = value.get(name).unwrap_or(&Json::Null);
                }
            }
            if definition.id == TypeId::RESOURCE && value.as_object().is_some() {
                definition = resource_definition(value)?;
            }
        }
        Some(definition)
    }
}

fn resource_definition(resource: &Json) -> Option<&'static TypeDefinition> {
    Some(ResourceType::from_name(resource.str("resourceType")?)?.definition())
}

fn descend(value: &Json, sought: &Json, steps: &mut Vec<Step>) -> bool {
    if std::ptr::eq(value, sought) {
        return true;
    }
    let mut enter = |step, inner| {
        steps.push(step);
        let is_found = descend(inner, sought, steps);
        if !is_found {
            steps.pop();
        }
        is_found
    };
    match value {
        Json::Object(object) => object.iter().any(|(name, inner)| enter(Step::Name(name.to_owned()), inner)),
        Json::Array(items) => items.iter().enumerate().any(|(index, inner)| enter(Step::Index(index), inner)),
        _ => false,
    }
}
