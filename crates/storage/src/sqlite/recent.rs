//! Current versions that were read lately, so that what is read again and again is neither looked up nor decompressed
//! each time.
//!
//! What is remembered is never older than what was acknowledged. A place that a transaction writes to is *in flux* from
//! the moment it is written until the transaction has ended: it is forgotten at once and not remembered before. Whoever
//! looked it up meanwhile, or earlier, holds a ticket of an earlier epoch and may not remember it either.

use crate::limits;
use crate::model::Version;
use fhir::ResourceType;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Threads that read different resources seldom wait for one another.
const SHARDS: usize = 16;

/// What an entry takes beside id and body, in bytes.
const OVERHEAD: usize = 160;

/// Current versions, by type and id.
#[derive(Default)]
pub(crate) struct Recent {
    hashing: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

/// The right to remember what is looked up now, unless the place is written to before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    place: u64,
    epoch: u64,
}

/// What was found of a place.
pub(crate) enum Found {
    /// Its current version, which may be a deletion.
    Remembered(Version),
    /// It has to be looked up.
    Unknown(Ticket),
}

#[derive(Default)]
struct Shard {
    /// Rises when transactions that wrote to places of this shard have ended.
    epoch: u64,
    /// Places that are being written to.
    flux: HashSet<u64, Plain>,
    /// Whether all of them are.
    is_all_in_flux: bool,
    /// What was asked for since the older ones were set aside; when these are half of what may be remembered, they
    /// become the older ones, and those that nobody asked for meanwhile are forgotten.
    newer: HashMap<u64, Version, Plain>,
    older: HashMap<u64, Version, Plain>,
    newer_bytes: usize,
}

/// Places are hashes already.
type Plain = BuildHasherDefault<Identity>;

#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Recent {
    /// The current version, or a ticket to offer it with once it was looked up.
    pub(crate) fn get(&self, resource_type: ResourceType, id: &str) -> Found {
        let place = self.place(resource_type, id);
        let mut shard = self.shard(place);
        // Two places may share a hash.
        let is_it = |found: &Version| found.resource_type == resource_type && found.id == id;
        if let Some(found) = shard.newer.get(&place).filter(|found| is_it(found)) {
            return Found::Remembered(found.clone());
        }
        if shard.older.get(&place).is_some_and(is_it)
            && let Some(found) = shard.older.remove(&place)
        {
            shard.remember(place, found.clone());
            return Found::Remembered(found);
        }
        Found::Unknown(Ticket { place, epoch: shard.epoch })
    }

    /// Offers what was looked up after the ticket was given.
    pub(crate) fn offer(&self, ticket: Ticket, version: &Version) {
        if size(version) > limits::RECENT_LARGEST {
            return;
        }
        let mut shard = self.shard(ticket.place);
        let is_in_flux = shard.is_all_in_flux || shard.flux.contains(&ticket.place);
        if shard.epoch == ticket.epoch && !is_in_flux {
            shard.remember(ticket.place, version.clone());
        }
    }

    /// A transaction writes to a place.
    pub(crate) fn begin(&self, resource_type: ResourceType, id: &str) {
        let place = self.place(resource_type, id);
        let mut shard = self.shard(place);
        shard.flux.insert(place);
        shard.forget(place);
    }

    /// A transaction writes to all places.
    pub(crate) fn begin_all(&self) {
        for shard in &self.shards {
            let mut shard = lock(shard);
            shard.is_all_in_flux = true;
            shard.newer = HashMap::default();
            shard.older = HashMap::default();
            shard.newer_bytes = 0;
        }
    }

    /// The transaction has ended, whether what it wrote was kept or not.
    pub(crate) fn settle(&self) {
        for shard in &self.shards {
            let mut shard = lock(shard);
            if shard.is_all_in_flux || !shard.flux.is_empty() {
                shard.flux.clear();
                shard.is_all_in_flux = false;
                shard.epoch += 1;
            }
        }
    }

    fn place(&self, resource_type: ResourceType, id: &str) -> u64 {
        self.hashing.hash_one((resource_type.index(), id))
    }

    fn shard(&self, place: u64) -> MutexGuard<'_, Shard> {
        lock(&self.shards[place as usize % SHARDS])
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // Nothing that is done while it is held can panic half-way.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn size(version: &Version) -> usize {
    OVERHEAD + version.id.len() + version.body.as_ref().map_or(0, Vec::len)
}

