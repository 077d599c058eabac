//! The modifiers of tokens that ask for more than an equal code
//! (<http://hl7.org/fhir/R4/search.html#modifiers>): `:text`, `:of-type`, `:in`, `:above`, `:below`.

use crate::condition::Condition;
use crate::fold::fold;
use crate::key::Key;
use crate::limits;
use crate::merge::{any, nothing};
use crate::modifier::Modifier;
use crate::presence::presence;
use crate::problem::bad_value;
use crate::query::Criterion;
use crate::reference::has_one_of;
use crate::registry::Parameter;
use crate::string::folded;
use crate::terminology::Terminology;
use crate::token::{self, Token};
use crate::value::{BAD_ESCAPE, split, unescape};
use fhir::{Issue, IssueCode, Json};
use fhirpath::Item;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The condition that a modifier says of a value.
pub(crate) fn condition(
    parameter: &Arc<Parameter>,
    modifier: Modifier,
    value: &str,
    terminology: Option<&dyn Terminology>,
) -> Result<Condition, Issue> {
    match modifier {
        Modifier::Text => text(parameter, value),
        Modifier::OfType => of_type(parameter, value),
        Modifier::In | Modifier::NotIn => {
            let terminology = terminology.ok_or_else(|| no_terminology(parameter, "in"))?;
            is_in(parameter, value, terminology)
        }
        Modifier::Above => related(parameter, value, "above", terminology),
        _ if parameter.facts().mime => mime(parameter, value),
        _ => related(parameter, value, "below", terminology),
    }
}

fn no_terminology(parameter: &Parameter, modifier: &str) -> Issue {
    let text = format!(
        "modifier ':{modifier}' of search parameter '{}' cannot be used here: no code systems are loaded",
        parameter.code()
    );
    Issue::error(IssueCode::NotSupported, text)
}

fn plain<'v>(parameter: &Parameter, value: &'v str) -> Result<std::borrow::Cow<'v, str>, Issue> {
    unescape(value).ok_or_else(|| bad_value(parameter.code(), value, BAD_ESCAPE))
}

/// The words that go with a code start with the value: the text of a concept, the display of a coding, the text of
/// an identifier's type.
fn text(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let wanted = folded(parameter.code(), &plain(parameter, value)?)?;
    let candidates = presence(parameter).unwrap_or(Criterion::All(Vec::new()));
    Ok(Condition::tested(candidates, move |item, _| {
        words(item).into_iter().flatten().any(|text| fold(text).starts_with(&wanted))
    }))
}

fn words<'i>(item: &'i Item<'_>) -> Option<Vec<&'i str>> {
    let Some(json) = item.json() else { return item.as_str().map(|text| vec![text]) };
    if let Some(text) = json.as_str() {
        return Some(vec![text]);
    }
    let of_concept = |concept: &'i Json| {
        let displays = concept.get("coding").map(Json::items).unwrap_or_default().iter();
        concept.str("text").into_iter().chain(displays.filter_map(|coding| coding.str("display")))
    };
    let own = json.str("display").into_iter().chain(of_concept(json));
    Some(own.chain(json.at(&["type", "text"]).and_then(Json::as_str)).collect())
}

/// `system|code|value`: an identifier of that type.
fn of_type(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let expected = "the type and the value of an identifier: system|code|value";
    let refused = || bad_value(&format!("{}:of-type", parameter.code()), value, expected);
    let mut parts = Vec::with_capacity(3);
    for part in split(value, b'|') {
        parts.push(plain(parameter, part)?);
    }
    match parts.as_slice() {
        [system, code, text] if ![system, code, text].iter().any(|part| part.is_empty()) => {
            let hash = Key::TypedIdentifier(system, code, text).hash();
            Ok(Condition::exact(has_one_of(parameter, vec![hash])))
        }
        _ => Err(refused()),
    }
}

