//! `_text` and `_content` (<http://hl7.org/fhir/R4/search.html#content>): words of the narrative, or of everything a
//! resource says.
//!
//! Words are compared without case and accents, each from its start: `canc` finds `cancer`. All words of a value must
//! occur; `or` between words asks for either, `and` for both, parentheses group, quotes hold a phrase together.

use crate::condition::resource_test;
use crate::criteria::each;
use crate::fold::fold;
use crate::limits;
use crate::merge::all;
use crate::problem::bad_value;
use crate::query::Criterion;
use fhir::{Issue, Json, ResourceType};
use std::borrow::Cow;

/// Whose words are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// The narrative's.
    Narrative,
    /// Those of all texts, the narrative included.
    Content,
}

/// What must occur.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A word, or several in a row, folded, with a blank before.
    Phrase(String),
    All(Vec<Wanted>),
    Any(Vec<Wanted>),
}

impl Wanted {
    /// Whether it occurs in a folded text that begins with a blank.
    fn occurs(&self, text: &str) -> bool {
        match self {
            Wanted::Phrase(phrase) => text.contains(phrase.as_str()),
            Wanted::All(each) => each.iter().all(|wanted| wanted.occurs(text)),
            Wanted::Any(each) => each.iter().any(|wanted| wanted.occurs(text)),
        }
    }
}

/// The condition that the words of one of the values occur in resources of a type.
pub(crate) fn criterion(
    words: Words,
    resource_type: ResourceType,
    code: &str,
    values: &[&str],
) -> Result<Criterion, Vec<Issue>> {
    let expected = "words, quoted phrases, 'and', 'or' and pairs of parentheses";
    let parsed = each(values, |value| parse(value).ok_or_else(|| bad_value(code, value, expected)))?;
    let wanted = Wanted::Any(parsed);
    let test = resource_test(resource_type, move |root| {
        let Some(resource) = root.json() else { return false };
        let mut text = String::from(" ");
        match words {
            Words::Narrative => {
                let div = resource.at(&["text", "div"]).and_then(Json::as_str);
                div.into_iter().for_each(|div| add_markup(&mut text, div));
            }
            Words::Content => add_all(&mut text, "", resource),
        }
        wanted.occurs(&text)
    });
    Ok(Criterion::Tested { candidates: vec![all(Vec::new())], test })
}

/// What stands between two texts, so that no phrase reaches from one into the other. No folded text has it.
const APART: &str = "\n ";

/// Appends the folded text of a string, and a blank.
fn add(text: &mut String, string: &str) {
    let folded = fold(string);
    if !folded.is_empty() {
        text.push_str(&folded);
        text.push(' ');
    }
}

/// Appends what is read of XHTML: tags are no text, and what stands for a character is that character.
fn add_markup(text: &mut String, xhtml: &str) {
    let mut rest = xhtml;
    while let Some((before, tag)) = rest.split_once('<') {
        add(text, &unescaped(before));
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    add(text, &unescaped(rest));
}

/// XML's references resolved. What is no reference stays as it is.
fn unescaped(text: &str) -> Cow<'_, str> {
    fhir::xml::unescape_attribute(text).unwrap_or(Cow::Borrowed(text))
}

/// Appends all strings of a tree, each apart from the others. `name` is the member's that `json` is a value of.
fn add_all(text: &mut String, name: &str, json: &Json) {
    match json {
        Json::String(string) => {
            // Elsewhere a `<` is less than.
            if name == "div" {
                add_markup(text, string)
            } else {
                add(text, string)
            }
            text.push_str(APART);
        }
        Json::Array(items) => items.iter().for_each(|item| add_all(text, name, item)),
        Json::Object(object) => object.iter().for_each(|(name, value)| add_all(text, name, value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Words of a value, one after the other.
struct Parser<'v> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'v>>>,
    depth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'v> {
    Open,
    Close,
    And,
    Or,
    Text(&'v str),
}

fn parse(value: &str) -> Option<Wanted> {
    let tokens = tokens(value)?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    let wanted = parser.any()?;
    parser.tokens.next().is_none().then_some(wanted)
}

fn tokens(value: &str) -> Option<Vec<Token<'_>>> {
    let (mut found, mut rest) = (Vec::new(), value.trim_start());
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' => {
                let (phrase, _) = rest[1..].split_once('"')?;
                (Token::Text(phrase), phrase.len() + 2)
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
                let word = &rest[..end.unwrap_or(rest.len())];
                let token = if word.eq_ignore_ascii_case("and") {
                    Token::And
                } else if word.eq_ignore_ascii_case("or") {
                    Token::Or
                } else {
                    Token::Text(word)
                };
                (token, word.len())
            }
        };
        found.push(token);
        rest = rest[length..].trim_start();
    }
    Some(found)
}

