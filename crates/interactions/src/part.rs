//! Parts of what is read, by id or in a history: `_summary` and `_elements`
//! (<http://hl7.org/fhir/R4/search.html#elements>). What is wanted whole stays the bytes that were stored.

use crate::error::Refusal;
use fhir::outcome::{did_you_mean, quoted};
use fhir::{Issue, IssueCode, ResourceType, Subset};
use search::result_parameters::Parts;

/// The parameters of a read.
const PARAMETERS: [&str; 2] = ["_summary", "_elements"];

/// Which part of a resource the parameters of a read or vread ask for; those that the caller reads itself are
/// `ignored`.
///
/// # Errors
///
/// 400 with every parameter that cannot be honoured.
pub fn of_read(
    resource_type: ResourceType,
    parameters: &[(String, String)],
    ignored: &[&str],
) -> Result<Subset, Refusal> {
    let (mut parts, mut problems, mut seen) = (Parts::default(), Vec::new(), Vec::new());
    for (name, value) in parameters.iter().filter(|(name, _)| !ignored.contains(&name.as_str())) {
        let read = match name.as_str() {
            "_summary" | "_elements" if seen.contains(&name) => Err(vec![twice(name)]),
            "_summary" | "_elements" if value.is_empty() => Ok(()),
            "_summary" if value == "count" => Err(vec![only_of_many()]),
            "_summary" => parts.summary(value),
            "_elements" => parts.elements(&[resource_type], value),
            _ => Err(vec![unknown("reads", name, &PARAMETERS)]),
        };
        seen.push(name);
        problems.extend(read.err().into_iter().flatten());
    }
    if problems.is_empty() { Ok(parts.subset) } else { Err(Refusal::invalid(problems)) }
}

/// The part of stored bytes that is wanted; nothing where they are wanted as they are.
pub fn of_stored(body: &[u8], subset: &Subset) -> Option<Vec<u8>> {
    if *subset == Subset::Whole {
        return None;
    }
    let mut resource = fhir::json::parse(body, usize::MAX).ok()?;
    subset.apply(&mut resource);
    Some(resource.to_bytes())
}

fn only_of_many() -> Issue {
    let text = "'_summary=count' counts what a search or a history has; a read has one resource: send true, text, \
                data or false";
    Issue::error(IssueCode::Value, text)
}

/// A parameter that comes twice.
pub(crate) fn twice(name: &str) -> Issue {
    Issue::error(IssueCode::Duplicate, format!("parameter {} is given more than once", quoted(name)))
}

/// A parameter that the interaction does not have.
pub(crate) fn unknown(interaction: &str, name: &str, known: &[&str]) -> Issue {
    let hint = did_you_mean(name, known.iter().copied())
        .map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let text = format!(
        "the parameter {} is not supported on {interaction}{hint} (supported: {})",
        quoted(name),
        known.join(", ")
    );
    Issue::error(IssueCode::NotSupported, text)
}
