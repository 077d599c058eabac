//! Resources as they were shown lately. To give a resource the vendor's shape costs far more than to read it; while
//! everything that was looked at for it is the same, so is what is shown.
//!
//! Nothing is shown from memory before the store has said that the current versions are still those that were seen.

use crate::clinic::Clinic;
use crate::recording::Seen;
use fhir::ResourceType;
use interactions::storage::{Packed, SecondChance, Stamp};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes of what was shown are remembered, unless a number is given.
pub(crate) const BYTES: usize = 64 << 20;

/// The largest of them, in bytes.
const LARGEST: usize = 64 << 10;

/// What an entry takes beside what is shown, and each of those that were looked at for it, in bytes.
const OVERHEAD: usize = 224;
const SEEN: usize = 96;

/// Threads that read different resources seldom wait for one another.
const SHARDS: usize = 16;

/// How a version of a resource was shown.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The version.
    pub(crate) stamp: Stamp,
    /// What else was looked at.
    pub(crate) seen: Arc<[Seen]>,
    /// The settings by which it was shown.
    pub(crate) clinic: Arc<Clinic>,
    /// What was shown.
    pub(crate) body: Packed,
}

/// What is remembered, by type and id.
pub(crate) struct Shown {
    bytes: usize,
    hashing: RandomState,
    shards: [Mutex<SecondChance<Place>>; SHARDS],
}

struct Place {
    resource_type: ResourceType,
    id: Box<str>,
    entry: Entry,
}

impl Shown {
    /// A memory of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let shards = std::array::from_fn(|_| Mutex::new(SecondChance::new(bytes / SHARDS)));
        Shown { bytes, hashing: RandomState::new(), shards }
    }

    /// Whether anything is remembered.
    pub(crate) fn is_on(&self) -> bool {
        self.bytes > 0
    }

    /// How a resource was shown by these settings, and whether it should be remembered again with the answer as it is.
    /// Whether that version is current is for the store to say.
    pub(crate) fn get(
        &self,
        resource_type: ResourceType,
        id: &str,
        clinic: &Arc<Clinic>,
    ) -> Option<(Entry, bool)> {
        let (hash, mut shard) = self.shard(resource_type, id);
        let is_it = |of: &Place| of.resource_type == resource_type && *of.id == *id;
        let (Place { entry, .. }, is_worth_more) = shard.get(hash, is_it)?;
        let is_wanted = is_worth_more && matches!(entry.body, Packed::Compressed(_));
        Arc::ptr_eq(&entry.clinic, clinic).then(|| (entry.clone(), is_wanted))
    }

    /// Remembers how it was shown.
    pub(crate) fn remember(&self, resource_type: ResourceType, id: &str, entry: Entry) {
        if entry.body.size() <= LARGEST {
            let bytes = OVERHEAD + entry.body.size() + entry.seen.len() * SEEN;
            let (hash, mut shard) = self.shard(resource_type, id);
            shard.insert(hash, Place { resource_type, id: id.into(), entry }, bytes);
        }
    }

    fn shard(&self, resource_type: ResourceType, id: &str) -> (u64, MutexGuard<'_, SecondChance<Place>>) {
        let hash = self.hashing.hash_one((resource_type.index(), id));
        let shard = &self.shards[hash as usize % SHARDS];
        // Nothing that is done while it is held can panic half-way.
        (hash, shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: usize = 1 << 20;

    /// An entry of so many bytes that cannot be compressed.
    fn entry(version: u64, clinic: &Arc<Clinic>, length: usize) -> Entry {
        let stamp = Stamp { version, last_updated: 1_000 };
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let bytes: Vec<u8> = (0..length).map(|_| noise()).collect();
        Entry { stamp, seen: Arc::new([]), clinic: Arc::clone(clinic), body: Packed::of(&bytes) }
    }

    #[test]
    fn what_was_shown_last_is_known_for_the_same_settings() {
        let (shown, clinic) = (Shown::new(BYTES), Arc::new(Clinic::default()));
        let known = |clinic: &Arc<Clinic>| {
            let found = shown.get(ResourceType::PATIENT, "a", clinic);
            found.map(|(entry, _)| (entry.stamp.version, entry.body.plain().unwrap().len()))
        };
        assert_eq!(known(&clinic), None);
        shown.remember(ResourceType::PATIENT, "a", entry(1, &clinic, 7));
        assert_eq!(known(&clinic), Some((1, 7)));
        assert_eq!(known(&Arc::new(Clinic::default())), None);
        shown.remember(ResourceType::PATIENT, "a", entry(2, &clinic, 8));
        assert_eq!(known(&clinic), Some((2, 8)));
    }

    #[test]
    fn an_answer_as_it_is_is_kept_once() {
        let (shown, clinic) = (Shown::new(BYTES), Arc::new(Clinic::default()));
        shown.remember(ResourceType::PATIENT, "a", entry(1, &clinic, 7));
        let get = || shown.get(ResourceType::PATIENT, "a", &clinic).unwrap();
        let (mut entry, is_wanted) = get();
        assert!(is_wanted);
        entry.body = Packed::Plain(entry.body.plain().unwrap());
        shown.remember(ResourceType::PATIENT, "a", entry);
        assert!(!get().1);
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let (shown, clinic) = (Shown::new(BYTES), Arc::new(Clinic::default()));
        let get = |id: &str| shown.get(ResourceType::PATIENT, id, &clinic).is_some();
        shown.remember(ResourceType::PATIENT, "often", entry(1, &clinic, 10));
        let length = BYTES / SHARDS / 8;
        let many = 4 * BYTES / length;
        for n in 0..many {
            shown.remember(ResourceType::PATIENT, &n.to_string(), entry(1, &clinic, length));
            assert!(get("often"));
        }
        let kept = (0..many).filter(|n| get(&n.to_string())).count();
        assert!(kept > 0 && kept * length <= BYTES, "{kept} of {many}");
        shown.remember(ResourceType::PATIENT, "huge", entry(1, &clinic, LARGEST + 1));
        assert!(!get("huge"));
    }
}
