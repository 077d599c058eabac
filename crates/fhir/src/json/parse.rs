//! The JSON parser (RFC 8259), stricter than most: duplicate names, a byte order mark, lone surrogates
//! and data after the value are refused, and every refusal says where.

use super::{Json, Number, Object};
use crate::text_position::line_and_column;
use std::fmt;

/// Why a body is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is wrong, without the place.
    pub problem: String,
    /// Whether the problem is that a name appears twice in one object.
    pub is_duplicate: bool,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

/// At most this many duplicate names are reported of one body; the first thousand help nobody more.
const REPORTED_DUPLICATES: usize = 50;

/// How many bytes a body has at least for each of its values, beyond the first [`FREE_VALUES`]. Resources have some
/// twenty; a body of nothing but small numbers would take sixty times its length as a tree.
const BYTES_A_VALUE: usize = 8;
const FREE_VALUES: usize = 20_000;

/// Parses a body into a tree. `max_depth` is how many arrays and objects may be nested; with `usize::MAX`, for what this
/// program has written itself, nothing is bounded.
///
/// # Errors
///
/// All duplicate names, in order, and then the first syntax error, if any.
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Json, Vec<SyntaxError>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => {
            let valid = String::from_utf8_lossy(&bytes[..e.valid_up_to()]);
            return Err(vec![error_at(&valid, valid.len(), "the bytes are not valid UTF-8")]);
        }
    };
    let mut parser = Parser::of(text, max_depth);
    let value = parser.document();
    let mut errors: Vec<SyntaxError> = parser.duplicates;
    match value {
        Ok(value) if errors.is_empty() => Ok(value),
        Ok(_) => Err(errors),
        Err(problem) => {
            errors.push(error_at(text, problem.at, &problem.text));
            Err(errors)
        }
    }
}

fn error_at(text: &str, offset: usize, problem: &str) -> SyntaxError {
    let (line, column) = line_and_column(text, offset);
    SyntaxError { line, column, problem: problem.to_owned(), is_duplicate: false }
}

/// Whether `text` is the literal of a number and nothing else.
pub(super) fn is_number(text: &str) -> bool {
    let mut parser = Parser::of(text, 0);
    parser.number().is_ok() && parser.at == text.len()
}

struct Problem {
    at: usize,
    text: String,
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    max_depth: usize,
    /// How many more values there may be.
    room: usize,
    duplicates: Vec<SyntaxError>,
}

impl<'a> Parser<'a> {
    fn of(text: &'a str, max_depth: usize) -> Self {
        let bytes = text.as_bytes();
        let room =
            if max_depth == usize::MAX { usize::MAX } else { FREE_VALUES + bytes.len() / BYTES_A_VALUE };
        Parser { text, bytes, at: 0, max_depth, room, duplicates: Vec::new() }
    }

    fn document(&mut self) -> Result<Json, Problem> {
        if self.text.starts_with('\u{feff}') {
            return self.fail("a byte order mark is not allowed; send plain UTF-8");
        }
        self.space();
        if self.at == self.bytes.len() {
            return self.fail("the body is empty; a JSON object was expected");
        }
        let value = self.value(0)?;
        self.space();
        if self.at < self.bytes.len() {
            return self.fail("there is data after the end of the JSON value");
        }
        Ok(value)
    }

    fn fail<T>(&self, text: impl Into<String>) -> Result<T, Problem> {
        Err(Problem { at: self.at, text: text.into() })
    }

