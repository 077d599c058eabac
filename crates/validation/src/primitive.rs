//! Primitive values, and the `_name` siblings that carry their ids and extensions
//! (<http://hl7.org/fhir/R4/json.html#primitive>).

use crate::place::Place;
use crate::walk::Walk;
use fhir::definitions::{MemberRef, TypeId};
use fhir::outcome::{cut, quoted};
use fhir::primitive::check;
use fhir::{IssueCode, Json, Object};

impl<'r> Walk<'r> {
    /// Checks one value of a primitive type.
    pub(crate) fn primitive(&mut self, member: &MemberRef, value: &'r Json, place: &Place<'_>) {
        let type_id = member.element_type.type_id;
        if let Json::String(text) = value {
            match type_id {
                TypeId::CODE if self.bound_code(member.element, text, place) => return,
                TypeId::XHTML => return self.narrative(text, place),
                TypeId::CANONICAL | TypeId::URI | TypeId::URL if text.starts_with('#') => {
                    self.fragment(type_id, text, place);
                }
                _ => {}
            }
        }
        if let Err(expected) = check(type_id.name(), value) {
            self.not(value, expected, place);
        } else if is_element_id(member) && value.as_str().is_some_and(|id| id.contains(char::is_whitespace)) {
            self.not(value, "an id (text without spaces)", place);
        }
    }

    /// Reports that a value is not what is expected of it.
    pub(crate) fn not(&mut self, value: &Json, expected: &str, place: &Place<'_>) {
        let shown = match value {
            Json::Object(_) | Json::Array(_) | Json::Null => {
                let kind = crate::walk::kind(value);
                return self.structure(place, &format!("must be {expected}, not {kind}"));
            }
            Json::String(text) => quoted(text),
            literal => cut(&literal.to_string()),
        };
        self.findings.add(IssueCode::Value, place, format!("{} {shown} is not {expected}", place.path()));
    }

    /// Checks the values of a primitive that repeats, against their siblings where there are any.
    pub(crate) fn primitive_list(
        &mut self,
        owner: &'r Object,
        member: &MemberRef,
        items: &'r [Json],
        place: &Place<'_>,
    ) {
        let siblings = sibling_of(owner, place.key());
        if let Some(Json::Array(others)) = siblings
            && !others.is_empty()
            && others.len() != items.len()
        {
            let text = format!(
                "{} and _{} must have the same number of items ({} and {}); put null where one has nothing",
                place.path(),
                place.key(),
                items.len(),
                others.len()
            );
            self.findings.add(IssueCode::Structure, place, text);
        }
        for (index, item) in items.iter().enumerate() {
            if self.findings.is_full() {
                return;
            }
            let place = place.item(index);
            let paired = || {
                siblings.and_then(|list| list.items().get(index)).is_some_and(|other| *other != Json::Null)
            };
            match item {
                Json::Null if paired() => {}
                Json::Null => {
                    self.structure(&place, "must not contain null without an extension in its place")
                }
                item => self.value(member, item, &place),
            }
        }
    }

    /// Checks the sibling `_name` of the primitive member `name`.
    pub(crate) fn sibling(
        &mut self,
        owner: &'r Object,
        name: &str,
        member: &MemberRef,
        value: &'r Json,
        place: &Place<'_>,
    ) {
        let primitive = owner.get(name);
        match (value, member.element.is_array()) {
            (Json::Null, _) => self.structure(place, "must not be null; leave it out"),
            (Json::Array(items), true) if items.is_empty() => {
                self.structure(place, "must not be an empty list; leave it out");
            }
            (Json::Array(items), true) => self.sibling_list(primitive, member, items, place),
            (other, true) => {
                self.structure(place, &format!("must be a list, not {}", other.kind()));
            }
            (other, false) => {
                self.sibling_object(primitive.is_some(), member, other, place);
            }
        }
    }

    fn sibling_list(
        &mut self,
        values: Option<&'r Json>,
        member: &MemberRef,
        items: &'r [Json],
        place: &Place<'_>,
    ) {
        for (index, item) in items.iter().enumerate() {
            if self.findings.is_full() {
                return;
            }
            let place = place.item(index);
            match item {
                // With values beside them, the pairs of nulls are told there.
                Json::Null if values.is_some() => {}
                Json::Null => self.structure(&place, "must not contain null without a value in its place"),
                item => {
                    let value = values.and_then(|list| list.items().get(index));
                    let has_value = value.is_some_and(|value| *value != Json::Null);
                    self.sibling_object(has_value, member, item, &place);
                }
            }
        }
    }

    fn sibling_object(&mut self, has_value: bool, member: &MemberRef, value: &'r Json, place: &Place<'_>) {
        let Some(object) = self.object(value, place) else { return };
        if !has_value && object.len() == 1 && object.contains("id") {
            self.invariant("ele-1", place, "has only an id; it needs a value or an extension");
        }
        self.members(object, member.element_type.type_id.definition(), place);
    }
}

/// Ids of elements may be any text without spaces (<http://hl7.org/fhir/R4/element.html>); ids of resources are
/// checked by their type.
fn is_element_id(member: &MemberRef) -> bool {
    member.element.name() == "id" && member.element_type.type_id == TypeId::STRING
}

fn sibling_of<'r>(owner: &'r Object, name: &str) -> Option<&'r Json> {
    owner.iter().find(|(key, _)| key.strip_prefix('_') == Some(name)).map(|(_, value)| value)
}
