//! JSON Pointer (RFC 6901): where in a tree something is.

use fhir::outcome::{cut, quoted};
use fhir::{Json, Object};
use std::fmt;

/// A pointer: the names and indices to follow from the root, unescaped. Without any it is the root itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    tokens: Vec<String>,
}

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, in words that follow the quoted pointer.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Pointer { tokens: Vec::new() });
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err("is no JSON Pointer: it must begin with '/', for example /name/0/family");
        };
        let tokens = rest.split('/').map(unescape).collect::<Option<_>>();
        tokens.map(|tokens| Pointer { tokens }).ok_or("is no JSON Pointer: '~' is written ~0 and '/' is ~1")
    }

    /// The pointer to what holds the target, and the target's name or index; nothing for the root.
    pub(crate) fn split_last(&self) -> Option<(&str, &[String])> {
        self.tokens.split_last().map(|(last, parents)| (last.as_str(), parents))
    }

    /// All names and indices.
    pub(crate) fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Whether `other` lies inside what this points to.
    pub(crate) fn is_above(&self, other: &Pointer) -> bool {
        other.tokens.len() > self.tokens.len() && other.tokens.starts_with(&self.tokens)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cut(&written(&self.tokens)))
    }
}

fn written(tokens: &[String]) -> String {
    tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect()
}

/// A place in a message: the pointer, or words for the root.
pub(crate) fn shown(tokens: &[String]) -> String {
    if tokens.is_empty() { String::from("the resource") } else { cut(&written(tokens)) }
}

fn unescape(token: &str) -> Option<String> {
    let is_escaped = |(index, _)| matches!(token.as_bytes().get(index + 1), Some(b'0' | b'1'));
    token.match_indices('~').all(is_escaped).then(|| token.replace("~1", "/").replace("~0", "~"))
}

/// The value at `tokens`.
///
/// # Errors
///
/// Where the way ends, what is there, and what was looked for.
pub(crate) fn find<'t>(root: &'t Json, tokens: &[String]) -> Result<&'t Json, String> {
    let mut value = root;
    for (depth, token) in tokens.iter().enumerate() {
        let at = &tokens[..depth];
        value = match value {
            Json::Object(object) => object.get(token).ok_or_else(|| no_member(object, token, at))?,
            Json::Array(items) => &items[existing_index(items.len(), token, at)?],
            other => return Err(no_inside(other, token, at)),
        };
    }
    Ok(value)
}

/// As [`find`], to be changed in place.
pub(crate) fn find_mut<'t>(root: &'t mut Json, tokens: &[String]) -> Result<&'t mut Json, String> {
    find(root, tokens)?;
    let step = |value: &'t mut Json, token: &String| match value {
        Json::Object(object) => object.get_mut(token),
        Json::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    };
    tokens.iter().try_fold(root, step).ok_or_else(String::new)
}

/// The index that `token` names in an array of `len` items at `at`; below `len`.
pub(crate) fn existing_index(len: usize, token: &str, at: &[String]) -> Result<usize, String> {
    if token == "-" {
        return Err(format!(
            "'-' stands for the place after the last item of {}, where nothing is",
            shown(at)
        ));
    }
    match index(token) {
        Some(index) if index < len => Ok(index),
        Some(_) => Err(no_item(len, token, at)),
        None => Err(no_index(len, token, at)),
    }
}

/// The index at which `token` lets something be inserted into an array of `len` items at `at`; at most `len`.
pub(crate) fn insertion_index(len: usize, token: &str, at: &[String]) -> Result<usize, String> {
    match index(token) {
        _ if token == "-" => Ok(len),
        Some(index) if index <= len => Ok(index),
        Some(_) => Err(no_item(len, token, at)),
        None => Err(no_index(len, token, at)),
    }
}

/// An array index: digits without leading zeros. One that is too large for the machine is beyond every array.
fn index(token: &str) -> Option<usize> {
    let is_index = token == "0" || (!token.starts_with('0') && !token.is_empty());
    (is_index && token.bytes().all(|byte| byte.is_ascii_digit())).then(|| token.parse().unwrap_or(usize::MAX))
}

fn no_item(len: usize, token: &str, at: &[String]) -> String {
    let items = if len == 1 { "1 item" } else { &format!("{len} items") };
    format!("{} has {items}; there is no index {}", shown(at), cut(token))
}

fn no_index(len: usize, token: &str, at: &[String]) -> String {
    let last =
        if len == 0 { String::from("it is empty") } else { format!("its indices are 0 to {}", len - 1) };
    format!("{} is a list and {} is no index; {last}", shown(at), quoted(token))
}

pub(crate) fn no_member(object: &Object, token: &str, at: &[String]) -> String {
    let names: Vec<&str> = object.iter().map(|(name, _)| name).take(LISTED_NAMES + 1).collect();
    let has = match names.len() {
        0 => String::from("; it is empty"),
        1..=LISTED_NAMES => format!("; it has {}", cut(&names.join(", "))),
        _ => String::new(),
    };
    format!("{} has no {}{has}", shown(at), quoted(token))
}

/// Objects with at most this many members have them listed.
const LISTED_NAMES: usize = 12;

pub(crate) fn no_inside(value: &Json, token: &str, at: &[String]) -> String {
    format!("{} is {}, which has nothing inside; {} was looked for", shown(at), value.kind(), quoted(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir::json;

    #[test]
    fn the_pointers_of_rfc_6901_find_their_values() {
        let document = json!({
            "foo": ["bar", "baz"], "": 0i64, "a/b": 1i64, "c%d": 2i64, "e^f": 3i64, "g|h": 4i64,
            "i\\j": 5i64, "k\"l": 6i64, " ": 7i64, "m~n": 8i64
        });
        let cases = [
            ("/foo/0", "\"bar\""),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
            ("/foo", "[\"bar\",\"baz\"]"),
        ];
        for (text, expected) in cases {
            let pointer = Pointer::parse(text).unwrap();
            assert_eq!(find(&document, pointer.tokens()).unwrap().to_string(), expected, "{text}");
            assert_eq!(pointer.to_string(), text);
        }
        assert!(std::ptr::eq(find(&document, Pointer::parse("").unwrap().tokens()).unwrap(), &document));
    }

    #[test]
    fn escapes_are_undone_in_the_order_that_the_rfc_asks_for() {
        assert_eq!(Pointer::parse("/~01").unwrap().tokens(), ["~1"]);
        for text in ["a", "/~", "/~2", "/a~"] {
            assert!(Pointer::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn indices_have_no_leading_zeros_and_no_sign() {
        let at = [String::from("name")];
        for token in ["00", "01", "+1", "-1", "1e0", "", " 1", "１"] {
            assert!(existing_index(3, token, &at).unwrap_err().contains("is no index"), "{token:?}");
        }
        assert_eq!(existing_index(3, "2", &at), Ok(2));
        assert_eq!(insertion_index(3, "3", &at), Ok(3));
        assert_eq!(insertion_index(3, "-", &at), Ok(3));
        let huge = existing_index(3, "99999999999999999999", &at).unwrap_err();
        assert_eq!(huge, "/name has 3 items; there is no index 99999999999999999999");
    }
}
