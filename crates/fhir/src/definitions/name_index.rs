//! Finds a name's number without comparing it with many others.

/// A hash table from names to their places in a list, built by the compiler: open addressing, collisions go to the
/// next slot. `SLOTS` is a power of two, at least twice the number of names.
pub(super) struct NameIndex<const SLOTS: usize> {
    /// Places in the list, [`EMPTY`] where there is none.
    slots: [u16; SLOTS],
}

const EMPTY: u16 = u16::MAX;

impl<const SLOTS: usize> NameIndex<SLOTS> {
    /// The index of distinct names.
    pub(super) const fn of(names: &[&str]) -> Self {
        assert!(SLOTS.is_power_of_two() && names.len() * 2 <= SLOTS && names.len() < EMPTY as usize);
        let mut slots = [EMPTY; SLOTS];
        let mut place = 0;
        while place < names.len() {
            let mut slot = hash(names[place].as_bytes()) & (SLOTS - 1);
            while slots[slot] != EMPTY {
                slot = (slot + 1) & (SLOTS - 1);
            }
            slots[slot] = place as u16;
            place += 1;
        }
        Self { slots }
    }

    /// The place of `name` in `names`, which must be the list the index was made of.
    pub(super) fn find(&self, names: &[&str], name: &str) -> Option<u16> {
        let mut slot = hash(name.as_bytes()) & (SLOTS - 1);
        while self.slots[slot] != EMPTY {
            if names[usize::from(self.slots[slot])] == name {
                return Some(self.slots[slot]);
            }
            slot = (slot + 1) & (SLOTS - 1);
        }
        None
    }
}

/// Mixes the length and the first and last eight bytes, which tell nearly all names of FHIR apart.
const fn hash(name: &[u8]) -> usize {
    let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64)
            }
            _ => match *name {
                [first, .., last] => (first as u64 | (name[1] as u64) << 8, last as u64),
                [only] => (only as u64, 0),
                [] => (0, 0),
            },
        },
    };
    let mixed = (first ^ (name.len() as u64) << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed.rotate_left(32) ^ last).wrapping_mul(0xD1B5_4A32_D192_ED03);
    (mixed >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::generated::{NAMES, TYPES};

    /// Every name is found, and no look-up takes more than `steps`: the longest run of full slots.
    fn check<const SLOTS: usize>(names: &[&str], steps: usize) {
        let index = NameIndex::<SLOTS>::of(names);
        for (place, name) in names.iter().enumerate() {
            assert_eq!(index.find(names, name).map(usize::from), Some(place), "{name}");
        }
        for name in ["", "x", "Name", "unknownElement", "given\0"] {
            assert_eq!(index.find(names, name), None, "{name}");
        }
        let longest = index.slots.split(|slot| *slot == EMPTY).map(<[u16]>::len).max();
        assert!(longest <= Some(steps), "{longest:?}");
    }

    #[test]
    fn names_are_found_in_few_steps() {
        check::<4096>(&NAMES, 24);
        check::<2048>(&TYPES.map(|definition| definition.name), 24);
    }
}
