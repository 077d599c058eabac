//! Separators and escapes in values (<http://hl7.org/fhir/R4/search.html#escaping>): a `\` before `,`, `|`, `$` and
//! itself takes their meaning away.

use std::borrow::Cow;

/// What a value with a stray `\` is told.
pub(crate) const BAD_ESCAPE: &str =
    "valid: a backslash must be followed by ',', '|', '$' or another backslash";

/// The parts of a value between the separators that are not escaped; the parts still have their escapes.
pub(crate) fn split(value: &str, separator: u8) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (index, byte) in value.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == separator {
            parts.push(&value[start..index]);
            start = index + 1;
        }
    }
    parts.push(&value[start..]);
    parts
}

/// The text without its escapes; `None` if a `\` stands before anything else than what it may escape.
pub(crate) fn unescape(part: &str) -> Option<Cow<'_, str>> {
    if !part.contains('\\') {
        return Some(Cow::Borrowed(part));
    }
    let mut text = String::with_capacity(part.len());
    let mut characters = part.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.push(characters.next().filter(|escaped| matches!(escaped, ',' | '|' | '$' | '\\'))?),
            _ => text.push(character),
        }
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_count_unless_they_are_escaped() {
        assert_eq!(split("a,b", b','), ["a", "b"]);
        assert_eq!(split(r"a\,b,c", b','), [r"a\,b", "c"]);
        assert_eq!(split(r"a\\,b", b','), [r"a\\", "b"]);
        assert_eq!(split("", b','), [""]);
        assert_eq!(split(",", b','), ["", ""]);
        assert_eq!(split("ä|ö", b'|'), ["ä", "ö"]);
    }

    #[test]
    fn escapes_are_taken_away_and_stray_ones_refused() {
        assert_eq!(unescape(r"a\,b\|c\$d\\e").as_deref(), Some(r"a,b|c$d\e"));
        assert_eq!(unescape("plain").as_deref(), Some("plain"));
        assert_eq!(unescape(r"xx\xx"), None);
        assert_eq!(unescape("x\\"), None);
    }
}
