//! The grammar of `_filter`.

use crate::limits;
use std::borrow::Cow;

/// A condition as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter<'v> {
    And(Box<Filter<'v>>, Box<Filter<'v>>),
    Or(Box<Filter<'v>>, Box<Filter<'v>>),
    Not(Box<Filter<'v>>),
    Test { path: Vec<Step<'v>>, operator: &'v str, value: Cow<'v, str> },
}

/// A name of a path, and what must hold of what it leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step<'v> {
    pub(super) name: &'v str,
    pub(super) filter: Option<Filter<'v>>,
}

/// Why a text is no filter: the column, counted from 1, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) column: usize,
    pub(super) expected: &'static str,
}

/// The most `and`, `or` and parentheses of a filter.
const TESTS: usize = 200;

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Filter<'_>, SyntaxError> {
    let mut parser = Parser { text, at: 0, depth: 0, tests: 0 };
    let filter = parser.filter()?;
    parser.skip_blanks();
    if parser.at < text.len() {
        return Err(parser.expected("'and', 'or' or the end"));
    }
    Ok(filter)
}

struct Parser<'v> {
    text: &'v str,
    at: usize,
    depth: usize,
    tests: usize,
}

impl<'v> Parser<'v> {
    fn rest(&self) -> &'v str {
        &self.text[self.at..]
    }

    fn expected(&self, expected: &'static str) -> SyntaxError {
        SyntaxError { column: self.text[..self.at].chars().count() + 1, expected }
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes a character, after blanks.
    fn take(&mut self, character: char) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    /// Takes a word in lower case that is not the beginning of a name.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let Some(after) = self.rest().strip_prefix(word) else { return false };
        let ends = after.chars().next().is_none_or(|next| next.is_whitespace() || next == '(');
        if ends {
            self.at += word.len();
        }
        ends
    }

    /// Conditions joined by `and` and `or`, from left to right: neither binds closer.
    fn filter(&mut self) -> Result<Filter<'v>, SyntaxError> {
        let mut filter = self.term()?;
        loop {
            if self.take_word("and") {
                filter = Filter::And(Box::new(filter), Box::new(self.term()?));
            } else if self.take_word("or") {
                filter = Filter::Or(Box::new(filter), Box::new(self.term()?));
            } else {
                return Ok(filter);
            }
        }
    }

    fn nested(&mut self, close: char) -> Result<Filter<'v>, SyntaxError> {
        self.depth += 1;
        if self.depth > limits::NESTING {
            return Err(self.expected("fewer levels of parentheses"));
        }
        let filter = self.filter()?;
        self.depth -= 1;
        if self.take(close) { Ok(filter) } else { Err(self.expected("a closing parenthesis, 'and' or 'or'")) }
    }

    fn term(&mut self) -> Result<Filter<'v>, SyntaxError> {
        self.tests += 1;
        if self.tests > TESTS {
            return Err(self.expected("at most 200 conditions"));
        }
        if self.take_word("not") {
            return match self.take('(') {
                true => Ok(Filter::Not(Box::new(self.nested(')')?))),
                false => Err(self.expected("'(' after 'not'")),
            };
        }
        if self.take('(') {
            return self.nested(')');
        }
        let path = self.path()?;
        let operator = self.word("an operator such as eq")?;
        let value = self.value()?;
        Ok(Filter::Test { path, operator, value })
    }

    fn path(&mut self) -> Result<Vec<Step<'v>>, SyntaxError> {
        let mut steps = Vec::new();
        loop {
            let name = self.name()?;
            let filter = match self.rest().starts_with('[') {
                true => {
                    self.at += 1;
                    Some(self.nested(']')?)
                }
                false => None,
            };
            let is_followed = self.rest().starts_with('.');
            if filter.is_some() && !is_followed {
                return Err(self.expected("'.' and a parameter"));
            }
            steps.push(Step { name, filter });
            if !is_followed {
                return Ok(steps);
            }
            if steps.len() > limits::NESTING {
                return Err(self.expected("a shorter path"));
            }
            self.at += 1;
        }
    }

    fn name(&mut self) -> Result<&'v str, SyntaxError> {
        self.skip_blanks();
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
        let rest = self.rest();
        let name = &rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return Err(self.expected("a search parameter"));
        }
        self.at += name.len();
        Ok(name)
    }

    fn word(&mut self, expected: &'static str) -> Result<&'v str, SyntaxError> {
        self.skip_blanks();
        let rest = self.rest();
        let word = &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())];
        if word.is_empty() {
            return Err(self.expected(expected));
        }
        self.at += word.len();
        Ok(word)
    }

    /// A JSON string, or everything up to a blank or a closing parenthesis.
    fn value(&mut self) -> Result<Cow<'v, str>, SyntaxError> {
        self.skip_blanks();
        let rest = self.rest();
        if rest.starts_with('"') {
            let length = string_length(rest).ok_or_else(|| self.expected("a string with an end"))?;
            let parsed = fhir::json::parse(&rest.as_bytes()[..length], 1).ok();
            let text = parsed
                .as_ref()
                .and_then(|json| json.as_str())
                .ok_or_else(|| self.expected("a JSON string"))?;
            self.at += length;
            return Ok(Cow::Owned(text.to_owned()));
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ']')).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.expected("a value"));
        }
        self.at += end;
        Ok(Cow::Borrowed(&rest[..end]))
    }
}

