//! The command line. Subcommands are files of this folder.

mod backup;
mod check;
mod client;
mod errors;
mod import;
mod serve;
mod settings;
mod settings_page;
mod token;

use clap::{ArgMatches, Command};
use std::process::ExitCode;

/// A command that did not do what was asked, with what to tell on standard error.
pub struct Failure(pub String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.to_string())
    }
}

type Outcome = Result<ExitCode, Failure>;

/// Runs the command line.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let outcome = match matches.subcommand() {
        Some(("serve", matches)) => serve::run(matches),
        Some(("client", matches)) => client::run(matches),
        Some(("token", matches)) => token::run(matches),
        Some(("backup", matches)) => backup::run(matches),
        Some(("check", matches)) => check::run(matches),
        Some(("import", matches)) => import::run(matches),
        Some(("errors", matches)) => errors::run(matches),
        Some(("settings", matches)) => settings_page::run(matches),
        _ => Ok(ExitCode::FAILURE),
    };
    match outcome {
        Ok(code) => code,
        Err(Failure(message)) => {
            eprintln!("easel: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The whole command line, as data.
pub fn command() -> Command {
    Command::new("easel")
        .about("A FHIR R4 server that speaks the Canvas Medical FHIR API")
        .version(crate::VERSION)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            serve::command(),
            client::command(),
            token::command(),
            import::command(),
            backup::command(),
            check::command(),
            errors::command(),
            settings_page::command(),
        ])
}

/// A runtime for one command.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.thread_name(crate::RUNTIME_THREAD).enable_all().build()?)
}

/// The text of an argument.
fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
