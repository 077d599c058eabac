//! An object of JSON, put together from the elements of XML as they come.

use crate::{Json, Object};

/// The members of an object. Repeating elements are lists; what primitives have besides their value goes into lists
/// beside them, `null` keeping the places (<http://hl7.org/fhir/R4/json.html#primitive>).
#[derive(Debug, Default)]
pub(super) struct Members {
    object: Object,
    /// The place of the last element in its definition, which those that follow must not precede.
    last: usize,
}

/// A primitive: its value, [`Json::Null`] without one, and its id and extensions.
#[derive(Debug)]
pub(super) struct Primitive {
    pub(super) value: Json,
    pub(super) sibling: Object,
}

impl Members {
    pub(super) fn new(object: Object) -> Self {
        Members { object, last: 0 }
    }

    /// Notes the element at `index` of the definition; the place of one that it should have preceded, if there is one.
    pub(super) fn pass(&mut self, index: usize) -> Option<usize> {
        let last = self.last;
        self.last = last.max(index);
        (index < last).then_some(last)
    }

    /// How many values the element `name` has so far.
    pub(super) fn count(&self, name: &str) -> usize {
        match self.object.get(name).or_else(|| self.object.get(&sibling_name(name))) {
            Some(Json::Array(items)) => items.len(),
            Some(_) => 1,
            None => 0,
        }
    }

    /// Adds a value of an element that is no primitive.
    pub(super) fn add(&mut self, name: &str, is_array: bool, value: Json) {
        match (is_array, self.object.get_mut(name)) {
            (true, Some(Json::Array(items))) => items.push(value),
            (true, _) => self.object.insert(name, vec![value]),
            (false, _) => self.object.insert(name, value),
        }
    }

    /// Adds a value of a primitive element.
    pub(super) fn add_primitive(&mut self, name: &str, is_array: bool, primitive: Primitive) {
        let Primitive { value, sibling } = primitive;
        if is_array {
            let before = self.count(name);
            self.add(name, true, value);
            let beside = sibling_name(name);
            match self.object.get_mut(&beside) {
                Some(Json::Array(items)) => items.push(or_null(sibling)),
                _ if sibling.is_empty() => {}
                _ => {
                    let mut items = vec![Json::Null; before];
                    items.push(sibling.into());
                    self.object.insert(&beside, items);
                }
            }
            return;
        }
        if value != Json::Null {
            self.object.insert(name, value);
        }
        if !sibling.is_empty() {
            self.object.insert(&sibling_name(name), sibling);
        }
    }

    /// The object. Lists in which no primitive has a value are left out: their siblings say everything.
    pub(super) fn finish(mut self) -> Object {
        let is_null = |item: &Json| *item == Json::Null;
        self.object.retain(
            |_, value| !matches!(value, Json::Array(items) if !items.is_empty() && items.iter().all(is_null)),
        );
        self.object
    }
}

fn or_null(sibling: Object) -> Json {
    if sibling.is_empty() { Json::Null } else { sibling.into() }
}

/// The name of the member that has the ids and extensions of the primitive `name`.
pub(super) fn sibling_name(name: &str) -> String {
    format!("_{name}")
}
