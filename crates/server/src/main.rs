//! The binary `easel`.

use std::process::ExitCode;

/// Trees of small strings are what a request allocates; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// mimalloc's number for how long memory that was freed is kept for reuse (`mi_option_purge_delay`).
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// In milliseconds. By default it is a second, ten for the most of it: under load the trees of past requests would take
/// more memory than those of present ones.
const KEPT_FOR: std::ffi::c_long = 1;

fn main() -> ExitCode {
    give_memory_back();
    server::cli::main()
}

#[allow(unsafe_code, reason = "the allocator's options have no safe interface")]
fn give_memory_back() {
    // SAFETY: `mi_option_set` takes two numbers and no pointer, checks the first against its table of options, and may
    // be called from any thread at any time; none but this one runs yet.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, KEPT_FOR) };
}
