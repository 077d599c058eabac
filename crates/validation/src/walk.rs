//! The walk: each object against the definition of its type, member by member
//! (<http://hl7.org/fhir/R4/json.html>).

use crate::contained::Container;
use crate::document::Document;
use crate::findings::Findings;
use crate::place::Place;
use crate::profile::{Effort, Profile, Profiles};
use crate::{Mode, Options};
use fhir::definitions::{MemberRef, TypeDefinition, TypeId, TypeKind};
use fhir::{IssueCode, Json, Object, ResourceType};
use fhirpath::{Context, Evaluator, Item, Moment};
use std::collections::HashMap;

/// The state of one validation.
pub(crate) struct Walk<'r> {
    pub(crate) findings: Findings,
    /// The resource that the walk is in, with what it contains.
    pub(crate) container: Container<'r>,
    /// The resource that the walk is in, contained or not.
    pub(crate) resource: Option<(&'r Json, ResourceType)>,
    /// What expressions see as `%resource` and `%rootResource`.
    pub(crate) context: Option<Context<'r>>,
    /// The resource that contains the one it is in, or itself.
    pub(crate) root: Option<Item<'r>>,
    /// Evaluates constraints; kept, so that its buffers are allocated once.
    pub(crate) evaluator: Option<Evaluator<'r>>,
    pub(crate) document: &'r Document<'r>,
    pub(crate) now: Option<Moment<'r>>,
    /// Whether conditional references will be resolved where the walk is.
    pub(crate) resolves_conditional: bool,
    pub(crate) profiles: Option<&'r Profiles>,
    pub(crate) effort: Effort,
    /// Whether resources of the document conform to profiles: none, or the first problem.
    pub(crate) verdicts: HashMap<(*const Json, *const Profile), Option<String>>,
}

impl<'r> Walk<'r> {
    pub(crate) fn new(options: &Options<'r>, document: &'r Document<'r>) -> Self {
        Walk {
            findings: Findings::new(options.mode == Mode::Check),
            container: Container::default(),
            resource: None,
            context: None,
            root: None,
            evaluator: None,
            document,
            now: options.now,
            resolves_conditional: options.resolves_conditional,
            profiles: options.profiles.filter(|profiles| !profiles.is_empty()),
            effort: Effort::default(),
            verdicts: HashMap::new(),
        }
    }
}

/// Which elements of a type have been seen in an object, by their place in its definition.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen(u128);

impl Seen {
    /// The number of elements it can tell apart; no type of R4 has as many (a test holds it to that).
    pub(crate) const CAPACITY: usize = 128;

    /// Notes the element; whether it had been there before.
    pub(crate) fn insert(&mut self, index: usize) -> bool {
        let before = self.contains(index);
        self.0 |= Self::bit(index);
        before
    }

    fn contains(self, index: usize) -> bool {
        self.0 & Self::bit(index) != 0
    }

    fn bit(index: usize) -> u128 {
        1 << (index % Self::CAPACITY)
    }
}

impl<'r> Walk<'r> {
    /// Checks the members of an object, and which are missing.
    pub(crate) fn members(
        &mut self,
        object: &'r Object,
        definition: &'static TypeDefinition,
        place: &Place<'_>,
    ) {
        let mut seen = Seen::default();
        for ((key, value), position) in object.iter().zip(1..) {
            if self.findings.is_full() {
                return;
            }
            if definition.kind == TypeKind::Resource && key == "resourceType" {
                continue;
            }
            let (name, is_sibling) = key.strip_prefix('_').map_or((key, false), |name| (name, true));
            let member = definition.member(name).filter(|member| !is_sibling || has_sibling(member));
            let Some(member) = member else {
                self.unknown(key, definition, &mut seen, position, place);
                continue;
            };
            if seen.insert(member.index) && member.element.is_choice() {
                self.second_choice(object, definition, &member, position, place);
            }
            let place = place.member(member.element.name(), key, position);
            match is_sibling {
                true => self.sibling(object, name, &member, value, &place),
                false => self.member(object, &member, value, &place),
            }
        }
        self.missing(definition, seen, place);
    }

    fn missing(&mut self, definition: &'static TypeDefinition, seen: Seen, place: &Place<'_>) {
        for (index, element) in definition.elements.iter().enumerate() {
            if element.min() == 0 || seen.contains(index) {
                continue;
            }
            let text = if element.is_choice() {
                self.required_choice(definition, index, place)
            } else {
                format!("{} is required", place.child(element.name()).path())
            };
            self.findings.add(IssueCode::Required, &place.child(element.name()), text);
        }
    }

