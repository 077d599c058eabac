//! Random numbers that are the same every time, and what they do to an input.

use std::ops::Range;

/// The largest input that is made, in bytes: large enough for anything to show, small enough for thousands a second.
const LARGEST: usize = 64 * 1024;

/// What breaks parsers of any language.
const PIECES: [&str; 32] = [
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "/",
    "\\",
    ",",
    ":",
    "|",
    "$",
    "&",
    "=",
    "%",
    "%00",
    "\0",
    "\u{feff}",
    "\u{1F600}",
    "\u{301}",
    "\\ud800",
    "null",
    "-1",
    "0",
    "1e999",
    "9223372036854775808",
    "99999999999999999999999999999999.99999",
    "2024-02-30T25:61:61Z",
];

/// Random numbers (xorshift64*).
#[derive(Clone, Debug)]
pub(crate) struct Noise(u64);

impl Noise {
    /// The numbers of one round of a seed.
    pub(crate) fn new(seed: u64, round: u64) -> Self {
        // Seeds and rounds that are close to each other make numbers that are not (splitmix64).
        let mut state =
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(round.wrapping_mul(0xd134_2543_de82_ef95));
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Noise((state ^ (state >> 31)) | 1)
    }

    /// A number below `limit`; 0 if that is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or(0) % limit.max(1)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// One of the seeds with a few things changed.
    pub(crate) fn mutated(&mut self, seeds: &[Vec<u8>], pieces: &[&str]) -> Vec<u8> {
        let mut bytes = self.pick(seeds).cloned().unwrap_or_default();
        // Mostly one change: what is broken in many places is refused at the first.
        for _ in 0..=self.below(2) * self.below(5) {
            self.mutate(&mut bytes, seeds, pieces);
        }
        bytes.truncate(LARGEST);
        bytes
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>], pieces: &[&str]) {
        let range = self.range(bytes.len(), 24);
        match self.below(16) {
            0 => {
                let byte = u8::try_from(self.below(256)).unwrap_or(0);
                bytes.splice(range.start..range.start, [byte]);
            }
            1 | 2 => drop(bytes.drain(range)),
            3 => bytes.truncate(range.start),
            4 | 5 => {
                let copied = bytes[range].to_vec();
                let to = self.below(bytes.len() + 1);
                bytes.splice(to..to, copied);
            }
            6 => {
                // Deep or many of the same.
                let repeated = bytes[range.clone()].repeat(1 << self.below(11));
                bytes.splice(range.end..range.end, repeated);
            }
            7 => {
                let Some(other) = self.pick(seeds) else { return };
                let part = self.range(other.len(), 400);
                bytes.splice(range, other[part].iter().copied());
            }
            8..=10 => self.swap_words(bytes),
            11 | 12 => {
                let piece = self.pick(&PIECES).copied().unwrap_or_default();
                bytes.splice(range.start..range.start, piece.bytes());
            }
            13 => {
                let piece = self.pick(pieces).copied().unwrap_or_default();
                bytes.splice(range, piece.bytes());
            }
            _ => {
                let piece = self.pick(pieces).copied().unwrap_or_default();
                bytes.splice(range.start..range.start, piece.bytes());
            }
        }
    }

    /// A part of at most `longest` of something.
    fn range(&mut self, length: usize, longest: usize) -> Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(longest)).min(length)
    }

    /// Puts one word in the place of another: what comes out mostly has the form that it had.
    fn swap_words(&mut self, bytes: &mut Vec<u8>) {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let starts: Vec<usize> = (0..bytes.len())
            .filter(|at| {
                is_word(bytes[*at]) && !at.checked_sub(1).is_some_and(|before| is_word(bytes[before]))
            })
            .collect();
        let mut word = |bytes: &[u8]| {
            let start = *self.pick(&starts)?;
            let length = bytes[start..].iter().take_while(|byte| is_word(**byte)).count();
            Some(start..start + length)
        };
        if let (Some(from), Some(to)) = (word(bytes), word(bytes)) {
            let copied = bytes[from].to_vec();
            bytes.splice(to, copied);
        }
    }
}
