//! What of a resource is indexed.

use crate::index::IndexRow;
use crate::key::Key;
use crate::registry::{Parameter, Registry};
use crate::rows::Rows;
use crate::{date, reference, string, token, uri};
use fhir::definitions::SearchParameterType;
use fhir::{Json, ResourceType};
use fhirpath::{Context, Item};
use jiff::tz::TimeZone;

/// The index rows of a resource, sorted, each once. Dates and times without an offset are taken in `zone`.
///
/// A value that is not what its type says (which validation refuses) has no rows.
pub fn extract(
    registry: &Registry,
    resource_type: ResourceType,
    resource: &Json,
    zone: &TimeZone,
) -> Vec<IndexRow> {
    let root = Item::of_type(resource, resource_type.type_id());
    let context = Context::new(&root);
    let (mut rows, mut items) = (Vec::with_capacity(64), Vec::new());
    for parameter in registry.parameters(resource_type) {
        items.clear();
        for expression in parameter.alternatives() {
            // An expression that can't be evaluated yields nothing: there is no value to find.
            let start = items.len();
            if expression.evaluate_into(&context, &root, &mut items).is_err() {
                items.truncate(start);
            }
        }
        index(registry, parameter, &items, zone, &mut rows);
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

fn index(
    registry: &Registry,
    parameter: &Parameter,
    items: &[Item<'_>],
    zone: &TimeZone,
    rows: &mut Vec<IndexRow>,
) {
    let mut rows = Rows { parameter: parameter.id(), rows };
    let mut present = false;
    for item in items.iter().filter(|item| item.has_value()) {
        present |= match parameter.kind() {
            SearchParameterType::Token => token::index(item, &mut rows),
            SearchParameterType::Reference => reference::index(registry, parameter, item, &mut rows),
            SearchParameterType::Date => date::index(item, zone, &mut rows),
            SearchParameterType::String => string::index(item, &mut rows),
            SearchParameterType::Uri => uri::index(item, &mut rows),
            _ => false,
        };
    }
    if present {
        rows.key(Key::Present);
    }
}
