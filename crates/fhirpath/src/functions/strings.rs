//! Text (<http://hl7.org/fhirpath/N1/#string-manipulation>), and of the functions that later versions of FHIRPath added
//! those that cost nothing. Positions count characters.

mod encoding;

use super::{Call, Function, Implementation, Parameter, Result, TRUTH, Yields};
use crate::error::EvaluateError;
use crate::item::Item;
use crate::item_type::SystemType;
use crate::limits;
use crate::node::Node;
use crate::pattern::Pattern;
use regex::Regex;
use std::borrow::Cow;

const ONE: &[Parameter] = &[Parameter::Value];
const TWO: &[Parameter] = &[Parameter::Value, Parameter::Value];

type Value = for<'a> fn(&mut Call<'a, '_>) -> Result<Option<Item<'a>>>;
type Items = for<'a> fn(&mut Call<'a, '_>, &mut Vec<Item<'a>>) -> Result<()>;

const fn text(name: &'static str, least: usize, parameters: &'static [Parameter], run: Value) -> Function {
    let yields = Yields::System(SystemType::String);
    Function { name, least, parameters, yields, run: Implementation::Value(run) }
}

const fn texts(name: &'static str, parameters: &'static [Parameter], run: Items) -> Function {
    let yields = Yields::System(SystemType::String);
    Function { name, least: parameters.len(), parameters, yields, run: Implementation::Items(run) }
}

const fn number(name: &'static str, parameters: &'static [Parameter], run: Value) -> Function {
    let yields = Yields::System(SystemType::Integer);
    Function { name, least: parameters.len(), parameters, yields, run: Implementation::Value(run) }
}

const fn test(
    name: &'static str,
    parameters: &'static [Parameter],
    run: fn(&mut Call<'_, '_>) -> Result<Option<bool>>,
) -> Function {
    Function { name, least: parameters.len(), parameters, yields: TRUTH, run: Implementation::Truth(run) }
}

pub(super) const FUNCTIONS: &[Function] = &[
    number("indexOf", ONE, |call| position(call, "indexOf()", |text, part| text.find(part))),
    number("lastIndexOf", ONE, |call| position(call, "lastIndexOf()", |text, part| text.rfind(part))),
    number("length", &[], length),
    text("substring", 1, TWO, substring),
    test("startsWith", ONE, |call| compared(call, "startsWith()", |text, part| text.starts_with(part))),
    test("endsWith", ONE, |call| compared(call, "endsWith()", |text, part| text.ends_with(part))),
    test("contains", ONE, |call| compared(call, "contains()", |text, part| text.contains(part))),
    test("matches", &[Parameter::Pattern], matches),
    test("matchesFull", &[Parameter::Pattern], matches_full),
    text("upper", 0, &[], |call| mapped(call, "upper()", |text| Cow::Owned(text.to_uppercase()))),
    text("lower", 0, &[], |call| mapped(call, "lower()", |text| Cow::Owned(text.to_lowercase()))),
    text("trim", 0, &[], |call| mapped(call, "trim()", |text| Cow::Owned(text.trim().to_owned()))),
    text("replace", 2, TWO, replace),
    text("replaceMatches", 2, &[Parameter::Pattern, Parameter::Value], replace_matches),
    texts("toChars", &[], to_chars),
    texts("split", ONE, split),
    text("join", 0, ONE, join),
    text("encode", 1, ONE, encoding::encode),
    text("decode", 1, ONE, encoding::decode),
];

/// The input and the first argument; nothing if one is missing.
fn both<'a>(call: &mut Call<'a, '_>, place: &'static str) -> Result<Option<(Cow<'a, str>, Cow<'a, str>)>> {
    let Some(text) = call.text(place)? else { return Ok(None) };
    Ok(call.text_argument(0, place)?.map(|argument| (text, argument)))
}

fn compared(
    call: &mut Call<'_, '_>,
    place: &'static str,
    compare: for<'t> fn(&'t str, &'t str) -> bool,
) -> Result<Option<bool>> {
    Ok(both(call, place)?.map(|(text, argument)| compare(&text, &argument)))
}

fn position<'a>(
    call: &mut Call<'a, '_>,
    place: &'static str,
    find: for<'t> fn(&'t str, &'t str) -> Option<usize>,
) -> Result<Option<Item<'a>>> {
    let Some((text, wanted)) = both(call, place)? else { return Ok(None) };
    let found = find(&text, &wanted).and_then(|bytes| text.get(..bytes));
    let position = found.map_or(-1, |before| before.chars().count() as i64);
    Ok(Some(Item::integer(position)))
}

fn length<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    Ok(call.text("length()")?.map(|text| Item::integer(text.chars().count() as i64)))
}

fn mapped<'a>(
    call: &mut Call<'a, '_>,
    place: &'static str,
    map: fn(&str) -> Cow<'_, str>,
) -> Result<Option<Item<'a>>> {
    let Some(text) = call.text(place)? else { return Ok(None) };
    call.run.count_text(text.len())?;
    Ok(Some(Item::string(map(&text).into_owned())))
}

/// The part from a position on, to the end or of a length. A start outside of the text is no part of it.
fn substring<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "substring()";
    let Some(text) = call.text(PLACE)? else { return Ok(None) };
    let Some(start) = call.integer_argument(0, PLACE)? else { return Ok(None) };
    let length = call.integer_argument(1, PLACE)?;
    let Ok(start) = usize::try_from(start) else { return Ok(None) };
    let Some((from, _)) = text.char_indices().nth(start) else { return Ok(None) };
    let end = match length.map(|length| usize::try_from(length).unwrap_or(0)) {
        None => text.len(),
        Some(length) => {
            text.char_indices().nth(start.saturating_add(length)).map_or(text.len(), |(to, _)| to)
        }
    };
    let part = match &text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(from..end).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(from..end).unwrap_or_default().to_owned()),
    };
    call.run.count_text(part.len())?;
    Ok(Some(Item::string(part)))
}

