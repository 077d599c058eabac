//! Token parameters (<http://hl7.org/fhir/R4/search.html#token>): codes, identifiers and other values that are
//! equal or not.
//!
//! Case counts, save for elements of type `string`, for which the specification says that it does not, and for codes
//! of a system whose definition is known and says so (`caseSensitive` is false), where the system is named. Where nothing
//! is said it asks servers in doubt to ignore case; this one does not, because the same comparison decides conditional
//! creates, where two identifiers that differ in case are two.

use crate::condition::Condition;
use crate::key::Key;
use crate::merge::{any, nothing};
use crate::problem::{bad_value, served};
use crate::query::Criterion;
use crate::registry::{Parameter, Registry, Source, ValueFacts};
use crate::rows::Rows;
use crate::terminology::Terminology;
use crate::value::{BAD_ESCAPE, split, unescape};
use fhir::definitions::{ElementDefinition, SearchParameterType, SystemCodes, TypeId};
use fhir::{Issue, Json, Object, ResourceType};
use fhirpath::Item;
use std::borrow::Cow;
use std::sync::Arc;

/// The rows of one value; false if it is of no type that a token can be.
pub(crate) fn index(facts: &ValueFacts, item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let Some(type_id) = item.item_type.fhir() else {
        return plain(facts, item, rows);
    };
    match (type_id, item.object()) {
        (TypeId::CODING, Some(coding)) => with_system(coding, "code", rows),
        (TypeId::IDENTIFIER, Some(identifier)) => index_identifier(identifier, rows),
        (TypeId::CODEABLE_CONCEPT, Some(concept)) => {
            let codings = concept.items("coding").iter().filter_map(Json::as_object);
            codings.for_each(|coding| with_system(coding, "code", rows));
        }
        (TypeId::CONTACT_POINT, Some(contact)) => {
            contact.str("value").into_iter().for_each(|value| rows.key(Key::Code(value)));
        }
        (TypeId::CODE, _) => code(facts, item, rows),
        (TypeId::STRING, _) => {
            item.as_str().into_iter().for_each(|text| rows.key(Key::CaselessCode(&text.to_lowercase())));
        }
        (_, None) => return plain(facts, item, rows),
        _ => return false,
    }
    true
}

/// A boolean, id, URI or other primitive: its text alone counts.
fn plain(facts: &ValueFacts, item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    match (item.as_bool(), item.as_str()) {
        (Some(value), _) => {
            rows.key(Key::Code(if value { "true" } else { "false" }));
            rows.told |= facts.only_booleans;
        }
        (None, Some(text)) => rows.key(Key::Code(text)),
        (None, None) => return false,
    }
    true
}

