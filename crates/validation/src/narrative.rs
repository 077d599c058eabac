//! A first look at narratives (<http://hl7.org/fhir/R4/narrative.html#xhtml>): a `div` of XHTML that runs nothing.
//!
//! This is the part of `txt-1` that keeps a reader safe. Which elements and attributes are allowed, and that tags are
//! closed, is for the full check of XHTML.

use crate::place::Place;
use crate::walk::Walk;
use fhir::IssueCode;
use fhir::outcome::quoted;

const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Elements that run or load something.
const ACTIVE_ELEMENTS: [&str; 5] = ["script", "iframe", "object", "embed", "form"];

/// Attributes whose value is a URL.
const URL_ATTRIBUTES: [&str; 9] =
    ["href", "src", "cite", "longdesc", "action", "formaction", "background", "data", "poster"];

/// At most about this many problems are told of one narrative.
const MAX_PROBLEMS: usize = 10;

impl Walk<'_> {
    /// Checks the text of a `div`.
    pub(crate) fn narrative(&mut self, text: &str, place: &Place<'_>) {
        let (mut rest, mut is_first) = (text.trim_start(), true);
        if !is_div(rest) {
            let text = format!("{} must be XHTML in <div xmlns=\"{XHTML}\">…</div>", place.path());
            return self.findings.add(IssueCode::Invariant, place, text);
        }
        if !rest.trim_end().ends_with('>') {
            self.invariant(place, "must end where its <div> ends");
        }
        let mut problems = 0;
        while let Some(start) = rest.find('<').filter(|_| problems < MAX_PROBLEMS) {
            let Some(tag) = Tag::read(&rest[start + 1..]) else {
                return self.invariant(place, "has a tag that is not closed by '>'");
            };
            problems += self.tag(&tag, place);
            if std::mem::take(&mut is_first)
                && !tag.attributes().any(|(name, value)| (name, value) == ("xmlns", XHTML))
            {
                self.invariant(place, &format!("must begin with <div xmlns=\"{XHTML}\">"));
            }
            rest = tag.rest;
        }
    }

    /// Reports what a tag must not have; the number of problems.
    fn tag(&mut self, tag: &Tag<'_>, place: &Place<'_>) -> usize {
        let (name, mut problems) = (local(tag.name()), 0);
        if ACTIVE_ELEMENTS.iter().any(|active| name.eq_ignore_ascii_case(active)) {
            self.invariant(place, &format!("must not contain <{}>", name.to_ascii_lowercase()));
            problems += 1;
        }
        for (name, value) in tag.attributes() {
            if problems == MAX_PROBLEMS {
                break;
            }
            if name.len() > 2 && name.as_bytes()[..2].eq_ignore_ascii_case(b"on") {
                self.invariant(place, &format!("must not have event handlers such as {}", quoted(name)));
                problems += 1;
            }
            let name = local(name);
            if URL_ATTRIBUTES.iter().any(|url| name.eq_ignore_ascii_case(url)) && runs_script(value) {
                self.invariant(place, &format!("must not have script URLs such as {}", quoted(value)));
                problems += 1;
            }
        }
        problems
    }

    fn invariant(&mut self, place: &Place<'_>, problem: &str) {
        self.findings.add(IssueCode::Invariant, place, format!("{} {problem}", place.path()));
    }
}

fn is_div(text: &str) -> bool {
    text.strip_prefix("<div")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/'))
}

/// A name without its namespace prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Whether browsers would run the URL: they skip white space and control characters before and inside the scheme, and
/// resolve character references, which are refused in a scheme for that.
fn runs_script(value: &str) -> bool {
    let Some((scheme, _)) = value.split_once(':') else { return false };
    let plain =
        scheme.chars().filter(|c| !c.is_whitespace() && !c.is_control()).map(|c| c.to_ascii_lowercase());
    let is = |name: &str| plain.clone().eq(name.chars());
    is("javascript") || is("vbscript") || scheme.contains("&#") || value.contains("&colon;")
}

/// A tag without its angle brackets, and what follows it.
struct Tag<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Tag<'t> {
    /// Reads to the closing `>`, which does not count within quotes. Comments end at `-->`.
    fn read(text: &'t str) -> Option<Self> {
        if text.starts_with("!--") {
            return text.find("-->").map(|end| Tag { text: "", rest: &text[end + 3..] });
        }
        let mut quote = None;
        for (index, byte) in text.bytes().enumerate() {
            match (byte, quote) {
                (b'>', None) => return Some(Tag { text: &text[..index], rest: &text[index + 1..] }),
                (b'"' | b'\'', None) => quote = Some(byte),
                (byte, Some(open)) if byte == open => quote = None,
                _ => {}
            }
        }
        None
    }

    fn name(&self) -> &'t str {
        let end = self.text.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(self.text.len());
        &self.text[..end]
    }

    /// Names and values; browsers also part attributes at `/`.
    fn attributes(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        let mut rest = &self.text[self.name().len()..];
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end =
                rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let Some(value) = after.trim_start().strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let value = value.trim_start();
            let (value, after) = match value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
            };
            rest = after;
            Some((name, value))
        })
    }
}
