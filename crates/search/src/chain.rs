//! Chains (<http://hl7.org/fhir/R4/search.html#chaining>): what must hold of the resource that a reference points to.

use crate::contained::contained;
use crate::criteria::{self, one, parameter};
use crate::merge::any;
use crate::modifier::{self, Modifier};
use crate::query::Criterion;
use crate::reading::Reading;
use crate::registry::{Parameter, Registry};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{cut, quoted};
use fhir::{Issue, IssueCode, ResourceType};
use std::sync::Arc;

/// The most types that a message names.
const NAMED: usize = 10;

/// The condition of `link.rest=value`, where `link` is `subject` or `subject:Patient`.
pub(crate) fn criterion(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    link: &str,
    rest: &str,
    value: &str,
    depth: usize,
) -> Result<Option<Criterion>, Vec<Issue>> {
    let (code, modifier) = link.split_once(':').map_or((link, None), |(code, rest)| (code, Some(rest)));
    let parameter = parameter(reading, resource_type, code).map_err(one)?;
    if parameter.kind() != SearchParameterType::Reference {
        return Err(one(no_reference(parameter, link, rest)));
    }
    let target =
        match modifier.map(|modifier| modifier::parse(parameter, modifier)).transpose().map_err(one)? {
            Some(Modifier::Type(target)) => target,
            Some(_) => return Err(one(no_type(link, rest))),
            None => target_of(reading.registry, parameter, rest).map_err(one)?,
        };
    let Some(criterion) = criteria::criterion(reading, target, rest, value, depth + 1)? else {
        return Ok(None);
    };
    Ok(Some(refers_to(reading, parameter, target, criterion)))
}

/// The condition that the parameter points to a resource of a type that meets another one, stored or contained.
pub(crate) fn refers_to(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    target: ResourceType,
    criterion: Criterion,
) -> Criterion {
    let criteria = match criterion {
        Criterion::All(criteria) => criteria,
        criterion => vec![criterion],
    };
    let of = |indexed: &Arc<Parameter>| {
        let (parameter, contained) = (indexed.id(), contained(reading, indexed, target));
        let stored = Criterion::RefersTo { parameter, target, criteria: criteria.clone() };
        [stored, Criterion::RefersWithin { parameter, target, criteria: criteria.clone(), contained }]
    };
    any(parameter.indexed_as().iter().flat_map(of).collect())
}

fn no_reference(parameter: &Parameter, link: &str, rest: &str) -> Issue {
    let text = format!(
        "'{}.{}': search parameter '{}' is of type {}; only references can be followed",
        cut(link),
        cut(rest),
        parameter.code(),
        parameter.kind().code()
    );
    Issue::error(IssueCode::NotSupported, text)
}

fn no_type(link: &str, rest: &str) -> Issue {
    let text = format!(
        "{} must name a resource type after ':' before it is followed",
        quoted(&format!("{link}.{rest}"))
    );
    Issue::error(IssueCode::NotSupported, text)
}

/// The one type that a reference can point to of those that have the parameter that follows.
pub(crate) fn target_of(
    registry: &Registry,
    parameter: &Parameter,
    rest: &str,
) -> Result<ResourceType, Issue> {
    let targets: Vec<ResourceType> = match parameter.targets() {
        [] => ResourceType::all().collect(),
        targets => targets.to_vec(),
    };
    let [only] = targets[..] else {
        let next = rest.split(['.', ':']).next().unwrap_or_default();
        let has = |target: &ResourceType| {
            matches!(next, "_has" | "_list")
                || registry.parameter(*target, next).is_some_and(|one| one.is_served())
        };
        let fitting: Vec<ResourceType> = targets.iter().copied().filter(has).collect();
        return match fitting[..] {
            [only] => Ok(only),
            [] => Err(nothing_fits(parameter, &targets, next)),
            _ => Err(ambiguous(parameter, &fitting, rest)),
        };
    };
    Ok(only)
}

fn nothing_fits(parameter: &Parameter, targets: &[ResourceType], next: &str) -> Issue {
    let text = format!(
        "nothing that search parameter '{}' refers to ({}) has a search parameter {}",
        parameter.code(),
        listed(targets, |target| target.name().to_owned()),
        quoted(next)
    );
    Issue::error(IssueCode::NotSupported, text)
}

fn ambiguous(parameter: &Parameter, fitting: &[ResourceType], rest: &str) -> Issue {
    let code = parameter.code();
    let text = format!(
        "'{code}.{}' is ambiguous: '{code}' refers to several types; say {}",
        cut(rest),
        listed(fitting, |target| format!("'{code}:{target}.{}'", cut(rest)))
    );
    Issue::error(IssueCode::NotSupported, text)
}

fn listed(types: &[ResourceType], name: impl Fn(&ResourceType) -> String) -> String {
    let mut names: Vec<String> = types.iter().take(NAMED).map(name).collect();
    if types.len() > NAMED {
        names.push(String::from("…"));
    }
    names.join(" or ")
}
