//! `_text` and `_content` (<http://hl7.org/fhir/R4/search.html#text>): words of the narrative, and of the entire content.
//!
//! The specification leaves the search to servers and gives one example: words, `and`, `OR`, parentheses. Here as there
//! a word is found by its beginning, without case and accents; words in quotes stand one after the other in one text.

use crate::conditions::Oracle;
use crate::dice::Dice;
use fhir::{Json, ResourceType};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What must occur.
#[derive(Clone, Debug)]
pub enum Wanted {
    Word(String),
    /// Several in a row.
    Phrase(Vec<String>),
    Both(Box<Wanted>, Box<Wanted>),
    Either(Box<Wanted>, Box<Wanted>),
}

impl Wanted {
    /// As it stands in a URL.
    pub fn text(&self) -> String {
        match self {
            Wanted::Word(word) if word.len() % 2 == 0 => word.to_uppercase(),
            Wanted::Word(word) => word.clone(),
            Wanted::Phrase(words) => format!("\"{}\"", words.join(" ")),
            // `and` may be left out, and binds closer than `or`.
            Wanted::Both(a, b) => {
                let and = if a.text().len() % 2 == 0 { " and " } else { " " };
                format!("{}{and}{}", a.within_both(), b.within_both())
            }
            Wanted::Either(a, b) => format!("{} OR {}", a.text(), b.text()),
        }
    }

    fn within_both(&self) -> String {
        match self {
            Wanted::Either(..) => format!("({})", self.text()),
            _ => self.text(),
        }
    }

    fn occurs(&self, texts: &[Vec<String>]) -> bool {
        let in_a_row = |words: &[String]| {
            let last = words.len() - 1;
            let mut rows = texts.iter().flat_map(|text| text.windows(words.len()));
            rows.any(|found| found[..last] == words[..last] && found[last].starts_with(&words[last]))
        };
        match self {
            Wanted::Word(word) => in_a_row(std::slice::from_ref(word)),
            Wanted::Phrase(words) => in_a_row(words),
            Wanted::Both(a, b) => a.occurs(texts) && b.occurs(texts),
            Wanted::Either(a, b) => a.occurs(texts) || b.occurs(texts),
        }
    }
}

/// The texts of a resource, each as its words.
type Texts = Rc<Vec<Vec<String>>>;

/// Texts by resource, and whether they are of all its content.
#[derive(Default)]
pub struct Known(RefCell<HashMap<(bool, *const Json), Texts>>);

impl Known {
    fn texts(&self, resource: &'static Json, is_content: bool) -> Texts {
        let mut known = self.0.borrow_mut();
        let known = known.entry((is_content, std::ptr::from_ref(resource)));
        Rc::clone(known.or_insert_with(|| {
            let mut texts = Vec::new();
            match is_content {
                true => each_text(resource, "", &mut texts),
                false => {
                    let div = resource.at(&["text", "div"]).and_then(Json::as_str);
                    texts.extend(div.map(|div| split(&without_markup(div))));
                }
            }
            Rc::new(texts)
        }))
    }
}

impl Known {
    /// Whether one of the values occurs in a resource.
    pub fn says(&self, resource: &'static Json, is_content: bool, values: &[Wanted]) -> bool {
        let texts = self.texts(resource, is_content);
        values.iter().any(|wanted| wanted.occurs(&texts))
    }
}

fn each_text(json: &Json, name: &str, texts: &mut Vec<Vec<String>>) {
    match json {
        Json::String(text) if name == "div" => texts.push(split(&without_markup(text))),
        Json::String(text) => texts.push(split(text)),
        Json::Array(items) => items.iter().for_each(|item| each_text(item, name, texts)),
        Json::Object(members) => members.iter().for_each(|(name, value)| each_text(value, name, texts)),
        _ => {}
    }
}

fn split(text: &str) -> Vec<String> {
    search::fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What is read of XHTML: its texts, with what the references to characters stand for.
fn without_markup(xhtml: &str) -> String {
    let (mut text, mut rest) = (String::new(), xhtml);
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        let end = if rest[at..].starts_with('<') { '>' } else { ';' };
        let (inside, after) = rest[at + 1..].split_once(end).unwrap_or((&rest[at + 1..], ""));
        match (end, inside) {
            ('>', _) => text.push(' '),
            (_, "amp") => text.push('&'),
            (_, "lt") => text.push('<'),
            (_, "gt") => text.push('>'),
            (_, "quot") => text.push('"'),
            (_, "apos") => text.push('\''),
            _ => {
                let hex = inside.strip_prefix("#x").map(|digits| u32::from_str_radix(digits, 16));
                let number = hex.or_else(|| Some(inside.strip_prefix('#')?.parse()));
                text.push(number.and_then(Result::ok).and_then(char::from_u32).expect(inside));
            }
        }
        rest = after;
    }
    text + rest
}

impl Oracle {
    /// Words that resources of a type have.
    pub fn words(&self, dice: &mut Dice, of: ResourceType, is_content: bool) -> Option<Wanted> {
        let resources: Vec<&'static Json> = self.world.of(of).iter().map(|stored| stored.json).collect();
        let texts = self.texts.texts(dice.pick(&resources)?, is_content);
        let others = self.texts.texts(dice.pick(&resources)?, is_content);
        let first = word(dice, &texts)?;
        Some(match dice.below(6) {
            0 | 1 => first,
            2 => Wanted::Both(Box::new(first), Box::new(word(dice, &texts)?)),
            3 => Wanted::Either(Box::new(first), Box::new(word(dice, &others)?)),
            4 => {
                let either = Wanted::Either(Box::new(first), Box::new(word(dice, &others)?));
                Wanted::Both(Box::new(either), Box::new(word(dice, &texts)?))
            }
            _ => phrase(dice, &texts)?,
        })
    }
}

/// Whether a word can be asked for as it is.
fn is_plain(word: &str) -> bool {
    word.chars().all(char::is_alphanumeric) && word.len() < 100 && word != "and" && word != "or"
}

fn word(dice: &mut Dice, texts: &[Vec<String>]) -> Option<Wanted> {
    let words: Vec<&String> = texts.iter().flatten().filter(|word| is_plain(word)).collect();
    let word = dice.pick(&words)?;
    let all = word.chars().count();
    let length = if dice.percent(40) { all.div_ceil(2) } else { all };
    let start: String = word.chars().take(length).collect();
    Some(Wanted::Word(start)).filter(|wanted| is_plain(&wanted.text().to_lowercase()))
}

/// Words that stand in a row; or stand at the end of one text and the beginning of the next, which is no row.
fn phrase(dice: &mut Dice, texts: &[Vec<String>]) -> Option<Wanted> {
    let all: Vec<&String> = texts.iter().flatten().collect();
    let pairs: Vec<&[&String]> =
        all.windows(2).filter(|pair| pair.iter().all(|word| is_plain(word))).collect();
    dice.pick(&pairs).map(|pair| Wanted::Phrase(pair.iter().map(|word| (*word).clone()).collect()))
}
