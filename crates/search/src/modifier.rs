//! Modifiers (<http://hl7.org/fhir/R4/search.html#modifiers>): what follows the colon of a parameter's name. One that
//! is not supported is refused, never ignored.

use crate::registry::{Parameter, Source};
use fhir::definitions::SearchParameterType;
use fhir::outcome::{cut, did_you_mean};
use fhir::{Issue, IssueCode, ResourceType};

/// A modifier that is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Modifier {
    /// Whether there is a value at all.
    Missing,
    /// Equal, character by character.
    Exact,
    /// Somewhere in the text.
    Contains,
    /// No value is equal.
    Not,
    /// The reference's type.
    Type(ResourceType),
}

/// The names of R4's modifiers for a kind: those supported, and those not supported yet.
fn names(parameter: &Parameter) -> (&'static [&'static str], &'static [&'static str]) {
    use SearchParameterType as Kind;
    match (parameter.source(), parameter.kind()) {
        (Source::Id, _) => (&["not"], &["missing"]),
        (Source::LastUpdated, _) => (&[], &["missing"]),
        (_, Kind::String) => (&["contains", "exact", "missing"], &["text"]),
        (_, Kind::Token) => (&["missing", "not"], &["above", "below", "in", "not-in", "of-type", "text"]),
        (_, Kind::Reference) => (&["missing"], &["above", "below", "identifier"]),
        (_, Kind::Uri) => (&["missing"], &["above", "below"]),
        (_, Kind::Date) => (&["missing"], &[]),
        _ => (&[], &["missing"]),
    }
}

/// The modifier of that name.
///
/// # Errors
///
/// The parameter does not have it, or it is not supported yet.
pub(crate) fn parse(parameter: &Parameter, name: &str) -> Result<Modifier, Issue> {
    let (supported, _) = names(parameter);
    if supported.contains(&name) {
        match name {
            "missing" => return Ok(Modifier::Missing),
            "exact" => return Ok(Modifier::Exact),
            "contains" => return Ok(Modifier::Contains),
            "not" => return Ok(Modifier::Not),
            _ => {}
        }
    }
    if parameter.kind() == SearchParameterType::Reference
        && let Some(resource_type) = ResourceType::from_name(name)
        && (parameter.targets().is_empty() || parameter.targets().contains(&resource_type))
    {
        return Ok(Modifier::Type(resource_type));
    }
    Err(unsupported(parameter, name))
}

fn unsupported(parameter: &Parameter, name: &str) -> Issue {
    let code = parameter.code();
    let (supported, not_yet) = names(parameter);
    let types: &[ResourceType] =
        if parameter.kind() == SearchParameterType::Reference { parameter.targets() } else { &[] };
    let mut listed: Vec<String> = supported.iter().map(|name| format!(":{name}")).collect();
    match types.len() {
        0..=10 => listed.extend(types.iter().map(|target| format!(":{target}"))),
        _ => listed.push(String::from(":[type], any resource type")),
    }
    let listed = if listed.is_empty() { String::from("none") } else { listed.join(", ") };
    let problem = if not_yet.contains(&name) {
        format!("modifier ':{name}' of search parameter '{code}' is not supported yet")
    } else {
        let candidates = supported.iter().copied().chain(types.iter().map(|target| target.name()));
        let hint = did_you_mean(name, candidates)
            .map_or(String::new(), |meant| format!("; did you mean ':{meant}'?"));
        format!("search parameter '{code}' has no modifier ':{}'{hint}", cut(name))
    };
    Issue::error(IssueCode::NotSupported, format!("{problem} (supported: {listed})"))
}
