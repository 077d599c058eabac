//! Reference parameters (<http://hl7.org/fhir/R4/search.html#reference>): what a resource points to.
//!
//! A reference to a resource of this server is indexed by type and id, whether it is written relatively or under
//! one of the server's own base URLs; a versioned one also with its version. Other URLs are indexed as they are
//! written, canonical ones also without their version. The identifier of a reference is found by `:identifier` alone.

use crate::condition::Condition;
use crate::contained::type_of_contained;
use crate::holds::holds;
use crate::key::Key;
use crate::merge::{any, nothing};
use crate::problem::{bad_value, served};
use crate::query::Criterion;
use crate::reading::BareId;
use crate::registry::{Bases, Parameter, Registry};
use crate::rows::Rows;
use crate::token::{self, Token};
use fhir::definitions::{SearchParameterType, TypeId, TypeKind};
use fhir::primitive::is_id;
use fhir::{Issue, IssueCode, Json, Reference, ResourceType};
use fhirpath::Item;
use std::sync::Arc;

/// The rows of one value; false if it is of no type that points to something.
pub(crate) fn index(
    bases: &Bases,
    parameter: &Parameter,
    item: &Item<'_>,
    root: &Item<'_>,
    rows: &mut Rows<'_>,
) -> bool {
    let Some(type_id) = item.item_type.fhir() else { return false };
    match type_id {
        TypeId::REFERENCE => {
            let Some(reference) = item.object() else { return false };
            reference.str("reference").into_iter().for_each(|text| target(bases, text, root, rows));
            if let Some(identifier) = reference.get("identifier").and_then(Json::as_object) {
                token::index_identifier(identifier, rows);
            }
        }
        TypeId::CANONICAL | TypeId::URI | TypeId::URL => match item.as_str() {
            Some(text) => {
                target(bases, text, root, rows);
                if text.contains(':') && !text.contains('|') {
                    rows.key(Key::AnyVersion(text));
                }
            }
            None => return false,
        },
        _ if !embedded(parameter, type_id, item, rows) => return false,
        _ => {}
    }
    rows.told = true;
    let told_apart = &parameter.facts().told_apart;
    let referred = if told_apart.is_empty() { None } else { referred_type(item, root) };
    match referred.filter(|found| told_apart.contains(found)) {
        Some(found) => rows.key(Key::PresentAs(found.name())),
        None => rows.key(Key::Present),
    }
    true
}

/// The type of what a reference points to, as far as it can be told: what FHIRPath's `resolve() is T` asks.
fn referred_type(item: &Item<'_>, root: &Item<'_>) -> Option<ResourceType> {
    let json = item.json()?;
    let text = json.as_str().or_else(|| json.str("reference")).unwrap_or_default();
    let named = match Reference::parse(text) {
        Some(Reference::Contained("")) => return root.item_type.fhir()?.resource_type(),
        Some(Reference::Contained(id)) => return type_of_contained(root, id),
        Some(Reference::Local { resource_type, .. } | Reference::Conditional { resource_type, .. }) => {
            Some(resource_type)
        }
        Some(Reference::Absolute(url)) => Reference::tail_of_url(url).map(|(resource_type, _)| resource_type),
        Some(Reference::Urn(_)) | None => None,
    };
    named.or_else(|| json.str("type").and_then(ResourceType::from_name))
}

/// A resource that stands where a reference could: the first one of a document or message.
fn embedded(parameter: &Parameter, type_id: TypeId, item: &Item<'_>, rows: &mut Rows<'_>) -> bool {
    let wanted = type_id.resource_type().filter(|found| parameter.targets().contains(found));
    let Some(resource_type) = wanted.filter(|_| type_id.definition().kind == TypeKind::Resource) else {
        return false;
    };
    if let Some(id) = item.object().and_then(|resource| resource.str("id")) {
        rows.key(Key::Resource(resource_type.name(), id));
    }
    true
}