impl Shard {
    fn remember(&mut self, place: u64, version: Version) {
        self.forget(place);
        self.newer_bytes += size(&version);
        self.newer.insert(place, version);
        if self.newer_bytes > limits::RECENT_BYTES / SHARDS / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.newer_bytes = 0;
        }
    }

    fn forget(&mut self, place: u64) {
        if let Some(before) = self.newer.remove(&place) {
            self.newer_bytes -= size(&before);
        }
        self.older.remove(&place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Method;

    fn version(id: &str, number: u64, length: usize) -> Version {
        Version {
            resource_type: ResourceType::BASIC,
            id: id.to_owned(),
            version: number,
            last_updated: 0,
            method: Method::Update,
            body: Some(vec![b' '; length]),
        }
    }

    fn number(recent: &Recent, id: &str) -> Option<u64> {
        match recent.get(ResourceType::BASIC, id) {
            Found::Remembered(version) => Some(version.version),
            Found::Unknown(_) => None,
        }
    }

    fn ticket(recent: &Recent, id: &str) -> Ticket {
        match recent.get(ResourceType::BASIC, id) {
            Found::Unknown(ticket) => ticket,
            Found::Remembered(version) => panic!("{} is remembered", version.id),
        }
    }

    #[test]
    fn what_was_looked_up_is_remembered_until_it_is_written_to() {
        let recent = Recent::default();
        recent.offer(ticket(&recent, "a"), &version("a", 1, 10));
        assert_eq!(number(&recent, "a"), Some(1));
        assert_eq!(number(&recent, "b"), None);
        recent.begin(ResourceType::BASIC, "a");
        assert_eq!(number(&recent, "a"), None);
        recent.settle();
        assert_eq!(number(&recent, "a"), None);
        recent.offer(ticket(&recent, "a"), &version("a", 2, 10));
        assert_eq!(number(&recent, "a"), Some(2));
    }

    #[test]
    fn what_was_looked_up_before_a_write_ended_is_not_remembered() {
        let recent = Recent::default();
        let before = ticket(&recent, "a");
        recent.begin(ResourceType::BASIC, "a");
        let during = ticket(&recent, "a");
        recent.offer(before, &version("a", 1, 10));
        assert_eq!(number(&recent, "a"), None);
        recent.settle();
        for late in [before, during] {
            recent.offer(late, &version("a", 1, 10));
            assert_eq!(number(&recent, "a"), None);
        }
        let before = ticket(&recent, "a");
        recent.begin_all();
        let during = ticket(&recent, "a");
        recent.offer(during, &version("a", 1, 10));
        recent.settle();
        for late in [before, during] {
            recent.offer(late, &version("a", 1, 10));
            assert_eq!(number(&recent, "a"), None);
        }
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let recent = Recent::default();
        recent.offer(ticket(&recent, "often"), &version("often", 1, 10));
        let length = limits::RECENT_LARGEST - 1_000;
        let many = 4 * limits::RECENT_BYTES / length;
        for n in 0..many {
            let id = n.to_string();
            recent.offer(ticket(&recent, &id), &version(&id, 1, length));
            assert_eq!(number(&recent, "often"), Some(1));
        }
        let kept = (0..many).filter(|n| number(&recent, &n.to_string()).is_some()).count();
        assert!(kept * length <= limits::RECENT_BYTES && kept > 0, "{kept} of {many}");
        let largest = version("largest", 1, limits::RECENT_LARGEST);
        recent.offer(ticket(&recent, "largest"), &largest);
        assert_eq!(number(&recent, "largest"), None);
    }
}
