//! `cargo xtask generate`: records into files, for `easel import`, demonstrations and other servers.

use clap::{Arg, ArgMatches, Command};
use generate::{Form, Population, Record};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run(&command().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("generate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let option = |name: &'static str, value: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).default_value(default).help(help)
    };
    Command::new("generate")
        .about("Writes clinical records of people who do not exist; the same seed gives the same bytes")
        .arg(option("patients", "N", "100", "How many patients; each has about 250 resources"))
        .arg(option("seed", "N", "1", "Which people"))
        .arg(option("out", "DIR", "generated", "The folder for the files; new or empty"))
        .arg(
            option(
                "format",
                "FORMAT",
                "ndjson",
                "A transaction Bundle for each patient, or a file for each type",
            )
            .value_parser(["bundles", "ndjson"]),
        )
}

fn run(matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let number = |name: &str| -> Result<u64> {
        text(name).parse().map_err(|_| format!("--{name} {} is not a number", text(name)).into())
    };
    let (patients, seed, out) = (number("patients")?, number("seed")?, PathBuf::from(text("out")));
    fs::create_dir_all(&out)?;
    if fs::read_dir(&out)?.next().is_some() {
        return Err(format!("{} is not empty", out.display()).into());
    }
    let started = Instant::now();
    let population = Population::new(seed);
    let resources = match text("format") {
        "bundles" => bundles(population.records(patients, Form::Transaction), &out)?,
        _ => ndjson(population.records(patients, Form::Resources), &out)?,
    };
    let seconds = started.elapsed().as_secs_f64();
    println!("{resources} resources of {patients} patients in {}, {seconds:.1} s", out.display());
    Ok(())
}

/// A file for each record, named so that practices come before patients.
fn bundles(records: impl Iterator<Item = Record>, out: &Path) -> Result<usize> {
    let (mut resources, mut numbers) = (0, [0usize; 2]);
    for record in records {
        resources += record.resources.len();
        let is_patient = record.resources.first().is_some_and(|first| first.resource_type == "Patient");
        let number = &mut numbers[usize::from(is_patient)];
        let kind = if is_patient { "1-patient" } else { "0-practice" };
        fs::write(out.join(format!("{kind}-{number:07}.json")), record.into_transaction().to_bytes())?;
        *number += 1;
    }
    Ok(resources)
}

/// A file for each type, with a resource a line.
fn ndjson(records: impl Iterator<Item = Record>, out: &Path) -> Result<usize> {
    let mut files = BTreeMap::new();
    let (mut resources, mut line) = (0, Vec::new());
    for resource in records.flat_map(|record| record.resources) {
        let name = resource.resource_type;
        if !files.contains_key(name) {
            files.insert(name, BufWriter::new(File::create(out.join(format!("{name}.ndjson")))?));
        }
        line.clear();
        resource.body.write(&mut line);
        line.push(b'\n');
        if let Some(file) = files.get_mut(name) {
            file.write_all(&line)?;
        }
        resources += 1;
    }
    for file in files.values_mut() {
        file.flush()?;
    }
    Ok(resources)
}