fn replace<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "replace()";
    let Some((text, pattern)) = both(call, PLACE)? else { return Ok(None) };
    let Some(substitute) = call.text_argument(1, PLACE)? else { return Ok(None) };
    // An empty pattern stands before every character and at the end.
    let most = text.len() / pattern.len().max(1) + 1;
    call.run.count_text(text.len().saturating_add(most.saturating_mul(substitute.len())))?;
    Ok(Some(Item::string(text.replace(&*pattern, &substitute))))
}

/// Evaluates `then` with the regular expression of the first argument, which was compiled with the expression if it is
/// a literal; nothing if there is none.
fn with_pattern<'a, T>(
    call: &mut Call<'a, '_>,
    place: &'static str,
    then: impl FnOnce(&Regex, &mut Call<'a, '_>) -> Result<T>,
) -> Result<Option<T>> {
    if let Some(Node::Pattern(pattern)) = call.arguments.first() {
        return then(pattern.regex(), call).map(Some);
    }
    let Some(pattern) = call.text_argument(0, place)? else { return Ok(None) };
    call.run.count_many(limits::PATTERN_ITEMS)?;
    let pattern = Pattern::compile(&pattern).map_err(|_| EvaluateError::InvalidPattern)?;
    then(pattern.regex(), call).map(Some)
}

fn matches(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    const PLACE: &str = "matches()";
    let Some(text) = call.text(PLACE)? else { return Ok(None) };
    call.run.count_many(text.len() / limits::PATTERN_BYTES_PER_ITEM)?;
    with_pattern(call, PLACE, |pattern, _| Ok(pattern.is_match(&text)))
}

fn matches_full(call: &mut Call<'_, '_>) -> Result<Option<bool>> {
    const PLACE: &str = "matchesFull()";
    let Some(text) = call.text(PLACE)? else { return Ok(None) };
    let Some(pattern) = call.text_argument(0, PLACE)? else { return Ok(None) };
    call.run.count_many(limits::PATTERN_ITEMS + text.len() / limits::PATTERN_BYTES_PER_ITEM)?;
    let pattern = Pattern::compile(&format!("^(?:{pattern})$")).map_err(|_| EvaluateError::InvalidPattern)?;
    Ok(Some(pattern.regex().is_match(&text)))
}

/// Replaces every match. `$1` and `${name}` in the substitute stand for what a group matched.
fn replace_matches<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "replaceMatches()";
    let Some(text) = call.text(PLACE)? else { return Ok(None) };
    let Some(substitute) = call.text_argument(1, PLACE)? else { return Ok(None) };
    let substitute = numbers_delimited(&substitute);
    let replaced = with_pattern(call, PLACE, |pattern, call| {
        let mut result = String::new();
        let mut end = 0;
        for found in pattern.captures_iter(&text) {
            let Some(whole) = found.get(0) else { continue };
            // Every match may have looked at all of the rest.
            let rest = text.len() - whole.start();
            call.run.count_many(1 + rest / limits::REPLACED_BYTES_PER_ITEM)?;
            let before = result.len();
            result.push_str(text.get(end..whole.start()).unwrap_or_default());
            found.expand(&substitute, &mut result);
            end = whole.end();
            call.run.count_text(result.len() - before)?;
        }
        result.push_str(text.get(end..).unwrap_or_default());
        call.run.count_text(text.len().saturating_sub(end))?;
        Ok(result)
    })?;
    Ok(replaced.map(Item::string))
}

/// A substitute whose groups end with their digits, as FHIRPath has it: `$1x` is `${1}x`.
fn numbers_delimited(substitute: &str) -> Cow<'_, str> {
    if !substitute.contains('$') {
        return Cow::Borrowed(substitute);
    }
    let mut parts = substitute.split('$');
    let mut result = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        match number {
            "" => result.extend(["$", rest]),
            number => result.extend(["${", number, "}", rest]),
        }
    }
    Cow::Owned(result)
}

fn to_chars<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let Some(text) = call.text("toChars()")? else { return Ok(()) };
    call.run.count_many(text.len())?;
    out.extend(text.chars().map(|character| Item::string(character.to_string())));
    Ok(())
}

fn split<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let Some((text, separator)) = both(call, "split()")? else { return Ok(()) };
    call.run.count_text(text.len())?;
    for part in text.split(&*separator) {
        call.run.emit(Item::string(part.to_owned()), out)?;
    }
    Ok(())
}

fn join<'a>(call: &mut Call<'a, '_>) -> Result<Option<Item<'a>>> {
    const PLACE: &str = "join()";
    let separator = call.text_argument(0, PLACE)?.unwrap_or_default();
    if call.input.is_empty() {
        return Ok(None);
    }
    let mut joined = String::new();
    for (index, item) in call.input.iter().filter(|item| item.has_value()).enumerate() {
        let text = item.string_text().ok_or(EvaluateError::WrongType(PLACE))?;
        call.run.count_text(separator.len() + text.len())?;
        if index > 0 {
            joined.push_str(&separator);
        }
        joined.push_str(&text);
    }
    Ok(Some(Item::string(joined)))
}
