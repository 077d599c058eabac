//! Current versions that were read lately, so that what is read again is not looked up. They are kept as they are stored:
//! four times as many fit in, and to decompress one takes far less than to find it. The whole body is kept of those that
//! are read again and again, and as long as there is room for it.
//!
//! What is remembered is never older than what was acknowledged. A place that a transaction writes to is *in flux* from
//! the moment it is written until the transaction has ended: it is forgotten at once and not remembered before. Whoever
//! looked it up meanwhile, or earlier, holds a ticket of an earlier epoch and may not remember it either.

use crate::limits;
use crate::second_chance::{Plain, SecondChance};
use crate::sql::stored::Stored;
use fhir::ResourceType;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Threads that read different resources seldom wait for one another, and what one forgets at once is little.
const SHARDS: usize = 64;

/// What an entry takes beside id and body, in bytes.
const OVERHEAD: usize = 144;

/// Current versions, by type and id.
pub(crate) struct Recent {
    hashing: RandomState,
    shards: Vec<Mutex<Shard>>,
}

/// The right to remember what is looked up now, unless the place is written to before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    place: u64,
    epoch: u64,
}

/// What was found of a place.
pub(crate) enum Found {
    /// Its current version, which may be a deletion; with a ticket to offer its body with when that is worth it.
    Remembered(Stored, Option<Ticket>),
    /// It has to be looked up.
    Unknown(Ticket),
}

struct Shard {
    /// Rises when transactions that wrote to places of this shard have ended.
    epoch: u64,
    /// Places that are being written to.
    flux: HashSet<u64, Plain>,
    /// Whether all of them are.
    is_all_in_flux: bool,
    kept: SecondChance<Stored>,
}

impl Recent {
    /// A memory of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let shard = || Shard {
            epoch: 0,
            flux: HashSet::default(),
            is_all_in_flux: false,
            kept: SecondChance::new(bytes / SHARDS),
        };
        Recent { hashing: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect() }
    }

    /// The current version, or a ticket to offer it with once it was looked up.
    pub(crate) fn get(&self, resource_type: ResourceType, id: &str) -> Found {
        let place = self.place(resource_type, id);
        let mut shard = self.shard(place);
        let ticket = Ticket { place, epoch: shard.epoch };
        match shard.kept.get(place, |stored| stored.is_of(resource_type, id)) {
            Some((stored, is_worth_more)) => {
                let is_wanted = is_worth_more && !stored.is_decoded();
                Found::Remembered(stored.clone(), is_wanted.then_some(ticket))
            }
            None => Found::Unknown(ticket),
        }
    }

    /// Offers what was looked up after the ticket was given.
    pub(crate) fn offer(&self, ticket: Ticket, stored: &Stored) {
        if stored.bytes() > limits::RECENT_LARGEST {
            return;
        }
        let mut shard = self.shard(ticket.place);
        let is_in_flux = shard.is_all_in_flux || shard.flux.contains(&ticket.place);
        if shard.epoch == ticket.epoch && !is_in_flux {
            shard.kept.insert(ticket.place, stored.clone(), OVERHEAD + stored.bytes());
        }
    }

    /// A transaction writes to a place.
    pub(crate) fn begin(&self, resource_type: ResourceType, id: &str) {
        let place = self.place(resource_type, id);
        let mut shard = self.shard(place);
        shard.flux.insert(place);
        shard.kept.forget(place);
    }

    /// A transaction writes to all places.
    pub(crate) fn begin_all(&self) {
        for shard in &self.shards {
            let mut shard = lock(shard);
            shard.is_all_in_flux = true;
            shard.kept.clear();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Method;
    use crate::sql::stored::Columns;

    const BYTES: usize = 16 << 20;

    fn version(id: &str, version: u64, length: usize) -> Stored {
        let body = vec![b' '; length];
        Columns { vid: 1, version, last_updated: 0, method: Method::Update, body: Some(&body) }
            .stored(ResourceType::BASIC, id)
    }

    fn number(recent: &Recent, id: &str) -> Option<u64> {
        match recent.get(ResourceType::BASIC, id) {
            Found::Remembered(stored, _) => Some(stored.stamp().version),
            Found::Unknown(_) => None,
        }
    }

    fn ticket(recent: &Recent, id: &str) -> Ticket {
        match recent.get(ResourceType::BASIC, id) {
            Found::Unknown(ticket) => ticket,
            Found::Remembered(..) => panic!("{id} is remembered"),
        }
    }

    #[test]
    fn what_was_looked_up_is_remembered_until_it_is_written_to() {
        let recent = Recent::new(BYTES);
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
        let recent = Recent::new(BYTES);
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
        let recent = Recent::new(BYTES);
        recent.offer(ticket(&recent, "often"), &version("often", 1, 10));
        let length = limits::RECENT_LARGEST - 1_000;
        let many = 8 * BYTES / length;
        for n in 0..many {
            let id = n.to_string();
            recent.offer(ticket(&recent, &id), &version(&id, 1, length));
            assert_eq!(number(&recent, "often"), Some(1));
        }
        let kept = (0..many).filter(|n| number(&recent, &n.to_string()).is_some()).count();
        assert!(kept * length <= BYTES && kept > 0, "{kept} of {many}");
        let largest = version("largest", 1, limits::RECENT_LARGEST);
        recent.offer(ticket(&recent, "largest"), &largest);
        assert_eq!(number(&recent, "largest"), None);
    }
}
