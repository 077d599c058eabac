//! From the JSON tree to XML, led by the definitions.

use super::member::sibling_name;
use super::{FHIR, escape_attribute, narrative};
use crate::definitions::{MemberRef, TypeDefinition, TypeId, TypeKind};
use crate::json::{self, SyntaxError};
use crate::{Json, Object, ResourceType};

/// The resource as XML, with declaration, in one line. Elements stand in the order of the specification, whatever
/// the order of members. What the definitions do not know has no XML form and is left out; a value that is no
/// resource of R4 gives nothing.
pub fn write(resource: &Json) -> Vec<u8> {
    start(resource, false)
}

/// As [`write`], indented by two spaces. Narratives stay as they are.
pub fn write_pretty(resource: &Json) -> Vec<u8> {
    start(resource, true)
}

/// As [`write`] or [`write_pretty`], from JSON: for answers that are put together from stored bytes. `max_depth` is how
/// many arrays and objects may be nested, those of an enclosing Bundle included.
///
/// # Errors
///
/// The bytes are not JSON, or nested deeper.
pub fn from_json(json: &[u8], max_depth: usize, is_pretty: bool) -> Result<Vec<u8>, Vec<SyntaxError>> {
    json::parse(json, max_depth).map(|resource| start(&resource, is_pretty))
}

fn start(resource: &Json, is_pretty: bool) -> Vec<u8> {
    let mut writer = Writer { out: Vec::with_capacity(2048), is_pretty, level: 0 };
    let Some((resource_type, object)) = as_resource(resource) else { return Vec::new() };
    writer.out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    if is_pretty {
        writer.out.push(b'\n');
    }
    writer.resource(resource_type, object, true);
    writer.out
}

fn as_resource(value: &Json) -> Option<(ResourceType, &Object)> {
    let object = value.as_object()?;
    Some((ResourceType::from_name(object.str("resourceType")?)?, object))
}

struct Writer {
    out: Vec<u8>,
    is_pretty: bool,
    /// How many elements are open.
    level: usize,
}

impl Writer {
    fn resource(&mut self, resource_type: ResourceType, object: &Object, is_root: bool) {
        let name = resource_type.name();
        self.open(name);
        if is_root {
            self.attribute("xmlns", FHIR);
        }
        self.content(name, object, resource_type.definition());
    }

    fn line(&mut self) {
        if self.is_pretty && self.level > 0 {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + self.level * 2, b' ');
        }
    }

    fn open(&mut self, name: &str) {
        self.line();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        escape_attribute(value, &mut self.out);
        self.out.push(b'"');
    }

    /// Closes the open tag of `name`, or writes what is inside it and its end tag.
    fn inside(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.out.push(b'>');
        let start = self.out.len();
        self.level += 1;
        write(self);
        self.level -= 1;
        if self.out.len() == start {
            self.out.pop();
            self.out.extend_from_slice(b"/>");
            return;
        }
        self.line();
        if self.is_pretty && self.level == 0 {
            self.out.push(b'\n');
        }
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
    }

    /// The attributes and elements of an object whose tag `name` is open, to its end.
    fn content(&mut self, name: &str, object: &Object, definition: &'static TypeDefinition) {
        self.attributes(object, definition);
        self.elements(name, object, definition);
    }

    fn attributes(&mut self, object: &Object, definition: &'static TypeDefinition) {
        for (key, value) in object.iter() {
            let is_attribute = definition.member(key).is_some_and(|member| member.element.is_xml_attribute());
            if let (true, Json::String(text)) = (is_attribute, value) {
                self.attribute(key, text);
            }
        }
    }

    fn elements(&mut self, name: &str, object: &Object, definition: &'static TypeDefinition) {
        self.inside(name, |writer| {
            for (key, member) in in_order(object, definition) {
                writer.member(key, &member, object);
            }
        });
    }

    /// Writes the element `key`: one value, or each of a list.
    fn member(&mut self, key: &str, member: &MemberRef, object: &Object) {
        let definition = member.element_type.type_id.definition();
        let value = object.get(key);
        if definition.kind == TypeKind::Primitive {
            return self.primitives(key, definition, value, object.get(&sibling_name(key)));
        }
        for value in each(value) {
            match definition.kind {
                TypeKind::Resource => self.inner_resource(key, value),
                _ => {
                    if let Some(object) = value.as_object() {
                        self.open(key);
                        self.content(key, object, definition);
                    }
                }
            }
        }
    }

    fn inner_resource(&mut self, key: &str, value: &Json) {
        if let Some((resource_type, object)) = as_resource(value) {
            self.open(key);
            self.inside(key, |writer| writer.resource(resource_type, object, false));
        }
    }

    fn primitives(
        &mut self,
        key: &str,
        definition: &'static TypeDefinition,
        value: Option<&Json>,
        sibling: Option<&Json>,
    ) {
        let (values, siblings) = (each(value), each(sibling));
        for index in 0..values.len().max(siblings.len()) {
            let value = values.get(index).unwrap_or(&Json::Null);
            let sibling = siblings.get(index).and_then(Json::as_object);
            if let (TypeId::XHTML, Json::String(text)) = (definition.id, value) {
                self.line();
                narrative::write(text, &mut self.out);
            } else {
                self.primitive(key, definition, value, sibling);
            }
        }
    }

    fn primitive(
        &mut self,
        key: &str,
        definition: &'static TypeDefinition,
        value: &Json,
        sibling: Option<&Object>,
    ) {
        let text = match value {
            Json::String(text) => Some(text.as_str()),
            Json::Number(number) => Some(number.as_str()),
            Json::Bool(value) => Some(if *value { "true" } else { "false" }),
            _ => None,
        };
        if text.is_none() && sibling.is_none() {
            return;
        }
        self.open(key);
        if let Some(sibling) = sibling {
            self.attributes(sibling, definition);
        }
        if let Some(text) = text {
            self.attribute("value", text);
        }
        match sibling {
            Some(sibling) => self.elements(key, sibling, definition),
            None => self.out.extend_from_slice(b"/>"),
        }
    }
}

/// The items of a list, or the one value.
fn each(value: Option<&Json>) -> &[Json] {
    match value {
        Some(Json::Array(items)) => items,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// The elements of an object that its definition knows, in the order of the definition.
fn in_order<'o>(object: &'o Object, definition: &'static TypeDefinition) -> Vec<(&'o str, MemberRef)> {
    let mut members: Vec<(&str, MemberRef)> = object
        .iter()
        .map(|(key, _)| key)
        .filter_map(|key| {
            // A primitive without value has only its sibling.
            let name = key.strip_prefix('_').filter(|name| !object.contains(name)).unwrap_or(key);
            let member = definition.member(name).filter(|member| !member.element.is_xml_attribute())?;
            Some((name, member))
        })
        .collect();
    members.sort_by_key(|(_, member)| member.index);
    members
}
