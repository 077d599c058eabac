//! `cargo xtask fuzz`: a long run of one target.

use clap::{Arg, ArgMatches, Command};
use fuzz::{Limits, NAMES, Run, by_name};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Where inputs go that were not taken as they should.
const FOLDER: &str = "target/fuzz";

/// After this an input is not waited for any longer.
const HANGS: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match run(&command().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let option = |name: &'static str, value: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).default_value(default).help(help)
    };
    Command::new("fuzz")
        .about("Gives mutated inputs to what reads them; the same seed gives the same inputs")
        .arg(
            Arg::new("target")
                .long("target")
                .value_name("NAME")
                .required(true)
                .value_parser(NAMES)
                .help("What is given inputs"),
        )
        .arg(option("seconds", "N", "60", "How long"))
        .arg(option("seed", "N", "1", "Which inputs"))
        .arg(option("from", "ROUND", "0", "The first round: that of a finding, to see it again"))
        .arg(option("time", "SECONDS", "2", "How long one input may take"))
        .arg(option("memory", "MIB", "256", "How much memory one input may take"))
        .arg(Arg::new("input").value_name("FILE").help("Give just this input"))
}

fn run(matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    let number = |name: &str| -> Result<u64> {
        text(name).parse().map_err(|_| format!("--{name} {} is not a number", text(name)).into())
    };
    let (name, seed) = (text("target"), number("seed")?);
    let limits = Limits { time: Duration::from_secs(number("time")?), memory: number("memory")? << 20 };
    let mut target = by_name(name)?;
    let mut run = Run::starting_at(target.as_mut(), seed, number("from")?, limits);
    if let Some(path) = matches.get_one::<String>("input") {
        let verdict = run.take(&std::fs::read(path)?)?;
        println!("{path}: {verdict:?}; {}", run.report());
        return Ok(());
    }
    let folder = Path::new(FOLDER);
    std::fs::create_dir_all(folder)?;
    let watched = Watched::begin(folder.join(format!("{name}-hangs")));
    let (begun, seconds) = (Instant::now(), Duration::from_secs(number("seconds")?));
    let mut told = Instant::now();
    while begun.elapsed() < seconds {
        watched.set(run.next_input());
        if let Err(finding) = run.round() {
            let path = folder.join(format!("{name}-{seed}-{}", finding.round));
            std::fs::write(&path, &finding.input)?;
            return Err(format!(
                "{}: --target {name} --seed {seed} --from {}\n{finding}",
                path.display(),
                finding.round
            )
            .into());
        }
        if told.elapsed() > Duration::from_secs(10) {
            println!("{name}: {}", run.report());
            told = Instant::now();
        }
    }
    println!("{name}: {}", run.report());
    Ok(())
}

/// The input that is being taken: one that never ends, or takes the process down, is kept in a file.
struct Watched(Arc<Mutex<(Instant, Vec<u8>)>>);

impl Watched {
    fn begin(path: PathBuf) -> Self {
        let current = Arc::new(Mutex::new((Instant::now(), Vec::new())));
        let watched = Arc::clone(&current);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let (since, input) = &*watched.lock().unwrap_or_else(PoisonError::into_inner);
                if since.elapsed() > HANGS {
                    let kept = std::fs::write(&path, input);
                    eprintln!("fuzz: {} has not ended after {HANGS:?} ({kept:?})", path.display());
                    std::process::exit(1);
                }
            }
        });
        Watched(current)
    }

    fn set(&self, input: Vec<u8>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), input);
    }
}