/// A member of a value set.
fn is_in(parameter: &Arc<Parameter>, value: &str, terminology: &dyn Terminology) -> Result<Condition, Issue> {
    let value_set = plain(parameter, value)?;
    let members = terminology.members(&value_set).map_err(|why| {
        let text = format!("search parameter '{}': {why}", parameter.code());
        Issue::error(IssueCode::NotFound, text)
    })?;
    let (caseless, plain): (Vec<_>, Vec<_>) =
        members.iter().partition(|(system, _)| !system.is_empty() && terminology.ignores_case(system));
    let tokens = plain.iter().map(|(system, code)| Token::of(system, code));
    has_code(parameter, tokens, members.len()).map(|condition| condition.or(by_system(parameter, &caseless)))
}

/// The conditions that codes of systems in which case does not count are there.
fn by_system(parameter: &Arc<Parameter>, members: &[&(String, String)]) -> Vec<Condition> {
    let mut systems: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (system, code) in members {
        systems.entry(system).or_default().push(code);
    }
    systems.into_iter().map(|(system, codes)| token::caseless(parameter, system, &codes)).collect()
}

/// The system of mime types.
const MIME: &str = "urn:ietf:bcp:13";

/// A mime type with whatever parameters (<http://hl7.org/fhir/R4/search.html#mimetype>): `text/xml` finds
/// `text/xml; charset=UTF-8`. With parameters of its own the value finds itself alone.
fn mime(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let wanted = match Token::parse(parameter.code(), value)? {
        Token::Code(code) => code.into_owned(),
        Token::Both(system, code) if system == MIME => code.into_owned(),
        _ => return Err(bad_value(&format!("{}:below", parameter.code()), value, "a mime type")),
    };
    let candidates = presence(parameter).unwrap_or(Criterion::All(Vec::new()));
    Ok(Condition::tested(candidates, move |item, _| {
        item.as_str().is_some_and(|found| {
            let base = found.split_once(';').map_or(found, |(base, _)| base.trim_end());
            found == wanted || base.eq_ignore_ascii_case(&wanted)
        })
    }))
}

/// A code that the value subsumes, or that subsumes it.
fn related(
    parameter: &Arc<Parameter>,
    value: &str,
    modifier: &str,
    terminology: Option<&dyn Terminology>,
) -> Result<Condition, Issue> {
    let name = format!("{}:{modifier}", parameter.code());
    let terminology = terminology.ok_or_else(|| no_terminology(parameter, modifier))?;
    let token = Token::parse(parameter.code(), value)?;
    let (system, code) = match (&token, parameter.facts().implied) {
        (Token::Both(system, code), _) => (&**system, &**code),
        (Token::Code(code), Some(implied)) => (implied.system, &**code),
        _ => return Err(bad_value(&name, value, "a code with its system: system|code")),
    };
    let codes = match modifier {
        "above" => terminology.ancestors(system, code),
        _ => terminology.descendants(system, code),
    };
    let codes = codes.map_err(|why| {
        let text = format!("search parameter '{name}': {why}");
        Issue::error(IssueCode::NotFound, text)
    })?;
    if terminology.ignores_case(system) && codes.len() <= limits::CODES {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        return Ok(token::caseless(parameter, system, &codes));
    }
    has_code(parameter, codes.iter().map(|code| Token::of(system, code)), codes.len())
}

fn has_code<'t>(
    parameter: &Arc<Parameter>,
    tokens: impl Iterator<Item = Token<'t>>,
    count: usize,
) -> Result<Condition, Issue> {
    if count > limits::CODES {
        let text = format!(
            "search parameter '{}' would have to look for {count} codes; at most {} are looked for",
            parameter.code(),
            limits::CODES
        );
        return Err(Issue::error(IssueCode::TooCostly, text));
    }
    let each: Vec<Criterion> = tokens.map(|token| token.criterion(parameter)).collect();
    Ok(Condition::exact(if each.is_empty() { nothing() } else { any(each) }))
}
