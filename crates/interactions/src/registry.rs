//! Which interactions there are (<http://hl7.org/fhir/R4/http.html#summary>), by what and where they are asked for.
//!
//! A door is a list of these per resource type. The router matches requests against the list and the
//! CapabilityStatement is written from it: what is not in it is neither served nor claimed.

use crate::error::Refusal;
use crate::target::Target;

/// An interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// The current version of a resource.
    Read,
    /// One version of a resource.
    Vread,
    /// A resource replaced, or created under an id that the client chose.
    Update,
    /// The same for the one resource that a search finds, or for a new one.
    ConditionalUpdate,
    /// A resource changed in places.
    Patch,
    /// The same for the one resource that a search finds.
    ConditionalPatch,
    /// A resource deleted.
    Delete,
    /// The one resource that a search finds deleted.
    ConditionalDelete,
    /// The versions of a resource.
    HistoryInstance,
    /// The versions of all resources of a type.
    HistoryType,
    /// A resource created, where the client says so only if a search finds none.
    Create,
    /// Resources of a type found, in a compartment or anywhere.
    SearchType,
    /// Several changes and reads in one request, all or none.
    Transaction,
    /// Several in one request, each by itself. It is asked for like a transaction: the Bundle says which it is.
    Batch,
    /// The versions of all resources.
    HistorySystem,
    /// Resources of several types found.
    SearchSystem,
    /// An operation: `$name`.
    Operation,
}

/// The methods that something can be asked for with.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

