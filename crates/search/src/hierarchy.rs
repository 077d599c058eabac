//! Hierarchies of resources (<http://hl7.org/fhir/R4/search.html#modifiers>): `location:below=42` finds what refers to the
//! location 42 or to a part of it, `location:above=42` what refers to it or to what it is part of.
//!
//! A type has a hierarchy where a parameter says what each of its resources is part of: Location, Organization, Encounter
//! and CarePlan.

use crate::condition::Condition;
use crate::has;
use crate::modifier::Modifier;
use crate::problem::bad_value;
use crate::query::{Criterion, Step};
use crate::reading::Reading;
use crate::reference;
use crate::registry::Parameter;
use fhir::definitions::{SearchParameterType, search_parameter};
use fhir::primitive::is_id;
use fhir::{Issue, Reference, ResourceType};
use std::sync::Arc;

/// The code of the parameter that says what a resource of the type is part of.
fn part_of(resource_type: ResourceType) -> Option<&'static str> {
    let is_one = |code: &&str| {
        search_parameter(resource_type, code).is_some_and(|found| {
            found.kind == SearchParameterType::Reference && found.targets == [resource_type]
        })
    };
    ["partof", "part-of"].into_iter().find(is_one)
}

/// Those of the types that a parameter refers to that have a hierarchy.
fn targets(parameter: &Parameter) -> impl Iterator<Item = ResourceType> {
    parameter.targets().iter().copied().filter(|target| part_of(*target).is_some())
}

/// Whether the parameter has the modifiers `:above` and `:below`.
pub(crate) fn is_along(parameter: &Parameter) -> bool {
    targets(parameter).next().is_some()
}

/// The condition that the parameter refers to the value, to what is part of it (`:below`) or to what it is part of.
pub(crate) fn condition(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    modifier: Modifier,
    value: &str,
) -> Result<Condition, Issue> {
    let is_below = modifier == Modifier::Below;
    let names: Vec<ResourceType> = targets(parameter).collect();
    let refused = || {
        let forms: Vec<String> = names.iter().map(|name| format!("{name}/id")).collect();
        let form = if names.len() == 1 { format!("{} or its id", forms[0]) } else { forms.join(" or ") };
        let name = if is_below { "below" } else { "above" };
        bad_value(&format!("{}:{name}", parameter.code()), value, &format!("{form}, of what has parts"))
    };
    let (target, id) = match (&names[..], reference::parse(reading.registry.bases(), value)) {
        (_, Some(Reference::Local { resource_type, id, version: None }))
            if names.contains(&resource_type) =>
        {
            (resource_type, id)
        }
        ([only], _) if is_id(value) => (*only, value),
        _ => return Err(refused()),
    };
    let parent =
        part_of(target).and_then(|code| reading.registry.parameter(target, code)).ok_or_else(refused)?;
    let step = match is_below {
        true => Step::Down(parent.id()),
        false => Step::Up(has::references(reading.registry.bases(), parent, target)),
    };
    let parameters = parameter.indexed_as().iter().map(|indexed| indexed.id()).collect();
    Ok(Condition::exact(Criterion::RefersAlong { parameters, target, id: id.to_owned(), step }))
}
