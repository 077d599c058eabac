//! Carrying out operations on a tree.

use super::list::{self, Content, sibling_key};
use super::operation::Operation;
use super::place::Place;
use super::target::Target;
use super::value::{Value, put_in};
use crate::growth::Growth;
use fhir::definitions::TypeKind;
use fhir::{Json, Object};
use fhirpath::{Moment, PlaceStep};

/// A resource that is being patched.
pub(super) struct Edit<'m> {
    pub(super) root: Json,
    /// What paths are told of the time.
    pub(super) now: Option<Moment<'m>>,
    pub(super) growth: Growth,
}

impl Edit<'_> {
    /// Carries out one operation.
    ///
    /// # Errors
    ///
    /// Why that is not possible. The tree may have been changed then.
    pub(super) fn carry_out(&mut self, operation: &Operation) -> Result<(), String> {
        match operation {
            Operation::Add { target, name, value } => self.add(target, name, value),
            Operation::Insert { target, index, value } => self.insert(target, *index, value),
            Operation::Delete { target } => self.delete(target),
            Operation::Replace { target, value } => self.replace(target, value),
            Operation::Move { target, source, destination } => self.move_item(target, *source, *destination),
        }
    }

    fn add(&mut self, target: &Target, name: &str, value: &Value) -> Result<(), String> {
        let place = target.find_one(&self.root, self.now)?;
        let definition = place.definition(&self.root).ok_or_else(lost)?;
        let (key, member, content) = value.suit(name, definition)?;
        self.account(&content, place.depth() + 2)?;
        let owner = match definition.kind {
            TypeKind::Primitive => self.beside(&place)?,
            _ => place,
        };
        put_in(self.object(&owner)?, key, &member, content)
    }

    fn insert(&mut self, target: &Target, index: usize, value: &Value) -> Result<(), String> {
        let (owner, key) = target.find_list(&self.root, self.now)?;
        let definition = owner.definition(&self.root).ok_or_else(lost)?;
        let (key, _, content) = value.suit(&key, definition)?;
        self.account(&content, owner.depth() + 2)?;
        let owner = self.object(&owner)?;
        let mut items = list::take(owner, key);
        if index > items.len() {
            return Err(out_of_list(key, items.len(), index));
        }
        items.insert(index, content);
        list::put(owner, key, items);
        Ok(())
    }

    fn delete(&mut self, target: &Target) -> Result<(), String> {
        let Some(place) = target.find(&self.root, self.now)? else { return Ok(()) };
        let (owner, key, index) = place.split().ok_or_else(is_root)?;
        let owner = self.object(&owner)?;
        let Some(index) = index else {
            list::remove(owner, &key);
            return Ok(());
        };
        let mut items = list::take(owner, &key);
        items.remove(index);
        list::put(owner, &key, items);
        Ok(())
    }

    fn replace(&mut self, target: &Target, value: &Value) -> Result<(), String> {
        let place = target.find_one(&self.root, self.now)?;
        let (owner, key, index) = place.split().ok_or_else(is_root)?;
        let definition = owner.definition(&self.root).ok_or_else(lost)?;
        let name = definition.member(&key).map_or(key.as_str(), |member| member.element.name());
        let (new_key, _, content) = value.suit(name, definition)?;
        self.account(&content, place.depth() + 1)?;
        let owner = self.object(&owner)?;
        let Some(index) = index else {
            list::set(owner, &key, new_key, content);
            return Ok(());
        };
        let mut items = list::take(owner, &key);
        if let Some(item) = items.get_mut(index) {
            *item = content;
        }
        list::put(owner, &key, items);
        Ok(())
    }

    fn move_item(&mut self, target: &Target, source: usize, destination: usize) -> Result<(), String> {
        let (owner, key) = target.find_list(&self.root, self.now)?;
        let owner = self.object(&owner)?;
        let mut items = list::take(owner, &key);
        if let Some(index) = [source, destination].into_iter().find(|index| *index >= items.len()) {
            return Err(out_of_list(&key, items.len(), index));
        }
        let item = items.remove(source);
        items.insert(destination, item);
        list::put(owner, &key, items);
        Ok(())
    }

    fn account(&mut self, content: &Content, above: usize) -> Result<(), String> {
        self.growth.add(&content.value, above)?;
        self.growth.add(&content.sibling, above)
    }

    fn object(&mut self, place: &Place) -> Result<&mut Object, String> {
        place.object_mut(&mut self.root).ok_or_else(lost)
    }

    /// The place of the object beside a primitive, which has its id and extensions. It is made if it is not there.
    fn beside(&mut self, place: &Place) -> Result<Place, String> {
        let (owner, key, index) = place.split().ok_or_else(lost)?;
        let object = self.object(&owner)?;
        let sibling = sibling_key(&key);
        let beside = owner.with(PlaceStep::Member(sibling.as_str().into()));
        let Some(index) = index else {
            if !object.contains(&sibling) {
                object.insert(&sibling, Object::new());
            }
            return Ok(beside);
        };
        let mut items = list::take(object, &key);
        if let Some(item) = items.get_mut(index).filter(|item| item.sibling == Json::Null) {
            item.sibling = Object::new().into();
        }
        list::put(object, &key, items);
        Ok(beside.with(PlaceStep::Index(index)))
    }
}

/// A place that was found is there, so this is never told unless the definitions contradict the tree.
fn lost() -> String {
    String::from("the path leads to nothing that can be changed")
}

fn is_root() -> String {
    String::from("the path leads to the resource itself, not to an element of it")
}

fn out_of_list(key: &str, length: usize, index: usize) -> String {
    let items = if length == 1 { "item" } else { "items" };
    format!("{key} has {length} {items}; there is no place {index}")
}
