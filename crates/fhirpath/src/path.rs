//! Paths of member names, walked through the tree without intermediate collections.
//!
//! Nearly all of R4's search parameters are such paths. What a name means on the types that are known when
//! the expression is compiled is looked up then; where a type is known only at the item, it is looked up there.

use crate::error::EvaluateError;
use crate::item::{Item, ItemValue};
use crate::item_type::{ItemType, SystemType};
use crate::run::Run;
use fhir::definitions::{ElementDefinition, MemberRef, TypeDefinition, TypeId, TypeKind};
use fhir::{Json, Object, ResourceType};

/// Names to follow one after the other from an item.
#[derive(Debug, Default)]
pub(crate) struct Path {
    /// The type that the item it starts from must have.
    pub(crate) root: Option<ItemType>,
    pub(crate) steps: Vec<Step>,
}

/// One name.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: Box<str>,
    /// What the name means on the few types that its items are known to have.
    pub(crate) known: Vec<Known>,
    /// The type that its items must have. `known` has been narrowed to it already.
    pub(crate) only: Option<ItemType>,
}

/// The JSON members that an element's name stands for on a type.
#[derive(Debug)]
pub(crate) struct Known {
    on: TypeId,
    pub(crate) members: Vec<Named>,
}

/// A JSON member of a type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    key: &'static str,
    element: &'static ElementDefinition,
    pub(crate) type_id: TypeId,
    kind: TypeKind,
}

impl Named {
    fn new(key: &'static str, member: MemberRef) -> Self {
        let type_id = member.element_type.type_id;
        Named { key, element: member.element, type_id, kind: type_id.definition().kind }
    }
}

impl Known {
    /// What `name` means on a type; `None` if it has no such element, or none that JSON writes as a member (the
    /// `value` of a primitive).
    pub(crate) fn find(definition: &TypeDefinition, name: &str) -> Option<Self> {
        let (index, _) = definition.element(name)?;
        let named = |key| Some(Named::new(key, definition.member(key)?));
        let members: Vec<Named> = definition.member_names(index).filter_map(named).collect();
        (!members.is_empty()).then_some(Known { on: definition.id, members })
    }
}

impl Path {
    /// Appends to `out` what the path leads to from `item`.
    pub(crate) fn walk<'a>(
        &'a self,
        item: &Item<'a>,
        run: &mut Run<'a>,
        out: &mut Vec<Item<'a>>,
    ) -> Result<(), EvaluateError> {
        if self.root.is_some_and(|root| !item.item_type.is_a(root)) {
            return Ok(());
        }
        follow(&self.steps, item, run, out)
    }
}

fn follow<'a>(
    steps: &'a [Step],
    item: &Item<'a>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    let Some((step, rest)) = steps.split_first() else {
        return run.emit_copy(item, out);
    };
    if let ItemValue::Type(item_type) = item.value {
        let text = type_member(item_type, &step.name);
        return text.map_or(Ok(()), |text| follow(rest, &Item::string(text), run, out));
    }
    let ItemType::Fhir(type_id) = item.item_type else { return Ok(()) };
    if let ItemValue::Elsewhere(_) = item.value {
        return Err(EvaluateError::NotLoaded);
    }
    let mut walk = Walk { rest, only: None, run, out };
    if let Some(known) = step.known.iter().find(|known| known.on == type_id) {
        let Some(object) = item.extended() else { return Ok(()) };
        return match known.members.as_slice() {
            [named] => walk.member(object, named),
            choice => {
                walk.choice(object, &step.name, |key| choice.iter().find(|named| named.key == key).copied())
            }
        };
    }
    walk.only = step.only;
    let definition = type_id.definition();
    if definition.kind == TypeKind::Primitive && &*step.name == "value" {
        return walk.primitive_value(item, type_id);
    }
    let Some(object) = item.extended() else { return Ok(()) };
    match members_named(definition, &step.name) {
        Members::One(named) => walk.member(object, &named),
        Members::Choice => {
            walk.choice(object, &step.name, |key| member_of_choice(definition, &step.name, key))
        }
        Members::None => Ok(()),
    }
}

/// What a name means on what `type()` yields (<http://hl7.org/fhirpath/N1/#reflection>).
fn type_member(item_type: ItemType, name: &str) -> Option<&'static str> {
    match name {
        "name" => Some(item_type.name()),
        "namespace" => Some(item_type.namespace()),
        _ => None,
    }
}

/// Appends to `out` all that is directly below `item`.
pub(crate) fn children<'a>(
    item: &Item<'a>,
    run: &mut Run<'a>,
    out: &mut Vec<Item<'a>>,
) -> Result<(), EvaluateError> {
    let ItemType::Fhir(type_id) = item.item_type else { return Ok(()) };
    if let ItemValue::Elsewhere(_) = item.value {
        return Err(EvaluateError::NotLoaded);
    }
    let Some(object) = item.extended() else { return Ok(()) };
    let definition = type_id.definition();
    run.count_lookup(object)?;
    let mut walk = Walk { rest: &[], only: None, run, out };
    for (key, _) in object.iter() {
        let plain = key.strip_prefix('_').unwrap_or(key);
        let Some(named) = named(definition, plain) else { continue };
        if plain.len() == key.len() || !object.contains(plain) {
            walk.member(object, &named)?;
        }
    }
    Ok(())
}