    /// Says what stands here instead of what was `expected`.
    fn unexpected<T>(&self, expected: &str) -> Result<T, Problem> {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => self.fail(format!("expected {expected}, found {found:?}")),
            None => self.fail(format!("expected {expected}, but the body ends here")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, Problem> {
        let Some(room) = self.room.checked_sub(1) else {
            return self
                .fail("there are more values than a resource of this length has; send less at a time");
        };
        self.room = room;
        match self.peek() {
            Some(b'{') => self.object(depth + 1).map(Json::Object),
            Some(b'[') => self.array(depth + 1).map(Json::Array),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.unexpected("a JSON value"),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, Problem> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            self.fail(format!("expected {word}"))
        }
    }

    fn check_depth(&self, depth: usize) -> Result<(), Problem> {
        if depth > self.max_depth {
            return self.fail(format!("nested deeper than the limit of {} levels", self.max_depth));
        }
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<Object, Problem> {
        self.check_depth(depth)?;
        self.at += 1;
        // Most objects have one or two members, most arrays one item: room for four of each would be mostly empty.
        let mut object = Object { members: Vec::with_capacity(2) };
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(object);
        }
        // Beyond a few members a linear look for duplicates would cost the square of a hostile object.
        let mut seen: Option<std::collections::HashSet<Box<str>>> = None;
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.unexpected("a member name in double quotes");
            }
            let name_at = self.at;
            let name = self.string()?.into_boxed_str();
            self.space();
            if self.peek() != Some(b':') {
                return self.unexpected("':' after the member name");
            }
            self.at += 1;
            self.space();
            // Told before the value is read: problems come in the order of the text.
            let is_duplicate = match &mut seen {
                None => object.members.iter().any(|(known, _)| *known == name),
                Some(seen) => !seen.insert(name.clone()),
            };
            if is_duplicate {
                self.duplicate(name_at, &name);
            }
            let value = self.value(depth)?;
            if !is_duplicate {
                object.members.push((name, value));
                if object.members.len() == LINEAR_MEMBERS {
                    seen = Some(object.members.iter().map(|(name, _)| name.clone()).collect());
                }
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(object);
                }
                _ => return self.unexpected("',' or '}'"),
            }
        }
    }

    fn duplicate(&mut self, at: usize, name: &str) {
        if self.duplicates.len() < REPORTED_DUPLICATES {
            let name: String = name.chars().take(80).collect();
            let problem = format!("the member '{name}' appears twice in one object");
            self.duplicates.push(SyntaxError { is_duplicate: true, ..error_at(self.text, at, &problem) });
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Json>, Problem> {
        self.check_depth(depth)?;
        self.at += 1;
        let mut items = Vec::with_capacity(1);
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(items);
        }
        loop {
            self.space();
            items.push(self.value(depth)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(items);
                }
                _ => return self.unexpected("',' or ']'"),
            }
        }
    }

    fn number(&mut self) -> Result<Number, Problem> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if matches!(self.peek(), Some(b'0'..=b'9')) {
                    return self.fail("a number must not start with a zero");
                }
            }
            Some(b'1'..=b'9') => self.digits(),
            _ => return self.unexpected("a digit"),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.at_least_one_digit()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.at_least_one_digit()?;
        }
        Ok(Number(self.text[start..self.at].into()))
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn at_least_one_digit(&mut self) -> Result<(), Problem> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.unexpected("a digit");
        }
        self.digits();
        Ok(())
    }

    fn string(&mut self) -> Result<String, Problem> {
        self.at += 1;
        let start = self.at;
        self.plain();
        // Most strings have no escape: one copy, no loop.
        if self.peek() == Some(b'"') {
            let text = self.text[start..self.at].to_owned();
            self.at += 1;
            return Ok(text);
        }
        let mut text = self.text[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => {
                    return self.fail("a control character in a string; escape it as \\u00XX");
                }
                None => return self.fail("the string does not end"),
            }
            let start = self.at;
            self.plain();
            text.push_str(&self.text[start..self.at]);
        }
    }

    /// Moves over characters that stand for themselves.
    fn plain(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'"' || byte == b'\\' || byte < 0x20 {
                return;
            }
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at;
        self.at += 1;
        let escaped = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape(start);
            }
            _ => return self.unexpected("one of \" \\ / b f n r t u after a backslash"),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, Problem> {
        let first = self.hex4()?;
        let lone = Problem { at: start, text: "a lone surrogate is not a character".to_owned() };
        let code = match first {
            0xD800..=0xDBFF => {
                if !self.bytes[self.at..].starts_with(b"\\u") {
                    return Err(lone);
                }
                self.at += 2;
                match self.hex4()? {
                    second @ 0xDC00..=0xDFFF => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                    _ => return Err(lone),
                }
            }
            code => code,
        };
        char::from_u32(code).ok_or(lone)
    }

    fn hex4(&mut self) -> Result<u32, Problem> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let code = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => self.fail("expected four hexadecimal digits after \\u"),
        }
    }
}

