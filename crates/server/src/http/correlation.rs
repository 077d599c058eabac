//! The id of a request: in the answer's `fumage-correlation-id` and in its log lines.

use std::cell::Cell;

/// The header.
pub const HEADER: &str = "fumage-correlation-id";

/// A fresh id: a UUID of version 4. It has to be unique, not secret, so it comes from a generator per thread
/// (SplitMix64) that was seeded by the operating system, not from a system call per request.
pub fn next() -> uuid::Uuid {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(uuid::Uuid::new_v4().as_u64_pair().0);
    }
    let draw = || {
        STATE.with(|state| {
            let seed = state.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
            state.set(seed);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ (mixed >> 31)
        })
    };
    uuid::Builder::from_random_bytes(((u128::from(draw()) << 64) | u128::from(draw())).to_be_bytes())
        .into_uuid()
}
