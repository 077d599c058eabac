//! Elements and attributes that a type does not have, and what the client may have meant.

use crate::definitions::{TypeDefinition, TypeKind};
use crate::outcome::{did_you_mean, quoted};

/// Tells that there is no element `name`.
pub(super) fn unknown_element(name: &str, definition: &'static TypeDefinition) -> String {
    format!("{} has no element {}{}", definition.name, quoted(name), element_hint(name, definition))
}

fn element_hint(name: &str, definition: &'static TypeDefinition) -> String {
    match definition.element(name) {
        Some((_, element)) if element.is_xml_attribute() => {
            return format!("; {name} is an attribute in XML");
        }
        Some((index, element)) if element.is_choice() => {
            let example = definition.member_names(index).next().unwrap_or_default();
            return format!("; its name ends with the type, as in {example}");
        }
        _ => {}
    }
    let elements = definition.members().filter(|(_, member)| !member.element.is_xml_attribute());
    match did_you_mean(name, elements.map(|(name, _)| name)) {
        Some(near) => format!("; did you mean '{near}'?"),
        None => String::new(),
    }
}

/// Tells that there is no attribute `name`.
pub(super) fn unknown_attribute(name: &str, definition: &'static TypeDefinition) -> String {
    let hint = match definition.kind {
        TypeKind::Primitive => "; it can have value and id".to_owned(),
        _ if name == "value" => "; only primitive types have a value, others have elements".to_owned(),
        _ if definition.member(name).is_some() => format!("; {name} is an element: <{name} value=\"…\"/>"),
        _ => String::new(),
    };
    format!("{} has no attribute {}{hint}", definition.name, quoted(name))
}
