//! Token parameters (<http://hl7.org/fhir/R4/search.html#token>): codes, identifiers and other values that are
//! equal or not.
//!
//! Case counts, save for elements of type `string`, for which the specification says that it does not. Where it
//! leaves the case to the code system it asks servers in doubt to ignore it; this one does not, because the same
//! comparison decides conditional creates, where two identifiers that differ in case are two.

use crate::index::ParameterId;
use crate::key::Key;
use crate::problem::{bad_value, served};
use crate::query::Criterion;
use crate::registry::{Parameter, Registry, Source};
use crate::rows::Rows;
use crate::value::{BAD_ESCAPE, split, unescape};
use fhir::definitions::{ElementDefinition, SearchParameterType, SystemCodes, TypeId};
use fhir::{Issue, Json, Object, ResourceType};
use fhirpath::Item;

/// The rows of one value; false if it is of no type that a token can be.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let Some(type_id) = item.item_type.fhir() else {
        return plain(item, rows);
    };
    match (type_id, item.object()) {
        (TypeId::CODING, Some(coding)) => with_system(coding, "code", rows),
        (TypeId::IDENTIFIER, Some(identifier)) => with_system(identifier, "value", rows),
        (TypeId::CODEABLE_CONCEPT, Some(concept)) => {
            let codings = concept.items("coding").iter().filter_map(Json::as_object);
            codings.for_each(|coding| with_system(coding, "code", rows));
        }
        (TypeId::CONTACT_POINT, Some(contact)) => {
            contact.str("value").into_iter().for_each(|value| rows.key(Key::Code(value)));
        }
        (TypeId::CODE, _) => code(item, rows),
        (TypeId::STRING, _) => {
            item.as_str().into_iter().for_each(|text| rows.key(Key::CaselessCode(&text.to_lowercase())));
        }
        (_, None) => return plain(item, rows),
        _ => return false,
    }
    true
}

/// A boolean, id, URI or other primitive: its text alone counts.
fn plain(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    match (item.as_bool(), item.as_str()) {
        (Some(value), _) => rows.key(Key::Code(if value { "true" } else { "false" })),
        (None, Some(text)) => rows.key(Key::Code(text)),
        (None, None) => return false,
    }
    true
}

/// A Coding or Identifier, its code in the member `name`.
fn with_system(object: &Object, name: &str, rows: &mut Rows<'_>) {
    let (system, code) = (object.str("system"), object.str(name));
    if let Some(system) = system {
        rows.key(Key::System(system));
    }
    if let Some(code) = code {
        rows.key(Key::Code(code));
        rows.key(system.map_or(Key::CodeWithoutSystem(code), |system| Key::SystemAndCode(system, code)));
    }
}

/// A code: its system is the one that its binding implies.
fn code(item: &Item<'_>, rows: &mut Rows<'_>) {
    let Some(code) = item.as_str() else { return };
    rows.key(Key::Code(code));
    let mut implied = implied_systems(item.element, code).peekable();
    if implied.peek().is_none() {
        rows.key(Key::CodeWithoutSystem(code));
    }
    for system in implied {
        rows.key(Key::System(system));
        rows.key(Key::SystemAndCode(system, code));
    }
}

/// The code systems that a code of an element can belong to, as its value set has them.
fn implied_systems(
    element: Option<&'static ElementDefinition>,
    code: &str,
) -> impl Iterator<Item = &'static str> {
    let binding = element.and_then(ElementDefinition::binding);
    let systems: &[SystemCodes] = binding.map_or(&[], |binding| binding.value_set.definition().systems);
    let only_one = systems.len() == 1;
    systems.iter().filter(move |system| only_one || system.contains(code)).map(|system| system.system)
}

/// The condition that a token parameter says of a value as it stands in a URL: `code`, `system|code`, `|code` or
/// `system|`, where `\` escapes.
///
/// # Errors
///
/// The type has no such token parameter, or the value is none.
pub fn token_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    code: &str,
    value: &str,
) -> Result<Criterion, Issue> {
    let parameter = served(registry, resource_type, code, SearchParameterType::Token)?;
    criterion(parameter, value)
}

/// The condition that a parameter has the value.
pub(crate) fn criterion(parameter: &Parameter, value: &str) -> Result<Criterion, Issue> {
    match parameter.source() {
        Source::Id => Ok(Criterion::Ids(vec![id(value)?])),
        _ => Ok(Criterion::Keys { parameter: parameter.id(), hashes: hashes(parameter, value)? }),
    }
}

/// The hashes any of which a resource must have to match one value.
fn hashes(parameter: &Parameter, value: &str) -> Result<Vec<u64>, Issue> {
    let code = parameter.code();
    let mut parts = Vec::with_capacity(2);
    for part in split(value, b'|') {
        parts.push(unescape(part).ok_or_else(|| bad_value(code, value, BAD_ESCAPE))?);
    }
    let facts = parameter.facts();
    match parts.as_slice() {
        [text] if facts.only_booleans && !matches!(&**text, "true" | "false") => {
            Err(bad_value(code, value, "true or false"))
        }
        [text] if facts.some_caseless => {
            Ok(vec![Key::Code(text).hash(), Key::CaselessCode(&text.to_lowercase()).hash()])
        }
        [text] => Ok(vec![Key::Code(text).hash()]),
        [_, _] if facts.without_system => Err(bad_value(
            code,
            value,
            r"a plain code: its values have no system (a '|' in a value is written '\|')",
        )),
        [system, text] if system.is_empty() && text.is_empty() => Err(bad_value(code, value, FORMS)),
        [system, text] if system.is_empty() => Ok(vec![Key::CodeWithoutSystem(text).hash()]),
        [system, text] if text.is_empty() => Ok(vec![Key::System(system).hash()]),
        [system, text] => Ok(vec![Key::SystemAndCode(system, text).hash()]),
        _ => Err(bad_value(code, value, FORMS)),
    }
}

const FORMS: &str = r"a token: code, system|code, |code or system| (another '|' is written '\|')";

/// A logical id that `_id` asks for.
fn id(value: &str) -> Result<String, Issue> {
    if fhir::primitive::is_id(value) {
        return Ok(value.to_owned());
    }
    Err(bad_value("_id", value, "an id (1 to 64 letters, digits, '-' or '.')"))
}

/// What `:missing` asks of any parameter: whether it has a value.
pub(crate) fn present(parameter: ParameterId) -> Criterion {
    Criterion::Keys { parameter, hashes: vec![Key::Present.hash()] }
}
