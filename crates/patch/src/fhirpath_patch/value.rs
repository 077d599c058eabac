//! The value of an operation, and whether it suits the element that it is for.

use super::list::{Content, contains, put, set, sibling_key, take};
use super::part::value_member;
use fhir::definitions::{MemberRef, TypeDefinition, TypeId, TypeKind, type_by_name};
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Json, Object, ResourceType};

/// A value as Parameters have it.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// `value[x]` and, for a primitive, what stands beside it.
    Typed { type_id: TypeId, content: Content },
    /// A resource.
    Resource(Json),
    /// Parts that are elements: a value whose type has no name of its own, such as `Patient.contact`.
    Parts(Vec<(String, Value)>),
}

/// How deep parts may be nested. The deepest backbone of R4 that does not contain itself has six levels.
const MAX_PARTS: usize = 32;

impl Value {
    /// Reads the value of a part.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn read(part: &Object) -> Result<Self, String> {
        read_nested(part, 0)
    }

    /// What the value is in words.
    fn told(&self) -> String {
        match self {
            Value::Typed { type_id, .. } => format!("of the type {}", type_id.name()),
            Value::Resource(resource) => {
                format!("a resource {}", quoted(resource.str("resourceType").unwrap_or_default()))
            }
            Value::Parts(_) => String::from("given by parts"),
        }
    }

    /// The JSON name that an element named `name` has with this value, and what it holds then.
    ///
    /// # Errors
    ///
    /// There is no such element, or the value does not suit it.
    pub(super) fn suit(
        &self,
        name: &str,
        definition: &'static TypeDefinition,
    ) -> Result<(&'static str, MemberRef, Content), String> {
        let members = members_named(name, definition);
        if members.is_empty() {
            return Err(unknown_name(name, definition));
        }
        // Of a choice only the very type of the value will do: its JSON name says it.
        let exact = members.iter().find(|(_, member)| self.is_exactly(member));
        let only = members.first().filter(|(_, member)| members.len() == 1 && self.is_like(member));
        let Some((key, member)) = exact.or(only) else {
            return Err(unsuited(self, name, &members));
        };
        Ok((key, *member, self.content(member)?))
    }

    fn is_exactly(&self, member: &MemberRef) -> bool {
        let wanted = member.element_type.type_id;
        match self {
            Value::Typed { type_id, .. } => *type_id == wanted,
            Value::Resource(_) => wanted == TypeId::RESOURCE,
            Value::Parts(_) => wanted.definition().kind == TypeKind::Backbone,
        }
    }

    /// Whether JSON writes the value as it does those of the member: a string for a code, a Quantity for an Age.
    /// What the text may say is for validation.
    fn is_like(&self, member: &MemberRef) -> bool {
        let wanted = member.element_type.type_id;
        match self {
            Value::Typed { type_id, content } => {
                let (given, wanted) = (type_id.definition(), wanted.definition());
                match (given.kind, wanted.kind) {
                    (TypeKind::Primitive, TypeKind::Primitive) => writes(wanted).fits(&content.value),
                    _ => given.is_a(TypeId::QUANTITY) && wanted.is_a(TypeId::QUANTITY),
                }
            }
            Value::Resource(_) => false,
            Value::Parts(_) => matches!(wanted.definition().kind, TypeKind::Complex),
        }
    }

    fn content(&self, member: &MemberRef) -> Result<Content, String> {
        match self {
            Value::Typed { content, .. } => Ok(content.clone()),
            Value::Resource(resource) => Ok(Content { value: resource.clone(), sibling: Json::Null }),
            Value::Parts(parts) => {
                let value = from_parts(parts, member.element_type.type_id.definition())?;
                Ok(Content { value: value.into(), sibling: Json::Null })
            }
        }
    }
}

/// The JSON members that `name` may stand for: those of a choice, one of them, or an element's only one.
fn members_named(name: &str, definition: &'static TypeDefinition) -> Vec<(&'static str, MemberRef)> {
    let (index, only) = match definition.member(name) {
        Some(member) => (member.index, Some(name)),
        None => match definition.element(name) {
            Some((index, _)) => (index, None),
            None => return Vec::new(),
        },
    };
    let keys = definition.member_names(index).filter(|key| only.is_none_or(|only| only == *key));
    keys.filter_map(|key| Some((key, definition.member(key)?))).collect()
}