/// The length of the string that a text begins with, quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(filter: &Filter<'_>) -> String {
        match filter {
            Filter::And(a, b) => format!("({} & {})", shown(a), shown(b)),
            Filter::Or(a, b) => format!("({} | {})", shown(a), shown(b)),
            Filter::Not(a) => format!("!{}", shown(a)),
            Filter::Test { path, operator, value } => {
                let steps: Vec<String> = path
                    .iter()
                    .map(|step| match &step.filter {
                        Some(filter) => format!("{}[{}]", step.name, shown(filter)),
                        None => step.name.to_owned(),
                    })
                    .collect();
                format!("{} {operator} {value}", steps.join("."))
            }
        }
    }

    #[test]
    fn filters_are_read_from_left_to_right() {
        for (text, expected) in [
            (r#"name co "pet""#, "name co pet"),
            ("given eq \"peter\" and birthdate ge 2014-10-10", "(given eq peter & birthdate ge 2014-10-10)"),
            ("a eq 1 or b eq 2 and c eq 3", "((a eq 1 | b eq 2) & c eq 3)"),
            ("a eq 1 or (b eq 2 and c eq 3)", "(a eq 1 | (b eq 2 & c eq 3))"),
            ("not (a eq 1) and not(b pr true)", "(!a eq 1 & !b pr true)"),
            ("code eq http://loinc.org|1234-5", "code eq http://loinc.org|1234-5"),
            ("subject.name co \"p) \\\" t\"", "subject.name co p) \" t"),
            (
                "related[type eq has-component].target re Observation/4",
                "related[type eq has-component].target re Observation/4",
            ),
            ("_has:Observation:patient:code eq x", "_has:Observation:patient:code eq x"),
            ("android eq 1", "android eq 1"),
        ] {
            assert_eq!(parse(text).map(|filter| shown(&filter)), Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_told_with_its_place() {
        for (text, column) in [
            ("", 1),
            ("a", 2),
            ("a eq", 5),
            ("a eq \"x", 6),
            ("a eq 1 b", 8),
            ("(a eq 1", 8),
            ("not a eq 1", 5),
            ("a[b eq 1] eq 2", 10),
            ("a.[ eq 1", 3),
            ("a eq \"\\x\"", 6),
            ("é eq 1", 1),
        ] {
            assert_eq!(parse(text).map_err(|error| error.column), Err(column), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"a eq 1 and ".repeat(100_000)).is_err());
        assert!(parse(&"a.".repeat(100_000)).is_err());
    }
}