/// An identifier by its value and, where it says what it is, by that, too.
pub(crate) fn index_identifier(identifier: &Object, rows: &mut Rows<'_>) {
    with_system(identifier, "value", rows);
    let Some(value) = identifier.str("value") else { return };
    let codings = identifier.get("type").and_then(|kind| kind.get("coding")).map(Json::items);
    for coding in codings.unwrap_or_default() {
        if let (Some(system), Some(code)) = (coding.str("system"), coding.str("code")) {
            rows.key(Key::TypedIdentifier(system, code, value));
        }
    }
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
fn code(facts: &ValueFacts, item: &Item<'_>, rows: &mut Rows<'_>) {
    let Some(code) = item.as_str() else { return };
    rows.key(Key::Code(code));
    if let Some(implied) = facts.implied {
        rows.told |= implied.closed.is_some_and(|codes| codes.binary_search(&code).is_ok());
        return;
    }
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
pub(crate) fn implied_systems(
    element: Option<&'static ElementDefinition>,
    code: &str,
) -> impl Iterator<Item = &'static str> {
    let binding = element.and_then(ElementDefinition::binding);
    let systems: &[SystemCodes] = binding.map_or(&[], |binding| binding.value_set.definition().systems);
    let only_one = systems.len() == 1;
    systems.iter().filter(move |system| only_one || system.contains(code)).map(|system| system.system)
}

/// What a token says, its escapes taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'v> {
    /// `code`
    Code(Cow<'v, str>),
    /// `|code`
    WithoutSystem(Cow<'v, str>),
    /// `system|`
    System(Cow<'v, str>),
    /// `system|code`
    Both(Cow<'v, str>, Cow<'v, str>),
}

const FORMS: &str = r"a token: code, system|code, |code or system| (another '|' is written '\|')";

impl<'v> Token<'v> {
    /// Reads one of the four forms.
    pub(crate) fn parse(code: &str, value: &'v str) -> Result<Self, Issue> {
        let mut parts = Vec::with_capacity(2);
        for part in split(value, b'|') {
            parts.push(unescape(part).ok_or_else(|| bad_value(code, value, BAD_ESCAPE))?);
        }
        let mut parts = parts.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(text), None, _) => Ok(Token::Code(text)),
            (Some(system), Some(text), None) => match (system.is_empty(), text.is_empty()) {
                (true, true) => Err(bad_value(code, value, FORMS)),
                (true, false) => Ok(Token::WithoutSystem(text)),
                (false, true) => Ok(Token::System(system)),
                (false, false) => Ok(Token::Both(system, text)),
            },
            _ => Err(bad_value(code, value, FORMS)),
        }
    }

    /// A code of a system; of none where that is empty.
    pub(crate) fn of(system: &'v str, code: &'v str) -> Self {
        match system {
            "" => Token::Code(Cow::Borrowed(code)),
            system => Token::Both(Cow::Borrowed(system), Cow::Borrowed(code)),
        }
    }

    /// The hashes any of which a resource must have under a parameter.
    fn hashes(&self, facts: &ValueFacts) -> Vec<u64> {
        match (self, facts.implied) {
            (Token::Code(code), _) if facts.some_caseless => {
                vec![Key::Code(code).hash(), Key::CaselessCode(&code.to_lowercase()).hash()]
            }
            (Token::Code(code), _) => vec![Key::Code(code).hash()],
            (Token::WithoutSystem(code), None) => vec![Key::CodeWithoutSystem(code).hash()],
            (Token::System(system), None) => vec![Key::System(system).hash()],
            (Token::Both(system, code), None) => vec![Key::SystemAndCode(system, code).hash()],
            (Token::Both(system, code), Some(implied)) if implied.system == system => {
                vec![Key::Code(code).hash()]
            }
            (Token::System(system), Some(implied)) if implied.system == system => {
                let codes = implied.closed.unwrap_or_default().iter().map(|code| Key::Code(code).hash());
                codes.chain([Key::Present.hash()]).collect()
            }
            // Nothing has another system than the implied one, or none.
            (_, Some(_)) => Vec::new(),
        }
    }

    /// The condition that a parameter has this value.
    pub(crate) fn criterion(&self, parameter: &Arc<Parameter>) -> Criterion {
        let each = parameter.indexed_as().iter().filter_map(|indexed| {
            let hashes = self.hashes(indexed.facts());
            (!hashes.is_empty()).then(|| Criterion::Keys { parameter: indexed.id(), hashes })
        });
        let each: Vec<Criterion> = each.collect();
        if each.is_empty() { nothing() } else { any(each) }
    }
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
    condition(parameter, value, None).map(|condition| condition.index)
}

/// The condition that a parameter has the value.
pub(crate) fn condition(
    parameter: &Arc<Parameter>,
    value: &str,
    terminology: Option<&dyn Terminology>,
) -> Result<Condition, Issue> {
    if matches!(parameter.source(), Source::Id) {
        return Ok(Condition::exact(Criterion::Ids(vec![id(value)?])));
    }
    let token = Token::parse(parameter.code(), value)?;
    check(parameter, &token, value)?;
    Ok(match &token {
        Token::Both(system, code) if terminology.is_some_and(|known| known.ignores_case(system)) => {
            caseless(parameter, system, &[code])
        }
        token => Condition::exact(token.criterion(parameter)),
    })
}

/// The condition that a coding of the parameter has one of the codes of a system in which case does not count. The index
/// finds those that are written the same; what is written otherwise is found among all that has a code of the system.
pub(crate) fn caseless(parameter: &Arc<Parameter>, system: &str, codes: &[&str]) -> Condition {
    let exact = any(codes.iter().map(|code| Token::of(system, code).criterion(parameter)).collect());
    if parameter.indexed_as().iter().all(|indexed| indexed.facts().implied.is_some()) {
        return Condition::exact(exact);
    }
    let of_system = Token::System(Cow::Borrowed(system)).criterion(parameter);
    let system = system.to_owned();
    let mut wanted: Vec<String> = codes.iter().map(|code| code.to_lowercase()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    Condition::tested_beside(exact, of_system, move |item, _| {
        let is_it = |coding: &Object| {
            let code = coding.str("code").filter(|_| coding.str("system") == Some(&*system));
            code.is_some_and(|code| wanted.binary_search(&code.to_lowercase()).is_ok())
        };
        match (item.item_type.fhir(), item.object()) {
            (Some(TypeId::CODING), Some(coding)) => is_it(coding),
            (Some(TypeId::CODEABLE_CONCEPT), Some(concept)) => {
                concept.items("coding").iter().filter_map(Json::as_object).any(is_it)
            }
            _ => false,
        }
    })
}

/// Refuses what no value of the parameter can be equal to.
pub(crate) fn check(parameter: &Parameter, token: &Token<'_>, value: &str) -> Result<(), Issue> {
    let (code, facts) = (parameter.code(), parameter.facts());
    match token {
        Token::Code(text) if facts.only_booleans && !matches!(&**text, "true" | "false") => {
            Err(bad_value(code, value, "true or false"))
        }
        Token::Code(_) => Ok(()),
        _ if facts.without_system => Err(bad_value(
            code,
            value,
            r"a plain code: its values have no system (a '|' in a value is written '\|')",
        )),
        _ => Ok(()),
    }
}

/// A logical id that `_id` asks for.
fn id(value: &str) -> Result<String, Issue> {
    if fhir::primitive::is_id(value) {
        return Ok(value.to_owned());
    }
    Err(bad_value("_id", value, "an id (1 to 64 letters, digits, '-' or '.')"))
}
