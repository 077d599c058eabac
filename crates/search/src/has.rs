//! `_has` (<http://hl7.org/fhir/R4/search.html#has>): what must hold of a resource that refers to the one searched.

use crate::condition::read;
use crate::criteria::{self, one, parameter};
use crate::extract::each_item;
use crate::include;
use crate::query::{Criterion, References};
use crate::reading::Reading;
use crate::registry::{Bases, Parameter};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, Reference, ResourceType};
use fhirpath::{Context, Item};
use std::sync::Arc;

/// The condition of `_has:` and what follows it: `Observation:patient:code`.
pub(crate) fn criterion(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    linked: &str,
    value: &str,
    depth: usize,
) -> Result<Option<Criterion>, Vec<Issue>> {
    let (parameter, rest) = referring(reading, resource_type, linked)?;
    let by = parameter.resource_type();
    let Some(criterion) = criteria::criterion(reading, by, rest, value, depth + 1)? else { return Ok(None) };
    Ok(Some(referred_to_by(reading, resource_type, parameter, criterion)))
}

/// The same, where the condition on what refers is made of its type and the last name by someone else.
pub(crate) fn filtered(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    linked: &str,
    make: impl FnOnce(ResourceType, &str) -> Result<Criterion, Vec<Issue>>,
) -> Result<Criterion, Vec<Issue>> {
    let (parameter, rest) = referring(reading, resource_type, linked)?;
    let criterion = make(parameter.resource_type(), rest)?;
    Ok(referred_to_by(reading, resource_type, parameter, criterion))
}

fn referred_to_by(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    parameter: &Arc<Parameter>,
    criterion: Criterion,
) -> Criterion {
    let references = references(reading.registry.bases(), parameter, resource_type);
    Criterion::ReferredToBy { by: parameter.resource_type(), criteria: vec![criterion], references }
}

/// The reference parameter of `Observation:patient:code`, and what follows it.
fn referring<'a, 'v>(
    reading: &Reading<'a>,
    resource_type: ResourceType,
    linked: &'v str,
) -> Result<(&'a Arc<Parameter>, &'v str), Vec<Issue>> {
    let mut parts = linked.splitn(3, ':');
    let (Some(name), Some(code), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(one(incomplete(linked)));
    };
    let by = resource_type_of(name).map_err(one)?;
    let parameter = parameter(reading, by, code).map_err(one)?;
    if parameter.kind() != SearchParameterType::Reference
        || !(parameter.targets().is_empty() || parameter.targets().contains(&resource_type))
    {
        let text = format!("search parameter '{code}' of {by} does not refer to {resource_type}");
        return Err(one(Issue::error(IssueCode::NotSupported, text)));
    }
    Ok((parameter, rest))
}

fn incomplete(rest: &str) -> Issue {
    let text = format!(
        "{} is not _has:[type]:[reference]:[parameter], such as _has:Observation:patient:code",
        quoted(&format!("_has:{rest}"))
    );
    Issue::error(IssueCode::Value, text)
}

/// The resource type of that name.
pub(crate) fn resource_type_of(name: &str) -> Result<ResourceType, Issue> {
    ResourceType::from_name(name).ok_or_else(|| {
        let hint = did_you_mean(name, ResourceType::all().map(ResourceType::name));
        let hint = hint.map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
        Issue::error(IssueCode::Value, format!("{} is not a resource type of R4{hint}", quoted(name)))
    })
}

/// The ids of the resources of a type to which the parameter points, and the URLs of those to which it points by a
/// canonical.
pub(crate) fn references(bases: &Arc<Bases>, parameter: &Arc<Parameter>, target: ResourceType) -> References {
    let (bases, parameter) = (Arc::clone(bases), Arc::clone(parameter));
    References(Arc::new(move |body| {
        let Some(resource) = read(body) else { return Vec::new() };
        let root = Item::of_type(&resource, parameter.resource_type().type_id());
        let mut found = Vec::new();
        each_item(parameter.alternatives(), &Context::new(&root), &root, &mut |item| {
            match include::reference_of(&bases, item) {
                Some(Reference::Local { resource_type, id, .. }) if resource_type == target => {
                    found.push(id.to_owned());
                }
                Some(Reference::Absolute(url)) if item.as_str().is_some() => found.push(url.to_owned()),
                _ => {}
            }
        });
        found
    }))
}
