//! Counts that readers remember of common keys and large types.
//!
//! Versions are numbered in the order of their commits, so rows of versions up to a number that was seen can only go
//! (index rows of superseded versions are collected) or be replaced (a new index). Both raise a number in the file, the
//! generation. While it is the same, a count up to some version and the newer rows are the count of all.

use crate::sql::{CountUpTo, Counted};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many counts are remembered; then all are forgotten.
const MOST: usize = 10_000;

/// A count, and the generation that it is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remembered {
    pub(crate) generation: i64,
    pub(crate) count: CountUpTo,
}

/// What the readers of a store remember.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    counts: Mutex<HashMap<Counted, Remembered>>,
}

impl Counts {
    pub(crate) fn get(&self, of: Counted) -> Option<Remembered> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).get(&of).copied()
    }

    pub(crate) fn remember(&self, of: Counted, count: Remembered) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.clear();
        }
        counts.insert(of, count);
    }
}