    /// Checks a value against list or not. Where that is wrong, what is inside is looked at all the same.
    fn member(&mut self, owner: &'r Object, member: &MemberRef, value: &'r Json, place: &Place<'_>) {
        if member.element.max() == 0 {
            return self.structure(place, "is not allowed here");
        }
        match (value, member.element.is_array()) {
            (Json::Null, _) => self.structure(place, "must not be null; leave it out"),
            (Json::Array(items), true) => self.list(owner, member, items, place),
            (Json::Array(items), false) => {
                let expected = if is_primitive(member) { "a single value" } else { "an object" };
                self.structure(place, &format!("must be {expected}, not a list"));
                self.items(member, items, place);
            }
            (single, true) => {
                self.structure(place, &format!("must be a list, not {}", single.kind()));
                if is_primitive(member) != matches!(single, Json::Object(_)) {
                    self.value(member, single, place);
                }
            }
            (single, false) => self.value(member, single, place),
        }
    }

    fn list(&mut self, owner: &'r Object, member: &MemberRef, items: &'r [Json], place: &Place<'_>) {
        if items.is_empty() {
            return self.structure(place, "must not be an empty list; leave it out");
        }
        if member.element_type.type_id == TypeId::RESOURCE && self.is_nested_contained(member, place) {
            return;
        }
        if is_primitive(member) {
            return self.primitive_list(owner, member, items, place);
        }
        self.items(member, items, place);
    }

    fn items(&mut self, member: &MemberRef, items: &'r [Json], place: &Place<'_>) {
        for (index, item) in items.iter().enumerate() {
            if self.findings.is_full() {
                return;
            }
            match item {
                Json::Null => self.structure(&place.item(index), "must not contain null"),
                item => self.value(member, item, &place.item(index)),
            }
        }
    }

    /// Checks one value that is neither null nor the list of a member that repeats.
    pub(crate) fn value(&mut self, member: &MemberRef, value: &'r Json, place: &Place<'_>) {
        let definition = member.element_type.type_id.definition();
        match definition.kind {
            TypeKind::Primitive => {
                self.primitive(member, value, place);
                self.extensible_binding(member.element.binding(), value, definition.id, place);
                if !member.element.invariants().is_empty() {
                    self.invariants(value, definition, member.element.invariants(), place);
                }
            }
            TypeKind::Resource => self.inner_resource(member, value, place),
            TypeKind::Complex | TypeKind::Backbone => self.complex(member, definition, value, place),
        }
    }

    fn complex(
        &mut self,
        member: &MemberRef,
        definition: &'static TypeDefinition,
        value: &'r Json,
        place: &Place<'_>,
    ) {
        let Some(object) = self.object(value, place) else { return };
        match definition.id {
            TypeId::EXTENSION => self.extension(object, place),
            TypeId::REFERENCE => self.reference(object, member.element_type, place),
            TypeId::CODEABLE_CONCEPT => self.bound_concept(member.element, object, place),
            TypeId::CODING => self.bound_coding(member.element, object, place),
            _ => {}
        }
        if definition.id != TypeId::EXTENSION && object.len() == 1 && object.contains("id") {
            self.invariant("ele-1", place, "has only an id; it needs content");
        }
        self.members(object, definition, place);
        self.invariants(value, definition, member.element.invariants(), place);
        self.extensible_binding(member.element.binding(), value, definition.id, place);
        if self.bound_type(definition, object, place) {
            self.extensible_binding(definition.binding(), value, definition.id, place);
        }
        if definition.id == TypeId::EXTENSION {
            self.defined_extension(value, place);
        }
    }

    /// The object that a value must be, if it is one with members.
    pub(crate) fn object(&mut self, value: &'r Json, place: &Place<'_>) -> Option<&'r Object> {
        match value {
            Json::Object(object) if object.is_empty() => {
                self.structure(place, "must not be an empty object; leave it out");
                None
            }
            Json::Object(object) => Some(object),
            other => {
                self.structure(place, &format!("must be an object, not {}", kind(other)));
                None
            }
        }
    }

    /// Reports that the constraint `key` is broken at `place`.
    pub(crate) fn invariant(&mut self, key: &str, place: &Place<'_>, problem: &str) {
        self.findings.add(IssueCode::Invariant, place, format!("{key}: {} {problem}", place.path()));
    }

    /// Reports that the JSON at `place` has the wrong shape.
    pub(crate) fn structure(&mut self, place: &Place<'_>, problem: &str) {
        self.findings.add(IssueCode::Structure, place, format!("{} {problem}", place.path()));
    }
}

/// Whether JSON writes the member's values as strings, numbers or booleans.
pub(crate) fn is_primitive(member: &MemberRef) -> bool {
    member.element_type.type_id.definition().kind == TypeKind::Primitive
}

/// Whether the member may have a `_name` beside it: primitives do, save the few that XML writes as attributes and
/// that therefore have no extensions (`Element.id`, `Extension.url`).
pub(crate) fn has_sibling(member: &MemberRef) -> bool {
    is_primitive(member) && !member.element.is_xml_attribute()
}

/// What kind of JSON value this is, in words for a message. FHIR's arrays are lists to its readers.
pub(crate) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Array(_) => "a list",
        other => other.kind(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::definitions::types;

    #[test]
    fn no_type_has_more_elements_than_can_be_told_apart() {
        assert!(types().iter().all(|definition| definition.elements.len() <= Seen::CAPACITY));
    }
}
