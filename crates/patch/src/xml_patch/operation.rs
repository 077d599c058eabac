//! The operations of an XML Patch document (RFC 5261, section 4).

use super::selector::Selector;
use super::tree::{Element, Node, max_elements};
use crate::document::{Problems, choose};
use crate::limits;
use fhir::outcome::{cut, quoted};
use fhir::xml::{FHIR, Tag, Token, Tokens, XHTML, XmlProblem};
use fhir::{Issue, IssueCode};
use std::fmt;

/// One operation.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Add { selector: Selector, place: Place, content: Vec<Node> },
    AddAttribute { selector: Selector, name: String, value: String },
    Replace { selector: Selector, content: Element },
    ReplaceAttribute { selector: Selector, name: String, value: String },
    Remove { selector: Selector },
}

/// Where content is added, seen from the element that is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Append,
    Prepend,
    Before,
    After,
}

const NAMES: [&str; 3] = ["add", "replace", "remove"];

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operation::Add { selector, place: Place::Before, .. } => write!(f, "add before {selector}"),
            Operation::Add { selector, place: Place::After, .. } => write!(f, "add after {selector}"),
            Operation::Add { selector, .. } => write!(f, "add to {selector}"),
            Operation::AddAttribute { selector, name, .. } => write!(f, "add @{} to {selector}", cut(name)),
            Operation::Replace { selector, .. } | Operation::ReplaceAttribute { selector, .. } => {
                write!(f, "replace {selector}")
            }
            Operation::Remove { selector } => write!(f, "remove {selector}"),
        }
    }
}

