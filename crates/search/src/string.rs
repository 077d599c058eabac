//! String parameters (<http://hl7.org/fhir/R4/search.html#string>): text, found by its start, a part, or exactly.

use crate::fold::fold;
use crate::index::TEXT_LENGTH;
use crate::key::Key;
use crate::problem::{bad_value, served};
use crate::query::{Criterion, TextTest};
use crate::registry::{Parameter, Registry};
use crate::rows::Rows;
use fhir::definitions::{SearchParameterType, TypeId};
use fhir::{Issue, IssueCode, Json, ResourceType};
use fhirpath::Item;

/// The parts of a HumanName that are text.
const NAME_PARTS: &[&str] = &["family", "given", "prefix", "suffix", "text"];

/// The parts of an Address that are text.
const ADDRESS_PARTS: &[&str] = &["line", "city", "district", "state", "postalCode", "country", "text"];

/// The rows of one value; false if it is of no type that is text.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let parts = match (item.item_type.fhir(), item.object()) {
        (Some(TypeId::HUMAN_NAME), Some(name)) => (name, NAME_PARTS),
        (Some(TypeId::ADDRESS), Some(address)) => (address, ADDRESS_PARTS),
        _ => {
            let Some(text) = item.as_str() else { return false };
            rows.text(text);
            return true;
        }
    };
    let (object, names) = parts;
    for value in names.iter().filter_map(|name| object.get(name)) {
        match value {
            Json::String(text) => rows.text(text),
            value => value.items().iter().filter_map(Json::as_str).for_each(|text| rows.text(text)),
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
    criterion(parameter, how, value)
}

/// The condition that a parameter has a text like the value.
pub(crate) fn criterion(parameter: &Parameter, how: StringMatch, value: &str) -> Result<Criterion, Issue> {
    let id = parameter.id();
    Ok(match how {
        StringMatch::Exact => Criterion::Keys { parameter: id, hashes: vec![Key::Exact(value).hash()] },
        StringMatch::StartsWith => {
            let folded = folded(parameter.code(), value)?;
            Criterion::Text { parameter: id, any_of: vec![TextTest::StartsWith(folded)] }
        }
        StringMatch::Contains => {
            let folded = folded(parameter.code(), value)?;
            Criterion::Text { parameter: id, any_of: vec![TextTest::Contains(folded)] }
        }
    })
}

fn folded(code: &str, value: &str) -> Result<String, Issue> {
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
