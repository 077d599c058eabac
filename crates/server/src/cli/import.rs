//! `easel import PATH…`: resources from files into the store, while no server holds it.

use super::{Failure, Outcome, runtime, settings};
use crate::import::load::{Import, Tally};
use crate::import::read;
use crate::start::{clinic, engine, open_store, place};
use crate::{indexing, sandbox};
use canvas::clinic::Clinics;
use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use interactions::{Engine, Refusal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use storage::Access;

pub fn command() -> Command {
    Command::new("import")
        .about("Store the resources of Bundles and NDJSON files (.gz too); folders are searched")
        .arg(Arg::new("paths").value_name("PATH").num_args(1..).required(true).help("Files and folders"))
        .args(settings::flags(|setting| {
            settings::STORE.contains(&setting.key) || ["clinic", "sandbox"].contains(&setting.key)
        }))
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
        if config.sandbox {
            sandbox::admit(&engine, true, &place(&config)).await?;
        }
        indexing::renew(&engine).await?;
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
            let length = item.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
            import.add(&name, item).await.map_err(|refusal| stopped(&name, &refusal))?;
            bar.inc(length);
            let Tally { stored, refused, .. } = import.tally();
            bar.set_message(format!("{stored} stored, {refused} refused"));
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
    println!("{} stored, {} refused", tally.stored, tally.refused);
    for (place, issues) in &tally.shown {
        println!("{place}:");
        for issue in issues {
            let at =
                issue.expression.as_deref().map(|expression| format!("{expression}: ")).unwrap_or_default();
            println!("  {at}{} ({})", issue.text, issue.code);
        }
    }
    let more = tally.refused - tally.shown.len() as u64;
    if more > 0 {
        println!("and {more} more; easel check shows all");
    }
    Ok(if tally.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
