//! Reading one table of `clinic.toml`: values are taken by name; what is missing, of the wrong kind or unknown
//! becomes a problem with its line, and reading goes on, so that one start tells all of them.

use super::ClinicProblem;
use fhir::outcome::{did_you_mean, quoted};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// The problems found so far.
pub(super) struct Problems<'t> {
    text: &'t str,
    found: Vec<ClinicProblem>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Problems { text, found: Vec::new() }
    }

    /// Notes a problem at a place of the file.
    pub(super) fn add(&mut self, at: usize, text: impl Into<String>) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        self.found.push(ClinicProblem { line, text: text.into() });
    }

    /// All of them, by line.
    pub(super) fn into_list(mut self) -> Vec<ClinicProblem> {
        self.found.sort_by_key(|problem| problem.line);
        self.found
    }
}

/// A table whose values have not all been taken yet.
pub(super) struct Section<'t> {
    name: &'static str,
    /// Where in the file it starts.
    pub(super) at: usize,
    members: Vec<(&'t str, Range<usize>, &'t Spanned<DeValue<'t>>)>,
    asked: Vec<&'static str>,
}

impl<'t> Section<'t> {
    /// The table `name`, or the whole file when that is empty.
    pub(super) fn new(name: &'static str, at: usize, table: &'t DeTable<'t>) -> Self {
        let members = table.iter().map(|(key, value)| (key.get_ref().as_ref(), key.span(), value)).collect();
        Section { name, at, members, asked: Vec::new() }
    }

    /// How a key is named in a message.
    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Where the value of a key is; the start of the table when it is not there.
    pub(super) fn place(&self, key: &str) -> usize {
        let found = self.members.iter().find(|(name, ..)| *name == key);
        found.map_or(self.at, |(.., value)| value.span().start)
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        let index = self.members.iter().position(|(name, ..)| *name == key)?;
        Some(self.members.remove(index).2)
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str, problems: &mut Problems<'_>) {
        let shown = match value.get_ref() {
            DeValue::String(text) => quoted(text),
            DeValue::Integer(number) => number.to_string(),
            other => other.type_str().to_owned(),
        };
        problems.add(value.span().start, format!("{} is {shown}, expected {expected}", self.path(key)));
    }

    /// A text that may be left out.
    pub(super) fn text(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<String> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => {
                self.wrong(key, value, "text in quotes, not empty", problems);
                None
            }
        }
    }

    /// A text that must be there; empty, with a problem noted, when it isn't.
    pub(super) fn required(&mut self, key: &'static str, problems: &mut Problems<'_>) -> String {
        self.must_have(key, problems);
        self.text(key, problems).unwrap_or_default()
    }

    /// Notes a problem when a key is not there.
    pub(super) fn must_have(&mut self, key: &'static str, problems: &mut Problems<'_>) {
        if !self.members.iter().any(|(name, ..)| *name == key) {
            problems.add(self.at, format!("{} is required", self.path(key)));
        }
    }

    /// A whole number from 0 on.
    pub(super) fn count(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Option<u32> {
        let value = self.take(key)?;
        let number = value.get_ref().as_integer().and_then(integer);
        if number.is_none() {
            self.wrong(key, value, "a whole number from 0 on", problems);
        }
        number
    }

    /// A text that `read` understands; `expected` says in words what it may be.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        problems: &mut Problems<'_>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let parsed = value.get_ref().as_str().and_then(read);
        if parsed.is_none() {
            self.wrong(key, value, expected, problems);
        }
        parsed
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, key: &'static str, default: bool, problems: &mut Problems<'_>) -> bool {
        let Some(value) = self.take(key) else { return default };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(key, value, "true or false", problems);
            default
        })
    }

    /// A number of minutes, 1 to a day's.
    pub(super) fn minutes(&mut self, key: &'static str, default: u32, problems: &mut Problems<'_>) -> u32 {
        let Some(value) = self.take(key) else { return default };
        minutes_of(value).unwrap_or_else(|| {
            self.wrong(key, value, MINUTES, problems);
            default
        })
    }

    /// A list of numbers of minutes without repetitions.
    pub(super) fn minutes_list(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Vec<u32> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, "a list of minutes, such as [20, 40]", problems);
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in items.iter() {
            match minutes_of(item) {
                Some(minutes) if list.contains(&minutes) => {
                    problems.add(item.span().start, format!("{} lists {minutes} twice", self.path(key)));
                }
                Some(minutes) => list.push(minutes),
                None => self.wrong(key, item, MINUTES, problems),
            }
        }
        list
    }

    /// A list of texts without repetitions.
    pub(super) fn texts(&mut self, key: &'static str, problems: &mut Problems<'_>) -> Vec<String> {
        const EXPECTED: &str = "a list of texts in quotes, such as [\"6979\"]";
        let Some(value) = self.take(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, EXPECTED, problems);
            return Vec::new();
        };
        let mut list: Vec<String> = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str().filter(|text| !text.trim().is_empty()) {
                Some(text) if list.iter().any(|known| known == text) => {
                    let text = quoted(text);
                    problems.add(item.span().start, format!("{} lists {text} twice", self.path(key)));
                }
                Some(text) => list.push(text.to_owned()),
                None => self.wrong(key, item, EXPECTED, problems),
            }
        }
        list
    }

    /// A list of tables: `[[key]]`.
    pub(super) fn sections(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Option<Vec<Section<'t>>> {
        let value = self.take(key)?;
        let expected = format!("tables, each headed [[{key}]]");
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value, &expected, problems);
            return None;
        };
        let mut sections = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => sections.push(Section::new(key, item.span().start, table)),
                None => self.wrong(key, item, &expected, problems),
            }
        }
        Some(sections)
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self, problems: &mut Problems<'_>) {
        for (key, span, _) in &self.members {
            let hint = match did_you_mean(key, self.asked.iter().copied()) {
                Some(known) => format!("; did you mean '{known}'?"),
                None => format!("; known are {}", self.asked.join(", ")),
            };
            problems.add(span.start, format!("unknown setting {}{hint}", quoted(&self.path(key))));
        }
    }
}

const MINUTES: &str = "a whole number of minutes from 1 to 1440";

fn minutes_of(value: &Spanned<DeValue<'_>>) -> Option<u32> {
    let number = value.get_ref().as_integer()?;
    integer(number).filter(|minutes| (1..=1440).contains(minutes))
}

fn integer(number: &DeInteger<'_>) -> Option<u32> {
    u32::from_str_radix(number.as_str(), number.radix()).ok()
}
