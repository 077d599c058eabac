//! URI parameters (<http://hl7.org/fhir/R4/search.html#uri>): equal to the last character. A canonical with a
//! version is also found without it.

use crate::key::Key;
use crate::problem::{bad_value, served};
use crate::query::Criterion;
use crate::registry::{Parameter, Registry};
use crate::rows::Rows;
use fhir::definitions::{SearchParameterType, TypeId};
use fhir::{Issue, ResourceType};
use fhirpath::Item;

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
    Ok(Criterion::Keys { parameter: parameter.id(), hashes: vec![hash(parameter, value)?] })
}

/// The hash that a resource must have to match one value.
pub(crate) fn hash(parameter: &Parameter, value: &str) -> Result<u64, Issue> {
    if value.chars().any(char::is_whitespace) {
        return Err(bad_value(parameter.code(), value, "a URI (text without spaces)"));
    }
    Ok(Key::Uri(value).hash())
}