impl Interaction {
    /// What the R4 door offers, in the order of the CapabilityStatement.
    pub const R4: &'static [Interaction] = &[
        Interaction::Read,
        Interaction::Vread,
        Interaction::Update,
        Interaction::ConditionalUpdate,
        Interaction::Patch,
        Interaction::ConditionalPatch,
        Interaction::Delete,
        Interaction::ConditionalDelete,
        Interaction::HistoryInstance,
        Interaction::HistoryType,
        Interaction::Create,
        Interaction::SearchType,
        Interaction::Transaction,
        Interaction::HistorySystem,
        Interaction::Batch,
        Interaction::SearchSystem,
        Interaction::Operation,
    ];

    /// The code of <http://hl7.org/fhir/restful-interaction>.
    pub const fn code(self) -> &'static str {
        match self {
            Interaction::Read => "read",
            Interaction::Vread => "vread",
            Interaction::Update | Interaction::ConditionalUpdate => "update",
            Interaction::Patch | Interaction::ConditionalPatch => "patch",
            Interaction::Delete | Interaction::ConditionalDelete => "delete",
            Interaction::HistoryInstance => "history-instance",
            Interaction::HistoryType => "history-type",
            Interaction::Create => "create",
            Interaction::SearchType => "search-type",
            Interaction::Transaction => "transaction",
            Interaction::Batch => "batch",
            Interaction::HistorySystem => "history-system",
            Interaction::SearchSystem => "search-system",
            Interaction::Operation => "operation",
        }
    }

    /// Whether it changes something of a type: needs a write scope.
    pub const fn writes(self) -> bool {
        use Interaction::{
            ConditionalDelete, ConditionalPatch, ConditionalUpdate, Create, Delete, Patch, Update,
        };
        matches!(
            self,
            Update | ConditionalUpdate | Patch | ConditionalPatch | Delete | ConditionalDelete | Create
        )
    }

    /// Whether, although it changes something, its answer tells of what was stored before: needs a scope to read as well.
    /// A patch is answered with the whole resource, and its tests and paths say whether they hold. What is stored by an
    /// update is what its client sent.
    pub const fn tells_of_stored(self) -> bool {
        matches!(self, Interaction::Patch | Interaction::ConditionalPatch)
    }

    /// Whether criteria stand for the id.
    pub const fn is_conditional(self) -> bool {
        use Interaction::{ConditionalDelete, ConditionalPatch, ConditionalUpdate};
        matches!(self, ConditionalUpdate | ConditionalPatch | ConditionalDelete)
    }

    /// Whether a CapabilityStatement lists it among the interactions of a type. Conditional ones have members of
    /// their own there, operations a list of their own.
    pub const fn is_listed_by_type(self) -> bool {
        use Interaction::{
            Create, Delete, HistoryInstance, HistoryType, Patch, Read, SearchType, Update, Vread,
        };
        matches!(
            self,
            Read | Vread | Update | Patch | Delete | HistoryInstance | HistoryType | Create | SearchType
        )
    }

    /// Whether a CapabilityStatement lists it among the interactions of the whole system.
    pub const fn is_listed_by_system(self) -> bool {
        use Interaction::{Batch, HistorySystem, SearchSystem, Transaction};
        matches!(self, Transaction | Batch | HistorySystem | SearchSystem)
    }

    /// The interaction that `method` on `target` asks for. HEAD asks for what GET does.
    pub fn asked(method: &str, target: Target<'_>) -> Option<Self> {
        let method = if method == "HEAD" { "GET" } else { method };
        Some(match (method, target) {
            ("GET", Target::Type | Target::Compartment(..))
            | ("POST", Target::Search | Target::CompartmentSearch(..)) => Interaction::SearchType,
            ("POST", Target::Type) => Interaction::Create,
            ("PUT", Target::Type) => Interaction::ConditionalUpdate,
            ("PATCH", Target::Type) => Interaction::ConditionalPatch,
            ("DELETE", Target::Type) => Interaction::ConditionalDelete,
            ("GET", Target::Instance(_)) => Interaction::Read,
            ("PUT", Target::Instance(_)) => Interaction::Update,
            ("PATCH", Target::Instance(_)) => Interaction::Patch,
            ("DELETE", Target::Instance(_)) => Interaction::Delete,
            ("GET", Target::History(_)) => Interaction::HistoryInstance,
            ("GET", Target::Version(..)) => Interaction::Vread,
            ("GET", Target::TypeHistory) => Interaction::HistoryType,
            ("POST", Target::System) => Interaction::Transaction,
            ("GET", Target::System) | ("POST", Target::SystemSearch) => Interaction::SearchSystem,
            ("GET", Target::SystemHistory) => Interaction::HistorySystem,
            ("GET" | "POST", Target::Operation(..) | Target::VersionOperation(..)) => Interaction::Operation,
            _ => return None,
        })
    }

    /// The interaction that `method` on `target` asks for, if it is one of `offered`; `path` is what the target was
    /// read from.
    ///
    /// # Errors
    ///
    /// 405 with what is offered there; 404 where nothing ever is.
    pub fn offered(
        offered: &[Interaction],
        method: &str,
        target: Target<'_>,
        path: &str,
    ) -> Result<Self, Refusal> {
        if let Some(asked) = Self::asked(method, target).filter(|asked| offered.contains(asked)) {
            return Ok(asked);
        }
        let allow = Self::allowed(offered, target);
        let is_place = target.is_always_there() || !allow.is_empty();
        Err(if is_place { Refusal::not_offered(&allow) } else { Refusal::unknown_path(path) })
    }

    /// The methods with which one of `offered` can be asked for at `target`: an `Allow` header.
    pub fn allowed(offered: &[Interaction], target: Target<'_>) -> String {
        let offers =
            |method: &&str| Self::asked(method, target).is_some_and(|asked| offered.contains(&asked));
        METHODS.iter().filter(|m| offers(m)).copied().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_names_the_methods_that_are_offered_at_the_target() {
        assert_eq!(
            Interaction::allowed(Interaction::R4, Target::Instance("x")),
            "GET, HEAD, PUT, PATCH, DELETE"
        );
        assert_eq!(Interaction::allowed(&[Interaction::SearchType], Target::Type), "GET, HEAD");
        assert_eq!(Interaction::allowed(&[Interaction::SearchType], Target::Instance("x")), "");
    }
}
