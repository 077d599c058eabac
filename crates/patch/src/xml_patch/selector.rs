//! The selectors of XML Patch: the part of XPath that leads step by step from the root to one element or attribute
//! (RFC 5261, section 4.1).

use super::tree::Element;
use crate::limits;
use fhir::outcome::quoted;
use std::fmt;

/// A selector: `f:Patient/f:name[f:use/@value='official']/f:family/@value`.
#[derive(Clone, Debug)]
pub(super) struct Selector {
    text: String,
    steps: Vec<Step>,
    /// The attribute that it ends with, if it does.
    pub(super) attribute: Option<String>,
}

#[derive(Clone, Debug)]
struct Step {
    test: NameTest,
    predicates: Vec<Predicate>,
}

/// The name that an element must have; any, for `*`.
#[derive(Clone, Debug)]
struct NameTest(Option<(String, String)>);

#[derive(Clone, Debug)]
enum Predicate {
    /// Its number among those that have come through so far, from 1.
    Position(usize),
    /// `[last()]`
    Last,
    /// All of these, parted by `and`.
    All(Vec<Condition>),
}

/// That there is something below an element: elements, then perhaps an attribute, then perhaps its value.
#[derive(Clone, Debug)]
struct Condition {
    path: Vec<NameTest>,
    attribute: Option<String>,
    value: Option<String>,
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.text))
    }
}

impl Selector {
    /// Reads a selector. `namespace` says what a prefix stands for, the empty one for names without prefix.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn parse(text: &str, namespace: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        if text.len() > limits::SELECTOR {
            return Err(format!("is longer than the limit of {} bytes", limits::SELECTOR));
        }
        let trimmed = text.trim();
        let mut parser = Parser { rest: trimmed.strip_prefix('/').unwrap_or(trimmed), namespace };
        let (mut steps, mut attribute) = (Vec::new(), None);
        loop {
            if parser.take('@') {
                attribute = Some(parser.name()?);
                break;
            }
            steps.push(parser.step()?);
            if !parser.take('/') {
                break;
            }
        }
        match parser.rest {
            "" if steps.is_empty() => Err(String::from("must begin with the resource: f:Patient/…")),
            "" => Ok(Selector { text: text.to_owned(), steps, attribute }),
            rest => Err(unexpected(rest)),
        }
    }

    /// The places of the elements that it leads to, in order of the document. The root is the empty place.
    pub(super) fn select(&self, root: &Element) -> Vec<Vec<usize>> {
        let Some((first, rest)) = self.steps.split_first() else { return Vec::new() };
        let roots = vec![(Vec::new(), root)].into_iter().filter(|(_, root)| first.test.holds(root)).collect();
        let mut found: Vec<(Vec<usize>, &Element)> = narrow(roots, &first.predicates);
        for step in rest {
            found = found.iter().flat_map(|(path, element)| step.children(path, element)).collect();
        }
        found.into_iter().map(|(path, _)| path).collect()
    }
}

impl Step {
    /// The children of an element that it leads to.
    fn children<'e>(&self, path: &[usize], element: &'e Element) -> Vec<(Vec<usize>, &'e Element)> {
        let named = element.elements().filter(|(_, child)| self.test.holds(child));
        let placed = named.map(|(place, child)| ([path, &[place]].concat(), child)).collect();
        narrow(placed, &self.predicates)
    }
}

/// Those that all predicates let through, each counting what the one before has left.
fn narrow<'e>(
    found: Vec<(Vec<usize>, &'e Element)>,
    predicates: &[Predicate],
) -> Vec<(Vec<usize>, &'e Element)> {
    predicates.iter().fold(found, |found, predicate| {
        let last = found.len();
        let holds = |number: usize, element: &Element| match predicate {
            Predicate::Position(position) => number == *position,
            Predicate::Last => number == last,
            Predicate::All(conditions) => conditions.iter().all(|condition| condition.holds(element)),
        };
        let numbered = found.into_iter().zip(1..);
        numbered.filter(|((_, element), number)| holds(*number, element)).map(|(found, _)| found).collect()
    })
}