/// The JSON member `key` of a type.
fn named(definition: &TypeDefinition, key: &str) -> Option<Named> {
    let member = definition.member(key)?;
    let key = match member.element.is_choice() {
        false => member.element.name(),
        true => definition.member_names(member.index).find(|name| *name == key)?,
    };
    Some(Named::new(key, member))
}

enum Members {
    One(Named),
    Choice,
    None,
}

/// What a name of FHIRPath means on a type that was not known before.
fn members_named(definition: &TypeDefinition, name: &str) -> Members {
    match definition.member(name) {
        Some(member) if !member.element.is_choice() => {
            Members::One(Named::new(member.element.name(), member))
        }
        // A choice's JSON name, `valueQuantity`, is no name of FHIRPath's.
        Some(_) => Members::None,
        None if definition.element(name).is_some_and(|(_, element)| element.is_choice()) => Members::Choice,
        None => Members::None,
    }
}

/// The JSON member `key` of a type, if it is one of the choice `name`.
fn member_of_choice(definition: &TypeDefinition, name: &str, key: &str) -> Option<Named> {
    named(definition, key).filter(|named| named.element.name() == name)
}

/// One step of a walk: what is left to follow and where results go.
struct Walk<'a, 'w> {
    rest: &'a [Step],
    only: Option<ItemType>,
    run: &'w mut Run<'a>,
    out: &'w mut Vec<Item<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn visit(&mut self, item: Item<'a>) -> Result<(), EvaluateError> {
        if self.rest.is_empty() {
            self.run.emit(item, self.out)
        } else {
            follow(self.rest, &item, self.run, self.out)
        }
    }

    /// The values of a choice: of its members, an object has at most one.
    fn choice(
        &mut self,
        object: &'a Object,
        name: &str,
        find: impl Fn(&str) -> Option<Named>,
    ) -> Result<(), EvaluateError> {
        self.run.count_lookup(object)?;
        for (key, _) in object.iter() {
            let plain = key.strip_prefix('_').unwrap_or(key);
            if !plain.starts_with(name) {
                continue;
            }
            let Some(named) = find(plain) else { continue };
            // `_valueString` counts only where `valueString` doesn't bring it along.
            if plain.len() == key.len() || !object.contains(plain) {
                self.member(object, &named)?;
            }
        }
        Ok(())
    }

    fn member(&mut self, object: &'a Object, named: &Named) -> Result<(), EvaluateError> {
        self.run.count_lookup(object)?;
        let value = object.get(named.key);
        if named.kind != TypeKind::Primitive {
            return match value {
                None => Ok(()),
                Some(Json::Array(items)) => items.iter().try_for_each(|value| self.value(value, None, named)),
                Some(value) => self.value(value, None, named),
            };
        }
        let sibling = underscored(object, named.key);
        match (value, sibling) {
            (None, None) => Ok(()),
            (Some(Json::Array(items)), sibling) => self.primitives(items, sibling.map(Json::items), named),
            (None, Some(Json::Array(siblings))) => self.primitives(&[], Some(siblings), named),
            (value, sibling) => self.value(value.unwrap_or(&Json::Null), sibling, named),
        }
    }

    /// The items of an array of primitives and of the array beside it, which may be the longer one.
    fn primitives(
        &mut self,
        items: &'a [Json],
        siblings: Option<&'a [Json]>,
        named: &Named,
    ) -> Result<(), EvaluateError> {
        let siblings = siblings.unwrap_or_default();
        for index in 0..items.len().max(siblings.len()) {
            let value = items.get(index).unwrap_or(&Json::Null);
            self.value(value, siblings.get(index), named)?;
        }
        Ok(())
    }

    fn value(
        &mut self,
        value: &'a Json,
        sibling: Option<&'a Json>,
        named: &Named,
    ) -> Result<(), EvaluateError> {
        let sibling = sibling.and_then(Json::as_object);
        if *value == Json::Null && sibling.is_none() {
            return Ok(());
        }
        let type_id = match named.type_id {
            TypeId::RESOURCE => resource_type(value),
            type_id => type_id,
        };
        let item_type = ItemType::Fhir(type_id);
        if self.only.is_some_and(|only| !item_type.is_a(only)) {
            return Ok(());
        }
        self.visit(Item { value: ItemValue::Json(value), item_type, element: Some(named.element), sibling })
    }

    /// `birthDate.value`: the primitive's value as one of FHIRPath's own types.
    fn primitive_value(&mut self, item: &Item<'a>, primitive: TypeId) -> Result<(), EvaluateError> {
        match SystemType::of_primitive(primitive) {
            Some(system) if item.has_value() => self.visit(Item::system(item.value.clone(), system)),
            _ => Ok(()),
        }
    }
}

/// The member `_key`, without building its name.
fn underscored<'a>(object: &'a Object, key: &str) -> Option<&'a Json> {
    let same = |name: &str| name.len() == key.len() + 1 && name.strip_prefix('_') == Some(key);
    object.iter().find(|(name, _)| same(name)).map(|(_, value)| value)
}

fn resource_type(resource: &Json) -> TypeId {
    let named = resource.str("resourceType").and_then(ResourceType::from_name);
    named.map_or(TypeId::RESOURCE, ResourceType::type_id)
}
