//! What of a resource is indexed.

use crate::index::IndexRow;
use crate::key::Key;
use crate::registry::{Bases, Parameter, Registry};
use crate::rows::Rows;
use crate::{date, near, number, quantity, reference, string, token, uri};
use fhir::definitions::SearchParameterType;
use fhir::{Json, ResourceType};
use fhirpath::{Context, EvaluateError, Expression, Item};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// What of a resource is indexed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extraction {
    /// The rows, sorted, each once.
    pub rows: Vec<IndexRow>,
    /// The parameters whose expressions cost more than an evaluation may on this resource. What values they have is not
    /// known.
    pub too_costly: Vec<TooCostlyParameter>,
}

/// A parameter that cannot be evaluated on a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooCostlyParameter {
    /// Its code.
    pub code: String,
    /// Its canonical URL, if it has one.
    pub url: Option<String>,
}

/// The index rows of a resource. Dates and times without an offset are taken in `zone`.
///
/// A value that is not what its type says (which validation refuses) has no rows.
pub fn extract(
    registry: &Registry,
    resource_type: ResourceType,
    resource: &Json,
    zone: &TimeZone,
) -> Extraction {
    let indexing = Indexing { bases: registry.bases(), zone };
    let indexed = registry.parameters(resource_type).iter().filter(|parameter| parameter.is_indexed());
    rows_of(indexing, indexed, resource_type, resource)
}

/// The rows that a resource has under some parameters.
pub(crate) fn rows_of<'p>(
    indexing: Indexing<'_>,
    parameters: impl Iterator<Item = &'p Arc<Parameter>>,
    resource_type: ResourceType,
    resource: &Json,
) -> Extraction {
    let root = Item::of_type(resource, resource_type.type_id());
    let context = Context::new(&root);
    let (mut rows, mut too_costly) = (Vec::with_capacity(64), Vec::new());
    for parameter in parameters {
        let mut of_parameter = Rows::new(parameter.id(), &mut rows);
        let mut present = false;
        let is_known = each_item(parameter.alternatives(), &context, &root, &mut |item| {
            present |= index_item(&indexing, parameter, item, &root, &mut of_parameter);
        });
        if !is_known {
            let (code, url) = (parameter.code().to_owned(), parameter.url().map(str::to_owned));
            too_costly.push(TooCostlyParameter { code, url });
        }
        if present && !of_parameter.told {
            of_parameter.key(Key::Present);
        }
    }
    rows.sort_unstable();
    rows.dedup();
    Extraction { rows, too_costly }
}

/// What index rows depend on besides the resource.
#[derive(Clone, Copy)]
pub(crate) struct Indexing<'a> {
    pub(crate) bases: &'a Bases,
    pub(crate) zone: &'a TimeZone,
}

/// Shows the values that expressions yield; false if one of them costs more than it may, so that its values are not
/// known. One that cannot be evaluated otherwise yields nothing: there is no value to find.
pub(crate) fn each_item<'a>(
    alternatives: &'a [Arc<Expression>],
    context: &Context<'a>,
    focus: &Item<'a>,
    each: &mut dyn FnMut(&Item<'a>),
) -> bool {
    let (mut items, mut is_known) = (Vec::new(), true);
    for expression in alternatives {
        items.clear();
        match expression.evaluate_into(context, focus, &mut items) {
            Ok(()) => items.iter().filter(|item| item.has_value()).for_each(&mut *each),
            Err(EvaluateError::TooManyItems | EvaluateError::TooMuchText) => is_known = false,
            Err(_) => {}
        }
    }
    is_known
}

/// The rows of one value; false if it is of no type that the parameter compares.
pub(crate) fn index_item(
    indexing: &Indexing<'_>,
    parameter: &Parameter,
    item: &Item<'_>,
    root: &Item<'_>,
    rows: &mut Rows<'_>,
) -> bool {
    match parameter.kind() {
        SearchParameterType::Token => token::index(parameter.facts(), item, rows),
        SearchParameterType::Reference => reference::index(indexing.bases, parameter, item, root, rows),
        SearchParameterType::Date => date::index(item, indexing.zone, rows),
        SearchParameterType::String => string::index(parameter.facts(), item, rows),
        SearchParameterType::Uri => uri::index(item, rows),
        SearchParameterType::Number => number::index(item, rows),
        SearchParameterType::Quantity => quantity::index(item, rows),
        SearchParameterType::Special => near::index(item, rows),
        SearchParameterType::Composite => false,
    }
}
