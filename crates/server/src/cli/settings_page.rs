//! `easel settings`: the table of settings.

use super::Outcome;
use crate::config::table::{SETTINGS, to_markdown};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::process::ExitCode;

pub fn command() -> Command {
    Command::new("settings")
        .about("List the settings: keys, flags, environment variables, defaults")
        .arg(Arg::new("markdown").long("markdown").action(ArgAction::SetTrue).help("As docs/settings.md"))
}

pub fn run(matches: &ArgMatches) -> Outcome {
    if matches.get_flag("markdown") {
        print!("{}", to_markdown());
    } else {
        for setting in SETTINGS {
            let (key, flag, variable) = (setting.key, setting.flag(), setting.variable());
            println!("{key} = {:?}\n  --{flag}  {variable}\n  {}\n", setting.default, setting.help);
        }
    }
    Ok(ExitCode::SUCCESS)
}
