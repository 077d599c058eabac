//! Names of types and elements.

use super::Compiled;
use crate::ast::Specifier;
use crate::error::CompileError;
use crate::item_type::{ItemType, SystemType};
use crate::node::Node;
use crate::path::{Known, Path, Step};
use crate::shape::Shape;
use fhir::outcome::did_you_mean;

/// For up to this many types a name is looked up when the expression is compiled; for more, at each item.
const KNOWN_TYPES: usize = 8;

/// A name at the start of a path: a type that the item in focus must have, or one of its elements.
pub(super) fn start(name: &str, focus: &Shape, column: usize) -> Compiled {
    // Types of resources begin with a capital, elements never do.
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return member((Node::Focus, focus.clone()), name, column);
    }
    match ItemType::named(None, name) {
        Some(root @ ItemType::Fhir(_)) => {
            let path = Path { root: Some(root), steps: Vec::new() };
            Ok((Node::FocusPath(path), focus.only(root)))
        }
        _ => Err(unknown_type(None, name, column)),
    }
}

fn unknown_type(namespace: Option<&str>, name: &str, column: usize) -> CompileError {
    if let Some(namespace) = namespace.filter(|namespace| *namespace != "FHIR") {
        let problem = format!("'{namespace}.{name}' is not a type; namespaces are FHIR and System");
        return CompileError::new(column, problem);
    }
    let names = fhir::definitions::types().iter().map(|definition| definition.name);
    let hint = did_you_mean(name, names).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    CompileError::new(column, format!("'{name}' is not a type of FHIR R4{hint}"))
}

pub(super) fn named_type(specifier: &Specifier) -> Result<ItemType, CompileError> {
    ItemType::named(specifier.namespace.as_deref(), &specifier.name)
        .ok_or_else(|| unknown_type(specifier.namespace.as_deref(), &specifier.name, specifier.column))
}

/// `base.name`: one more step of the path that `base` ends with, or the first of a new one.
pub(super) fn member((base, shape): (Node, Shape), name: &str, column: usize) -> Compiled {
    if shape.elsewhere {
        let problem = format!("'{name}' cannot follow resolve(): only the type of what it finds is known");
        return Err(CompileError::new(column, problem));
    }
    let (known, next) = look_up(&shape, name, column)?;
    let step = Step { name: name.into(), known, only: None };
    let node = match base {
        Node::FocusPath(mut path) => {
            path.steps.push(step);
            Node::FocusPath(path)
        }
        Node::Path { base, mut path } => {
            path.steps.push(step);
            Node::Path { base, path }
        }
        Node::Focus => Node::FocusPath(Path { root: None, steps: vec![step] }),
        base => Node::Path { base: Box::new(base), path: Path { root: None, steps: vec![step] } },
    };
    Ok((node, next))
}

/// What a name means on items of a shape. A name that none of their types has is an error, unless one of the
/// types is abstract: the items may then have more than it says.
fn look_up(shape: &Shape, name: &str, column: usize) -> Result<(Vec<Known>, Shape), CompileError> {
    let Some(types) = &shape.types else { return Ok((Vec::new(), Shape::UNKNOWN)) };
    let (mut found, mut open) = (Vec::new(), false);
    for item_type in types {
        let ItemType::Fhir(type_id) = item_type else {
            open |=
                *item_type == ItemType::System(SystemType::TypeInfo) && matches!(name, "name" | "namespace");
            continue;
        };
        match Known::find(type_id.definition(), name) {
            Some(known) => found.push(known),
            None if name == "value" && SystemType::of_primitive(*type_id).is_some() => open = true,
            None => open |= type_id.definition().is_abstract,
        }
    }
    if found.is_empty() && !open && !types.is_empty() {
        return Err(unknown_element(types, name, column));
    }
    let members = found.iter().flat_map(|known| &known.members);
    let next = match open {
        true => Shape::UNKNOWN,
        false => Shape::of_all(members.map(|member| ItemType::Fhir(member.type_id))),
    };
    let known = if types.len() <= KNOWN_TYPES { found } else { Vec::new() };
    Ok((known, next))
}

fn unknown_element(types: &[ItemType], name: &str, column: usize) -> CompileError {
    let elements =
        types.iter().filter_map(|found| found.fhir()).flat_map(|id| id.definition().elements.iter());
    let hint = did_you_mean(name, elements.map(|element| element.name()));
    let hint = hint.map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let problem = match types {
        [one] => format!("{one} has no element '{name}'{hint}"),
        _ => format!("none of the types that can stand here has an element '{name}'{hint}"),
    };
    CompileError::new(column, problem)
}
