//! Values in a resource as profiles see them: with their types, and with what JSON keeps beside them.

use fhir::definitions::{TypeDefinition, TypeId, TypeKind};
use fhir::{Json, Object, ResourceType};
use fhirpath::Item;

/// One value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'r> {
    /// [`Json::Null`] for a primitive that has only an id or extensions, and for a resource that is elsewhere.
    pub(crate) json: &'r Json,
    /// The object beside a primitive, in the member whose name begins with an underscore.
    pub(crate) sibling: Option<&'r Object>,
    pub(crate) type_id: TypeId,
}

/// A value that was found in an object, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'r> {
    pub(crate) value: Value<'r>,
    /// The JSON name.
    pub(crate) key: &'r str,
    /// The member's number in its object, from 1.
    pub(crate) position: usize,
    /// Its place in the list, if it is in one.
    pub(crate) index: Option<usize>,
}

impl<'r> Value<'r> {
    /// A value of a type; a resource's type is what it says.
    pub(crate) fn new(json: &'r Json, sibling: Option<&'r Object>, type_id: TypeId) -> Self {
        let type_id = match type_id {
            TypeId::RESOURCE => {
                let named = json.str("resourceType").and_then(ResourceType::from_name);
                named.map_or(TypeId::RESOURCE, ResourceType::type_id)
            }
            other => other,
        };
        Value { json, sibling, type_id }
    }

    /// The object that has its members: itself, or what stands beside it.
    pub(crate) fn object(&self) -> Option<&'r Object> {
        self.json.as_object().or(self.sibling)
    }

    /// The value as FHIRPath sees it.
    pub(crate) fn item(&self) -> Item<'r> {
        match self.type_id.definition().kind {
            TypeKind::Primitive => Item::primitive(self.json, self.sibling, self.type_id),
            _ => Item::of_type(self.json, self.type_id),
        }
    }

    /// The values of the element `name`.
    pub(crate) fn members(&self, name: &str) -> Vec<Found<'r>> {
        let mut found = Vec::new();
        let definition = self.type_id.definition();
        let (Some(object), Some((element, _))) = (self.object(), definition.element(name)) else {
            return found;
        };
        for ((key, value), position) in object.iter().zip(1..) {
            let plain = key.strip_prefix('_').unwrap_or(key);
            // `_x` comes along with `x` where that is there.
            if !plain.starts_with(name) || plain.len() != key.len() && object.contains(plain) {
                continue;
            }
            if let Some(type_id) = type_of_member(definition, plain, element) {
                let sibling = match plain.len() == key.len() {
                    true => beside(object, key),
                    false => Some(value),
                };
                let value = if plain.len() == key.len() { value } else { &Json::Null };
                collect(value, sibling, type_id, key, position, &mut found);
            }
        }
        found
    }
}

fn type_of_member(definition: &TypeDefinition, key: &str, element: usize) -> Option<TypeId> {
    let member = definition.member(key).filter(|member| member.index == element)?;
    Some(member.element_type.type_id)
}

fn beside<'r>(object: &'r Object, key: &str) -> Option<&'r Json> {
    object.iter().find(|(name, _)| name.strip_prefix('_') == Some(key)).map(|(_, value)| value)
}

/// Takes one value, or each of a list with what stands beside it.
fn collect<'r>(
    value: &'r Json,
    sibling: Option<&'r Json>,
    type_id: TypeId,
    key: &'r str,
    position: usize,
    found: &mut Vec<Found<'r>>,
) {
    let list = |json: &'r Json| json.as_array();
    let (values, siblings) = (list(value), sibling.and_then(list));
    if values.is_none() && siblings.is_none() {
        let value = Value::new(value, sibling.and_then(Json::as_object), type_id);
        found.push(Found { value, key, position, index: None });
        return;
    }
    let (values, siblings) = (values.unwrap_or_default(), siblings.unwrap_or_default());
    for index in 0..values.len().max(siblings.len()) {
        let sibling = siblings.get(index).and_then(Json::as_object);
        let value = Value::new(values.get(index).unwrap_or(&Json::Null), sibling, type_id);
        if *value.json != Json::Null || sibling.is_some() {
            found.push(Found { value, key, position, index: Some(index) });
        }
    }
}
