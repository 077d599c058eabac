//! Which interactions there are (<http://hl7.org/fhir/R4/http.html#summary>), by what and where they are asked for.
//!
//! A door is a list of these per resource type. The router matches requests against the list and the
//! CapabilityStatement is written from it: what is not in it is neither served nor claimed.

/// An interaction of a resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// The current version of a resource.
    Read,
    /// One version of a resource.
    Vread,
    /// A resource replaced, or created under an id that the client chose.
    Update,
    /// A resource deleted.
    Delete,
    /// The versions of a resource.
    HistoryInstance,
    /// A resource created.
    Create,
    /// Resources of a type found.
    SearchType,
}

/// What a path names, once the resource type is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// `/{type}`
    Type,
    /// `/{type}/_search`
    Search,
    /// `/{type}/{id}`
    Instance(&'a str),
    /// `/{type}/{id}/_history`
    History(&'a str),
    /// `/{type}/{id}/_history/{version}`
    Version(&'a str, &'a str),
}

impl Interaction {
    /// All interactions, in the order of the CapabilityStatement.
    pub const ALL: &'static [Interaction] = &[
        Interaction::Read,
        Interaction::Vread,
        Interaction::Update,
        Interaction::Delete,
        Interaction::HistoryInstance,
        Interaction::Create,
        Interaction::SearchType,
    ];

    /// The code of <http://hl7.org/fhir/restful-interaction>.
    pub const fn code(self) -> &'static str {
        match self {
            Interaction::Read => "read",
            Interaction::Vread => "vread",
            Interaction::Update => "update",
            Interaction::Delete => "delete",
            Interaction::HistoryInstance => "history-instance",
            Interaction::Create => "create",
            Interaction::SearchType => "search-type",
        }
    }

    /// Whether it changes something: needs a write scope.
    pub const fn writes(self) -> bool {
        matches!(self, Interaction::Update | Interaction::Delete | Interaction::Create)
    }

    /// The interaction that `method` on `target` asks for. HEAD asks for what GET does.
    pub fn asked(method: &str, target: Target<'_>) -> Option<Self> {
        let method = if method == "HEAD" { "GET" } else { method };
        Some(match (method, target) {
            ("GET", Target::Type) | ("POST", Target::Search) => Interaction::SearchType,
            ("POST", Target::Type) => Interaction::Create,
            ("GET", Target::Instance(_)) => Interaction::Read,
            ("PUT", Target::Instance(_)) => Interaction::Update,
            ("DELETE", Target::Instance(_)) => Interaction::Delete,
            ("GET", Target::History(_)) => Interaction::HistoryInstance,
            ("GET", Target::Version(..)) => Interaction::Vread,
            _ => return None,
        })
    }

    /// The methods with which one of `offered` can be asked for at `target`: an `Allow` header.
    pub fn allowed(offered: &[Interaction], target: Target<'_>) -> String {
        let offers =
            |method: &&str| Self::asked(method, target).is_some_and(|asked| offered.contains(&asked));
        ["GET", "HEAD", "POST", "PUT", "DELETE"]
            .iter()
            .filter(|m| offers(m))
            .copied()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_names_the_methods_that_are_offered_at_the_target() {
        assert_eq!(Interaction::allowed(Interaction::ALL, Target::Instance("x")), "GET, HEAD, PUT, DELETE");
        assert_eq!(Interaction::allowed(&[Interaction::SearchType], Target::Type), "GET, HEAD");
        assert_eq!(Interaction::allowed(&[Interaction::SearchType], Target::Instance("x")), "");
    }
}
