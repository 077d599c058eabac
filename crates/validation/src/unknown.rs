//! Members that a type does not have, and what the client may have meant.

use crate::choice;
use crate::place::Place;
use crate::walk::{Seen, Walk, is_primitive};
use fhir::IssueCode;
use fhir::definitions::{TypeDefinition, TypeKind};
use fhir::outcome::{did_you_mean, quoted};

/// Types with at most this many JSON names have them listed.
const LISTED_NAMES: usize = 12;

impl Walk<'_> {
    /// Reports the member `key` of the object at `place`, its member number `position`. A choice with an unknown type counts as seen: that it is missing would be a second
    /// word on the same mistake.
    pub(crate) fn unknown(
        &mut self,
        key: &str,
        definition: &'static TypeDefinition,
        seen: &mut Seen,
        position: usize,
        place: &Place<'_>,
    ) {
        let text = match choice::meant(definition, key) {
            Some(index) => {
                seen.insert(index);
                choice::unknown_type(definition, index, key, place)
            }
            None => unknown_element(key, definition, place),
        };
        self.findings.add(IssueCode::Structure, &place.member(key, key, position), text);
    }
}

fn unknown_element(key: &str, definition: &'static TypeDefinition, place: &Place<'_>) -> String {
    let owner = match (place.is_resource(), definition.kind) {
        (true, _) => definition.name.to_owned(),
        (false, TypeKind::Complex) => format!("{} ({})", place.path(), definition.name),
        (false, _) => place.path().to_string(),
    };
    format!("{owner} has no element {}{}", quoted(key), hint(key, definition))
}

fn hint(key: &str, definition: &'static TypeDefinition) -> String {
    if let Some(member) = key.strip_prefix('_').and_then(|name| definition.member(name)) {
        let name = member.element.name();
        return match is_primitive(&member) {
            true => format!("; {name} cannot have extensions"),
            false => format!("; only primitive elements have one: extensions of {name} belong inside it"),
        };
    }
    if key == "resourceType" {
        return String::from("; only resources have one");
    }
    if let Some(near) = did_you_mean(key, definition.members().map(|(name, _)| name)) {
        return format!("; did you mean '{near}'?");
    }
    if definition.members().len() > LISTED_NAMES {
        return String::new();
    }
    let names: Vec<&str> =
        (0..definition.elements.len()).flat_map(|index| definition.member_names(index)).collect();
    format!("; its elements are {}", names.join(", "))
}
