//! `easel import PATH…`: resources from files into the store, while no server holds it.

use super::{Failure, Outcome, runtime, settings};
use crate::import::load::{Import, Tally};
use crate::import::read;
use crate::start::{clinic, engine, index, open_store};
use canvas::clinic::Clinics;
use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use interactions::{Engine, Refusal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use storage::Access;

/// How many refused resources are printed in full.
const SHOWN: usize = 20;

pub fn command() -> Command {
    Command::new("import")
        .about("Store the resources of Bundles and NDJSON files (.gz too); folders are searched")
        .arg(Arg::new("paths").value_name("PATH").num_args(1..).required(true).help("Files and folders"))
        .args(settings::flags(|setting| settings::STORE.contains(&setting.key) || setting.key == "clinic"))
}

pub fn run(matches: &ArgMatches) -> Outcome {
    let config = settings::read(matches)?;
    let mut files = Vec::new();
    for path in matches.get_many::<String>("paths").into_iter().flatten() {
        let found =
            read::files(Path::new(path)).map_err(|error| Failure(format!("cannot read {path}: {error}")))?;
        files.extend(found);
    }
    let clinics = Clinics::from(Arc::new(clinic(&config)?));
    let store = open_store(&config, Access::Server)?;
    let engine = engine(&config, store, &clinics, &format!("http://{}", config.listen))
        .map_err(|error| Failure(error.to_string()))?;
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        index(&engine).await?;
        engine.load_definitions().await.map_err(|refusal| Failure(refusal.to_string()))?;
        import(&engine, &files).await
    });
    runtime.block_on(engine.store().clone().close());
    report(outcome?)
}

async fn import(engine: &Engine, files: &[PathBuf]) -> Result<Tally, Failure> {
    let bytes = files.iter().filter_map(|path| path.metadata().ok()).map(|metadata| metadata.len()).sum();
    let bar = ProgressBar::new(bytes).with_style(style());
    let mut import = Import::new(engine);
    for path in files {
        let name = path.display().to_string();
        let items = read::items(&name).map_err(|error| Failure(format!("cannot read {name}: {error}")))?;
        for item in items {
            let item = item.map_err(|error| Failure(format!("cannot read {name}: {error}")))?;
            let length = item.bytes.len() as u64;
            import.add(&name, item).await.map_err(|refusal| stopped(&name, &refusal))?;
            bar.inc(length);
            let Tally { stored, refused } = import.tally();
            bar.set_message(format!("{stored} stored, {} refused", refused.len()));
        }
    }
    let tally = import.finish().await.map_err(|refusal| stopped("the last of them", &refusal))?;
    bar.finish_and_clear();
    Ok(tally)
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {percent:>3}%  {msg}  {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn stopped(name: &str, refusal: &Refusal) -> Failure {
    let cause = refusal.cause().map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure(format!(
        "stopped in {name}: {refusal}{cause}; what was stored before stays, and importing again is safe"
    ))
}

fn report(tally: Tally) -> Outcome {
    println!("{} stored, {} refused", tally.stored, tally.refused.len());
    for (place, refused) in tally.refused.iter().take(SHOWN) {
        println!("{place}:");
        for issue in &refused.0 {
            let at =
                issue.expression.as_deref().map(|expression| format!("{expression}: ")).unwrap_or_default();
            println!("  {at}{} ({})", issue.text, issue.code);
        }
    }
    if tally.refused.len() > SHOWN {
        println!("and {} more; easel check shows all", tally.refused.len() - SHOWN);
    }
    Ok(if tally.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
