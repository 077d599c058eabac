//! The binary `easel`.

use std::process::ExitCode;

/// Trees of small strings are what a request allocates; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::main()
}
