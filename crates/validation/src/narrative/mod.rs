//! Narratives (<http://hl7.org/fhir/R4/narrative.html#xhtml>): a `div` of XHTML that formats text and runs nothing
//! (`txt-1`), and that says something (`txt-2`).
//!
//! The text is read as XML, so that what is checked is what a reader of the resource gets. Lists say what is allowed;
//! whatever they leave out is refused.

mod allowed;
mod links;

use crate::place::Place;
use crate::walk::Walk;
use allowed::{is_attribute, is_element};
use fhir::IssueCode;
use fhir::outcome::{cut, quoted};
use fhir::xml::is_allowed;
use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// At most about this many problems are told of one narrative.
const MAX_PROBLEMS: usize = 10;

/// At most this many attributes of one element are looked at; none may have as many.
const MAX_ATTRIBUTES: usize = 64;

impl Walk<'_> {
    /// Checks the text of a `div`.
    pub(crate) fn narrative(&mut self, text: &str, place: &Place<'_>) {
        for (key, problem) in Narrative::check(text) {
            self.findings.add(IssueCode::Invariant, place, format!("{key}: {} {problem}", place.path()));
        }
    }
}

/// Whether nothing is wrong with the text of a `div`.
pub(crate) fn is_harmless(text: &str) -> bool {
    Narrative::check(text).is_empty()
}

/// What has been seen of a narrative, and what is wrong with it.
#[derive(Default)]
struct Narrative {
    /// Open elements.
    depth: usize,
    /// The outermost `div` was opened.
    begun: bool,
    /// It has text other than white space, or an image.
    says_something: bool,
    problems: Vec<(&'static str, String)>,
}

impl Narrative {
    /// The problems, each with the key of its constraint.
    fn check(text: &str) -> Vec<(&'static str, String)> {
        let mut narrative = Narrative::default();
        if let Some(character) = text.chars().find(|character| !is_allowed(*character)) {
            narrative.problem(no_character(character));
            return narrative.problems;
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        loop {
            if narrative.problems.len() >= MAX_PROBLEMS {
                return narrative.problems;
            }
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => {
                    if !narrative.event(&event) {
                        return narrative.problems;
                    }
                }
                Err(error) => {
                    narrative.problem(ill_formed(&error));
                    return narrative.problems;
                }
            }
        }
        narrative.end();
        narrative.problems
    }

    fn problem(&mut self, text: String) {
        let problem = ("txt-1", text);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Takes one part of the text; whether there is any use in reading on.
    fn event(&mut self, event: &Event<'_>) -> bool {
        let is_outside = self.depth == 0;
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                if is_outside && !self.begin(tag) {
                    return false;
                }
                self.element(tag);
                self.depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Comment(_) => {}
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(_) if !is_outside => self.says_something = true,
            Event::GeneralRef(reference) if !is_outside => self.reference(reference),
            Event::CData(_) => {
                self.problem(String::from("must not contain CDATA; escape '<' and '&' instead"))
            }
            Event::PI(_) | Event::Decl(_) => {
                self.problem(String::from("must not contain processing instructions (<?…?>)"));
            }
            Event::DocType(_) => {
                self.problem(String::from("must not contain a document type (<!DOCTYPE …>)"))
            }
            _ => {
                self.outside();
                return false;
            }
        }
        true
    }

    /// What stands before or after the `div`.
    fn outside(&mut self) {
        match self.begun {
            true => self.problem(String::from("must end where its <div> ends")),
            false => self.problem(format!("must be XHTML in <div xmlns=\"{XHTML}\">…</div>")),
        }
    }

    /// The outermost element: one `div` that says it is XHTML.
    fn begin(&mut self, tag: &BytesStart<'_>) -> bool {
        if self.begun || tag.name().as_ref() != "div" {
            self.outside();
            return false;
        }
        self.begun = true;
        let is_xhtml =
            |attribute: Attribute<'_>| attribute.key.as_ref() == "xmlns" && attribute.value == XHTML;
        if !tag.attributes().take(MAX_ATTRIBUTES).flatten().any(is_xhtml) {
            self.problem(format!("must begin with <div xmlns=\"{XHTML}\">"));
        }
        true
    }

