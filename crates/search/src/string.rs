//! String parameters (<http://hl7.org/fhir/R4/search.html#string>): text, found by its start, a part, or exactly; a
//! family name also by the start of each of its words; `phonetic` by how words sound.
//!
//! Of a long text the start is indexed; what comes after it is looked for in the resource.

use crate::condition::Condition;
use crate::fold::{fold, fold_to};
use crate::index::TEXT_LENGTH;
use crate::key::Key;
use crate::merge::{all, any, nothing};
use crate::phonetic::sounds;
use crate::presence::presence;
use crate::problem::{bad_value, served};
use crate::query::{Criterion, TextTest};
use crate::reference::has_one_of;
use crate::registry::{Parameter, Registry, ValueFacts};
use crate::rows::{LONGEST_STEP, Rows};
use fhir::definitions::{SearchParameterType, TypeId};
use fhir::{Issue, Json, ResourceType};
use fhirpath::Item;
use std::sync::Arc;

/// The parts of a HumanName that are text.
const NAME_PARTS: &[&str] = &["family", "given", "prefix", "suffix", "text"];

/// The parts of an Address that are text.
const ADDRESS_PARTS: &[&str] = &["line", "city", "district", "state", "postalCode", "country", "text"];

/// The rows of one value; false if it is of no type that is text.
pub(crate) fn index(facts: &ValueFacts, item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    if facts.phonetic {
        return each_text(item, &mut |text| {
            sounds(&fold(text)).for_each(|sound| rows.key(Key::Sound(&sound)))
        });
    }
    if facts.some_families
        && let Some(family) = family(item)
    {
        parts(&fold_to(family, TEXT_LENGTH)).for_each(|part| rows.part(part));
    }
    each_text(item, &mut |text| rows.text(text))
}

/// The family name that a value is, or has.
fn family<'i>(item: &'i Item<'_>) -> Option<&'i str> {
    match item.element {
        Some(element) if element.name() == "family" => item.as_str(),
        _ if item.item_type.fhir() == Some(TypeId::HUMAN_NAME) => item.object()?.str("family"),
        _ => None,
    }
}

/// The most parts of a family name that are indexed.
const PARTS: usize = 8;

/// What follows the first word of a folded family name, from each word on: of `carreno quinones` it is `quinones`.
fn parts(family: &str) -> impl Iterator<Item = &str> {
    family.match_indices(' ').map(|(at, _)| &family[at + 1..]).take(PARTS)
}

/// Shows the texts of a value; false if it is of no type that has any.
pub(crate) fn each_text(item: &Item<'_>, each: &mut dyn FnMut(&str)) -> bool {
    let (object, names) = match (item.item_type.fhir(), item.object()) {
        (Some(TypeId::HUMAN_NAME), Some(name)) => (name, NAME_PARTS),
        (Some(TypeId::ADDRESS), Some(address)) => (address, ADDRESS_PARTS),
        _ => {
            let Some(text) = item.as_str() else { return false };
            each(text);
            return true;
        }
    };
    for value in names.iter().filter_map(|name| object.get(name)) {
        match value {
            Json::String(text) => each(text),
            value => value.items().iter().filter_map(Json::as_str).for_each(&mut *each),
        }
    }
    true
}

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringMatch {
    /// It starts with the value; case, accents, punctuation and runs of white space do not count.
    StartsWith,
    /// It has the value somewhere; the same do not count.
    Contains,
    /// It is the value, character by character.
    Exact,
}

/// The condition that a string parameter has a text like `value`. Nothing in `value` is an escape.
///
/// # Errors
///
/// The type has no such string parameter, or the value says nothing.
pub fn string_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    code: &str,
    how: StringMatch,
    value: &str,
) -> Result<Criterion, Issue> {
    let parameter = served(registry, resource_type, code, SearchParameterType::String)?;
    Ok(condition(parameter, how, value)?.criterion(parameter))
}

