//! Where a crate above adds rules that hold whichever way a resource is written.

use crate::error::Refusal;
use crate::unit::Unit;
use fhir::{Issue, Json, ResourceType};
use search::Hold;

/// A change about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The type.
    pub resource_type: ResourceType,
    /// The logical id.
    pub id: &'a str,
    /// What will be stored; `None` for a deletion.
    pub after: Option<&'a Json>,
    /// Whose time it will hold.
    pub holds: &'a [Hold],
}

/// Rules that protect the data at every door.
pub trait Rules: Send + Sync {
    /// Whose time a resource holds, computed from the resource alone.
    fn holds(&self, resource_type: ResourceType, resource: &Json) -> Vec<Hold>;

    /// The rules that `change` breaks, the first broken first. Called inside the serialised write: what
    /// `unit` reads cannot change before the write is done.
    ///
    /// # Errors
    ///
    /// Only what prevents an answer; broken rules are the list.
    fn check(&self, unit: &mut Unit<'_>, change: &Change<'_>) -> Result<Vec<Issue>, Refusal>;
}

/// No rules: a plain R4 server.
pub struct NoRules;

impl Rules for NoRules {
    fn holds(&self, _: ResourceType, _: &Json) -> Vec<Hold> {
        Vec::new()
    }

    fn check(&self, _: &mut Unit<'_>, _: &Change<'_>) -> Result<Vec<Issue>, Refusal> {
        Ok(Vec::new())
    }
}
