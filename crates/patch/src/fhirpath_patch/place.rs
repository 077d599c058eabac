//! Where in a tree an element is, and what the definitions say of it.

use fhir::definitions::{TypeDefinition, TypeId};
use fhir::{Json, Object, ResourceType};
use fhirpath::PlaceStep;

/// The steps from the root to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    steps: Vec<PlaceStep>,
}

impl Place {
    pub(super) const fn root() -> Self {
        Place { steps: Vec::new() }
    }

    pub(super) fn with(&self, step: PlaceStep) -> Self {
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
            (PlaceStep::Member(key), _) => Some((Place { steps: before.to_vec() }, key.to_string(), None)),
            (PlaceStep::Index(index), Some((PlaceStep::Member(key), owner))) => {
                Some((Place { steps: owner.to_vec() }, key.to_string(), Some(*index)))
            }
            _ => None,
        }
    }

    /// The index in a list, if it is in one.
    pub(super) fn index(&self) -> Option<usize> {
        match self.steps.last() {
            Some(PlaceStep::Index(index)) => Some(*index),
            _ => None,
        }
    }

    /// The value here.
    pub(super) fn value<'t>(&self, root: &'t Json) -> Option<&'t Json> {
        self.steps.iter().try_fold(root, |value, step| match step {
            PlaceStep::Member(name) => value.get(name),
            PlaceStep::Index(index) => value.items().get(*index),
        })
    }

    /// The object here, to be changed.
    pub(super) fn object_mut<'t>(&self, root: &'t mut Json) -> Option<&'t mut Object> {
        let found = self.steps.iter().try_fold(root, |value, step| match step {
            PlaceStep::Member(name) => value.as_object_mut()?.get_mut(name),
            PlaceStep::Index(index) => value.as_array_mut()?.get_mut(*index),
        });
        found?.as_object_mut()
    }

    /// The type of the value here; of what JSON keeps beside a primitive, that primitive.
    pub(super) fn definition(&self, root: &Json) -> Option<&'static TypeDefinition> {
        let (mut value, mut definition) = (root, resource_definition(root)?);
        for step in &self.steps {
            match step {
                PlaceStep::Index(index) => value = value.items().get(*index).unwrap_or(&Json::Null),
                PlaceStep::Member(name) => {
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

impl From<fhirpath::Place> for Place {
    fn from(place: fhirpath::Place) -> Self {
        Place { steps: place.steps }
    }
}

fn resource_definition(resource: &Json) -> Option<&'static TypeDefinition> {
    Some(ResourceType::from_name(resource.str("resourceType")?)?.definition())
}