/// The condition that a parameter has a text like the value.
pub(crate) fn condition(
    parameter: &Arc<Parameter>,
    how: StringMatch,
    value: &str,
) -> Result<Condition, Issue> {
    if parameter.facts().phonetic {
        return like_sounds(parameter, value);
    }
    match how {
        StringMatch::Exact => Ok(Condition::exact(has_one_of(parameter, vec![Key::Exact(value).hash()]))),
        StringMatch::StartsWith => {
            let wanted = folded(parameter.code(), value)?;
            let whole = starts_with(parameter, wanted.clone());
            if !parameter.facts().some_families || wanted.len() > TEXT_LENGTH {
                return Ok(whole);
            }
            let of = |indexed: &Arc<Parameter>| Criterion::Text {
                parameter: indexed.id().parts(),
                any_of: vec![TextTest::StartsWith(wanted.clone())],
            };
            let parts = parameter.indexed_as().iter().map(of);
            Ok(Condition::exact(any(std::iter::once(whole.index).chain(parts).collect())))
        }
        StringMatch::Contains => Ok(contains(parameter, folded(parameter.code(), value)?)),
    }
}

/// The condition that the words of a text sound like all words of the value.
fn like_sounds(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let wanted = folded(parameter.code(), value)?;
    let each = sounds(&wanted).map(|sound| has_one_of(parameter, vec![Key::Sound(&sound).hash()]));
    Ok(Condition::exact(all(each.collect())))
}

/// The condition that a whole text starts with a folded one.
pub(crate) fn starts_with(parameter: &Arc<Parameter>, wanted: String) -> Condition {
    compared(parameter, wanted, TextTest::StartsWith, |text, wanted| text.starts_with(wanted))
}

/// The condition that a whole text is a folded one.
pub(crate) fn equals(parameter: &Arc<Parameter>, wanted: String) -> Condition {
    compared(parameter, wanted, TextTest::Equals, |text, wanted| text == wanted)
}

/// What the index decides unless the value is as long as what is indexed of a text.
fn compared(
    parameter: &Arc<Parameter>,
    wanted: String,
    test: fn(String) -> TextTest,
    passes_whole: fn(&str, &str) -> bool,
) -> Condition {
    if wanted.len() + LONGEST_STEP <= TEXT_LENGTH {
        return Condition::exact(passes(parameter, &test(wanted)));
    }
    let candidates = passes(parameter, &TextTest::StartsWith(fold_to(&wanted, TEXT_LENGTH - LONGEST_STEP)));
    Condition::tested(candidates, move |item, _| any_text(item, |text| passes_whole(&fold(text), &wanted)))
}

/// The condition that a folded text stands somewhere in a text.
pub(crate) fn contains(parameter: &Arc<Parameter>, wanted: String) -> Condition {
    let certain = match wanted.len() <= TEXT_LENGTH {
        true => passes(parameter, &TextTest::Contains(wanted.clone())),
        false => nothing(),
    };
    // What is indexed of a text may end before it comes.
    let longer = has_one_of(parameter, vec![Key::Cut.hash()]);
    Condition::tested_beside(certain, longer, move |item, _| {
        any_text(item, |text| fold(text).contains(&wanted))
    })
}

fn any_text(item: &Item<'_>, test: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    each_text(item, &mut |text| found = found || test(text));
    found
}

/// The condition that a text of the parameter has all words of the value, each from its start and in any order.
pub(crate) fn words_condition(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let folded = folded(parameter.code(), value)?;
    let words: Vec<String> = folded.split(' ').map(|word| format!(" {word}")).collect();
    // What is indexed of a text may end before a word comes.
    let candidates = presence(parameter).unwrap_or(Criterion::All(Vec::new()));
    Ok(Condition::tested(candidates, move |item, _| {
        any_text(item, |text| {
            let text = format!(" {}", fold(text));
            words.iter().all(|word| text.contains(word.as_str()))
        })
    }))
}

/// The condition that a text of the parameter passes the test.
fn passes(parameter: &Arc<Parameter>, test: &TextTest) -> Criterion {
    let of =
        |indexed: &Arc<Parameter>| Criterion::Text { parameter: indexed.id(), any_of: vec![test.clone()] };
    any(parameter.indexed_as().iter().map(of).collect())
}

/// The value as it is compared with what is indexed.
pub(crate) fn folded(code: &str, value: &str) -> Result<String, Issue> {
    let folded = fold(value);
    if folded.is_empty() {
        return Err(bad_value(code, value, "a text with at least one letter, digit or sign"));
    }
    Ok(folded)
}
