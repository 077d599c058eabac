//! XML as a sequence of tags and text: quick-xml finds where they begin and end, and what it leaves to its users is
//! checked here, so that whoever reads tokens to the end has read a well-formed document.

use super::escape::{is_allowed, resolve, unended};
use super::problem::XmlProblem;
use super::scope::Scope;
use super::tag::{self, EndTag, Tag};
use crate::outcome::cut;
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;
use std::borrow::Cow;

/// One piece of a document.
#[derive(Clone, Debug)]
pub enum Token<'a> {
    /// An element begins. An empty one ends with the next token.
    Start(Tag<'a>),
    /// The innermost open element ends.
    End(EndTag<'a>),
    /// Text, part of a text, white space alone included.
    Text(Text<'a>),
    /// A comment or processing instruction, as it was written.
    Ignorable(&'a str),
}

/// Text as it was written: plain, one reference, or a CDATA section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    /// The byte offset.
    pub at: usize,
    /// What was written, markup included.
    pub raw: &'a str,
}

impl<'a> Text<'a> {
    /// Whether it is white space and no more.
    pub fn is_space(self) -> bool {
        self.raw.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// The text that it stands for.
    pub fn content(self) -> Cow<'a, str> {
        if let Some(rest) = self.raw.strip_prefix("<![CDATA[") {
            return Cow::Borrowed(rest.strip_suffix("]]>").unwrap_or(rest));
        }
        match self.raw.strip_prefix('&').and_then(|rest| resolve(rest.strip_suffix(';')?).ok()) {
            Some(character) => Cow::Owned(character.to_string()),
            None => Cow::Borrowed(self.raw),
        }
    }
}

/// Reads the tokens of a document.
pub struct Tokens<'a> {
    text: &'a str,
    /// The byte offset in `text` from which `reader` counts: a byte order mark is left out.
    base: usize,
    reader: Reader<&'a [u8]>,
    scope: Scope<'a>,
    depth: usize,
    max_depth: usize,
    has_root: bool,
    /// Where an empty element ends, once its start has been told.
    pending_end: Option<usize>,
}

type Step<'a> = Result<Option<Token<'a>>, (usize, String)>;

impl<'a> Tokens<'a> {
    /// Prepares to read `text`. `max_depth` is how many elements may be nested.
    ///
    /// # Errors
    ///
    /// There is a character that no XML document may hold.
    pub fn new(text: &'a str, max_depth: usize) -> Result<Self, XmlProblem> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let base = text.len() - body.len();
        if let Some((at, character)) = body.char_indices().find(|(_, character)| !is_allowed(*character)) {
            let code = u32::from(character);
            return Err(XmlProblem::new(
                text,
                base + at,
                format!("the character U+{code:04X} is not allowed in XML"),
            ));
        }
        let mut reader = Reader::from_str(body);
        reader.config_mut().enable_all_checks(true);
        let scope = Scope::default();
        Ok(Tokens { text, base, reader, scope, depth: 0, max_depth, has_root: false, pending_end: None })
    }

    /// The next token; nothing at the end of a complete document.
    ///
    /// # Errors
    ///
    /// The document is not well-formed, declares a document type, or passes a limit. Reading on makes no sense.
    pub fn next_token(&mut self) -> Result<Option<Token<'a>>, XmlProblem> {
        self.step().map_err(|(at, problem)| XmlProblem::new(self.text, at, problem))
    }

    /// The document from one byte offset to another.
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The namespace that a prefix stands for inside the element that is open now; the empty prefix for the default.
    /// Nothing for a prefix that is not declared.
    pub fn namespace(&self, prefix: &str) -> Option<Cow<'a, str>> {
        self.scope.find(prefix).map(|(namespace, _)| namespace)
    }

    /// A problem at a byte offset.
    pub fn problem(&self, at: usize, problem: impl Into<String>) -> XmlProblem {
        XmlProblem::new(self.text, at, problem)
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.depth
    }

    fn position(&self) -> usize {
        self.base + usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn step(&mut self) -> Step<'a> {
        if let Some(end) = self.pending_end.take() {
            return Ok(Some(self.close(EndTag { at: end, prefix: "", end })));
        }
        let start = self.position();
        let event = self.reader.read_event().map_err(|error| self.reader_problem(&error))?;
        let end = self.position();
        let raw = self.slice(start, end);
        match event {
            Event::Start(_) => self.open(start, end - 1).map(Token::Start).map(Some),
            Event::Empty(_) => {
                let tag = self.open(start, end - 2)?;
                self.pending_end = Some(end);
                Ok(Some(Token::Start(tag)))
            }
            Event::End(_) => {
                let prefix = tag::prefix(raw.trim_start_matches("</"));
                Ok(Some(self.close(EndTag { at: start, prefix, end })))
            }
            Event::Text(_) => self.text(start, raw),
            Event::GeneralRef(name) => {
                resolve(&name).map_err(|problem| (start, problem))?;
                self.text(start, raw)
            }
            Event::CData(_) => self.text(start, raw),
            Event::Comment(_) | Event::PI(_) => Ok(Some(Token::Ignorable(raw))),
            Event::Decl(_) => self.declaration(start, raw),
            Event::DocType(_) => Err((start, String::from("a document type (<!DOCTYPE …>) is not allowed"))),
            Event::Eof => self.end(start),
        }
    }

    fn open(&mut self, start: usize, end: usize) -> Result<Tag<'a>, (usize, String)> {
        if self.depth == 0 && self.has_root {
            return Err((start, String::from("there is a second root element; a document has one")));
        }
        if self.depth == self.max_depth {
            return Err((start, format!("nested deeper than the limit of {} levels", self.max_depth)));
        }
        let content = self.slice(start + 1, end);
        let tag = tag::read(content, start + 1, self.depth + 1, &mut self.scope)?;
        self.has_root = true;
        self.depth += 1;
        Ok(tag)
    }

    fn close(&mut self, end: EndTag<'a>) -> Token<'a> {
        self.depth = self.depth.saturating_sub(1);
        self.scope.close(self.depth);
        Token::End(end)
    }

    fn text(&self, at: usize, raw: &'a str) -> Step<'a> {
        let text = Text { at, raw };
        if self.depth == 0 && !text.is_space() {
            return Err((at, format!("text outside the root element: '{}'", cut(raw))));
        }
        match raw.find("]]>").filter(|_| !raw.starts_with("<![CDATA[")) {
            Some(offset) => Err((at + offset, String::from("']]>' in text is written ]]&gt;"))),
            None => Ok(Some(Token::Text(text))),
        }
    }

    /// The declaration `<?xml … ?>`: at the beginning, and for UTF-8.
    fn declaration(&self, at: usize, raw: &'a str) -> Step<'a> {
        if at > self.base {
            return Err((at, String::from("the XML declaration must be the very first of the document")));
        }
        let named = raw.split_once("encoding").and_then(|(_, rest)| {
            let rest = rest.trim_start().strip_prefix('=')?.trim_start();
            let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            rest[1..].split_once(quote).map(|(encoding, _)| encoding)
        });
        match named {
            Some(encoding)
                if !["utf-8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(encoding)) =>
            {
                Err((at, format!("the encoding '{}' is not supported; send UTF-8", cut(encoding))))
            }
            _ => Ok(Some(Token::Ignorable(raw))),
        }
    }

    fn end(&self, at: usize) -> Step<'a> {
        match (self.depth, self.has_root) {
            (0, true) => Ok(None),
            (0, false) => Err((at, String::from("the body is empty; an XML document was expected"))),
            (depth, _) => Err((at, format!("the body ends while {depth} elements are open"))),
        }
    }

    fn reader_problem(&self, error: &Error) -> (usize, String) {
        let at = self.base + usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
        let problem = match error {
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                format!("expected the end tag </{}>, found </{}>", cut(expected), cut(found))
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
                format!("the end tag </{}> ends nothing", cut(found))
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => unended(),
            Error::IllFormed(IllFormedError::DoubleHyphenInComment) => {
                String::from("'--' is not allowed in a comment")
            }
            other => format!("this is not well-formed XML: {}", cut(&other.to_string())),
        };
        (at, problem)
    }
}
