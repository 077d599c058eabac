//! `easel check FILE…`: validates as the server would, without one.

use super::{Failure, Outcome};
use crate::clock::now;
use crate::import::read::{self, Item};
use crate::packages;
use clap::{Arg, ArgAction, ArgMatches, Command};
use fhir::Issue;
use fhir::outcome::operation_outcome;
use interactions::Definitions;
use interactions::body::syntax_issue;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::process::ExitCode;
use validation::Moment;

/// How deep files may nest; the server's default.
const MAX_DEPTH: usize = 100;

pub fn command() -> Command {
    Command::new("check")
        .about("Validate resources as the server would; exit status 1 when one is refused")
        .arg(
            Arg::new("files")
                .value_name("FILE")
                .num_args(1..)
                .required(true)
                .help("JSON or NDJSON files; .gz too; - for standard input"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print an OperationOutcome per resource, one a line"),
        )
        .arg(Arg::new("package").long("package").action(ArgAction::Append).value_name("FILE").help(
            "A package of definitions (.tgz) to validate by, such as US Core; may be given several times",
        ))
        .arg(Arg::new("quiet").long("quiet").action(ArgAction::SetTrue).help("Print refused resources only"))
}

pub fn run(matches: &ArgMatches) -> Outcome {
    let (json, quiet) = (matches.get_flag("json"), matches.get_flag("quiet"));
    let packages: Vec<PathBuf> =
        matches.get_many::<String>("package").into_iter().flatten().map(PathBuf::from).collect();
    let definitions = packages::read(&packages).map_err(|error| Failure(error.to_string()))?;
    let (mut valid, mut refused) = (0u64, 0u64);
    for path in matches.get_many::<String>("files").into_iter().flatten() {
        let items = read::items(path).map_err(|error| Failure(format!("cannot read {path}: {error}")))?;
        for item in items {
            let item = item.map_err(|error| Failure(format!("cannot read {path}: {error}")))?;
            let issues = issues(&item, &definitions);
            if issues.is_empty() {
                valid += 1
            } else {
                refused += 1
            }
            if !(quiet && issues.is_empty()) {
                print(path, &item, issues, json);
            }
        }
    }
    if !json {
        println!("{valid} valid, {refused} refused");
    }
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything the server would say against a resource.
pub fn issues(item: &Item, definitions: &Definitions) -> Vec<Issue> {
    let Some(bytes) = &item.bytes else { return vec![read::too_long()] };
    match fhir::json::parse(bytes, MAX_DEPTH) {
        Ok(resource) => {
            let options = validation::Options {
                profiles: Some(&definitions.profiles),
                terminology: Some(&definitions.terminology),
                now: Some(Moment { ms: now(), zone: &TimeZone::UTC }),
                ..validation::Options::default()
            };
            validation::validate(&resource, &options)
        }
        Err(errors) => errors.iter().map(syntax_issue).collect(),
    }
}

fn print(path: &str, item: &Item, issues: Vec<Issue>, json: bool) {
    let place = match item.line {
        Some(line) => format!("{path}:{line}"),
        None => path.to_owned(),
    };
    if json {
        let issues = if issues.is_empty() { vec![Issue::no_problems()] } else { issues };
        let outcome = String::from_utf8(operation_outcome(&issues)).unwrap_or_default();
        println!("{{\"file\":{},\"outcome\":{outcome}}}", fhir::Json::from(place));
    } else if issues.is_empty() {
        println!("{place}: valid");
    } else {
        println!("{place}: refused");
        for issue in &issues {
            let at =
                issue.expression.as_deref().map(|expression| format!("{expression}: ")).unwrap_or_default();
            println!("  {at}{} ({})", issue.text, issue.code);
        }
    }
}
