//! String parameters (<http://hl7.org/fhir/R4/search.html#string>): text, found by its start, a part, or exactly.

use crate::condition::Condition;
use crate::fold::fold;
use crate::index::TEXT_LENGTH;
use crate::key::Key;
use crate::merge::any;
use crate::presence::presence;
use crate::problem::{bad_value, served};
use crate::query::{Criterion, TextTest};
use crate::registry::{Parameter, Registry};
use crate::rows::Rows;
use fhir::definitions::{SearchParameterType, TypeId};
use fhir::{Issue, IssueCode, Json, ResourceType};
use fhirpath::Item;
use std::sync::Arc;

/// The parts of a HumanName that are text.
const NAME_PARTS: &[&str] = &["family", "given", "prefix", "suffix", "text"];

/// The parts of an Address that are text.
const ADDRESS_PARTS: &[&str] = &["line", "city", "district", "state", "postalCode", "country", "text"];

/// The rows of one value; false if it is of no type that is text.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    each_text(item, &mut |text| rows.text(text))
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
/// The type has no such string parameter, or the value is too long.
pub fn string_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    code: &str,
    how: StringMatch,
    value: &str,
) -> Result<Criterion, Issue> {
    let parameter = served(registry, resource_type, code, SearchParameterType::String)?;
    condition(parameter, how, value).map(|condition| condition.index)
}

/// The condition that a parameter has a text like the value.
pub(crate) fn condition(
    parameter: &Arc<Parameter>,
    how: StringMatch,
    value: &str,
) -> Result<Condition, Issue> {
    let code = parameter.code();
    let test = match how {
        StringMatch::Exact => {
            let hash = Key::Exact(value).hash();
            let of =
                |indexed: &Arc<Parameter>| Criterion::Keys { parameter: indexed.id(), hashes: vec![hash] };
            return Ok(Condition::exact(any(parameter.indexed_as().iter().map(of).collect())));
        }
        StringMatch::StartsWith => TextTest::StartsWith(folded(code, value)?),
        StringMatch::Contains => TextTest::Contains(folded(code, value)?),
    };
    Ok(Condition::exact(passes(parameter, &test)))
}

/// The condition that a text of the parameter has all words of the value, each from its start and in any order.
pub(crate) fn words_condition(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let folded = folded(parameter.code(), value)?;
    let words: Vec<String> = folded.split(' ').map(|word| format!(" {word}")).collect();
    // What is indexed of a text may end before a word comes.
    let candidates = presence(parameter).unwrap_or(Criterion::All(Vec::new()));
    Ok(Condition::tested(candidates, move |item, _| {
        let mut found = false;
        each_text(item, &mut |text| {
            let text = format!(" {}", fold(text));
            found = found || words.iter().all(|word| text.contains(word.as_str()));
        });
        found
    }))
}

/// The condition that a text of the parameter passes the test.
pub(crate) fn passes(parameter: &Arc<Parameter>, test: &TextTest) -> Criterion {
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
    if folded.len() > TEXT_LENGTH {
        let text = format!(
            "the value of search parameter '{code}' has more than {TEXT_LENGTH} bytes; ':exact' takes more"
        );
        return Err(Issue::error(IssueCode::TooLong, text));
    }
    Ok(folded)
}
