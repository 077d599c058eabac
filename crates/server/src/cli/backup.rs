//! `easel backup FILE`: the whole store in one file, while servers go on.

use super::{Failure, Outcome, settings, text};
use crate::start::check_existing_store;
use crate::telemetry::log::with_causes;
use clap::{Arg, ArgMatches, Command};
use std::path::Path;
use std::process::ExitCode;

pub fn command() -> Command {
    Command::new("backup")
        .about("Copy the SQLite store into one file; works beside a running server")
        .arg(Arg::new("file").value_name("FILE").required(true).help("The copy, which must not be there yet"))
        .args(settings::flags(|setting| settings::STORE.contains(&setting.key)))
}

pub fn run(matches: &ArgMatches) -> Outcome {
    let config = settings::read(matches)?;
    if config.store.is_some() {
        return Err(Failure(
            "a store in PostgreSQL is backed up with PostgreSQL's tools: pg_dump".to_owned(),
        ));
    }
    check_existing_store(&config)?;
    let file = Path::new(text(matches, "file").unwrap_or_default());
    let length = storage::back_up_sqlite(&config.data, file)
        .map_err(|error| Failure(format!("no backup was made: {}", with_causes(&error))))?;
    println!("{} holds the store, {length} bytes", file.display());
    Ok(ExitCode::SUCCESS)
}
