//! `cargo xtask codegen`: the R4 definition tables of the crate `fhir` and the pack of the crate `terminology`, from the
//! specification's npm package.
//!
//! [`package`] gets the files, [`types`], [`value_sets`], [`search_parameters`] and [`compartments`] read out what the
//! tables hold, the `emit` modules write Rust, [`terminology_pack`] writes the pack. Same package, same output, byte for
//! byte.

mod compartments;
mod emit_search;
mod emit_terminology;
mod emit_types;
mod package;
mod rust;
mod search_parameters;
mod terminology_pack;
mod types;
mod value_sets;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, workspace_root};

/// The pack of the crate `terminology`, below the root of the workspace.
const PACK: &str = "crates/terminology/data/definitions.tsv.gz";

/// File name and content.
type Files = BTreeMap<String, String>;

/// Runs the task with the arguments after its name.
pub fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let options = Options::parse(arguments)?;
    let package = package::load(options.package.as_deref())?;
    let folder = workspace_root().join("crates/fhir/src/definitions/generated");
    let files = generate(&package)?;
    let stale = differing(&folder, &files)?;
    let pack_file = workspace_root().join(PACK);
    let pack = terminology_pack::read(&package)?;
    let is_pack_stale = !fs::read(&pack_file).is_ok_and(|old| terminology_pack::same_text(&old, &pack));
    if options.check && (is_pack_stale || !stale.is_empty()) {
        let mut names: Vec<_> = stale.iter().map(|name| format!("  generated/{name}")).collect();
        names.extend(is_pack_stale.then(|| format!("  {PACK}")));
        return Err(format!("not current, run `cargo xtask codegen`:\n{}", names.join("\n")).into());
    }
    if !options.check {
        write(&folder, &files, &stale)?;
        if is_pack_stale {
            fs::write(&pack_file, &pack)?;
        }
    }
    let bytes = files.values().map(String::len).sum::<usize>() + pack.len();
    let verb = if options.check { "current" } else { "written" };
    println!(
        "{} files, {} KB: {} {verb}",
        files.len() + 1,
        bytes / 1000,
        if options.check { files.len() + 1 } else { stale.len() + usize::from(is_pack_stale) }
    );
    Ok(())
}

struct Options {
    check: bool,
    package: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self { check: false, package: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--check" => options.check = true,
                "--package" => {
                    let file = arguments.next().ok_or("--package needs a file")?;
                    options.package = Some(PathBuf::from(file));
                }
                other => return Err(format!("codegen knows no argument {other:?}").into()),
            }
        }
        Ok(options)
    }
}

fn generate(package: &package::Package) -> Result<Files> {
    let model = types::read(package)?;
    let value_sets = value_sets::read(package, &model)?;
    let parameters = search_parameters::read(package, &model)?;
    let compartments = compartments::read(package, &parameters)?;

    let mut files = Files::new();
    emit_types::emit(&model, &value_sets, &mut files)?;
    emit_terminology::emit(&value_sets, &mut files);
    emit_search::emit(&model, &parameters, &compartments, &mut files);
    let modules = rust::module_file(files.keys(), model.string_max_length);
    files.insert("mod.rs".to_owned(), modules);
    Ok(files)
}

/// The names of files that are missing, differ, or should not be there.
fn differing(folder: &Path, files: &Files) -> Result<BTreeSet<String>> {
    let mut stale = BTreeSet::new();
    for (name, content) in files {
        if fs::read(folder.join(name)).ok().as_deref() != Some(content.as_bytes()) {
            stale.insert(name.clone());
        }
    }
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !files.contains_key(&name) {
                stale.insert(name);
            }
        }
    }
    Ok(stale)
}

fn write(folder: &Path, files: &Files, stale: &BTreeSet<String>) -> Result<()> {
    fs::create_dir_all(folder)?;
    for name in stale {
        match files.get(name) {
            Some(content) => fs::write(folder.join(name), content)?,
            None => fs::remove_file(folder.join(name))?,
        }
    }
    Ok(())
}
