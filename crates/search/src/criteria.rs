//! From the name and value of one parameter to a condition: modifiers, several values, chains and `_has`.

use crate::compare;
use crate::condition::any_condition;
use crate::limits;
use crate::modifier::{self, Modifier};
use crate::presence::presence;
use crate::problem::{bad_value, not_served, too_deep, unknown_parameter};
use crate::query::Criterion;
use crate::reading::Reading;
use crate::registry::{Parameter, Source};
use crate::value::split;
use crate::{chain, filter, has, list, words};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use std::sync::Arc;

/// The condition that a parameter of a URL says of resources of a type; `None` for one without a value, which the
/// specification says to ignore. `depth` is how many chains and `_has` it stands in.
pub(crate) fn criterion(
    reading: &Reading<'_>,
    resource_type: ResourceType,
    name: &str,
    value: &str,
    depth: usize,
) -> Result<Option<Criterion>, Vec<Issue>> {
    if depth > limits::NESTING {
        return Err(one(too_deep(name)));
    }
    if let Some(rest) = name.strip_prefix("_has:") {
        return has::criterion(reading, resource_type, rest, value, depth);
    }
    match name {
        "_list" => return list::criterion(reading, resource_type, value),
        "_filter" if value.is_empty() => return Ok(None),
        "_filter" => return filter::criterion(reading, resource_type, value, depth).map(Some),
        _ => {}
    }
    if let Some((link, rest)) = name.split_once('.') {
        return chain::criterion(reading, resource_type, link, rest, value, depth);
    }
    let (code, modifier) = name.split_once(':').map_or((name, None), |(code, rest)| (code, Some(rest)));
    let parameter = parameter(reading, resource_type, code).map_err(one)?;
    let modifier = modifier.map(|modifier| modifier::parse(parameter, modifier)).transpose().map_err(one)?;
    if value.is_empty() {
        return Ok(None);
    }
    of_parameter(reading, parameter, modifier, value).map(Some)
}

/// The parameter of that code that the search may use.
pub(crate) fn parameter<'a>(
    reading: &Reading<'a>,
    resource_type: ResourceType,
    code: &str,
) -> Result<&'a Arc<Parameter>, Issue> {
    let registry = reading.registry;
    match registry.parameter(resource_type, code) {
        Some(parameter) if parameter.is_internal() && !reading.options.internal => {
            Err(unknown_parameter(registry, resource_type, code))
        }
        Some(parameter) if !parameter.is_served() => Err(not_served(parameter)),
        Some(parameter) => Ok(parameter),
        None => Err(unknown_parameter(registry, resource_type, code)),
    }
}

/// The condition that a parameter says of its values, any one of which is enough.
fn of_parameter(
    reading: &Reading<'_>,
    parameter: &Arc<Parameter>,
    modifier: Option<Modifier>,
    value: &str,
) -> Result<Criterion, Vec<Issue>> {
    if modifier == Some(Modifier::Missing) {
        return missing(parameter, value).map_err(one);
    }
    let values = values(parameter.code(), value)?;
    let resource_type = parameter.resource_type();
    let criterion = match parameter.source() {
        Source::Composite(composite) => composite.criterion(reading, parameter, &values)?,
        Source::Words(which) => words::criterion(*which, resource_type, parameter.code(), &values)?,
        _ => {
            let conditions = each(&values, |value| compare::condition(reading, parameter, modifier, value))?;
            any_condition(parameter, conditions)
        }
    };
    Ok(match modifier {
        Some(Modifier::Not | Modifier::NotIn) => Criterion::Not(Box::new(criterion)),
        _ => criterion,
    })
}

/// What is made of each value by itself, so that all that are wrong are told.
pub(crate) fn each<T>(
    values: &[&str],
    make: impl Fn(&str) -> Result<T, Issue>,
) -> Result<Vec<T>, Vec<Issue>> {
    let (mut made, mut problems) = (Vec::with_capacity(values.len()), Vec::new());
    for value in values {
        match make(value) {
            Ok(one) => made.push(one),
            Err(issue) => problems.push(issue),
        }
    }
    if problems.is_empty() { Ok(made) } else { Err(problems) }
}

pub(crate) fn one(issue: Issue) -> Vec<Issue> {
    vec![issue]
}

/// The values that commas separate, escapes untouched.
pub(crate) fn values<'v>(code: &str, value: &'v str) -> Result<Vec<&'v str>, Vec<Issue>> {
    let values = split(value, b',');
    if values.len() > limits::VALUES {
        let text = format!(
            "search parameter '{code}' has {} values; at most {} are taken",
            values.len(),
            limits::VALUES
        );
        return Err(vec![Issue::error(IssueCode::TooLong, text)]);
    }
    if values.iter().any(|value| value.len() > limits::VALUE_LENGTH) {
        let text =
            format!("a value of search parameter '{code}' is longer than {} bytes", limits::VALUE_LENGTH);
        return Err(vec![Issue::error(IssueCode::TooLong, text)]);
    }
    if values.iter().any(|value| value.is_empty()) {
        let text = format!(
            "one of the values {} of search parameter '{code}' is empty (a ',' in a value is written '\\,')",
            quoted(value)
        );
        return Err(vec![Issue::error(IssueCode::Value, text)]);
    }
    Ok(values)
}

fn missing(parameter: &Arc<Parameter>, value: &str) -> Result<Criterion, Issue> {
    // Modifiers are refused of parameters of which the index does not know.
    let present = presence(parameter).unwrap_or_else(|| Criterion::Either(Vec::new()));
    match value {
        "true" => Ok(Criterion::Not(Box::new(present))),
        "false" => Ok(present),
        _ => Err(bad_value(&format!("{}:missing", parameter.code()), value, "true or false")),
    }
}
