//! The operations of a FHIRPath Patch, read from Parameters.

use super::part::Parts;
use super::target::Target;
use super::value::Value;
use crate::document::{Problems, choose};
use crate::limits;
use fhir::outcome::{cut, quoted};
use fhir::{IssueCode, Json};
use std::fmt;

/// One operation. Indices count from 0.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Add { target: Target, name: String, value: Value },
    Insert { target: Target, index: usize, value: Value },
    Delete { target: Target },
    Replace { target: Target, value: Value },
    Move { target: Target, source: usize, destination: usize },
}

const TYPES: [&str; 5] = ["add", "insert", "delete", "replace", "move"];

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Add { target, name, .. } => write!(f, "add {} to {target}", cut(name)),
            Operation::Insert { target, index, .. } => write!(f, "insert into {target} at {index}"),
            Operation::Delete { target } => write!(f, "delete {target}"),
            Operation::Replace { target, .. } => write!(f, "replace {target}"),
            Operation::Move { target, source, destination } => {
                write!(f, "move in {target} from {source} to {destination}")
            }
        }
    }
}

/// Reads all operations; what is wrong with them goes to `problems`.
pub(super) fn read(parameters: &Json, problems: &mut Problems) -> Vec<Operation> {
    if parameters.str("resourceType") != Some("Parameters") {
        let found = parameters.str("resourceType").map_or(parameters.kind().to_owned(), quoted);
        let text = format!("a FHIRPath Patch is a Parameters resource, not {found}");
        problems.add(IssueCode::Structure, text);
        return Vec::new();
    }
    let items = parameters.get("parameter").map(Json::items).unwrap_or_default();
    if items.len() > limits::FHIRPATH_OPERATIONS {
        problems.too_many(items.len(), limits::FHIRPATH_OPERATIONS);
        return Vec::new();
    }
    items.iter().enumerate().filter_map(|(index, item)| read_one(index, item, problems)).collect()
}

fn read_one(index: usize, parameter: &Json, problems: &mut Problems) -> Option<Operation> {
    let place = format!("Parameters.parameter[{index}]");
    let name = parameter.str("name").unwrap_or_default();
    let Some(object) = parameter.as_object().filter(|_| name == "operation") else {
        let text = format!("the parameter {} is unknown; each is an 'operation'", quoted(name));
        problems.add_at(IssueCode::Value, place, text);
        return None;
    };
    let mut parts = Parts::read(place, object, problems);
    let (type_name, place) = parts.text("type")?;
    let target = target(&mut parts);
    let operation = match type_name {
        "add" => {
            let name = parts.text("name").map(|(name, _)| name.to_owned());
            let value = value(&mut parts);
            target.zip(name).zip(value).map(|((target, name), value)| Operation::Add { target, name, value })
        }
        "insert" => {
            let index = parts.index("index");
            let value = value(&mut parts);
            target.zip(index).zip(value).map(|((target, index), value)| Operation::Insert {
                target,
                index,
                value,
            })
        }
        "delete" => target.map(|target| Operation::Delete { target }),
        "replace" => {
            let value = value(&mut parts);
            target.zip(value).map(|(target, value)| Operation::Replace { target, value })
        }
        "move" => {
            let source = parts.index("source");
            let destination = parts.index("destination");
            let places = source.zip(destination);
            target.zip(places).map(|(target, (source, destination))| Operation::Move {
                target,
                source,
                destination,
            })
        }
        other => {
            let text = format!("the type {} {}", quoted(other), choose(other, &TYPES));
            parts.problems.add_at(IssueCode::Value, place, text);
            return None;
        }
    };
    parts.refuse_others(type_name);
    operation
}

fn target(parts: &mut Parts<'_, '_>) -> Option<Target> {
    let (text, place) = parts.text("path")?;
    Target::compile(text)
        .map_err(|error| {
            let text = format!("the path {} is no FHIRPath of R4: {}", quoted(text), cut(&error));
            parts.problems.add_at(IssueCode::Value, place, text);
        })
        .ok()
}

fn value(parts: &mut Parts<'_, '_>) -> Option<Value> {
    let part = parts.required("value")?;
    let place = parts.place_of(part);
    Value::read(part.object).map_err(|problem| parts.problems.add_at(IssueCode::Value, place, problem)).ok()
}