fn read_nested(part: &Object, depth: usize) -> Result<Value, String> {
    if depth == MAX_PARTS {
        return Err(format!("parts are nested deeper than the limit of {MAX_PARTS}"));
    }
    if let Some(resource) = part.get("resource") {
        return match resource.str("resourceType").and_then(ResourceType::from_name) {
            Some(_) => Ok(Value::Resource(resource.clone())),
            None => Err(String::from("the resource has no known resourceType")),
        };
    }
    if let Some(parts) = part.get("part").map(Json::items).filter(|parts| !parts.is_empty()) {
        let nested = |part: &Json| {
            let object = part.as_object().ok_or("a part must be an object")?;
            Ok((object.str("name").unwrap_or_default().to_owned(), read_nested(object, depth + 1)?))
        };
        return parts.iter().map(nested).collect::<Result<_, String>>().map(Value::Parts);
    }
    let sibling = part.iter().find(|(name, _)| name.starts_with("_value"));
    let key =
        value_member(part).map(|(key, _)| key).or_else(|| sibling.and_then(|(key, _)| key.strip_prefix('_')));
    let key = key.ok_or("a value is required: value[x], a resource or parts")?;
    let member = type_by_name("Parameters.parameter")
        .and_then(|parameter| parameter.member(key))
        .ok_or_else(|| format!("{} is no value[x] of R4", quoted(key)))?;
    let value = part.get(key).cloned().unwrap_or(Json::Null);
    let sibling = part.get(&sibling_key(key)).cloned().unwrap_or(Json::Null);
    Ok(Value::Typed { type_id: member.element_type.type_id, content: Content { value, sibling } })
}

/// The object that has the parts as its elements.
fn from_parts(parts: &[(String, Value)], definition: &'static TypeDefinition) -> Result<Object, String> {
    let mut object = Object::new();
    for (name, value) in parts {
        let (key, member, content) = value.suit(name, definition)?;
        put_in(&mut object, key, &member, content)?;
    }
    Ok(object)
}

/// Adds an element to what has been there: at the end of a list, or where nothing is yet.
pub(super) fn put_in(
    owner: &mut Object,
    key: &str,
    member: &MemberRef,
    content: Content,
) -> Result<(), String> {
    if member.element.is_array() {
        let mut list = take(owner, key);
        list.push(content);
        put(owner, key, list);
        return Ok(());
    }
    let name = member.element.name();
    let there = owner.iter().map(|(key, _)| key).find(|key| is_of(key, name, key.starts_with('_')));
    if contains(owner, key) {
        return Err(format!("{key} is there already; use replace"));
    }
    match there.filter(|_| member.element.is_choice()) {
        Some(other) => Err(format!("{name} is there already as {other}; use replace")),
        None => {
            set(owner, key, key, content);
            Ok(())
        }
    }
}

/// Whether a JSON name is one of the choice `name`.
fn is_of(key: &str, name: &str, is_sibling: bool) -> bool {
    let rest = key[usize::from(is_sibling)..].strip_prefix(name);
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// What JSON writes the values of a primitive type as.
enum Writes {
    Boolean,
    Number,
    Text,
}

fn writes(definition: &TypeDefinition) -> Writes {
    match definition.name {
        "boolean" => Writes::Boolean,
        "integer" | "unsignedInt" | "positiveInt" | "decimal" => Writes::Number,
        _ => Writes::Text,
    }
}

impl Writes {
    fn fits(&self, value: &Json) -> bool {
        match value {
            Json::Null => true,
            Json::Bool(_) => matches!(self, Writes::Boolean),
            Json::Number(_) => matches!(self, Writes::Number),
            Json::String(_) => matches!(self, Writes::Text),
            _ => false,
        }
    }
}

/// Types of a choice with at most this many are listed.
const LISTED_TYPES: usize = 12;

fn unsuited(value: &Value, name: &str, members: &[(&'static str, MemberRef)]) -> String {
    let types: Vec<&str> = members.iter().map(|(_, member)| member.element_type.type_id.name()).collect();
    let wanted = match types.as_slice() {
        [one] => format!("; {name} is {one}"),
        few if few.len() <= LISTED_TYPES => format!("; {name} is one of {}", few.join(", ")),
        _ => String::new(),
    };
    format!("the value is {}, which {name} cannot be{wanted}", value.told())
}

/// Tells that a type has no element `name`.
pub(super) fn unknown_name(name: &str, definition: &'static TypeDefinition) -> String {
    let near = did_you_mean(name, definition.elements.iter().map(|element| element.name()));
    let hint = near.map_or(String::new(), |near| format!("; did you mean '{near}'?"));
    format!("{} has no element {}{hint}", definition.name, quoted(name))
}
