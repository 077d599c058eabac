//! Parameters that say how results are returned (<http://hl7.org/fhir/R4/search.html#return>): `_sort`, `_count`,
//! `_total`.

use crate::limits;
use crate::query::{Sort, SortKey, Total};
use crate::registry::{Parameter, Registry, Source};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, ResourceType};

/// The keys of `_sort`: codes joined by commas, `-` before those whose order is reversed. `internal` allows the
/// parameters of crates above.
///
/// # Errors
///
/// All keys by which nothing can be sorted.
pub(crate) fn sort(
    registry: &Registry,
    resource_type: ResourceType,
    value: &str,
    internal: bool,
) -> Result<Vec<Sort>, Vec<Issue>> {
    let (mut keys, mut problems) = (Vec::new(), Vec::new());
    for rule in value.split(',') {
        let (descending, code) = rule.strip_prefix('-').map_or((false, rule), |code| (true, code));
        let parameter = registry.parameter(resource_type, code);
        match parameter.filter(|found| internal || !found.is_internal()).and_then(key) {
            Some(key) => keys.push(Sort { key, descending }),
            None => problems.push(unsortable(registry, resource_type, code)),
        }
    }
    if keys.len() > limits::SORT_KEYS {
        let text = format!("'_sort' has {} keys; at most {} are taken", keys.len(), limits::SORT_KEYS);
        problems.push(Issue::error(IssueCode::TooLong, text));
    }
    if problems.is_empty() { Ok(keys) } else { Err(problems) }
}

fn key(parameter: &Parameter) -> Option<SortKey> {
    match (parameter.source(), parameter.kind()) {
        _ if !parameter.is_sortable() => None,
        (Source::Id, _) => Some(SortKey::Id),
        (Source::LastUpdated, _) => Some(SortKey::LastUpdated),
        (_, SearchParameterType::String) => Some(SortKey::Text(parameter.id())),
        (_, SearchParameterType::Date) => Some(SortKey::Span(parameter.id())),
        _ => None,
    }
}

fn unsortable(registry: &Registry, resource_type: ResourceType, code: &str) -> Issue {
    let sortable = || registry.advertised(resource_type).filter(|one| one.is_sortable()).map(Parameter::code);
    let hint =
        did_you_mean(code, sortable()).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let text = format!(
        "{resource_type} cannot be sorted by {}{hint} (supported: {})",
        quoted(code),
        sortable().collect::<Vec<_>>().join(", ")
    );
    Issue::error(IssueCode::NotSupported, text)
}

/// The number of `_count`, at most `most`.
///
/// # Errors
///
/// It is no number from 0 on.
pub(crate) fn count(value: &str, most: u64) -> Result<u64, Issue> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        let text = format!("the value {} of '_count' is not a number from 0 on", quoted(value));
        return Err(Issue::error(IssueCode::Value, text));
    }
    // A number that overflows is larger than the limit, too.
    Ok(value.parse().unwrap_or(u64::MAX).min(most))
}

/// What `_total` asks for. An estimate is the exact number: it is not dearer here.
///
/// # Errors
///
/// It is none of the three codes.
pub(crate) fn total(value: &str) -> Result<Total, Issue> {
    match value {
        "none" => Ok(Total::None),
        "estimate" | "accurate" => Ok(Total::Accurate),
        _ => {
            let text =
                format!("the value {} of '_total' is not one of none, estimate, accurate", quoted(value));
            Err(Issue::error(IssueCode::Value, text))
        }
    }
}