/// From this many members on, duplicates are found by hash.
const LINEAR_MEMBERS: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match parse(text.as_bytes(), 4) {
            Ok(value) => value.to_string(),
            Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        };
        assert_eq!(shown, expected, "for {text:?}");
    }

    #[test]
    fn a_long_body_of_nothing_but_small_values_is_refused() {
        let numbers = |count: usize| format!("[0{}]", ",0".repeat(count - 1));
        assert!(parse(numbers(20_000).as_bytes(), 4).is_ok());
        let errors = parse(numbers(40_000).as_bytes(), 4).unwrap_err();
        assert!(errors[0].problem.contains("more values than a resource of this length has"), "{errors:?}");
        assert!(
            parse(numbers(40_000).as_bytes(), usize::MAX).is_ok(),
            "what is stored is read whatever it is"
        );
        let names = format!("[{}]", vec![r#"{"use":"official","family":"Ng"}"#; 20_000].join(","));
        assert!(parse(names.as_bytes(), 4).is_ok(), "resources have longer values");
    }

    #[test]
    fn values_come_back_as_they_were_sent() {
        check(
            r#" {"b":1.50,"a":[1e2,-0,"\u00e9\ud83d\ude00\n"],"c":{"d":null}} "#,
            r#"{"b":1.50,"a":[1e2,-0,"é😀\n"],"c":{"d":null}}"#,
        );
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        check("", "line 1, column 1: the body is empty; a JSON object was expected");
        check("{\n  \"a\": }", "line 2, column 8: expected a JSON value, found '}'");
        check("{\"é\" 1}", "line 1, column 6: expected ':' after the member name, found '1'");
        check("[1,]", "line 1, column 4: expected a JSON value, found ']'");
        check("[01]", "line 1, column 3: a number must not start with a zero");
        check("[1.]", "line 1, column 4: expected a digit, found ']'");
        check("{} x", "line 1, column 4: there is data after the end of the JSON value");
        check("\"abc", "line 1, column 5: the string does not end");
        check("[\"a\tb\"]", "line 1, column 4: a control character in a string; escape it as \\u00XX");
        check(r#"["\ud800"]"#, "line 1, column 3: a lone surrogate is not a character");
        check(r#"["\u12"]"#, "line 1, column 5: expected four hexadecimal digits after \\u");
        check("[[[[[1]]]]]", "line 1, column 5: nested deeper than the limit of 4 levels");
        check("\u{feff}{}", "line 1, column 1: a byte order mark is not allowed; send plain UTF-8");
        check("{\"a\":1", "line 1, column 7: expected ',' or '}', but the body ends here");
    }

    #[test]
    fn all_duplicate_names_are_reported_before_the_syntax_error() {
        check(
            "{\"a\":1,\"a\":2,\n\"b\":{\"c\":1,\"c\":2},}",
            "line 1, column 8: the member 'a' appears twice in one object; \
             line 2, column 12: the member 'c' appears twice in one object; \
             line 2, column 19: expected a member name in double quotes, found '}'",
        );
    }

    #[test]
    fn invalid_utf8_is_refused_at_its_place() {
        let errors = parse(b"{\"a\":\n\"\xff\"}", 4).unwrap_err();
        assert_eq!(errors[0].to_string(), "line 2, column 2: the bytes are not valid UTF-8");
    }

    #[test]
    fn duplicates_are_found_in_large_objects_too() {
        let members: Vec<String> = (0..100).map(|i| format!("\"m{i}\":{i}")).collect();
        let text = format!("{{{},\"m77\":0}}", members.join(","));
        assert!(parse(text.as_bytes(), 4).unwrap_err()[0].is_duplicate);
    }
}
