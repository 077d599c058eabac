//! Narratives (<http://hl7.org/fhir/R4/narrative.html>): XHTML that JSON holds as text.

use super::read::Reader;
use super::tag::Tag;
use super::token::{Token, Tokens};
use super::{XHTML, XmlProblem, escape_text, limits};
use crate::Location;
use crate::outcome::{cut, quoted};

/// What is copied from the document, prefixes of names left out.
struct Copy {
    text: String,
    /// How far the document has been copied.
    to: usize,
}

impl Copy {
    fn up_to(&mut self, tokens: &Tokens<'_>, offset: usize) {
        self.text.push_str(tokens.slice(self.to, offset));
        self.to = offset;
    }

    fn leave_out(&mut self, tokens: &Tokens<'_>, prefix: &str, at: usize) {
        if !prefix.is_empty() {
            self.up_to(tokens, at);
            self.to += prefix.len() + 1;
        }
    }
}

impl Reader<'_> {
    /// Reads the `div` that begins with `tag`: as it was written, save that it declares its namespace itself and its
    /// elements go without prefix, so that the text stands alone.
    pub(super) fn narrative(&mut self, tag: &Tag<'_>, place: &Location<'_>) -> Result<String, XmlProblem> {
        let outer = self.tokens.depth();
        let mut copy = Copy { text: String::new(), to: tag.at };
        self.narrative_tag(tag, outer, &mut copy, place);
        if !tag.declares_default {
            copy.up_to(&self.tokens, tag.at + 1 + written_length(tag));
            copy.text.push_str(" xmlns=\"");
            copy.text.push_str(XHTML);
            copy.text.push('"');
        }
        loop {
            match self.next()? {
                Token::Start(tag) => self.narrative_tag(&tag, outer, &mut copy, place),
                Token::End(end) => {
                    copy.leave_out(&self.tokens, end.prefix, end.at + 2);
                    if self.tokens.depth() < outer {
                        copy.up_to(&self.tokens, end.end);
                        return Ok(copy.text);
                    }
                }
                Token::Text(_) | Token::Ignorable(_) => {}
            }
        }
    }

    fn narrative_tag(&mut self, tag: &Tag<'_>, outer: usize, copy: &mut Copy, place: &Location<'_>) {
        copy.leave_out(&self.tokens, tag.name.prefix, tag.at + 1);
        let is_moved = |attribute: &&super::Attribute<'_>| {
            !attribute.name.prefix.is_empty()
                && attribute.name.prefix != "xml"
                && attribute.declared_at < outer
        };
        if tag.name.namespace != XHTML {
            self.tell(tag.at, place, || format!("the element <{}> is not XHTML", cut(tag.name.local)));
        } else if tag.declares_default && !tag.name.prefix.is_empty() {
            self.tell(tag.at, place, || {
                String::from("write XHTML without prefix where another default namespace is declared")
            });
        } else if let Some(attribute) = tag.attributes.iter().find(is_moved) {
            let prefix = quoted(attribute.name.prefix);
            self.tell(attribute.at, place, || {
                format!("the prefix {prefix} must be declared inside the narrative")
            });
        }
    }
}

/// The length of a tag's name with its prefix.
fn written_length(tag: &Tag<'_>) -> usize {
    let prefix = tag.name.prefix.len();
    tag.name.local.len() + if prefix > 0 { prefix + 1 } else { 0 }
}

/// Appends the narrative `text` of JSON. What is not well-formed XHTML in a `div` cannot be XML: it becomes the plain
/// text of a `div`, so that it is seen as it is.
pub(super) fn write(text: &str, out: &mut Vec<u8>) {
    let trimmed = text.trim();
    match check(trimmed) {
        Some(true) => out.extend_from_slice(trimmed.as_bytes()),
        Some(false) => {
            out.extend_from_slice(format!("<div xmlns=\"{XHTML}\"").as_bytes());
            out.extend_from_slice(trimmed.trim_start_matches("<div").as_bytes());
        }
        None => {
            out.extend_from_slice(format!("<div xmlns=\"{XHTML}\">").as_bytes());
            escape_text(text, out);
            out.extend_from_slice(b"</div>");
        }
    }
}

/// Whether a well-formed `div` declares its namespace; nothing for what is none.
fn check(text: &str) -> Option<bool> {
    if !text.starts_with("<div") {
        return None;
    }
    let mut tokens = Tokens::new(text, limits::NARRATIVE_DEPTH).ok()?;
    let Some(Token::Start(root)) = tokens.next_token().ok()? else { return None };
    let (namespace, declares) = (root.name.namespace.as_ref(), root.declares_default);
    if root.name.local != "div" || !(namespace == XHTML || !declares && namespace.is_empty()) {
        return None;
    }
    while tokens.next_token().ok()?.is_some() {}
    Some(declares)
}
