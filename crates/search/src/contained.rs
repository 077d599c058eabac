//! Contained resources (<http://hl7.org/fhir/R4/references.html#contained>): chains look into them as into any other that
//! is referred to (<http://hl7.org/fhir/R4/search.html#chaining>).
//!
//! They are not found by themselves and have no rows of their own. A reference to one has a row that tells its type, so
//! that a chain finds the resources that may contain what it asks for, and looks into these.

use crate::condition::read;
use crate::extract::{each_item, rows_of};
use crate::holds::holds;
use crate::index::IndexRow;
use crate::limits;
use crate::query::{Contained, ContainedResource, Criterion, Referred};
use crate::reading::Reading;
use crate::registry::Parameter;
use fhir::{Json, Reference, ResourceType};
use fhirpath::{Context, Item};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where the references of an indexed parameter to contained resources of a type lead.
pub(crate) fn contained(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    target: ResourceType,
) -> Contained {
    let (scope, parameter) = (reading.scope(), Arc::clone(parameter));
    let indexed = reading.registry.parameters(target).iter().filter(|one| one.is_indexed());
    let indexed: Vec<Arc<Parameter>> = indexed.cloned().collect();
    Contained {
        referred: Arc::new(move |from| referred(&parameter, target, from)),
        rows: Arc::new(move |resource| rows_of(scope.indexing(), indexed.iter(), target, resource).rows),
    }
}

fn referred<'a>(parameter: &Parameter, target: ResourceType, from: ContainedResource<'a>) -> Referred<'a> {
    let root = Item::of_type(from.resource, parameter.resource_type().type_id());
    let mut ids = BTreeSet::new();
    each_item(parameter.alternatives(), &Context::new(&root), &root, &mut |item| {
        let text = item.as_str().or_else(|| item.json()?.str("reference"));
        if let Some(Reference::Contained(id)) = text.and_then(Reference::parse) {
            ids.insert(id.to_owned());
        }
    });
    if ids.is_empty() {
        return Vec::new();
    }
    let is_meant = |one: &&Json| {
        one.str("resourceType") == Some(target.name()) && one.str("id").is_some_and(|id| ids.contains(id))
    };
    let meant = from.beside.iter().filter(is_meant);
    meant.map(|resource| ContainedResource { resource, beside: from.beside }).collect()
}

/// Whether a stored resource refers to a contained one that meets all criteria.
pub(crate) fn refers_within(body: &[u8], contained: &Contained, criteria: &[Criterion]) -> bool {
    let Some(resource) = read(body) else { return false };
    let beside = resource.get("contained").map(Json::items).unwrap_or_default();
    let mut looking = Looking { left: limits::CONTAINED };
    looking.any(ContainedResource { resource: &resource, beside }, contained, criteria)
}

/// Of what type a contained resource is.
pub(crate) fn type_of_contained(root: &Item<'_>, id: &str) -> Option<ResourceType> {
    let found = root.object()?.items("contained").iter().find(|resource| resource.str("id") == Some(id))?;
    ResourceType::from_name(found.str("resourceType")?)
}

/// What may still be looked at in one stored resource: whoever wrote it says how much refers to how much.
struct Looking {
    left: usize,
}

impl Looking {
    /// Whether one of those that a resource refers to meets all criteria.
    fn any(&mut self, from: ContainedResource<'_>, contained: &Contained, criteria: &[Criterion]) -> bool {
        self.left = self.left.saturating_sub(from.beside.len());
        for one in (contained.referred)(from) {
            if self.left == 0 {
                return false;
            }
            let rows = (contained.rows)(one.resource);
            self.left = self.left.saturating_sub(WORK + rows.len());
            if criteria.iter().all(|criterion| self.meets(criterion, one, &rows)) {
                return true;
            }
        }
        false
    }

    /// Whether a contained resource meets a criterion. It has no id or time that could be asked for, and nothing outside
    /// refers to it.
    fn meets(&mut self, criterion: &Criterion, one: ContainedResource<'_>, rows: &[IndexRow]) -> bool {
        match criterion {
            Criterion::Tested { candidates, test } => {
                candidates.iter().all(|each| self.meets(each, one, rows))
                    && (test.0)(&one.resource.to_bytes())
            }
            Criterion::RefersWithin { criteria, contained, .. } => self.any(one, contained, criteria),
            Criterion::All(criteria) => criteria.iter().all(|each| self.meets(each, one, rows)),
            Criterion::Either(criteria) => criteria.iter().any(|each| self.meets(each, one, rows)),
            Criterion::Not(criterion) => !self.meets(criterion, one, rows),
            decided => holds(decided, rows),
        }
    }
}

/// As much work as this many resources that are passed over is one that is looked at.
const WORK: usize = 100;
