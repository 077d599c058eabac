//! The clock. Crates below are told the time; this is where it is read.

/// The present, in milliseconds since the epoch.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
