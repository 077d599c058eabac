//! The benchmark of `cargo xtask bench`: it starts the server, loads it, and measures it beside references that it
//! runs itself with the same requests: a bare axum server, and raw SQLite inserts of the same bodies. With `--resources`
//! it also fills a store with generated records and measures that.

mod cases;
mod client;
mod driver;
mod easel;
mod folder;
mod interrupt;
mod loaded;
mod measure;
mod options;
mod process;
mod procfs;
mod reference;
mod report;
mod run;
mod statistics;
mod world;

use options::Options;
use reference::bare;
use std::process::ExitCode;

/// What can fail here is told to the one who ran the benchmark, and ends it.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

/// The server's own allocator, for the bare server: the two shall differ in what they do, not in this.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == bare::SUBCOMMAND => bare::serve(rest),
        _ => bench(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<()> {
    let options = Options::read()?;
    interrupt::listen()?;
    let results = run::run(&options)?;
    print!("{}", report::text::text(&options, &results));
    if let Some(file) = &options.json {
        std::fs::write(file, report::json::json(&options, &results).to_string())?;
    }
    Ok(())
}
