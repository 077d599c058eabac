//! What was asked for lately, up to a number of bytes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Values by the hash of what they are of. What was asked for since the older ones were set aside are the newer; when
/// these are half of what may be kept they become the older, and what nobody asked for meanwhile is forgotten.
#[derive(Debug)]
pub struct Generations<V> {
    newer: HashMap<u64, Kept<V>, Plain>,
    older: HashMap<u64, Kept<V>, Plain>,
    newer_bytes: usize,
    most: usize,
}

#[derive(Debug)]
struct Kept<V> {
    value: V,
    bytes: usize,
}

/// Places are hashes already.
pub(crate) type Plain = BuildHasherDefault<Identity>;

/// A hash as its own hash.
#[derive(Debug, Default)]
pub(crate) struct Identity(u64);

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

impl<V> Generations<V> {
    /// Nothing yet, and never more than so many bytes.
    pub fn new(most: usize) -> Self {
        Generations { newer: HashMap::default(), older: HashMap::default(), newer_bytes: 0, most }
    }

    /// What is kept under a hash, which two places may share: `is_it` tells.
    pub fn get(&mut self, hash: u64, is_it: impl Fn(&V) -> bool) -> Option<&V> {
        let is_older = self.older.get(&hash).is_some_and(|kept| is_it(&kept.value));
        if is_older && let Some(kept) = self.older.remove(&hash) {
            self.insert(hash, kept.value, kept.bytes);
        }
        self.newer.get(&hash).map(|kept| &kept.value).filter(|value| is_it(value))
    }

    /// Keeps a value that takes so many bytes, in place of what the hash had.
    pub fn insert(&mut self, hash: u64, value: V, bytes: usize) {
        self.forget(hash);
        if self.newer_bytes + bytes > self.most / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.newer_bytes = 0;
        }
        if bytes <= self.most / 2 {
            self.newer_bytes += bytes;
            self.newer.insert(hash, Kept { value, bytes });
        }
    }

    /// Forgets what is kept under a hash.
    pub fn forget(&mut self, hash: u64) {
        if let Some(kept) = self.newer.remove(&hash) {
            self.newer_bytes -= kept.bytes;
        }
        self.older.remove(&hash);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Generations::new(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(kept: &mut Generations<u64>, hash: u64) -> bool {
        kept.get(hash, |value| *value == hash).is_some()
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let mut kept = Generations::new(1_000);
        kept.insert(0, 0, 10);
        for hash in 1..1_000 {
            kept.insert(hash, hash, 10);
            assert!(has(&mut kept, 0), "after {hash}");
        }
        let left = (0..1_000).filter(|hash| kept.get(*hash, |_| true).is_some()).count();
        assert!((50..=100).contains(&left), "{left}");
    }

    #[test]
    fn what_is_forgotten_takes_no_room() {
        let mut kept = Generations::new(1_000);
        for hash in 0..1_000 {
            kept.insert(hash, hash, 100);
            kept.insert(hash, hash, 90);
            assert!(has(&mut kept, hash));
            kept.forget(hash);
            assert!(!has(&mut kept, hash));
        }
        kept.insert(1, 1, 490);
        assert!(kept.older.is_empty() && has(&mut kept, 1));
        kept.clear();
        assert!(!has(&mut kept, 1));
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_another_of_the_same_hash_is_not_taken_for_it() {
        let mut kept = Generations::new(1_000);
        kept.insert(1, 1, 501);
        assert!(!has(&mut kept, 1));
        kept.insert(1, 7, 10);
        assert!(!has(&mut kept, 1));
        assert_eq!(kept.get(1, |value| *value == 7), Some(&7));
    }
}
