//! How long a Bundle may hold the writer up. Nobody else can write meanwhile, and criteria may be as slow as any search.

use crate::error::Refusal;
use std::time::{Duration, Instant};

/// For how many seconds the entries of one Bundle may be carried out.
pub const WRITE_SECONDS: u64 = 20;

/// The time that is left.
pub(super) struct Patience {
    until: Instant,
}

impl Patience {
    /// All of it, from now on.
    pub(super) fn new() -> Self {
        Patience { until: Instant::now() + Duration::from_secs(WRITE_SECONDS) }
    }

    /// Asked before each entry.
    ///
    /// # Errors
    ///
    /// 504 when it is over.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if Instant::now() < self.until { Ok(()) } else { Err(Refusal::took_too_long(WRITE_SECONDS)) }
    }
}
