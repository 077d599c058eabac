//! What an evaluation may look at besides the item it starts from.

use crate::item::Item;
use fhir::Json;
use jiff::tz::TimeZone;

/// What an evaluation may look at besides the item it starts from.
#[derive(Clone)]
pub struct Context<'a> {
    pub(crate) resource: Item<'a>,
    pub(crate) root: Item<'a>,
    pub(crate) host: Option<&'a dyn Host>,
    pub(crate) now: Option<Moment<'a>>,
}

/// The time of an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'m> {
    /// Milliseconds since the epoch.
    pub ms: i64,
    /// On whose clocks it is told.
    pub zone: &'m TimeZone,
}

impl<'a> Context<'a> {
    /// A context in which `resource` is `%resource` (and `%rootResource`, unless
    /// [`with_root`](Self::with_root) names another): the resource that the item evaluated is part of, and
    /// where `resolve()` looks for contained resources.
    pub fn new(resource: &Item<'a>) -> Self {
        Context { resource: resource.clone(), root: resource.clone(), host: None, now: None }
    }

    /// The same with `root` as `%rootResource`: for a contained resource the one that contains it.
    #[must_use]
    pub fn with_root(self, root: &Item<'a>) -> Self {
        Context { root: root.clone(), ..self }
    }

    /// The same with someone who knows more than the tree says.
    #[must_use]
    pub fn with_host(self, host: &'a dyn Host) -> Self {
        Context { host: Some(host), ..self }
    }

    /// The same with the time for `now()`, `today()` and `timeOfDay()`. Without it these functions are an error.
    #[must_use]
    pub fn with_now(self, now: Option<Moment<'a>>) -> Self {
        Context { now, ..self }
    }
}

/// Answers what an expression asks beyond the tree. Every method may be left out: what it would answer is then
/// unknown, which is an empty collection.
pub trait Host {
    /// The resource that a reference points to, for `resolve()`; contained resources are found without asking.
    fn resolve(&self, reference: &str) -> Option<&Json> {
        let _ = reference;
        None
    }

    /// Whether a code is in a value set, for `memberOf()`. A `code` without a system comes without one.
    fn member_of(&self, value_set: &str, system: Option<&str>, code: &str) -> Option<bool> {
        let _ = (value_set, system, code);
        None
    }

    /// Whether `general` subsumes `special`, both codes of `system`, for `subsumes()` and `subsumedBy()`.
    fn subsumes(&self, system: &str, general: &str, special: &str) -> Option<bool> {
        let _ = (system, general, special);
        None
    }

    /// Whether a resource or value conforms to a profile, for `conformsTo()`.
    fn conforms_to(&self, item: &Item<'_>, profile: &str) -> Option<bool> {
        let _ = (item, profile);
        None
    }

    /// Whether the XHTML of a narrative is what FHIR allows, for `htmlChecks()`.
    fn allows_narrative(&self, div: &str) -> Option<bool> {
        let _ = div;
        None
    }
}
