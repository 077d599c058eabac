//! What was asked for lately, up to a number of bytes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What is asked for again after so many questions at most is asked for often.
const OFTEN: u64 = 256;

/// There is plenty of room while so many bytes more would push out nothing.
const PLENTY: usize = 4096;

/// Values by the hash of what they are of. When there is no room for another one, a hand goes round: what was asked for
/// since it came by last stays, what was not makes room.
#[derive(Debug)]
pub struct SecondChance<V> {
    places: HashMap<u64, usize, Plain>,
    slots: Vec<Option<Slot<V>>>,
    free: Vec<usize>,
    hand: usize,
    bytes: usize,
    most: usize,
    asked: u64,
}

#[derive(Debug)]
struct Slot<V> {
    hash: u64,
    value: V,
    bytes: usize,
    /// When it was asked for last, counted in questions.
    at: u64,
    /// Whether that was after the hand came by.
    is_wanted: bool,
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

impl<V> SecondChance<V> {
    /// Nothing yet, and never more than so many bytes.
    pub fn new(most: usize) -> Self {
        SecondChance {
            places: HashMap::default(),
            slots: Vec::new(),
            free: Vec::new(),
            hand: 0,
            bytes: 0,
            most,
            asked: 0,
        }
    }

    /// What is kept under a hash, which two places may share: `is_it` tells. With it, whether it is worth more bytes: it is
    /// asked for often, or there is plenty of room.
    pub fn get(&mut self, hash: u64, is_it: impl Fn(&V) -> bool) -> Option<(&V, bool)> {
        self.asked += 1;
        let has_room = self.bytes + PLENTY <= self.most;
        let slot = self.slots.get_mut(*self.places.get(&hash)?)?.as_mut()?;
        if !is_it(&slot.value) {
            return None;
        }
        let before = std::mem::replace(&mut slot.at, self.asked);
        slot.is_wanted = true;
        Some((&slot.value, has_room || self.asked - before <= OFTEN))
    }

    /// Keeps a value that takes so many bytes, in place of what the hash had. One that takes most of the room is not
    /// kept: it would push out all others.
    pub fn insert(&mut self, hash: u64, value: V, bytes: usize) {
        self.forget(hash);
        if bytes > self.most / 4 {
            return;
        }
        while self.bytes + bytes > self.most {
            self.make_room();
        }
        let slot = Some(Slot { hash, value, bytes, at: self.asked, is_wanted: false });
        let place = match self.free.pop() {
            Some(place) => {
                self.slots[place] = slot;
                place
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        self.places.insert(hash, place);
        self.bytes += bytes;
    }

    /// Moves the hand by one place.
    fn make_room(&mut self) {
        self.hand = if self.hand + 1 < self.slots.len() { self.hand + 1 } else { 0 };
        let Some(Some(slot)) = self.slots.get_mut(self.hand) else { return };
        let (hash, was_wanted) = (slot.hash, std::mem::take(&mut slot.is_wanted));
        if !was_wanted {
            self.forget(hash);
        }
    }

    /// Forgets what is kept under a hash.
    pub fn forget(&mut self, hash: u64) {
        if let Some(place) = self.places.remove(&hash)
            && let Some(slot) = self.slots[place].take()
        {
            self.bytes -= slot.bytes;
            self.free.push(place);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = SecondChance::new(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(kept: &mut SecondChance<u64>, hash: u64) -> bool {
        kept.get(hash, |value| *value == hash).is_some()
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let mut kept = SecondChance::new(1_000);
        kept.insert(0, 0, 10);
        for hash in 1..1_000 {
            kept.insert(hash, hash, 10);
            assert!(has(&mut kept, 0), "after {hash}");
        }
        assert_eq!((0..1_000).filter(|hash| has(&mut kept, *hash)).count(), 100);
        assert_eq!(kept.slots.len(), 100);
    }

    #[test]
    fn what_is_forgotten_takes_no_room() {
        let mut kept = SecondChance::new(1_000);
        for hash in 0..1_000 {
            kept.insert(hash, hash, 100);
            kept.insert(hash, hash, 90);
            assert!(has(&mut kept, hash));
            kept.forget(hash);
            assert!(!has(&mut kept, hash));
        }
        assert_eq!((kept.bytes, kept.slots.len()), (0, 1));
        kept.insert(1, 1, 100);
        kept.clear();
        assert!(!has(&mut kept, 1));
    }

    #[test]
    fn bytes_are_never_more_than_they_may_be() {
        let mut kept = SecondChance::new(1_000);
        let mut seed = 1_u64;
        for _ in 0..10_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (hash, bytes) = (seed >> 58, usize::try_from(seed >> 32 & 0xFF).unwrap());
            match seed >> 40 & 3 {
                0 => kept.forget(hash),
                1 => drop(kept.get(hash, |_| true)),
                _ => kept.insert(hash, hash, bytes),
            }
            let sum: usize = kept.slots.iter().flatten().map(|slot| slot.bytes).sum();
            assert!(sum == kept.bytes && sum <= 1_000, "{sum} {}", kept.bytes);
            assert_eq!(kept.places.len() + kept.free.len(), kept.slots.len());
        }
    }

    #[test]
    fn what_is_too_large_is_not_kept_and_another_of_the_same_hash_is_not_taken_for_it() {
        let mut kept = SecondChance::new(1_000);
        kept.insert(1, 1, 251);
        assert!(!has(&mut kept, 1));
        kept.insert(1, 7, 10);
        assert!(!has(&mut kept, 1));
        assert!(kept.get(1, |value| *value == 7).is_some());
    }

    #[test]
    fn what_is_asked_for_often_is_worth_more_and_so_is_everything_while_there_is_room() {
        let mut kept = SecondChance::new(PLENTY + 20);
        let worth = |kept: &mut SecondChance<u64>, hash| kept.get(hash, |_| true).map(|(_, worth)| worth);
        kept.insert(1, 1, 10);
        for _ in 0..=OFTEN {
            kept.get(7, |_| true);
        }
        assert_eq!(worth(&mut kept, 1), Some(true));
        kept.insert(2, 2, 11);
        assert_eq!([worth(&mut kept, 1), worth(&mut kept, 3)], [Some(true), None]);
        for _ in 0..OFTEN {
            kept.get(7, |_| true);
        }
        assert_eq!([worth(&mut kept, 1), worth(&mut kept, 1)], [Some(false), Some(true)]);
    }
}
