//! The operations of a JSON Patch document, read from its JSON (RFC 6902, section 4).

use super::pointer::Pointer;
use crate::document::{Problems, choose};
use crate::limits;
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Object};
use std::fmt;

/// One operation.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Add { path: Pointer, value: Json },
    Remove { path: Pointer },
    Replace { path: Pointer, value: Json },
    Move { from: Pointer, path: Pointer },
    Copy { from: Pointer, path: Pointer },
    Test { path: Pointer, value: Json },
}

const NAMES: [&str; 6] = ["add", "remove", "replace", "move", "copy", "test"];

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Add { path, .. } => write!(f, "add '{path}'"),
            Operation::Remove { path } => write!(f, "remove '{path}'"),
            Operation::Replace { path, .. } => write!(f, "replace '{path}'"),
            Operation::Move { from, path } => write!(f, "move '{from}' to '{path}'"),
            Operation::Copy { from, path } => write!(f, "copy '{from}' to '{path}'"),
            Operation::Test { path, .. } => write!(f, "test '{path}'"),
        }
    }
}

/// Reads all operations; what is wrong with them goes to `problems`.
pub(crate) fn read(document: &Json, problems: &mut Problems) -> Vec<Operation> {
    let Json::Array(items) = document else {
        let text = format!("a JSON Patch document is an array of operations, not {}", document.kind());
        problems.add(IssueCode::Structure, text);
        return Vec::new();
    };
    if items.len() > limits::OPERATIONS {
        problems.too_many(items.len(), limits::OPERATIONS);
        return Vec::new();
    }
    items.iter().enumerate().filter_map(|(index, item)| read_one(index, item, problems)).collect()
}

fn read_one(index: usize, item: &Json, problems: &mut Problems) -> Option<Operation> {
    let Json::Object(object) = item else {
        let text = format!("operation[{index}] must be an object, not {}", item.kind());
        problems.add(IssueCode::Structure, text);
        return None;
    };
    let mut members = Members { index, object, problems };
    let name = members.name();
    let path = members.pointer("path");
    match name? {
        "add" => {
            let value = members.value();
            Some(Operation::Add { path: path?, value: value? })
        }
        "replace" => {
            let value = members.value();
            Some(Operation::Replace { path: path?, value: value? })
        }
        "test" => {
            let value = members.value();
            Some(Operation::Test { path: path?, value: value? })
        }
        "remove" => Some(Operation::Remove { path: path? }),
        "copy" => {
            let from = members.pointer("from");
            Some(Operation::Copy { from: from?, path: path? })
        }
        _ => {
            let from = members.pointer("from");
            members.moved(from?, path?)
        }
    }
}

/// The members of one operation. Those that the RFC does not define are ignored, as it demands.
struct Members<'d> {
    index: usize,
    object: &'d Object,
    problems: &'d mut Problems,
}

impl Members<'_> {
    fn problem(&mut self, code: IssueCode, text: impl fmt::Display) {
        self.problems.add(code, format!("operation[{}]{text}", self.index));
    }

    fn name(&mut self) -> Option<&'static str> {
        let name = self.text("op")?;
        let known = NAMES.iter().find(|known| **known == name).copied();
        if known.is_none() {
            self.problem(IssueCode::Value, format!(".op {} {}", quoted(&name), choose(&name, &NAMES)));
        }
        known
    }

    fn text(&mut self, member: &str) -> Option<String> {
        match self.object.get(member) {
            Some(Json::String(text)) => return Some(text.clone()),
            Some(other) => {
                let text = format!(".{member} must be a string, not {}", other.kind());
                self.problem(IssueCode::Structure, text);
            }
            None => self.problem(IssueCode::Required, format!(".{member} is required")),
        }
        None
    }

    fn pointer(&mut self, member: &str) -> Option<Pointer> {
        let text = self.text(member)?;
        let pointer = Pointer::parse(&text);
        if let Err(problem) = &pointer {
            self.problem(IssueCode::Value, format!(".{member} {} {problem}", quoted(&text)));
        }
        pointer.ok()
    }

    fn value(&mut self) -> Option<Json> {
        let value = self.object.get("value").cloned();
        if value.is_none() {
            self.problem(IssueCode::Required, ".value is required");
        }
        value
    }

    fn moved(&mut self, from: Pointer, path: Pointer) -> Option<Operation> {
        if from.is_above(&path) {
            let text = format!(" must not move '{from}' into itself, to '{path}'");
            self.problem(IssueCode::Value, text);
            return None;
        }
        Some(Operation::Move { from, path })
    }
}
