//! The parameters of a search as rules and types see them, and what they may look at.

use crate::clinic::Clinic;
use crate::contract::Contract;
use crate::door::Canvas;
use crate::file::Links;
use interactions::Engine;
use interactions::storage::Reader;
use std::cell::Cell;

/// The parameters of a search as they were sent.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The contract of the type searched.
    pub contract: &'static Contract,
    /// Names and values in the order of the request, decoded; those that cannot be honoured are gone.
    pub pairs: &'a [(String, String)],
    /// The moment of the request, in milliseconds since the epoch.
    pub now: i64,
    /// The clinic's settings.
    pub clinic: &'a Clinic,
}

impl<'a> Asked<'a> {
    /// The values of the parameter `name`, in whichever spelling it was sent.
    pub fn values(&self, name: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        let fact = self.contract.search.parameter(name);
        let is_it = move |sent: &str| sent == name || fact.is_some_and(|fact| fact.aliases.contains(&sent));
        self.pairs.iter().filter(move |(sent, _)| is_it(sent)).map(|(_, value)| value.as_str())
    }

    /// The first value of the parameter `name`.
    pub fn value(&self, name: &'a str) -> Option<&'a str> {
        self.values(name).next()
    }
}

/// What a read or search looks at while it makes its answer.
pub struct Reading<'a> {
    /// One snapshot of the store.
    pub reader: &'a mut dyn Reader,
    /// The engine, for its registry and zone.
    pub engine: &'a Engine,
    /// The clinic's settings.
    pub clinic: &'a Clinic,
    /// The base of the Canvas door, without a slash at the end.
    pub base_url: &'a str,
    /// Makes links to files that need no token.
    pub links: &'a dyn Links,
    now: i64,
    /// Whether anything has been made of the moment.
    is_of_the_moment: Cell<bool>,
}

impl<'a> Reading<'a> {
    /// A look by a door and settings at a moment, in milliseconds since the epoch.
    pub(crate) fn new(
        door: &'a Canvas,
        reader: &'a mut dyn Reader,
        clinic: &'a Clinic,
        now: i64,
    ) -> Reading<'a> {
        let (engine, base_url, links) = (&door.engine, &*door.base_url, &*door.links);
        Reading { reader, engine, clinic, base_url, links, now, is_of_the_moment: Cell::new(false) }
    }

    /// The moment of the request, in milliseconds since the epoch. What is made of it is not shown another time.
    pub fn now(&self) -> i64 {
        self.is_of_the_moment.set(true);
        self.now
    }

    /// Whether what was made is good for this moment alone.
    pub(crate) fn is_of_the_moment(&self) -> bool {
        self.is_of_the_moment.get()
    }
}
