//! A hook for tests: counts SQL statements and makes one of them fail.

use crate::error::{Message, StoreError};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// How a statement is made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// As if the database had refused it.
    Failed = 0,
    /// As if the disk were full.
    Full = 1,
}

/// Counts the statements of a store, `BEGIN` and `COMMIT` included, and breaks the n-th.
#[derive(Debug, Default)]
pub struct Probe {
    count: AtomicU64,
    breaks_at: AtomicU64,
    fault: AtomicU8,
}

impl Probe {
    /// A probe that breaks nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many statements were begun so far.
    pub fn statements(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }

    /// Makes the `n`-th statement from now on fail (the next is 1), once.
    pub fn break_statement(&self, n: u64, fault: Fault) {
        self.fault.store(fault as u8, Ordering::SeqCst);
        self.breaks_at.store(self.statements() + n, Ordering::SeqCst);
    }

    /// Takes back a [`break_statement`](Self::break_statement) that was not reached; whether there was one.
    pub fn mend(&self) -> bool {
        let reached = self.statements();
        self.breaks_at.swap(0, Ordering::SeqCst) > reached
    }

    /// Called before each statement.
    pub(crate) fn statement(&self) -> Result<(), StoreError> {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if number != self.breaks_at.load(Ordering::SeqCst) {
            return Ok(());
        }
        let cause = Message::cause("broken by a test");
        Err(match self.fault.load(Ordering::SeqCst) {
            1 => StoreError::Full(cause),
            _ => StoreError::Failed(cause),
        })
    }
}
