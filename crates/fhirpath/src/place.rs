//! Where in a tree the items of a result are.

use crate::item::{Item, ItemValue};
use fhir::{Json, Object};
use std::collections::HashMap;
use std::fmt;

/// A place in a tree: names of JSON members and positions in arrays, from the root.
///
/// A value of a choice has the name that JSON gives it (`valueString`). An element that repeats ends with its position.
/// A primitive that has extensions but no value is where its value would be: at `birthDate` though the tree has only
/// `_birthDate`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The steps from the root; none for the root itself.
    pub steps: Vec<PlaceStep>,
}

/// A step down a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceStep {
    /// To a member of an object.
    Member(Box<str>),
    /// To an item of an array, from 0.
    Index(usize),
}

impl Place {
    /// The places of those items that are parts of the tree `root`, in the order of the items.
    pub fn of_all(items: &[Item<'_>], root: &Json) -> Vec<Place> {
        let mut search = Search { values: HashMap::new(), siblings: HashMap::new(), steps: Vec::new() };
        for item in items {
            match (&item.value, item.sibling) {
                (ItemValue::Json(Json::Null), Some(sibling)) => {
                    search.siblings.insert(std::ptr::from_ref(sibling), None);
                }
                (ItemValue::Json(json), _) => drop(search.values.insert(std::ptr::from_ref(*json), None)),
                _ => {}
            }
        }
        search.visit(root);
        let found = items.iter().filter_map(|item| match (&item.value, item.sibling) {
            (ItemValue::Json(Json::Null), Some(sibling)) => {
                search.siblings.get(&std::ptr::from_ref(sibling)).cloned().flatten()
            }
            (ItemValue::Json(json), _) => search.values.get(&std::ptr::from_ref(*json)).cloned().flatten(),
            _ => None,
        });
        found.collect()
    }
}

/// Looks for values by their address: an item borrows from the tree, so the address says which part it is.
struct Search {
    values: HashMap<*const Json, Option<Place>>,
    /// The objects beside primitives without a value.
    siblings: HashMap<*const Object, Option<Place>>,
    steps: Vec<PlaceStep>,
}

impl Search {
    /// Visits a part of the tree; the parser bounds how deep it is.
    fn visit(&mut self, json: &Json) {
        if let Some(place) = self.values.get_mut(&std::ptr::from_ref(json)) {
            *place = Some(Place { steps: self.steps.clone() });
        }
        match json {
            Json::Object(object) => {
                self.visit_sibling(object);
                for (name, value) in object.iter() {
                    self.steps.push(PlaceStep::Member(name.into()));
                    self.visit(value);
                    self.steps.pop();
                }
            }
            Json::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    self.steps.push(PlaceStep::Index(index));
                    self.visit(value);
                    self.steps.pop();
                }
            }
            _ => {}
        }
    }

    fn visit_sibling(&mut self, object: &Object) {
        if let Some(place) = self.siblings.get_mut(&std::ptr::from_ref(object)) {
            let mut steps = self.steps.clone();
            let member = steps.iter_mut().rev().find_map(|step| match step {
                PlaceStep::Member(name) => Some(name),
                PlaceStep::Index(_) => None,
            });
            if let Some(name) = member
                && let Some(plain) = name.strip_prefix('_')
            {
                *name = plain.into();
            }
            *place = Some(Place { steps });
        }
    }
}

impl fmt::Display for Place {
    /// As FHIRPath below the root: `name[0].given[1]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                PlaceStep::Member(name) if position == 0 => f.write_str(name)?,
                PlaceStep::Member(name) => write!(f, ".{name}")?,
                PlaceStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
