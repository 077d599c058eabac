//! Paths below the base of a door (<http://hl7.org/fhir/R4/http.html#summary>): what they name.

use fhir::ResourceType;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// `/`
    System,
    /// `/_search`
    SystemSearch,
    /// `/_history`
    SystemHistory,
    /// `/{type}`
    Type,
    /// `/{type}/_search`
    Search,
    /// `/{type}/_history`
    TypeHistory,
    /// `/{type}/{id}`
    Instance(&'a str),
    /// `/{type}/{id}/_history`
    History(&'a str),
    /// `/{type}/{id}/_history/{version}`
    Version(&'a str, &'a str),
    /// `/{type}/{id}/{other}`: what of another type, or of any (`*`), is in the resource's compartment.
    Compartment(&'a str, Option<ResourceType>),
    /// `/{type}/{id}/{other}/_search`, `/{type}/{id}/_search`
    CompartmentSearch(&'a str, Option<ResourceType>),
    /// `/$name`, `/{type}/$name`, `/{type}/{id}/$name`; the name without its `$`.
    Operation(Option<&'a str>, &'a str),
    /// `/{type}/{id}/_history/{version}/$name`; the name without its `$`.
    VersionOperation(&'a str, &'a str, &'a str),
}

impl<'a> Target<'a> {
    /// Reads the steps of a path, percent-decoded: the type, when one is named, and what of it.
    pub fn of(steps: &[&'a str]) -> Option<(Option<ResourceType>, Self)> {
        match *steps {
            [] => Some((None, Target::System)),
            ["_search"] => Some((None, Target::SystemSearch)),
            ["_history"] => Some((None, Target::SystemHistory)),
            [name] if name.starts_with('$') => Some((None, Target::Operation(None, operation(name)?))),
            [name, ref rest @ ..] => Some((Some(ResourceType::from_name(name)?), Self::of_type(rest)?)),
        }
    }

    /// Reads what follows the type.
    pub fn of_type(steps: &[&'a str]) -> Option<Self> {
        match *steps {
            [] => Some(Target::Type),
            ["_search"] => Some(Target::Search),
            ["_history"] => Some(Target::TypeHistory),
            [name] if name.starts_with('$') => Some(Target::Operation(None, operation(name)?)),
            [id, ..] if id.starts_with(['_', '$']) => None,
            [id] => Some(Target::Instance(id)),
            [id, "_history"] => Some(Target::History(id)),
            [id, "_history", version] => Some(Target::Version(id, version)),
            [id, "_history", version, name] => Some(Target::VersionOperation(id, version, operation(name)?)),
            [id, "_search"] => Some(Target::CompartmentSearch(id, None)),
            [id, name] if name.starts_with('$') => Some(Target::Operation(Some(id), operation(name)?)),
            [id, "*"] => Some(Target::Compartment(id, None)),
            [id, other] => Some(Target::Compartment(id, Some(ResourceType::from_name(other)?))),
            [id, other, "_search"] => {
                Some(Target::CompartmentSearch(id, Some(ResourceType::from_name(other)?)))
            }
            _ => None,
        }
    }

    /// The id and the version of the resource, as far as they are named.
    pub const fn resource(self) -> (Option<&'a str>, Option<&'a str>) {
        use Target::{
            Compartment, CompartmentSearch, History, Instance, Operation, Version, VersionOperation,
        };
        match self {
            Version(id, version) | VersionOperation(id, version, _) => (Some(id), Some(version)),
            Instance(id) | History(id) | Compartment(id, _) | CompartmentSearch(id, _) => (Some(id), None),
            Operation(id, _) => (id, None),
            _ => (None, None),
        }
    }

    /// Whether it is a place of its own wherever resources are: an interaction that is not offered there is 405.
    /// The others exist only where something is offered.
    pub const fn is_always_there(self) -> bool {
        use Target::{History, Instance, Search, Type, Version};
        matches!(self, Type | Search | Instance(_) | History(_) | Version(..))
    }
}

/// The name of an operation without its `$`.
fn operation(step: &str) -> Option<&str> {
    step.strip_prefix('$').filter(|name| !name.is_empty())
}
