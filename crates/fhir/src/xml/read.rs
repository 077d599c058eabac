//! From XML to the JSON tree, led by the definitions.

use super::member::{Members, Primitive};
use super::tag::{Attribute, Tag};
use super::token::{Text, Token, Tokens};
use super::unknown::{unknown_attribute, unknown_element};
use super::{FHIR, XHTML, XSI, XmlProblem, limits};
use crate::definitions::{MemberRef, TypeDefinition, TypeId, TypeKind};
use crate::outcome::{cut, did_you_mean, quoted};
use crate::{Json, Location, Number, Object, ResourceType};

/// What a document held.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The resource, without what could not be read; nothing if reading had to stop. A caller who tells all problems
    /// at once validates it even if there are problems.
    pub resource: Option<Json>,
    /// What is wrong with the document, in its order, at most [`limits::PROBLEMS`].
    pub problems: Vec<XmlProblem>,
}

/// Reads a resource. `max_depth` is how many arrays and objects may be nested in the tree, as for
/// [`json::parse`](crate::json::parse). Values that are not in the format of their type are kept as text, so that
/// validation tells them.
///
/// # Errors
///
/// Every problem of the XML: elements, attributes and text that are not FHIR's, elements out of order or repeated
/// where they may not be; and the first place where it is not well-formed, after which nothing is read.
pub fn read(bytes: &[u8], max_depth: usize) -> Result<Json, Vec<XmlProblem>> {
    let Reading { resource, problems } = read_all(bytes, max_depth);
    match resource {
        Some(resource) if problems.is_empty() => Ok(resource),
        _ => Err(problems),
    }
}

