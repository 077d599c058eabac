//! Settings as flags: made from the table, read together with the environment and the file.

use super::{Failure, text};
use crate::config::table::{SETTINGS, Setting};
use crate::config::value::Kind;
use crate::config::{Config, ConfigProblem, Layers};
use clap::{Arg, ArgAction, ArgMatches};

/// The file that is read when it is there and no other is named.
const DEFAULT_FILE: &str = "easel.toml";

/// The settings that say which store: the ones that commands besides `serve` take.
pub const STORE: [&str; 2] = ["data", "store"];

/// Flags for the settings that `wanted` picks, and `--config`.
pub fn flags(wanted: impl Fn(&Setting) -> bool) -> Vec<Arg> {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .help("Read settings from this file (EASEL_CONFIG; easel.toml when it is there)");
    let settings = SETTINGS.iter().filter(|setting| wanted(setting)).map(flag);
    std::iter::once(config).chain(settings).collect()
}

fn flag(setting: &'static Setting) -> Arg {
    let arg = Arg::new(setting.key).long(setting.flag());
    let help = match setting.default {
        "" | "false" => format!("{} [{}]", setting.help, setting.variable()),
        default => format!("{} [{}, default {default}]", setting.help, setting.variable()),
    };
    match setting.kind {
        Kind::Switch => arg.action(ArgAction::SetTrue).help(help),
        Kind::Paths => arg.action(ArgAction::Append).value_name("FILE").help(help),
        _ => arg.value_name("VALUE").help(help),
    }
}

/// Reads the settings of a command line.
///
/// # Errors
///
/// A file that cannot be read, an unknown setting, a malformed value: all of them.
pub fn read(matches: &ArgMatches) -> Result<Config, Failure> {
    let variable = std::env::var("EASEL_CONFIG").ok();
    let named = text(matches, "config").or(variable.as_deref());
    let path = named.unwrap_or(DEFAULT_FILE);
    let file = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure(format!("cannot read {path}: {error}"))),
    };
    let flags =
        SETTINGS.iter().filter_map(|setting| Some((setting.key.to_owned(), given(matches, setting)?)));
    Layers::new(file.as_deref().map(|text| (path, text)), variables(), flags)
        .and_then(|layers| Config::from_layers(&layers))
        .map_err(|problems| told(&problems))
}

fn given(matches: &ArgMatches, setting: &Setting) -> Option<String> {
    if !matches.try_contains_id(setting.key).unwrap_or(false) {
        return None;
    }
    match setting.kind {
        Kind::Switch => matches.get_flag(setting.key).then(|| "true".to_owned()),
        Kind::Paths => {
            let paths: Vec<&str> = matches.get_many::<String>(setting.key)?.map(String::as_str).collect();
            Some(paths.join(","))
        }
        _ => text(matches, setting.key).map(str::to_owned),
    }
}

/// The environment's settings. `EASEL_CONFIG` names the file; variables of tests are no settings.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars().filter(|(name, _)| {
        name.starts_with("EASEL_") && name != "EASEL_CONFIG" && !name.starts_with("EASEL_TEST_")
    })
}

fn told(problems: &[ConfigProblem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Failure(lines.join("\neasel: "))
}
