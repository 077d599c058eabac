//! Characters that XML writes in another way (<https://www.w3.org/TR/xml/#sec-references>).

use crate::outcome::quoted;
use std::borrow::Cow;

/// Whether XML 1.0 may hold the character at all, even as a reference
/// (<https://www.w3.org/TR/xml/#charsets>). What it may not hold no value of FHIR may have: it would have no XML form.
pub const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The value of an attribute as it stands between its quotes: references resolved, white space made spaces
/// (<https://www.w3.org/TR/xml/#AVNormalize>).
///
/// # Errors
///
/// The byte offset in `raw` of a reference that stands for nothing, and why.
pub fn unescape_attribute(raw: &str) -> Result<Cow<'_, str>, (usize, String)> {
    if !raw.contains(['&', '\t', '\n', '\r']) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match character {
            '&' => {
                let at = raw.len() - rest.len();
                let end = rest.find(';').ok_or_else(|| (at, unended()))?;
                value.push(resolve(&rest[1..end]).map_err(|problem| (at, problem))?);
                length = end + 1;
            }
            '\r' if rest.starts_with("\r\n") => {
                value.push(' ');
                length = 2;
            }
            '\t' | '\n' | '\r' => value.push(' '),
            other => value.push(other),
        }
        rest = &rest[length..];
    }
    Ok(Cow::Owned(value))
}

pub(super) fn unended() -> String {
    String::from("'&' begins a reference that has no end; write the character itself as &amp;")
}

/// The character that the reference `&name;` stands for.
pub(super) fn resolve(name: &str) -> Result<char, String> {
    let number = |digits: &str, radix| {
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        u32::from_str_radix(digits, radix).ok().filter(|_| is_number).and_then(char::from_u32)
    };
    let found = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => match name.strip_prefix('#') {
            Some(digits) => {
                digits.strip_prefix('x').map_or_else(|| number(digits, 10), |digits| number(digits, 16))
            }
            None => return Err(undefined(name)),
        },
    };
    found
        .filter(|character| is_allowed(*character))
        .ok_or_else(|| format!("{} is no character of XML", quoted(&format!("&{name};"))))
}

fn undefined(name: &str) -> String {
    format!(
        "the entity {} is not defined; XML itself has only lt, gt, amp, apos and quot: write other characters as they \
         are, or by number as in &#160;",
        quoted(name)
    )
}

/// Appends `text` as the value of an attribute in double quotes. What XML cannot hold becomes U+FFFD.
pub fn escape_attribute(text: &str, out: &mut Vec<u8>) {
    escape(text, out, |character| match character {
        '"' => Some("&quot;"),
        '\t' => Some("&#9;"),
        '\n' => Some("&#10;"),
        other => in_text(other),
    });
}

/// Appends `text` as the content of an element. What XML cannot hold becomes U+FFFD.
pub fn escape_text(text: &str, out: &mut Vec<u8>) {
    escape(text, out, in_text);
}

const fn in_text(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#13;"),
        other if !is_allowed(other) => Some("\u{fffd}"),
        _ => None,
    }
}

fn escape(text: &str, out: &mut Vec<u8>, escaped: impl Fn(char) -> Option<&'static str>) {
    let mut copied = 0;
    for (index, character) in text.char_indices() {
        if let Some(written) = escaped(character) {
            out.extend_from_slice(&text.as_bytes()[copied..index]);
            out.extend_from_slice(written.as_bytes());
            copied = index + character.len_utf8();
        }
    }
    out.extend_from_slice(&text.as_bytes()[copied..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let text = "a<b>&\"c'\r\n\té😀";
        let mut out = Vec::new();
        escape_attribute(text, &mut out);
        let raw = String::from_utf8(out).unwrap();
        assert_eq!(raw, "a&lt;b&gt;&amp;&quot;c'&#13;&#10;&#9;é😀");
        assert_eq!(unescape_attribute(&raw).unwrap(), text);
    }

    #[test]
    fn white_space_of_attributes_becomes_spaces_unless_it_is_referred_to() {
        assert_eq!(unescape_attribute("a\r\nb\nc\td&#xA;e").unwrap(), "a b c d\ne");
    }

    #[test]
    fn references_to_nothing_are_refused_at_their_place() {
        let nothing =
            ["x&nbsp;", "x&;", "x&#;", "x&#x;", "x&#0;", "x&#1;", "x&#xD800;", "x&#xFFFE;", "x&#-5;"];
        for raw in nothing.into_iter().chain(["x&#+5;", "x&#99999999999;", "x&amp", "x& y"]) {
            assert_eq!(unescape_attribute(raw).unwrap_err().0, 1, "{raw}");
        }
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_replaced() {
        let mut out = Vec::new();
        escape_text("a\u{0}\u{1b}\u{ffff}b", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "a\u{fffd}\u{fffd}\u{fffd}b");
    }
}