/// As [`read`], with what could be read despite problems.
pub fn read_all(bytes: &[u8], max_depth: usize) -> Reading {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let problem = XmlProblem::new(&valid, valid.len(), "the bytes are not valid UTF-8");
            return Reading { resource: None, problems: vec![problem] };
        }
    };
    // A primitive that ends a path has no object of its own in JSON; then there is the narrative.
    let tokens = match Tokens::new(text, max_depth + 1 + limits::NARRATIVE_DEPTH) {
        Ok(tokens) => tokens,
        Err(problem) => return Reading { resource: None, problems: vec![problem] },
    };
    let mut reader = Reader { tokens, max_depth, problems: Vec::new() };
    match reader.document() {
        Ok(resource) => Reading { resource, problems: reader.problems },
        Err(problem) => {
            reader.problems.push(problem);
            Reading { resource: None, problems: reader.problems }
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) tokens: Tokens<'a>,
    max_depth: usize,
    problems: Vec<XmlProblem>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Json>, XmlProblem> {
        let mut resource = None;
        while let Some(token) = self.tokens.next_token()? {
            if let Token::Start(tag) = token {
                resource = Some(self.root(&tag)?);
            }
        }
        Ok(resource)
    }

    fn root(&mut self, tag: &Tag<'a>) -> Result<Json, XmlProblem> {
        let name = tag.name.local;
        if tag.name.namespace != FHIR {
            let text = format!("<{}> must be in the namespace of FHIR: xmlns=\"{FHIR}\"", cut(name));
            return Err(self.tokens.problem(tag.at, text));
        }
        let Some(resource_type) = ResourceType::from_name(name) else {
            return Err(self.tokens.problem(tag.at, unknown_resource(name)));
        };
        let place = Location::root(resource_type.name());
        let unknown = tag.attributes.iter().filter(|attribute| attribute.name.namespace != XSI);
        self.refuse_attributes(unknown, resource_type.definition(), &place);
        self.resource(resource_type, &place, 1)
    }

    /// Reads on to the end of the element of a resource.
    fn resource(
        &mut self,
        resource_type: ResourceType,
        place: &Location<'_>,
        depth: usize,
    ) -> Result<Json, XmlProblem> {
        let object: Object = [("resourceType", resource_type.name())].into_iter().collect();
        self.children(object, resource_type.definition(), place, depth).map(Json::Object)
    }

    /// The next token inside an open element.
    pub(super) fn next(&mut self) -> Result<Token<'a>, XmlProblem> {
        // A document that ends inside an element is a problem of its own, so this never stands in for one.
        self.tokens.next_token()?.ok_or_else(|| self.tokens.problem(usize::MAX, "the body ends too early"))
    }

    /// Tells a problem, which is put into words only if it still counts: there may be one for each of a million
    /// elements.
    pub(super) fn tell(&mut self, at: usize, place: &Location<'_>, problem: impl FnOnce() -> String) {
        if self.problems.len() < limits::PROBLEMS {
            let problem = self.tokens.problem(at, problem()).at(place);
            self.problems.push(problem);
        }
    }

    /// Reads the elements inside an element, and its end, into the members of `object`.
    fn children(
        &mut self,
        object: Object,
        definition: &'static TypeDefinition,
        place: &Location<'_>,
        depth: usize,
    ) -> Result<Object, XmlProblem> {
        let mut members = Members::new(object);
        loop {
            match self.next()? {
                Token::Start(tag) => self.child(&tag, definition, &mut members, place, depth)?,
                Token::End(_) => return Ok(members.finish()),
                Token::Text(text) => self.refuse_text(text, place),
                Token::Ignorable(_) => {}
            }
        }
    }

    fn child(
        &mut self,
        tag: &Tag<'a>,
        definition: &'static TypeDefinition,
        members: &mut Members,
        place: &Location<'_>,
        depth: usize,
    ) -> Result<(), XmlProblem> {
        let name = tag.name.local;
        let Some(member) = definition.member(name).filter(|member| !member.element.is_xml_attribute()) else {
            self.tell(tag.at, &place.child(name), || unknown_element(name, definition));
            return self.skip();
        };
        let (list, item);
        list = place.child(member.element.name());
        item = list.item(members.count(name));
        let is_array = member.element.is_array();
        let place = if is_array { &item } else { &list };
        if let Some(later) = members.pass(member.index) {
            let later = definition.elements[later].name();
            self.tell(tag.at, place, || {
                format!("{name} must stand before {later}: XML keeps the order of the specification")
            });
        }
        if !is_array && members.count(name) > 0 {
            self.tell(tag.at, place, || format!("{name} appears twice; it can be there once"));
            return self.skip();
        }
        if !self.is_in_namespace(tag, &member, place) {
            return self.skip();
        }
        self.value(tag, &member, members, place, depth + 1 + usize::from(is_array))
    }

    fn is_in_namespace(&mut self, tag: &Tag<'a>, member: &MemberRef, place: &Location<'_>) -> bool {
        let expected = if member.element_type.type_id == TypeId::XHTML { XHTML } else { FHIR };
        let holds = tag.name.namespace == expected;
        if !holds {
            let (name, found) = (tag.name.local, quoted(&tag.name.namespace));
            self.tell(tag.at, place, || {
                format!("<{name}> is in the namespace {found}; it belongs in '{expected}'")
            });
        }
        holds
    }

    fn value(
        &mut self,
        tag: &Tag<'a>,
        member: &MemberRef,
        members: &mut Members,
        place: &Location<'_>,
        depth: usize,
    ) -> Result<(), XmlProblem> {
        let (name, is_array) = (tag.name.local, member.element.is_array());
        let definition = member.element_type.type_id.definition();
        match definition.kind {
            TypeKind::Primitive if definition.id == TypeId::XHTML => {
                let text = self.narrative(tag, place)?;
                members.add(name, is_array, Json::String(text));
            }
            TypeKind::Primitive => {
                let primitive = self.primitive(tag, definition, place, depth)?;
                members.add_primitive(name, is_array, primitive);
            }
            TypeKind::Resource => {
                self.check_depth(tag.at, depth)?;
                self.refuse_attributes(tag.attributes.iter(), definition, place);
                if let Some(resource) = self.inner_resource(tag, place, depth)? {
                    members.add(name, is_array, resource);
                }
            }
            TypeKind::Complex | TypeKind::Backbone => {
                self.check_depth(tag.at, depth)?;
                let object = self.attributes(tag, definition, place);
                let object = self.children(object, definition, place, depth)?;
                members.add(name, is_array, object.into());
            }
        }
        Ok(())
    }

    fn check_depth(&self, at: usize, depth: usize) -> Result<(), XmlProblem> {
        if depth > self.max_depth {
            let text = format!("nested deeper than the limit of {} levels of JSON", self.max_depth);
            return Err(self.tokens.problem(at, text));
        }
        Ok(())
    }

    /// The attributes of an element that JSON has as members: `id`, and the `url` of extensions.
    fn attributes(
        &mut self,
        tag: &Tag<'a>,
        definition: &'static TypeDefinition,
        place: &Location<'_>,
    ) -> Object {
        let is_known = |attribute: &&Attribute<'_>| {
            let element = definition.element(attribute.name.local);
            attribute.name.namespace.is_empty()
                && element.is_some_and(|(_, element)| element.is_xml_attribute())
        };
        let unknown = tag.attributes.iter().filter(|attribute| !is_known(attribute));
        self.refuse_attributes(unknown, definition, place);
        let known = tag.attributes.iter().filter(is_known);
        known.map(|attribute| (attribute.name.local, attribute.value.as_ref())).collect()
    }

    fn primitive(
        &mut self,
        tag: &Tag<'a>,
        definition: &'static TypeDefinition,
        place: &Location<'_>,
        depth: usize,
    ) -> Result<Primitive, XmlProblem> {
        let is_plain = |attribute: &&Attribute<'_>, name| attribute.name.is("", name);
        let unknown = tag.attributes.iter().filter(|a| !is_plain(a, "value") && !is_plain(a, "id"));
        self.refuse_attributes(unknown, definition, place);
        let find = |name| tag.attributes.iter().find(|attribute| is_plain(attribute, name));
        let value = find("value").map_or(Json::Null, |attribute| typed(definition.name, &attribute.value));
        let mut object = Object::new();
        if let Some(id) = find("id") {
            object.insert("id", id.value.as_ref());
        }
        let problems = self.problems.len();
        let sibling = self.children(object, definition, place, depth)?;
        if !sibling.is_empty() {
            self.check_depth(tag.at, depth)?;
        } else if value == Json::Null && self.problems.len() == problems {
            let name = tag.name.local;
            self.tell(tag.at, place, || format!("{name} has neither a value nor an extension; leave it out"));
        }
        Ok(Primitive { value, sibling })
    }

    /// Reads the one resource inside the element that `tag` began.
    fn inner_resource(
        &mut self,
        tag: &Tag<'a>,
        place: &Location<'_>,
        depth: usize,
    ) -> Result<Option<Json>, XmlProblem> {
        let (mut resource, mut is_first) = (None, true);
        loop {
            match self.next()? {
                Token::Start(inner) => {
                    match ResourceType::from_name(inner.name.local).filter(|_| inner.name.namespace == FHIR) {
                        _ if !is_first => {
                            self.tell(inner.at, place, || format!("{} holds one resource", tag.name.local));
                            self.skip()?;
                        }
                        Some(resource_type) => {
                            let (attributes, definition) =
                                (inner.attributes.iter(), resource_type.definition());
                            self.refuse_attributes(attributes, definition, place);
                            resource = Some(self.resource(resource_type, place, depth)?);
                        }
                        None => {
                            self.tell(inner.at, place, || unknown_resource(inner.name.local));
                            self.skip()?;
                        }
                    }
                    is_first = false;
                }
                Token::End(_) => break,
                Token::Text(text) => self.refuse_text(text, place),
                Token::Ignorable(_) => {}
            }
        }
        if is_first {
            self.tell(tag.at, place, || format!("{} is empty; it holds a resource", tag.name.local));
        }
        Ok(resource)
    }

    /// Reads to the end of the element that is open.
    fn skip(&mut self) -> Result<(), XmlProblem> {
        let outer = self.tokens.depth();
        while self.tokens.depth() >= outer {
            self.next()?;
        }
        Ok(())
    }

    fn refuse_text(&mut self, text: Text<'a>, place: &Location<'_>) {
        if !text.is_space() {
            let shown = quoted(text.raw.trim());
            self.tell(text.at, place, || {
                format!("text {shown} is not allowed here; values are written value=\"…\"")
            });
        }
    }

    fn refuse_attributes<'t>(
        &mut self,
        attributes: impl Iterator<Item = &'t Attribute<'t>>,
        definition: &'static TypeDefinition,
        place: &Location<'_>,
    ) {
        for attribute in attributes {
            self.tell(attribute.at, place, || unknown_attribute(attribute.name.local, definition));
        }
    }
}

/// The value of a primitive as JSON writes it. What is not in the format of its type stays text.
fn typed(type_name: &str, value: &str) -> Json {
    let other = || Json::String(value.to_owned());
    match (type_name, value) {
        ("boolean", "true") => Json::Bool(true),
        ("boolean", "false") => Json::Bool(false),
        ("integer" | "unsignedInt" | "positiveInt" | "decimal", number) => {
            Number::from_literal(number).map_or_else(other, Json::Number)
        }
        _ => other(),
    }
}

fn unknown_resource(name: &str) -> String {
    let names = ResourceType::all().map(ResourceType::name);
    let hint = did_you_mean(name, names).map_or(String::new(), |near| format!("; did you mean '{near}'?"));
    format!("{} is no resource type of FHIR R4{hint}", quoted(name))
}