fn target(bases: &Bases, text: &str, root: &Item<'_>, rows: &mut Rows<'_>) {
    match parse(bases, text) {
        Some(Reference::Local { resource_type, id, version }) => {
            rows.key(Key::Resource(resource_type.name(), id));
            if let Some(version) = version {
                rows.key(Key::ResourceVersion(resource_type.name(), id, version));
            }
        }
        Some(Reference::Absolute(url) | Reference::Urn(url)) => {
            rows.key(Key::Uri(url));
            unversioned(url).into_iter().for_each(|url| rows.key(Key::Uri(url)));
        }
        // A contained resource can't be found by itself; chains look into it.
        Some(Reference::Contained(id)) => {
            type_of_contained(root, id).into_iter().for_each(|found| rows.key(Key::Contained(found.name())));
        }
        // A conditional reference is resolved before it is stored.
        Some(Reference::Conditional { .. }) | None => {}
    }
}

/// A URL without the version that a canonical or a reference names.
pub(crate) fn unversioned(url: &str) -> Option<&str> {
    let (unversioned, _) = url.split_once('|').or_else(|| url.split_once("/_history/"))?;
    Some(unversioned)
}

/// A reference, a URL under one of the server's bases being local.
pub(crate) fn parse<'t>(bases: &Bases, text: &'t str) -> Option<Reference<'t>> {
    match Reference::parse(text)? {
        Reference::Absolute(url) => Some(bases.local(url).unwrap_or(Reference::Absolute(url))),
        reference => Some(reference),
    }
}

/// The condition that a reference parameter points to `value`: an id (of any type it may point to), `Type/id`,
/// `Type/id/_history/version` or an absolute URL.
///
/// # Errors
///
/// The type has no such reference parameter, or the value is none.
pub fn reference_criterion(
    registry: &Registry,
    resource_type: ResourceType,
    code: &str,
    value: &str,
) -> Result<Criterion, Issue> {
    let parameter = served(registry, resource_type, code, SearchParameterType::Reference)?;
    Ok(condition(registry.bases(), parameter, None, value)?.criterion(parameter))
}

/// A value that is an id and does not say of which of several types.
pub(crate) fn bare_id(parameter: &Parameter, of_type: Option<ResourceType>, value: &str) -> Option<BareId> {
    let types: Vec<ResourceType> = match parameter.targets() {
        [] => ResourceType::all().collect(),
        targets => targets.to_vec(),
    };
    let is_bare = is_id(value) && of_type.or(parameter.only()).is_none() && types.len() > 1;
    is_bare.then(|| BareId { code: parameter.code().to_owned(), id: value.to_owned(), types })
}

/// The condition that the parameter points to the value; `of_type` is the modifier `:[type]`.
pub(crate) fn condition(
    bases: &Bases,
    parameter: &Arc<Parameter>,
    of_type: Option<ResourceType>,
    value: &str,
) -> Result<Condition, Issue> {
    let only = of_type.or(parameter.only());
    if is_id(value) {
        let hash = |any: ResourceType| Key::Resource(any.name(), value).hash();
        let hashes = match (only, parameter.targets()) {
            (Some(only), _) => vec![hash(only)],
            // Nothing is known of what it may point to.
            (None, []) => ResourceType::all().map(hash).collect(),
            (None, targets) => targets.iter().copied().map(hash).collect(),
        };
        return Ok(Condition::exact(has_one_of(parameter, hashes)));
    }
    match (parse(bases, value), of_type) {
        (Some(Reference::Local { resource_type, .. }), Some(only)) if resource_type != only => {
            let expected = format!("of the type that the modifier ':{only}' says");
            Err(bad_value(parameter.code(), value, &expected))
        }
        // The rows that it shares have references to other types, too.
        (Some(Reference::Local { resource_type, .. }), _)
            if only.is_some_and(|only| only != resource_type) =>
        {
            Ok(Condition::exact(nothing()))
        }
        (Some(Reference::Local { resource_type, id, version }), _) => {
            let key = match version {
                Some(version) => Key::ResourceVersion(resource_type.name(), id, version),
                None => Key::Resource(resource_type.name(), id),
            };
            Ok(Condition::exact(has_one_of(parameter, vec![key.hash()])))
        }
        (Some(Reference::Absolute(_) | Reference::Urn(_)), Some(only)) => {
            let text = format!(
                "modifier ':{only}' of search parameter '{}' takes an id: what another server has at a URL has no \
                 type that is known here",
                parameter.code()
            );
            Err(Issue::error(IssueCode::Value, text))
        }
        (Some(Reference::Absolute(url) | Reference::Urn(url)), None) => Ok(url_condition(parameter, url)),
        _ => Err(bad_value(parameter.code(), value, "a reference: id, Type/id or an absolute URL")),
    }
}

