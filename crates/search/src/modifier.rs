//! Modifiers (<http://hl7.org/fhir/R4/search.html#modifiers>): what follows the colon of a parameter's name. One that
//! is not supported is refused, never ignored.

use crate::hierarchy::is_along;
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
    /// The words that go with a code.
    Text,
    /// No value is equal.
    Not,
    /// The value, or one that it is a special case of.
    Above,
    /// The value, or a special case of it.
    Below,
    /// A member of a value set.
    In,
    /// No value is a member of a value set.
    NotIn,
    /// An identifier of a type.
    OfType,
    /// A reference by the identifier of its target.
    Identifier,
    /// The reference's type.
    Type(ResourceType),
}

const NAMES: &[(&str, Modifier)] = &[
    ("above", Modifier::Above),
    ("below", Modifier::Below),
    ("contains", Modifier::Contains),
    ("exact", Modifier::Exact),
    ("identifier", Modifier::Identifier),
    ("in", Modifier::In),
    ("missing", Modifier::Missing),
    ("not", Modifier::Not),
    ("not-in", Modifier::NotIn),
    ("of-type", Modifier::OfType),
    ("text", Modifier::Text),
];

/// The names of the modifiers that a parameter has.
pub(crate) fn names(parameter: &Parameter) -> &'static [&'static str] {
    use SearchParameterType as Kind;
    let facts = parameter.facts();
    match (parameter.source(), parameter.kind()) {
        (Source::Id, _) => &["missing", "not"],
        (Source::LastUpdated, _) => &["missing"],
        (Source::Words(_) | Source::Composite(_) | Source::NotServed, _) => &[],
        (_, Kind::String) if facts.phonetic => &["missing"],
        (_, Kind::String) => &["contains", "exact", "missing", "text"],
        (_, Kind::Token) if facts.without_system => &["missing", "not"],
        (_, Kind::Token) => &["above", "below", "in", "missing", "not", "not-in", "of-type", "text"],
        (_, Kind::Reference) if facts.canonical => &["below", "missing"],
        (_, Kind::Reference) if is_along(parameter) => &["above", "below", "identifier", "missing"],
        (_, Kind::Reference) => &["identifier", "missing"],
        (_, Kind::Uri) => &["above", "below", "missing"],
        (_, Kind::Date | Kind::Number | Kind::Quantity | Kind::Special) => &["missing"],
        (_, Kind::Composite) => &[],
    }
}

/// The modifier of that name.
///
/// # Errors
///
/// The parameter does not have it.
pub(crate) fn parse(parameter: &Parameter, name: &str) -> Result<Modifier, Issue> {
    if names(parameter).contains(&name)
        && let Some((_, modifier)) = NAMES.iter().find(|(known, _)| *known == name)
    {
        return Ok(*modifier);
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
    let supported = names(parameter);
    let types: &[ResourceType] =
        if parameter.kind() == SearchParameterType::Reference { parameter.targets() } else { &[] };
    let mut listed: Vec<String> = supported.iter().map(|name| format!(":{name}")).collect();
    match types.len() {
        0..=10 => listed.extend(types.iter().map(|target| format!(":{target}"))),
        _ => listed.push(String::from(":[type], any resource type")),
    }
    let listed = if listed.is_empty() { String::from("none") } else { listed.join(", ") };
    let candidates = supported.iter().copied().chain(types.iter().map(|target| target.name()));
    let hint =
        did_you_mean(name, candidates).map_or(String::new(), |meant| format!("; did you mean ':{meant}'?"));
    let text =
        format!("search parameter '{code}' has no modifier ':{}'{hint} (supported: {listed})", cut(name));
    Issue::error(IssueCode::NotSupported, text)
}