impl Parser<'_> {
    fn any(&mut self) -> Option<Wanted> {
        let mut each = vec![self.all()?];
        while self.tokens.next_if_eq(&Token::Or).is_some() {
            each.push(self.all()?);
        }
        Some(if each.len() == 1 { each.swap_remove(0) } else { Wanted::Any(each) })
    }

    fn all(&mut self) -> Option<Wanted> {
        let mut each = vec![self.one()?];
        loop {
            let has_and = self.tokens.next_if_eq(&Token::And).is_some();
            match self.tokens.peek() {
                Some(Token::Open | Token::Text(_)) => each.push(self.one()?),
                _ if has_and => return None,
                _ => break,
            }
        }
        Some(if each.len() == 1 { each.swap_remove(0) } else { Wanted::All(each) })
    }

    fn one(&mut self) -> Option<Wanted> {
        match self.tokens.next()? {
            Token::Open => {
                self.depth += 1;
                if self.depth > limits::NESTING {
                    return None;
                }
                let wanted = self.any()?;
                self.depth -= 1;
                self.tokens.next_if_eq(&Token::Close).map(|_| wanted)
            }
            Token::Text(text) => {
                let folded = fold(text);
                (!folded.is_empty()).then(|| Wanted::Phrase(format!(" {folded}")))
            }
            Token::Close | Token::And | Token::Or => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occurs(value: &str, text: &str) -> Option<bool> {
        parse(value).map(|wanted| wanted.occurs(&format!(" {}", fold(text))))
    }

    #[test]
    fn words_occur_as_the_value_says() {
        for (value, expected) in [
            ("bone", Some(true)),
            ("BON", Some(true)),
            ("one", Some(false)),
            ("liver", Some(false)),
            ("bone liver", Some(false)),
            ("(bone OR liver) and metastases", Some(true)),
            ("liver or lung or meta", Some(true)),
            ("\"bone metastases\"", Some(true)),
            ("\"metastases bone\"", Some(false)),
            ("", None),
            ("(", None),
            ("bone or", None),
            ("and bone", None),
            ("bone and", None),
            ("\"bone", None),
            ("bone)", None),
        ] {
            assert_eq!(occurs(value, "Boné metastases, since 2010"), expected, "{value}");
        }
        assert_eq!(parse(&"(".repeat(100_000)), None);
    }

    fn texts(json: &str) -> Vec<String> {
        let mut text = String::new();
        add_all(&mut text, "", &fhir::json::parse(json.as_bytes(), 10).unwrap());
        let texts = text.split(APART).map(|text| text.trim().to_owned());
        texts.filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn each_string_is_a_text_and_markup_is_none() {
        for (json, expected) in [
            (r#"{ "a": "One two", "b": [{ "c": "three" }] }"#, vec!["one two", "three"]),
            (r#"{ "div": "<div xmlns=\"x\"><p>A<b>B</b></p>c &amp; d</div>" }"#, vec!["a b c d"]),
            (r#"{ "div": "<p>caf&#233; &lt;5 &#x41;ngle</p>" }"#, vec!["cafe <5 angle"]),
            (r#"{ "note": "<5 mg" }"#, vec!["<5 mg"]),
            (r#"{ "note": "<b>5</b> mg" }"#, vec!["<b>5< b> mg"]),
        ] {
            assert_eq!(texts(json), expected, "{json}");
        }
    }

    #[test]
    fn a_phrase_stays_within_one_text() {
        let mut text = String::from(" ");
        add_all(
            &mut text,
            "",
            &fhir::json::parse(br#"{ "a": "bone pain", "b": "since 2010" }"#, 10).unwrap(),
        );
        for (value, expected) in
            [("\"bone pain\"", true), ("\"since 20\"", true), ("\"pain since\"", false), ("pain since", true)]
        {
            assert_eq!(parse(value).map(|wanted| wanted.occurs(&text)), Some(expected), "{value}");
        }
    }
}
