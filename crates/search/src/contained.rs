//! Contained resources (<http://hl7.org/fhir/R4/references.html#contained>): chains look into them as into any other that
//! is referred to (<http://hl7.org/fhir/R4/search.html#chaining>).
//!
//! They are not found by themselves and have no rows of their own. A reference to one has a row that tells its type, so
//! that a chain finds the resources that may contain what it asks for, and looks into these.

use crate::condition::{Scope, read};
use crate::extract::{each_item, rows_of};
use crate::holds::holds;
use crate::query::{Contained, ContainedResource, Criterion};
use crate::reading::Reading;
use crate::registry::Parameter;
use fhir::{Json, Reference, ResourceType};
use fhirpath::{Context, Item};
use std::sync::Arc;

/// What the references of an indexed parameter to contained resources of a type lead to.
pub(crate) fn contained(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    target: ResourceType,
) -> Contained {
    let (scope, parameter) = (reading.scope(), Arc::clone(parameter));
    let indexed = reading.registry.parameters(target).iter().filter(|one| one.is_indexed());
    let indexed: Vec<Arc<Parameter>> = indexed.cloned().collect();
    Contained(Arc::new(move |body| {
        let Some(resource) = read(body) else { return Vec::new() };
        let within = resource.get("contained").map(Json::items).unwrap_or_default();
        let is_meant = |one: &&Json, ids: &[String]| {
            one.str("resourceType") == Some(target.name())
                && one.str("id").is_some_and(|id| ids.iter().any(|meant| meant == id))
        };
        let ids = referred(&parameter, &resource);
        within
            .iter()
            .filter(|one| is_meant(one, &ids))
            .map(|one| as_stored(one, within, target, &indexed, &scope))
            .collect()
    }))
}

/// The ids of the contained resources to which the parameter points.
fn referred(parameter: &Parameter, resource: &Json) -> Vec<String> {
    let root = Item::of_type(resource, parameter.resource_type().type_id());
    let mut ids = Vec::new();
    each_item(parameter.alternatives(), &Context::new(&root), &root, &mut |item| {
        let text = item.as_str().or_else(|| item.json()?.str("reference"));
        if let Some(Reference::Contained(id)) = text.and_then(Reference::parse) {
            ids.push(id.to_owned());
        }
    });
    ids
}

/// A contained resource by itself, and with what stands beside it.
fn as_stored(
    resource: &Json,
    beside: &[Json],
    target: ResourceType,
    indexed: &[Arc<Parameter>],
    scope: &Scope,
) -> ContainedResource {
    let mut whole = resource.clone();
    if let Some(members) = whole.as_object_mut().filter(|_| beside.len() > 1) {
        members.insert("contained", Json::Array(beside.to_vec()));
    }
    let rows = rows_of(scope.indexing(), indexed.iter(), target, &whole).rows;
    ContainedResource { rows, body: whole.to_bytes() }
}

/// The row that tells of what type a contained resource is that a resource points to.
pub(crate) fn type_of_contained(root: &Item<'_>, id: &str) -> Option<ResourceType> {
    let found = root.object()?.items("contained").iter().find(|resource| resource.str("id") == Some(id))?;
    ResourceType::from_name(found.str("resourceType")?)
}

/// Whether a contained resource meets a criterion. It has no id or time that could be asked for, and nothing outside
/// refers to it.
pub(crate) fn meets(criterion: &Criterion, one: &ContainedResource) -> bool {
    let all = |criteria: &[Criterion], one: &ContainedResource| criteria.iter().all(|each| meets(each, one));
    match criterion {
        Criterion::Tested { candidates, test } => all(candidates, one) && (test.0)(&one.body),
        Criterion::RefersWithin { criteria, contained, .. } => {
            (contained.0)(&one.body).iter().any(|other| all(criteria, other))
        }
        Criterion::All(criteria) => all(criteria, one),
        Criterion::Either(criteria) => criteria.iter().any(|each| meets(each, one)),
        Criterion::Not(criterion) => !meets(criterion, one),
        decided => holds(decided, &one.rows),
    }
}