impl NameTest {
    fn holds(&self, element: &Element) -> bool {
        self.0
            .as_ref()
            .is_none_or(|(namespace, name)| element.name == *name && element.namespace == *namespace)
    }
}

impl Condition {
    fn holds(&self, element: &Element) -> bool {
        self.holds_below(element, &self.path)
    }

    fn holds_below(&self, element: &Element, path: &[NameTest]) -> bool {
        if let Some((test, rest)) = path.split_first() {
            return element.elements().any(|(_, child)| test.holds(child) && self.holds_below(child, rest));
        }
        match (&self.attribute, &self.value) {
            (None, _) => true,
            (Some(name), None) => element.attribute(name).is_some(),
            (Some(name), Some(value)) => element.attribute(name) == Some(value),
        }
    }
}

struct Parser<'s> {
    rest: &'s str,
    namespace: &'s dyn Fn(&str) -> Option<String>,
}

impl<'s> Parser<'s> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, character: char) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn step(&mut self) -> Result<Step, String> {
        let test = self.name_test()?;
        let mut predicates = Vec::new();
        while self.take('[') {
            predicates.push(self.predicate()?);
            if !self.take(']') {
                return Err(unexpected(self.rest));
            }
        }
        Ok(Step { test, predicates })
    }

    fn name_test(&mut self) -> Result<NameTest, String> {
        if self.take('*') {
            return Ok(NameTest(None));
        }
        let first = self.name()?;
        let (prefix, name) = match self.rest.strip_prefix(':') {
            Some(rest) => {
                self.rest = rest;
                (first, self.name()?)
            }
            None => (String::new(), first),
        };
        let namespace = (self.namespace)(&prefix)
            .ok_or_else(|| format!("uses the prefix {}, which is not declared", quoted(&prefix)))?;
        Ok(NameTest(Some((namespace, name))))
    }

    fn name(&mut self) -> Result<String, String> {
        self.space();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Err(unexpected(self.rest));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    fn predicate(&mut self) -> Result<Predicate, String> {
        self.space();
        if let Some(rest) = self.rest.strip_prefix("last()") {
            self.rest = rest;
            return Ok(Predicate::Last);
        }
        let digits = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 {
            let (number, rest) = self.rest.split_at(digits);
            self.rest = rest;
            return Ok(Predicate::Position(number.parse().unwrap_or(usize::MAX)));
        }
        let mut conditions = vec![self.condition()?];
        loop {
            self.space();
            match self.rest.strip_prefix("and").filter(|rest| rest.starts_with(char::is_whitespace)) {
                Some(rest) => self.rest = rest,
                None => return Ok(Predicate::All(conditions)),
            }
            conditions.push(self.condition()?);
        }
    }

    fn condition(&mut self) -> Result<Condition, String> {
        let (mut path, mut attribute) = (Vec::new(), None);
        loop {
            if self.take('@') {
                attribute = Some(self.name()?);
                break;
            }
            path.push(self.name_test()?);
            if !self.take('/') {
                break;
            }
        }
        let value = if attribute.is_some() && self.take('=') { Some(self.literal()?) } else { None };
        Ok(Condition { path, attribute, value })
    }

    fn literal(&mut self) -> Result<String, String> {
        self.space();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let found = quote.and_then(|quote| self.rest[1..].split_once(quote));
        let (value, rest) = found.ok_or_else(|| unexpected(self.rest))?;
        self.rest = rest;
        Ok(value.to_owned())
    }
}

fn unexpected(rest: &str) -> String {
    let found = if rest.is_empty() {
        String::from("ends too early")
    } else {
        format!("stops making sense at {}", quoted(rest))
    };
    format!(
        "{found}; a selector is steps such as f:name, f:name[2], f:name[last()], f:name[f:use/@value='official'], and \
         @value at the end"
    )
}
