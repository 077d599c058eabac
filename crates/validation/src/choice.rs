//! Choices of types, `value[x]` (<http://hl7.org/fhir/R4/formats.html#choice>): JSON names the type in the key.

use crate::place::Place;
use crate::walk::Walk;
use fhir::IssueCode;
use fhir::Object;
use fhir::definitions::{MemberRef, TypeDefinition};
use fhir::outcome::{did_you_mean, quoted};

/// Choices of at most this many types have them listed; `Extension.value[x]` has fifty.
const LISTED_TYPES: usize = 12;

impl<'r> Walk<'r> {
    /// Called at each member of a choice that is not the first: reports those of different types, and lets `x` and
    /// `_x` of one type pass. `position` is that of the member, `place` that of the object.
    pub(crate) fn second_choice(
        &mut self,
        object: &'r Object,
        definition: &'static TypeDefinition,
        member: &MemberRef,
        position: usize,
        place: &Place<'_>,
    ) {
        let mut keys: Vec<&str> = Vec::new();
        for (key, _) in object.iter() {
            let key = key.strip_prefix('_').unwrap_or(key);
            if !keys.contains(&key) && definition.member(key).is_some_and(|found| found.index == member.index)
            {
                keys.push(key);
            }
        }
        if keys.len() > 1 {
            let choice = place.member(member.element.name(), member.element.name(), position);
            let text = format!("{}[x] can have one value only, not {}", choice.path(), keys.join(" and "));
            self.findings.add(IssueCode::Structure, &choice, text);
        }
    }

    /// The text for a choice that must be there and is not.
    pub(crate) fn required_choice(
        &self,
        definition: &'static TypeDefinition,
        index: usize,
        place: &Place<'_>,
    ) -> String {
        let choice = place.child(definition.elements[index].name());
        match allowed(definition, index) {
            Some(names) => format!("{}[x] is required: one of {names}", choice.path()),
            None => format!("{}[x] is required", choice.path()),
        }
    }
}

/// The choice that an unknown key is an attempt at: its name alone, or its name and what could be a type.
pub(crate) fn meant(definition: &'static TypeDefinition, key: &str) -> Option<usize> {
    let key = key.strip_prefix('_').unwrap_or(key);
    definition.elements.iter().position(|element| {
        element.is_choice()
            && key.strip_prefix(element.name()).is_some_and(|rest| {
                matches!(rest, "" | "[x]")
                    || rest.bytes().next().is_some_and(|first| first.is_ascii_uppercase())
            })
    })
}

/// The text for a choice whose key names no type that it may have.
pub(crate) fn unknown_type(
    definition: &'static TypeDefinition,
    index: usize,
    key: &str,
    place: &Place<'_>,
) -> String {
    let element = &definition.elements[index];
    let choice = place.child(element.name());
    let name = key.strip_prefix('_').unwrap_or(key);
    let path = choice.path();
    let subject = match name.strip_prefix(element.name()) {
        None | Some("" | "[x]") => format!("{path}[x] must name its type"),
        Some(suffix) => format!("{path}[x] cannot be {}", quoted(suffix)),
    };
    if let Some(names) = allowed(definition, index) {
        return format!("{subject}; allowed: {names}");
    }
    // The part that all names share must not make them similar.
    let suffixes = definition.member_names(index).filter_map(|known| known.strip_prefix(element.name()));
    let near = did_you_mean(name.strip_prefix(element.name()).unwrap_or_default(), suffixes);
    match near {
        Some(near) => format!("{subject}; did you mean '{}{near}'?", element.name()),
        None => subject,
    }
}

/// The JSON names of a choice, in the order of the specification, when they are few.
fn allowed(definition: &'static TypeDefinition, index: usize) -> Option<String> {
    let types = definition.elements[index].types();
    if types.len() > LISTED_TYPES {
        return None;
    }
    let place_of = |name: &&str| {
        let type_id = definition.member(name).map(|member| member.element_type.type_id);
        types.iter().position(|element_type| Some(element_type.type_id) == type_id)
    };
    let mut names: Vec<&str> = definition.member_names(index).collect();
    names.sort_by_key(place_of);
    Some(names.join(", "))
}
