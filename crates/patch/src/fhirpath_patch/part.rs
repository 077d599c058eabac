//! The parts of one operation's parameter, by name.

use crate::document::{Problems, choose};
use fhir::outcome::quoted;
use fhir::{IssueCode, Json, Object};
use std::collections::BTreeMap;

/// The names that parts may have.
const NAMES: [&str; 7] = ["type", "path", "name", "value", "index", "source", "destination"];

/// A part and its place.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) object: &'p Object,
    pub(super) index: usize,
}

/// The parts of an operation; those of no known name have been told.
pub(super) struct Parts<'p, 'q> {
    /// The place of the operation: `Parameters.parameter[0]`.
    pub(super) place: String,
    parts: BTreeMap<&'static str, Part<'p>>,
    pub(super) problems: &'q mut Problems,
}

impl<'p, 'q> Parts<'p, 'q> {
    pub(super) fn read(place: String, parameter: &'p Object, problems: &'q mut Problems) -> Self {
        let mut parts = BTreeMap::new();
        for (index, part) in parameter.items("part").iter().enumerate() {
            let at = format!("{place}.part[{index}]");
            let Some(object) = part.as_object() else {
                problems.add_at(
                    IssueCode::Structure,
                    at,
                    format!("a part must be an object, not {}", part.kind()),
                );
                continue;
            };
            let name = object.str("name").unwrap_or_default();
            match NAMES.iter().find(|known| **known == name) {
                Some(known) if parts.contains_key(known) => {
                    problems.add_at(IssueCode::Duplicate, at, format!("the part {known} appears twice"));
                }
                Some(known) => drop(parts.insert(*known, Part { object, index })),
                None => {
                    let text = format!("the part {} {}", quoted(name), choose(name, &NAMES));
                    problems.add_at(IssueCode::Value, at, text);
                }
            }
        }
        Parts { place, parts, problems }
    }

    /// A part that must be there.
    pub(super) fn required(&mut self, name: &'static str) -> Option<Part<'p>> {
        let part = self.parts.remove(name);
        if part.is_none() {
            let text = format!("the part {name} is required");
            self.problems.add_at(IssueCode::Required, &self.place, text);
        }
        part
    }

    pub(super) fn place_of(&self, part: Part<'_>) -> String {
        format!("{}.part[{}]", self.place, part.index)
    }

    /// The text of a part: a string, or another primitive that JSON writes as one.
    pub(super) fn text(&mut self, name: &'static str) -> Option<(&'p str, String)> {
        let part = self.required(name)?;
        let place = self.place_of(part);
        match value_member(part.object) {
            Some((_, Json::String(text))) => return Some((text, place)),
            Some((key, _)) => {
                let text = format!("the part {name} takes a text (valueString), not {key}");
                self.problems.add_at(IssueCode::Value, place, text);
            }
            None => self.problems.add_at(IssueCode::Required, place, format!("the part {name} has no value")),
        }
        None
    }

    /// The index that a part says, counted from 0.
    pub(super) fn index(&mut self, name: &'static str) -> Option<usize> {
        let part = self.required(name)?;
        let value = value_member(part.object).map(|(_, value)| value);
        let number = value.and_then(Json::as_number);
        let index = number.and_then(|number| usize::try_from(number.as_i64()?).ok());
        if index.is_none() {
            let shown = value.map_or(String::from("nothing"), |value| quoted(&value.to_string()));
            let text = format!("the part {name} takes an index from 0 (valueInteger), not {shown}");
            self.problems.add_at(IssueCode::Value, self.place_of(part), text);
        }
        index
    }

    /// Tells the parts that have not been asked for.
    pub(super) fn refuse_others(&mut self, operation: &str) {
        for (name, part) in std::mem::take(&mut self.parts) {
            let place = self.place_of(part);
            let text = format!("an operation {operation} has no part {name}");
            self.problems.add_at(IssueCode::Structure, place, text);
        }
    }
}

/// The `value[x]` of a part or parameter.
pub(super) fn value_member(object: &Object) -> Option<(&str, &Json)> {
    object.iter().find(|(name, _)| name.starts_with("value"))
}
