//! Tags: their names and attributes.

use super::escape::unescape_attribute;
use super::limits;
use super::scope::Scope;
use crate::outcome::quoted;
use std::borrow::Cow;

/// The name of an element or attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The prefix as it was written; empty without one.
    pub prefix: &'a str,
    /// The name without prefix.
    pub local: &'a str,
    /// The namespace that it is in; empty for none, as for attributes without prefix.
    pub namespace: Cow<'a, str>,
}

impl Name<'_> {
    /// Whether this is `local` in `namespace`.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }
}

/// A start tag, of an empty element too.
#[derive(Clone, Debug)]
pub struct Tag<'a> {
    /// The byte offset of its `<`.
    pub at: usize,
    /// The element's name.
    pub name: Name<'a>,
    /// Its attributes in order, namespace declarations not among them.
    pub attributes: Vec<Attribute<'a>>,
    /// Whether it says itself what the default namespace is.
    pub declares_default: bool,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute<'a> {
    /// The byte offset of its name.
    pub at: usize,
    /// Its name.
    pub name: Name<'a>,
    /// Its value, unescaped.
    pub value: Cow<'a, str>,
    /// How many elements were open, its own included, where its prefix was declared; 0 without prefix.
    pub declared_at: usize,
}

/// The end of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTag<'a> {
    /// The byte offset of its `<`, or of what follows an empty element.
    pub at: usize,
    /// The prefix as it was written; empty without one, and for an empty element.
    pub prefix: &'a str,
    /// The byte offset of what follows it.
    pub end: usize,
}

/// What is wrong, and the byte offset.
pub(super) type Problem = (usize, String);

/// Reads what stands between the angle brackets of a start tag, from the byte offset `start` on, for the element
/// at `depth`. Its namespace declarations are in force from here on.
pub(super) fn read<'a>(
    content: &'a str,
    start: usize,
    depth: usize,
    scope: &mut Scope<'a>,
) -> Result<Tag<'a>, Problem> {
    let (name, rest) = content.split_at(content.find(is_space).unwrap_or(content.len()));
    let raw = split_attributes(rest, start + name.len())?;
    let declares_default = declare(&raw, depth, scope)?;
    let name = resolve(name, start, scope, true)?.0;
    let mut attributes = Vec::with_capacity(raw.len());
    for Raw { at, name, value, value_at } in raw.iter().filter(|raw| !is_declaration(raw.name)) {
        let (name, declared_at) = resolve(name, *at, scope, false)?;
        let value = unescape_attribute(value).map_err(|(offset, problem)| (value_at + offset, problem))?;
        attributes.push(Attribute { at: *at, name, value, declared_at });
    }
    check_duplicates(&attributes)?;
    Ok(Tag { at: start - 1, name, attributes, declares_default })
}

/// The prefix of a name, without looking up what it stands for.
pub(super) fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// An attribute as it was written.
struct Raw<'a> {
    at: usize,
    name: &'a str,
    value: &'a str,
    value_at: usize,
}

fn split_attributes(text: &str, start: usize) -> Result<Vec<Raw<'_>>, Problem> {
    let mut found = Vec::new();
    let mut rest = text;
    let at = |rest: &str| start + (text.len() - rest.len());
    loop {
        let trimmed = rest.trim_start_matches(is_space);
        if trimmed.is_empty() {
            return Ok(found);
        }
        if trimmed.len() == rest.len() {
            return Err((at(rest), String::from("attributes must be parted by white space")));
        }
        if found.len() == limits::ATTRIBUTES {
            let problem = format!("an element has more attributes than the limit of {}", limits::ATTRIBUTES);
            return Err((at(trimmed), problem));
        }
        let (raw, after) = split_attribute(trimmed, at(trimmed))?;
        found.push(raw);
        rest = after;
    }
}

fn split_attribute(text: &str, at: usize) -> Result<(Raw<'_>, &str), Problem> {
    let end = text.find(|c| is_space(c) || c == '=').unwrap_or(text.len());
    let name = &text[..end];
    let told = |problem: &str| (at, format!("the attribute {} {problem}", quoted(name)));
    let after = text[end..].trim_start_matches(is_space);
    let after = after.strip_prefix('=').ok_or_else(|| told("has no value"))?.trim_start_matches(is_space);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
    let quote = quote.ok_or_else(|| told("must have its value in quotes"))?;
    let (value, rest) = after[1..].split_once(quote).ok_or_else(|| told("has no closing quote"))?;
    let value_at = at + (text.len() - after.len()) + 1;
    match value.find('<') {
        Some(offset) => {
            Err((value_at + offset, String::from("'<' in the value of an attribute is written &lt;")))
        }
        None => Ok((Raw { at, name, value, value_at }, rest)),
    }
}

fn is_declaration(name: &str) -> bool {
    name == "xmlns" || prefix(name) == "xmlns"
}

/// Declares the namespaces among the attributes; whether the default one is among them.
fn declare<'a>(raw: &[Raw<'a>], depth: usize, scope: &mut Scope<'a>) -> Result<bool, Problem> {
    let mut prefixes: Vec<&str> = Vec::new();
    for raw in raw.iter().filter(|raw| is_declaration(raw.name)) {
        let prefix = raw.name.strip_prefix("xmlns:").unwrap_or_default();
        if prefixes.contains(&prefix) {
            return Err((raw.at, duplicate(raw.name)));
        }
        if raw.name != "xmlns" {
            check_name(prefix).map_err(|problem| (raw.at, problem))?;
        }
        prefixes.push(prefix);
        let value = unescape_attribute(raw.value).map_err(|(at, problem)| (raw.value_at + at, problem))?;
        scope.declare(depth, prefix, value).map_err(|problem| (raw.at, problem))?;
    }
    Ok(prefixes.contains(&""))
}

/// A name with its namespace, and where that was declared.
fn resolve<'a>(
    name: &'a str,
    at: usize,
    scope: &Scope<'a>,
    is_element: bool,
) -> Result<(Name<'a>, usize), Problem> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    check_name(local).map_err(|problem| (at, problem))?;
    if prefix.is_empty() && name.len() == local.len() && !is_element {
        return Ok((Name { prefix, local, namespace: Cow::Borrowed("") }, 0));
    }
    if name.len() != local.len() {
        check_name(prefix).map_err(|problem| (at, problem))?;
    }
    let (namespace, depth) = scope
        .find(prefix)
        .ok_or_else(|| (at, format!("the namespace prefix {} is not declared", quoted(prefix))))?;
    Ok((Name { prefix, local, namespace }, depth))
}

/// Whether `name` is a name of XML without colon.
fn check_name(name: &str) -> Result<(), String> {
    let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\u{b7}');
    if begins && name.chars().all(goes_on) {
        Ok(())
    } else {
        Err(format!("{} is no name of XML", quoted(name)))
    }
}

fn check_duplicates(attributes: &[Attribute<'_>]) -> Result<(), Problem> {
    for (index, attribute) in attributes.iter().enumerate() {
        let same = |other: &Attribute<'_>| other.name.is(&attribute.name.namespace, attribute.name.local);
        if attributes[..index].iter().any(same) {
            return Err((attribute.at, duplicate(attribute.name.local)));
        }
    }
    Ok(())
}

fn duplicate(name: &str) -> String {
    format!("the attribute {} appears twice in one element", quoted(name))
}
