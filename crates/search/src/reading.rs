//! What a search depends on while it is read.

use crate::condition::Scope;
use crate::query::Total;
use crate::registry::Registry;
use crate::terminology::Terminology;
use fhir::ResourceType;
use jiff::tz::TimeZone;
use std::cell::RefCell;

/// What a search depends on besides its parameters.
#[derive(Clone, Copy, Debug)]
pub struct SearchOptions<'a> {
    /// The clinic's zone: dates and times without an offset are taken in it.
    pub zone: &'a TimeZone,
    /// The moment of the request, in milliseconds since the epoch: `ap` depends on it.
    pub now: i64,
    /// How many matches to return when `_count` does not say.
    pub default_count: u64,
    /// How many to return at most, whatever `_count` says.
    pub max_count: u64,
    /// Whether to count when `_total` does not say.
    pub default_total: Total,
    /// Names of parameters that the caller reads itself: `_format`, `_pretty`, …
    pub ignored: &'a [&'a str],
    /// What cannot be honoured is left out and told as a warning (`Prefer: handling=lenient`).
    pub lenient: bool,
    /// Parameters of crates above may be used by name.
    pub internal: bool,
    /// Who knows code systems and value sets; without anyone, what needs them is refused.
    pub terminology: Option<&'a dyn Terminology>,
}

/// An id without a type, of a reference that may point to several types. It is taken for the id of any of these; where
/// more than one such resource exists, whoever carries out the search should refuse it
/// (<http://hl7.org/fhir/R4/search.html#reference>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BareId {
    /// The code of the parameter.
    pub code: String,
    /// The id.
    pub id: String,
    /// The types.
    pub types: Vec<ResourceType>,
}

/// The registry and the options of a search.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) options: &'a SearchOptions<'a>,
    /// Where ids without a type are noted.
    pub(crate) bare_ids: &'a RefCell<Vec<BareId>>,
}

impl Reading<'_> {
    /// What tests of values keep.
    pub(crate) fn scope(&self) -> Scope {
        Scope::new(self.registry.bases(), self.options.zone)
    }
}