    fn element(&mut self, tag: &BytesStart<'_>) {
        let name = tag.name();
        let name = name.as_ref();
        if !is_element(name) {
            return self.problem(format!(
                "must not contain <{}>; only the formatting elements of HTML 4.0 are allowed, in lower case",
                cut(name)
            ));
        }
        self.says_something |= name == "img";
        for (index, attribute) in tag.attributes().enumerate() {
            if index == MAX_ATTRIBUTES {
                return self.problem(format!("has a <{name}> with more than {MAX_ATTRIBUTES} attributes"));
            }
            match attribute {
                Ok(attribute) => self.attribute(name, &attribute),
                Err(error) => self.problem(format!("has a <{name}> that is not well-formed: {error}")),
            }
            if self.problems.len() >= MAX_PROBLEMS {
                return;
            }
        }
    }

    fn attribute(&mut self, element: &str, attribute: &Attribute<'_>) {
        let name = attribute.key.as_ref();
        let Ok(value) = attribute.normalized_value(XmlVersion::Explicit1_0) else {
            return self.problem(format!(
                "has the value {} for {} of <{element}>, whose entities XML does not know",
                quoted(&attribute.value),
                cut(name)
            ));
        };
        if let Some(character) = value.chars().find(|character| !is_allowed(*character)) {
            self.problem(no_character(character));
        }
        if attribute.value.contains('<') {
            self.problem(format!("has '<' in {} of <{element}>; write &lt;", cut(name)));
        }
        if name == "xmlns" {
            if value != XHTML {
                self.problem(format!("must not change its namespace to {}", quoted(&value)));
            }
        } else if !is_attribute(element, name) {
            let what = if name.to_ascii_lowercase().starts_with("on") { ", an event handler" } else { "" };
            self.problem(format!("must not have the attribute {} on <{element}>{what}", quoted(name)));
        } else if links::is_url(name) && links::runs_script(element, &value) {
            self.problem(format!(
                "must not have the link {} in {name} of <{element}>; it could run a script",
                quoted(&value)
            ));
        } else if name == "style" && links::style_runs_script(&value) {
            self.problem(format!(
                "must not have the style {} on <{element}>; it loads or runs something",
                quoted(&value)
            ));
        }
    }

    /// `&amp;`, `&#160;`, …
    fn reference(&mut self, reference: &BytesRef<'_>) {
        self.says_something = true;
        let is_known = match reference.is_char_ref() {
            true => matches!(reference.resolve_char_ref(), Ok(Some(character)) if is_allowed(character)),
            false => matches!(&**reference, "amp" | "lt" | "gt" | "quot" | "apos"),
        };
        if !is_known {
            self.problem(format!(
                "must not use &{};: XML does not know it, write the character itself",
                cut(reference)
            ));
        }
    }

    fn end(&mut self) {
        if !self.begun {
            return self.outside();
        }
        if self.depth > 0 {
            self.problem(String::from("has elements that are never closed"));
        }
        if !self.says_something && self.problems.is_empty() {
            self.problems.push(("txt-2", String::from("must have some text or an image")));
        }
    }
}

/// Tells a character that XML cannot hold, in words that follow the path.
fn no_character(character: char) -> String {
    format!("must not contain the character U+{:04X}, which XML cannot hold", u32::from(character))
}

/// What makes the text no XML, in words that follow the path.
fn ill_formed(error: &Error) -> String {
    let tag = |name: &str| format!("</{}>", cut(name));
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("has {} where {} is expected", tag(found), tag(expected))
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => {
            format!("has {} that closes nothing", tag(name))
        }
        other => format!("is not well-formed XML: {}", cut(&other.to_string())),
    }
}
