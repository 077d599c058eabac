//! Lists of elements as JSON has them: primitives in two arrays side by side
//! (<http://hl7.org/fhir/R4/json.html#primitive>), everything else in one.

use fhir::{Json, Object};

/// A value, and for a primitive what stands beside it: [`Json::Null`] where there is nothing.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) value: Json,
    pub(super) sibling: Json,
}

/// The name of the member beside the primitive `key`.
pub(super) fn sibling_key(key: &str) -> String {
    format!("_{key}")
}

/// How many items the list `key` has.
pub(super) fn length(owner: &Object, key: &str) -> usize {
    owner.items(key).len().max(owner.items(&sibling_key(key)).len())
}

/// Takes the list `key` out of its owner, to be put back with [`put`].
pub(super) fn take(owner: &mut Object, key: &str) -> Vec<Content> {
    let mut items = |key: &str| match owner.get_mut(key) {
        Some(Json::Array(items)) => std::mem::take(items),
        _ => Vec::new(),
    };
    let (values, siblings) = (items(key), items(&sibling_key(key)));
    let length = values.len().max(siblings.len());
    let padded = |items: Vec<Json>| items.into_iter().chain(std::iter::repeat(Json::Null)).take(length);
    padded(values).zip(padded(siblings)).map(|(value, sibling)| Content { value, sibling }).collect()
}

/// Puts a list back. Arrays that say nothing are left out.
pub(super) fn put(owner: &mut Object, key: &str, list: Vec<Content>) {
    let (values, siblings): (Vec<Json>, Vec<Json>) =
        list.into_iter().map(|content| (content.value, content.sibling)).unzip();
    for (key, items) in [(key.to_owned(), values), (sibling_key(key), siblings)] {
        if items.iter().all(|item| *item == Json::Null) {
            owner.remove(&key);
        } else {
            owner.insert(&key, items);
        }
    }
}

/// Sets the single element `key` in the place of `before`, which goes.
pub(super) fn set(owner: &mut Object, before: &str, key: &str, content: Content) {
    let position = owner.position(before).or_else(|| owner.position(&sibling_key(before)));
    remove(owner, before);
    let position = position.unwrap_or(owner.len());
    if content.sibling != Json::Null {
        owner.insert_at(position, &sibling_key(key), content.sibling);
    }
    if content.value != Json::Null {
        owner.insert_at(position, key, content.value);
    }
}

/// Removes the element `key`, single or list.
pub(super) fn remove(owner: &mut Object, key: &str) {
    owner.remove(key);
    owner.remove(&sibling_key(key));
}

/// Whether the element `key` is there.
pub(super) fn contains(owner: &Object, key: &str) -> bool {
    owner.contains(key) || owner.contains(&sibling_key(key))
}
