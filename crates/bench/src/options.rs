//! The command line.

use crate::Result;
use crate::cases::{KINDS, Kind, find};
use crate::loaded::fill::Fill;
use clap::{Arg, ArgMatches, Command};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What to measure, and how.
pub struct Options {
    /// The server's binary.
    pub server: PathBuf,
    /// Where its data are put.
    pub data: PathBuf,
    /// `postgres://…` when it keeps its data there.
    pub store: Option<String>,
    /// The least level that it logs; its default when not said.
    pub log_level: Option<String>,
    /// What is measured.
    pub kinds: Vec<&'static Kind>,
    /// At how many connections.
    pub connections: Vec<usize>,
    /// For how long each.
    pub duration: Duration,
    /// With how many requests at most.
    pub requests: u64,
    /// How often all of it.
    pub repeats: usize,
    /// How many resources filled stores have, ascending; none for no filled stores.
    pub resources: Vec<u64>,
    /// How they are filled.
    pub fill: Fill,
    /// Threads of the load driver.
    pub driver_threads: usize,
    /// Where the figures are written as JSON.
    pub json: Option<PathBuf>,
}

impl Options {
    /// Reads the command line; prints its help or what is wrong with it, and ends the process, when it must.
    ///
    /// # Errors
    ///
    /// Values that clap takes and the benchmark does not.
    pub fn read() -> Result<Self> {
        Options::from_matches(&command().get_matches())
    }

    fn from_matches(matches: &ArgMatches) -> Result<Self> {
        let here = std::env::current_exe()?;
        let beside = |name: &str| here.with_file_name(name);
        let path = |name: &str| text(matches, name).map(PathBuf::from);
        let seconds: f64 = number(matches, "seconds")?;
        let options = Options {
            server: path("server").unwrap_or_else(|| beside("easel")),
            data: path("data").unwrap_or_else(|| beside("")),
            store: text(matches, "store").filter(|store| *store != "sqlite").map(str::to_owned),
            log_level: text(matches, "log-level").map(str::to_owned),
            kinds: kinds(text(matches, "cases"))?,
            connections: list(text(matches, "connections").unwrap_or_default())?,
            duration: Duration::try_from_secs_f64(seconds)?,
            requests: number(matches, "requests")?,
            repeats: number(matches, "repeat")?,
            resources: text(matches, "resources").map(list).transpose()?.unwrap_or_default(),
            fill: if text(matches, "fill") == Some("import") { Fill::Import } else { Fill::Transactions },
            driver_threads: match text(matches, "driver-threads") {
                Some(_) => number(matches, "driver-threads")?,
                None => (processors() / 2).max(1),
            },
            json: path("json"),
        };
        let least = [options.repeats, options.connections.iter().copied().min().unwrap_or(0)];
        if least.contains(&0) || options.requests == 0 || options.duration.is_zero() {
            return Err("seconds, repeats, connections and requests are all more than nothing".into());
        }
        if !options.resources.is_sorted_by(|less, more| 0 < *less && less < more)
            || options.resources.contains(&0)
        {
            return Err("--resources are ascending numbers".into());
        }
        if options.store.is_some() && !options.resources.is_empty() && options.repeats > 1 {
            return Err("a store at a URL is not emptied: fill an empty one, with --repeat 1".into());
        }
        Ok(options)
    }
}

fn command() -> Command {
    let about: Vec<String> = KINDS.iter().map(|kind| format!("  {:<16}{}", kind.name, kind.about)).collect();
    let optional = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let defaulted =
        |name, value, default: &'static str, help| optional(name, value, help).default_value(default);
    Command::new("bench")
        .about("Measures the server beside a bare one and raw SQLite, in one run on one machine")
        .after_help(format!("Cases:\n{}", about.join("\n")))
        .arg(defaulted("seconds", "N", "5", "How long each case is measured"))
        .arg(defaulted("repeat", "N", "3", "How often everything is measured; medians are reported"))
        .arg(defaulted("connections", "N,…", "16,64", "At how many connections"))
        .arg(optional(
            "cases",
            "NAME,…|all|none",
            "Which cases; read, create, book, slots and invalid unless given; none for filled stores only",
        ))
        .arg(optional(
            "resources",
            "N,…",
            "Also fill a store up to each of these sizes, such as 15000,150000, and measure it there",
        ))
        .arg(
            defaulted("fill", "WAY", "transactions", "How it is filled: transactions or import")
                .value_parser(["transactions", "import"]),
        )
        .arg(optional("store", "sqlite|URL", "Where the server keeps its data: sqlite or postgres://…"))
        .arg(optional("json", "FILE", "Write all figures of all repeats there"))
        .arg(optional("log-level", "LEVEL", "The server's --log-level; its default unless given"))
        .arg(optional("server", "FILE", "The server's binary; easel beside this binary unless given"))
        .arg(optional("data", "DIR", "Where a folder for the data is made; beside this binary unless given"))
        .arg(defaulted("requests", "N", "2000000", "The most requests of a measurement"))
        .arg(optional(
            "driver-threads",
            "N",
            "Threads of the load driver; a half of the processors unless given",
        ))
}

/// How many processors there are.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.get_one::<String>(name).map(String::as_str)
}

fn number<T: FromStr>(matches: &ArgMatches, name: &str) -> Result<T> {
    let value = text(matches, name).unwrap_or_default();
    value.parse().map_err(|_| format!("--{name} {value} is not a number").into())
}

fn list<T: FromStr>(text: &str) -> Result<Vec<T>> {
    let read = |part: &str| part.trim().parse().map_err(|_| format!("{part:?} is not a number").into());
    text.split(',').map(read).collect()
}

fn kinds(names: Option<&str>) -> Result<Vec<&'static Kind>> {
    match names {
        None => Ok(KINDS.iter().filter(|kind| kind.by_default).collect()),
        Some("all") => Ok(KINDS.iter().collect()),
        Some("none") => Ok(Vec::new()),
        Some(names) => {
            let named = |name: &str| {
                find(name.trim()).ok_or_else(|| format!("there is no case {name:?}; see --help").into())
            };
            names.split(',').map(named).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options> {
        Options::from_matches(&command().try_get_matches_from(line.split(' '))?)
    }

    #[test]
    fn the_command_line_is_read() -> Result<()> {
        command().debug_assert();
        let options = read("bench --seconds 0.5 --connections 1,8 --cases read,book --store sqlite")?;
        assert_eq!((options.duration, options.connections), (Duration::from_millis(500), vec![1, 8]));
        assert_eq!(options.kinds.iter().map(|kind| kind.name).collect::<Vec<_>>(), ["read", "book"]);
        assert_eq!((options.store, options.repeats), (None, 3));
        assert_eq!(read("bench")?.kinds.len(), 5);
        let options = read("bench --cases none --resources 10,200 --fill import")?;
        assert_eq!((options.kinds.len(), options.resources, options.fill), (0, vec![10, 200], Fill::Import));
        for wrong in [
            "--seconds 0",
            "--seconds -1",
            "--cases reed",
            "--connections 1,,2",
            "--connections 0",
            "--repeat 0",
            "--resources 5,5",
            "--resources 0",
            "--fill water",
            "--resources 5 --store postgres://x",
        ] {
            assert!(read(&format!("bench {wrong}")).is_err(), "{wrong}");
        }
        Ok(())
    }
}
