//! What clients are told of a search that cannot be carried out. Other crates' builders tell the same.

use crate::limits;
use crate::registry::{Origin, Parameter, Registry};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, ResourceType};
use std::sync::Arc;

/// A value that says nothing that the parameter can be compared with.
pub(crate) fn bad_value(code: &str, value: &str, expected: &str) -> Issue {
    let text = format!("the value {} of search parameter '{code}' is not {expected}", quoted(value));
    Issue::error(IssueCode::Value, text)
}

/// A parameter that the type does not have, or none of the server's.
pub(crate) fn unknown_parameter(registry: &Registry, resource_type: ResourceType, name: &str) -> Issue {
    let codes = || registry.advertised(resource_type).map(|parameter| parameter.code());
    let hint =
        did_you_mean(name, codes()).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let text = format!(
        "{resource_type} has no search parameter {}{hint} (supported: {})",
        quoted(name),
        codes().collect::<Vec<_>>().join(", ")
    );
    Issue::error(IssueCode::NotSupported, text)
}

/// A parameter that cannot be searched by, at least not now.
pub(crate) fn not_served(parameter: &Parameter) -> Issue {
    let code = parameter.code();
    let text = match parameter.origin() {
        Origin::CustomIndexing => format!(
            "search parameter '{code}' of {} cannot be used yet: resources are still being indexed; try again later",
            parameter.resource_type()
        ),
        Origin::CustomTooCostly => format!(
            "search parameter '{code}' of {} cannot be used: the evaluation of its expression takes too much on a stored \
             resource; simplify SearchParameter.expression",
            parameter.resource_type()
        ),
        _ => format!("search parameter '{code}' is not supported: no query is defined on this server"),
    };
    Issue::error(IssueCode::NotSupported, text)
}

/// A chain, `_has` or pair of parentheses within too many others.
pub(crate) fn too_deep(name: &str) -> Issue {
    let text = format!("{} nests deeper than {} levels", quoted(name), limits::NESTING);
    Issue::error(IssueCode::TooLong, text)
}

/// The parameter of that code and kind.
///
/// # Errors
///
/// The type has none, it is not served, or it is of another kind: the last being a mistake of the program.
pub(crate) fn served<'r>(
    registry: &'r Registry,
    resource_type: ResourceType,
    code: &str,
    kind: SearchParameterType,
) -> Result<&'r Arc<Parameter>, Issue> {
    match registry.parameter(resource_type, code) {
        None => Err(unknown_parameter(registry, resource_type, code)),
        Some(parameter) if !parameter.is_served() => Err(not_served(parameter)),
        Some(parameter) if parameter.kind() != kind => {
            let text = format!("search parameter '{code}' is of type {:?}, not {kind:?}", parameter.kind());
            Err(Issue::error(IssueCode::NotSupported, text))
        }
        Some(parameter) => Ok(parameter),
    }
}
