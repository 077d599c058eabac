//! Resources as they were shown lately. To give a resource the vendor's shape costs far more than to read it; while
//! everything that was looked at for it is the same, so is what is shown.
//!
//! Nothing is shown from memory before the store has said that the current versions are still those that were seen.

use crate::clinic::Clinic;
use crate::recording::Seen;
use fhir::ResourceType;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes of what was shown are remembered.
const BYTES: usize = 8 << 20;

/// The largest of them, in bytes.
const LARGEST: usize = 64 << 10;

/// What an entry takes beside what is shown, in bytes.
const OVERHEAD: usize = 256;

/// How a version of a resource was shown.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The version.
    pub(crate) version: u64,
    /// What else was looked at.
    pub(crate) seen: Arc<[Seen]>,
    /// The settings by which it was shown.
    pub(crate) clinic: Arc<Clinic>,
    /// What was shown.
    pub(crate) body: Arc<[u8]>,
}

/// What is remembered, by type and id.
#[derive(Default)]
pub(crate) struct Shown(Mutex<Generations>);

/// What was asked for since the older ones were set aside, and those: when the newer are a half of what may be
/// remembered they become the older, and what nobody asked for meanwhile is forgotten.
#[derive(Default)]
struct Generations {
    newer: HashMap<(ResourceType, String), Entry>,
    older: HashMap<(ResourceType, String), Entry>,
    newer_bytes: usize,
}

impl Shown {
    /// How this version was shown by these settings.
    pub(crate) fn get(
        &self,
        resource_type: ResourceType,
        id: &str,
        version: u64,
        clinic: &Arc<Clinic>,
    ) -> Option<Entry> {
        let place = (resource_type, id.to_owned());
        let mut generations = self.lock();
        let entry = match generations.newer.get(&place) {
            Some(entry) => entry.clone(),
            None => {
                let entry = generations.older.remove(&place)?;
                generations.insert(place, entry.clone());
                entry
            }
        };
        (entry.version == version && Arc::ptr_eq(&entry.clinic, clinic)).then_some(entry)
    }

    /// Remembers how it was shown.
    pub(crate) fn remember(&self, resource_type: ResourceType, id: &str, entry: Entry) {
        if entry.body.len() <= LARGEST {
            self.lock().insert((resource_type, id.to_owned()), entry);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        // Nothing that is done while it is held can panic half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn insert(&mut self, place: (ResourceType, String), entry: Entry) {
        self.older.remove(&place);
        self.newer_bytes += size(&entry);
        if let Some(before) = self.newer.insert(place, entry) {
            self.newer_bytes -= size(&before);
        }
        if self.newer_bytes > BYTES / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.newer_bytes = 0;
        }
    }
}

fn size(entry: &Entry) -> usize {
    OVERHEAD + entry.body.len() + entry.seen.len() * OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: u64, clinic: &Arc<Clinic>, length: usize) -> Entry {
        Entry { version, seen: Arc::new([]), clinic: Arc::clone(clinic), body: vec![0; length].into() }
    }

    #[test]
    fn what_was_shown_is_known_for_the_same_version_and_settings() {
        let (shown, clinic) = (Shown::default(), Arc::new(Clinic::default()));
        let known = |version, clinic: &Arc<Clinic>| {
            shown.get(ResourceType::PATIENT, "a", version, clinic).map(|entry| entry.body.len())
        };
        shown.remember(ResourceType::PATIENT, "a", entry(1, &clinic, 7));
        assert_eq!(known(1, &clinic), Some(7));
        assert_eq!(known(2, &clinic), None);
        assert_eq!(known(1, &Arc::new(Clinic::default())), None);
        shown.remember(ResourceType::PATIENT, "a", entry(2, &clinic, 8));
        assert_eq!(known(2, &clinic), Some(8));
        assert_eq!(known(1, &clinic), None);
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let (shown, clinic) = (Shown::default(), Arc::new(Clinic::default()));
        let get = |id: &str| shown.get(ResourceType::PATIENT, id, 1, &clinic).is_some();
        shown.remember(ResourceType::PATIENT, "often", entry(1, &clinic, 10));
        let many = 4 * BYTES / LARGEST;
        for n in 0..many {
            shown.remember(ResourceType::PATIENT, &n.to_string(), entry(1, &clinic, LARGEST));
            assert!(get("often"));
        }
        let kept = (0..many).filter(|n| get(&n.to_string())).count();
        assert!(kept > 0 && kept * LARGEST <= BYTES, "{kept} of {many}");
        shown.remember(ResourceType::PATIENT, "huge", entry(1, &clinic, LARGEST + 1));
        assert!(!get("huge"));
    }
}
