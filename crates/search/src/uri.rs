//! URI parameters (<http://hl7.org/fhir/R4/search.html#uri>): equal to the last character. A canonical with a
//! version is also found without it; `url|version` finds what has that URL and that version.
//!
//! `:above` finds the URI and those whose paths it continues, `:below` the URI and those that continue its path.

use crate::condition::Condition;
use crate::include;
use crate::key::Key;
use crate::merge::any;
use crate::modifier::Modifier;
use crate::presence::presence;
use crate::problem::{bad_value, served};
use crate::query::Criterion;
use crate::registry::{Parameter, Registry};
use crate::rows::Rows;
use fhir::definitions::{SearchParameterType, TypeId};
use fhir::{Issue, ResourceType};
use fhirpath::Item;
use std::sync::Arc;

/// The rows of one value; false if it is no URI.
pub(crate) fn index(item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let Some(uri) = item.as_str() else { return false };
    rows.key(Key::Uri(uri));
    if item.item_type.fhir() == Some(TypeId::CANONICAL)
        && let Some((unversioned, _)) = uri.split_once('|')
    {
        rows.key(Key::Uri(unversioned));
    }
    true
}

/// The condition that a URI parameter has the value `value`.
///
/// # Errors
///
/// The type has no such URI parameter, or the value is none.
pub fn uri_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    code: &str,
    value: &str,
) -> Result<Criterion, Issue> {
    let parameter = served(registry, resource_type, code, SearchParameterType::Uri)?;
    condition(registry, parameter, None, value).map(|condition| condition.index)
}

/// The condition that a parameter has the value, or one above or below it.
pub(crate) fn condition(
    registry: &Registry,
    parameter: &Arc<Parameter>,
    modifier: Option<Modifier>,
    value: &str,
) -> Result<Condition, Issue> {
    if value.chars().any(char::is_whitespace) {
        return Err(bad_value(parameter.code(), value, "a URI (text without spaces)"));
    }
    let has_one_of = |uris: Vec<&str>| {
        let keys = |indexed: &Arc<Parameter>| {
            let hashes = uris.iter().map(|uri| Key::Uri(uri).hash()).collect();
            Criterion::Keys { parameter: indexed.id(), hashes }
        };
        any(parameter.indexed_as().iter().map(keys).collect())
    };
    match modifier {
        Some(Modifier::Above | Modifier::Below) if !value.contains('/') => {
            Err(bad_value(parameter.code(), value, "a URL: only the paths of URLs are above or below others"))
        }
        Some(Modifier::Above) => Ok(Condition::exact(has_one_of(above(value)))),
        Some(Modifier::Below) => {
            let start = value.to_owned();
            let candidates = presence(parameter).unwrap_or(Criterion::All(Vec::new()));
            Ok(Condition::tested(candidates, move |item, _| {
                item.as_str().is_some_and(|uri| is_below(uri, &start))
            }))
        }
        _ => {
            let versioned = versioned(registry, parameter, value);
            Ok(Condition::exact(any(std::iter::once(has_one_of(vec![value])).chain(versioned).collect())))
        }
    }
}

/// The condition that a resource, asked for by its own canonical URL, has the URL and the version of the value.
fn versioned(registry: &Registry, parameter: &Parameter, value: &str) -> Option<Criterion> {
    let (url, version) = value.split_once('|').filter(|_| parameter.code() == "url")?;
    include::has_url(registry, parameter.resource_type(), url, Some(version))
}

/// A URI and the beginnings of its path: `http://a/b/c`, `http://a/b/`, `http://a/b`, `http://a/`, `http://a`.
fn above(uri: &str) -> Vec<&str> {
    let mut found = vec![uri];
    let path = uri.find("://").map_or(0, |scheme| scheme + 3);
    for (slash, _) in uri.match_indices('/').filter(|(slash, _)| *slash >= path) {
        for beginning in [&uri[..slash], &uri[..=slash]] {
            if !beginning.is_empty() && beginning != uri {
                found.push(beginning);
            }
        }
    }
    found
}

/// Whether a URI is `start` or continues its path.
fn is_below(uri: &str, start: &str) -> bool {
    let Some(rest) = uri.strip_prefix(start) else { return false };
    rest.is_empty() || start.ends_with('/') || rest.starts_with(['/', '|'])
}