/// Reads all operations of a document.
///
/// # Errors
///
/// Everything that is wrong with it.
pub(super) fn read(document: &[u8], max_depth: usize) -> Result<Vec<Operation>, Vec<Issue>> {
    let Ok(text) = std::str::from_utf8(document) else {
        return Err(vec![Issue::error(IssueCode::Structure, "the bytes are not valid UTF-8")]);
    };
    let fatal = |problem: &XmlProblem| vec![Issue::from(problem)];
    // The elements of the patch itself stand around its content: diff and the operation.
    let tokens = Tokens::new(text, max_elements(max_depth) + 2).map_err(|problem| fatal(&problem))?;
    let mut reader = Reader { tokens, problems: Problems::default(), operations: Vec::new(), count: 0 };
    reader.document().map_err(|problem| fatal(&problem))?;
    if reader.count > limits::OPERATIONS {
        reader.problems.too_many(reader.count, limits::OPERATIONS);
    }
    reader.problems.or(reader.operations)
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    problems: Problems,
    operations: Vec<Operation>,
    count: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), XmlProblem> {
        while let Some(token) = self.tokens.next_token()? {
            match token {
                Token::Start(tag) if self.tokens.depth() == 1 => self.root(&tag)?,
                Token::Start(tag) => self.operation(&tag)?,
                Token::Text(text) if !text.is_space() => {
                    let problem =
                        format!("text {} is not allowed between operations", quoted(text.raw.trim()));
                    self.tell(text.at, IssueCode::Structure, &problem);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn tell(&mut self, at: usize, code: IssueCode, problem: &str) {
        self.problems.add(code, self.tokens.problem(at, problem).to_string());
    }

    fn root(&mut self, tag: &Tag<'a>) -> Result<(), XmlProblem> {
        match tag.name.local {
            "diff" if is_own(tag) => Ok(()),
            other => {
                Err(self.tokens.problem(tag.at, format!("an XML Patch is a <diff>, not <{}>", cut(other))))
            }
        }
    }

    fn operation(&mut self, tag: &Tag<'a>) -> Result<(), XmlProblem> {
        let index = self.count;
        self.count += 1;
        let name = tag.name.local;
        let selector = self.selector(tag, index);
        let element = Element::read(tag, &mut self.tokens)?;
        if self.count > limits::OPERATIONS {
            return Ok(());
        }
        if !NAMES.contains(&name) || !is_own(tag) {
            let problem = format!("operation[{index}] {} {}", quoted(name), choose(name, &NAMES));
            self.tell(tag.at, IssueCode::Value, &problem);
            return Ok(());
        }
        let Some(selector) = selector else { return Ok(()) };
        match build(name, selector, element) {
            Ok(operation) => self.operations.push(operation),
            Err(problem) => self.tell(tag.at, IssueCode::Value, &format!("operation[{index}] {problem}")),
        }
        Ok(())
    }

    fn selector(&mut self, tag: &Tag<'a>, index: usize) -> Option<Selector> {
        let Some(sel) = tag.attributes.iter().find(|attribute| attribute.name.is("", "sel")) else {
            self.tell(tag.at, IssueCode::Required, &format!("operation[{index}] needs the attribute sel"));
            return None;
        };
        let namespace = |prefix: &str| match (self.tokens.namespace(prefix), prefix) {
            (Some(namespace), _) if !namespace.is_empty() => Some(namespace.into_owned()),
            // Nothing in a resource is without namespace, so names without one can only mean FHIR's.
            (_, "" | "f") => Some(FHIR.to_owned()),
            (_, "h") => Some(XHTML.to_owned()),
            _ => None,
        };
        let selector = Selector::parse(&sel.value, &namespace);
        selector
            .map_err(|problem| {
                let problem = format!("operation[{index}] sel {} {problem}", quoted(&sel.value));
                self.tell(sel.at, IssueCode::Value, &problem);
            })
            .ok()
    }
}

/// Whether an element may be one of the patch format: that has no namespace, and is often put into FHIR's.
fn is_own(tag: &Tag<'_>) -> bool {
    tag.name.namespace.is_empty() || tag.name.namespace == FHIR
}

fn build(name: &str, selector: Selector, element: Element) -> Result<Operation, String> {
    let attribute = selector.attribute.clone();
    match (name, attribute) {
        ("remove", _) => Ok(Operation::Remove { selector }),
        ("replace", Some(name)) => Ok(Operation::ReplaceAttribute { selector, name, value: text(&element)? }),
        ("replace", None) => {
            let mut elements = content(element).into_iter().filter_map(|node| match node {
                Node::Element(element) => Some(element),
                Node::Raw(_) => None,
            });
            match (elements.next(), elements.next()) {
                (Some(content), None) => Ok(Operation::Replace { selector, content }),
                _ => Err(format!("replaces the element {selector}, so it must contain one element")),
            }
        }
        (_, Some(_)) => {
            Err(format!("cannot add to the attribute {selector}; to add one, use type=\"@value\""))
        }
        _ => build_add(selector, element),
    }
}

fn build_add(selector: Selector, element: Element) -> Result<Operation, String> {
    let place = match element.attribute("pos") {
        None | Some("append") => Place::Append,
        Some("prepend") => Place::Prepend,
        Some("before") => Place::Before,
        Some("after") => Place::After,
        Some(other) => return Err(format!("pos {} {}", quoted(other), choose(other, &POSITIONS))),
    };
    match element.attribute("type").map(|added| (added, added.strip_prefix('@'))) {
        Some((_, Some(name))) if is_name(name) => {
            Ok(Operation::AddAttribute { selector, name: name.to_owned(), value: text(&element)? })
        }
        Some((added, _)) => Err(format!("type {} is not understood; it is @ and a name", quoted(added))),
        None => match content(element) {
            content if content.is_empty() => Err(String::from("has nothing to add")),
            content => Ok(Operation::Add { selector, place, content }),
        },
    }
}

const POSITIONS: [&str; 4] = ["append", "prepend", "before", "after"];

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// What an operation contains, without the white space around it.
fn content(element: Element) -> Vec<Node> {
    let mut nodes = element.children;
    let is_space = |node: &Node| matches!(node, Node::Raw(raw) if raw.trim().is_empty());
    while nodes.last().is_some_and(is_space) {
        nodes.pop();
    }
    let start = nodes.iter().position(|node| !is_space(node)).unwrap_or(nodes.len());
    nodes.split_off(start)
}

/// The text that an operation contains, for an attribute.
fn text(element: &Element) -> Result<String, String> {
    let mut text = String::new();
    for child in &element.children {
        match child {
            Node::Element(inner) => {
                return Err(format!(
                    "takes the text of an attribute, not the element <{}>",
                    cut(&inner.name)
                ));
            }
            Node::Raw(raw) if raw.starts_with("<!--") || raw.starts_with("<?") => {}
            Node::Raw(raw) => text.push_str(&fhir::xml::Text { at: 0, raw }.content()),
        }
    }
    Ok(text)
}
