//! Reference parameters (<http://hl7.org/fhir/R4/search.html#reference>): what a resource points to.
//!
//! A reference to a resource of this server is indexed by type and id, whether it is written relatively or under
//! one of the server's own base URLs; a versioned one also with its version. Other URLs are indexed as they are
//! written, canonical ones also without their version. A reference that only has an `identifier` is not found.

use crate::key::Key;
use crate::problem::{bad_value, served};
use crate::query::Criterion;
use crate::registry::{Parameter, Registry};
use crate::rows::Rows;
use fhir::definitions::{SearchParameterType, TypeId, TypeKind};
use fhir::primitive::is_id;
use fhir::{Issue, IssueCode, Reference, ResourceType};
use fhirpath::Item;

/// The rows of one value; false if it is of no type that points to something.
pub(crate) fn index(
    registry: &Registry,
    parameter: &Parameter,
    item: &Item<'_>,
    rows: &mut Rows<'_>,
) -> bool {
    let Some(type_id) = item.item_type.fhir() else { return false };
    match type_id {
        TypeId::REFERENCE => {
            let text = item.object().and_then(|reference| reference.str("reference"));
            text.into_iter().for_each(|text| target(registry, text, rows));
        }
        TypeId::CANONICAL | TypeId::URI | TypeId::URL => match item.as_str() {
            Some(text) => target(registry, text, rows),
            None => return false,
        },
        _ => return embedded(parameter, type_id, item, rows),
    }
    true
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

fn target(registry: &Registry, text: &str, rows: &mut Rows<'_>) {
    match parse(registry, text) {
        Some(Reference::Local { resource_type, id, version }) => {
            rows.key(Key::Resource(resource_type.name(), id));
            if let Some(version) = version {
                rows.key(Key::ResourceVersion(resource_type.name(), id, version));
            }
        }
        Some(Reference::Absolute(url) | Reference::Urn(url)) => {
            rows.key(Key::Uri(url));
            if let Some((unversioned, _)) = url.split_once('|').or_else(|| url.split_once("/_history/")) {
                rows.key(Key::Uri(unversioned));
            }
        }
        // A contained resource can't be found by itself; a conditional reference is resolved before it is stored.
        Some(Reference::Contained(_) | Reference::Conditional { .. }) | None => {}
    }
}

/// A reference, a URL under one of the server's bases being local.
fn parse<'t>(registry: &Registry, text: &'t str) -> Option<Reference<'t>> {
    match Reference::parse(text)? {
        Reference::Absolute(url) => Some(registry.local(url).unwrap_or(Reference::Absolute(url))),
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
    Ok(Criterion::Keys { parameter: parameter.id(), hashes: hashes(registry, parameter, None, value)? })
}

/// The hashes any of which a resource must have to match one value; `of_type` is the modifier `:[type]`.
pub(crate) fn hashes(
    registry: &Registry,
    parameter: &Parameter,
    of_type: Option<ResourceType>,
    value: &str,
) -> Result<Vec<u64>, Issue> {
    if is_id(value) {
        return Ok(match (of_type, parameter.targets()) {
            (Some(only), _) => vec![Key::Resource(only.name(), value).hash()],
            // Nothing is known of what it may point to.
            (None, []) => ResourceType::all().map(|any| Key::Resource(any.name(), value).hash()).collect(),
            (None, targets) => targets.iter().map(|any| Key::Resource(any.name(), value).hash()).collect(),
        });
    }
    match (parse(registry, value), of_type) {
        (Some(Reference::Local { resource_type, .. }), Some(only)) if resource_type != only => {
            let expected = format!("of the type that the modifier ':{only}' says");
            Err(bad_value(parameter.code(), value, &expected))
        }
        (Some(Reference::Local { resource_type, id, version }), _) => Ok(vec![match version {
            Some(version) => Key::ResourceVersion(resource_type.name(), id, version).hash(),
            None => Key::Resource(resource_type.name(), id).hash(),
        }]),
        (Some(Reference::Absolute(_) | Reference::Urn(_)), Some(only)) => {
            let text = format!(
                "modifier ':{only}' of search parameter '{}' takes an id: what another server has at a URL has no \
                 type that is known here",
                parameter.code()
            );
            Err(Issue::error(IssueCode::Value, text))
        }
        (Some(Reference::Absolute(url) | Reference::Urn(url)), None) => Ok(vec![Key::Uri(url).hash()]),
        _ => Err(bad_value(parameter.code(), value, "a reference: id, Type/id or an absolute URL")),
    }
}