/// The condition that the parameter, all of whose values are canonicals, has the URL of the value and its version or a
/// more particular one: `|1` is said of `1`, `1.0` and `1.2.3`. Without a version, any will do.
pub(crate) fn below(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let (url, version) = value.split_once('|').map_or((value, None), |(url, version)| (url, Some(version)));
    if !url.contains(':') || version == Some("") {
        return Err(bad_value(
            &format!("{}:below", parameter.code()),
            value,
            "a canonical: url or url|version",
        ));
    }
    let of_url = has_one_of(parameter, vec![Key::Uri(url).hash()]);
    if version.is_none() {
        return Ok(Condition::exact(of_url));
    }
    let start = value.to_owned();
    Ok(Condition::tested(of_url, move |item, _| {
        let rest = item.as_str().and_then(|canonical| canonical.strip_prefix(&*start));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }))
}

/// The condition that the parameter points to what is elsewhere.
fn url_condition(parameter: &Arc<Parameter>, url: &str) -> Condition {
    let index = has_one_of(parameter, vec![Key::Uri(url).hash()]);
    if parameter.only().is_none() {
        return Condition::exact(index);
    }
    let url = url.to_owned();
    Condition::tested(index, move |item, _| {
        let found = item.as_str().or_else(|| item.json()?.str("reference"));
        found.is_some_and(|found| found == url || unversioned(found) == Some(&url))
    })
}

/// The condition that a reference says by which identifier its target is known.
pub(crate) fn identifier_condition(parameter: &Arc<Parameter>, value: &str) -> Result<Condition, Issue> {
    let index = Token::parse(parameter.code(), value)?.criterion(parameter);
    if parameter.only().is_none() {
        return Ok(Condition::exact(index));
    }
    let (known, indexed) = (index.clone(), parameter.indexed_as().to_vec());
    Ok(Condition::tested(index, move |item, _| {
        let identifier =
            item.json().and_then(|reference| reference.get("identifier")).and_then(Json::as_object);
        let mut rows = Vec::new();
        for (identifier, indexed) in identifier.iter().flat_map(|one| indexed.iter().map(move |of| (one, of)))
        {
            token::index_identifier(identifier, &mut Rows::new(indexed.id(), &mut rows));
        }
        holds(&known, &rows)
    }))
}

/// The keys of canonicals that mean a resource with that URL and version.
pub(crate) fn canonical_keys(url: &str, version: Option<&str>) -> Vec<u64> {
    let versioned = version.map(|version| Key::Uri(&format!("{url}|{version}")).hash());
    versioned.into_iter().chain([Key::AnyVersion(url).hash()]).collect()
}

/// The condition that the parameter has one of the keys.
pub(crate) fn has_one_of(parameter: &Arc<Parameter>, hashes: Vec<u64>) -> Criterion {
    let of = |indexed: &Arc<Parameter>| Criterion::Keys { parameter: indexed.id(), hashes: hashes.clone() };
    any(parameter.indexed_as().iter().map(of).collect())
}
