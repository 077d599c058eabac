//! A store that is filled with generated records: how fast that goes, what it takes, and how searches answer when it
//! holds little and when it holds much.

mod crud;
pub mod fill;
mod people;
mod searches;

use crate::cases::create;
use crate::driver::work::Job;
use crate::easel::Easel;
use crate::folder::Folder;
use crate::measure::{Measurement, measure, measure_once};
use crate::options::Options;
use crate::reference::bare;
use crate::{Result, interrupt};
use fill::{Fill, Loading};
use people::People;
use std::path::Path;
use std::sync::atomic::AtomicU64;

/// Connections of what changes the store.
const CHANGING: usize = 64;

/// Everything that was measured; one value for each repeat in each list.
#[derive(Default)]
pub struct Loaded {
    /// Files into a new store, as many resources as the first size.
    pub import: Vec<Loading>,
    /// What was measured at each size.
    pub sizes: Vec<Size>,
    /// What changes the store, at the last size.
    pub changes: Vec<Line>,
}

impl Loaded {
    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.sizes.iter().flat_map(|size| &size.lines).chain(&self.changes)
    }
}

/// A store of some size.
pub struct Size {
    /// How many resources it was to have at least.
    pub resources: u64,
    /// How it came to that.
    pub loading: Vec<Loading>,
    /// Resident memory when it was loaded, in bytes.
    pub resident: Vec<f64>,
    /// The folder of the data when the server was stopped, in bytes for each resource; none in PostgreSQL.
    pub disk: Vec<f64>,
    /// From start to ready, in milliseconds.
    pub start: Vec<f64>,
    /// What was asked of it.
    pub lines: Vec<Line>,
}

/// A case at a number of connections.
pub struct Line {
    /// Its name, for the table.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// The connections.
    pub connections: usize,
    /// What was measured.
    pub easel: Vec<Measurement>,
    /// The same of a bare server, in the same repeats, for what is compared with one.
    pub bare: Vec<Measurement>,
}

/// Runs everything for the sizes of the options.
///
/// # Errors
///
/// A server that does not start, an unexpected answer, Ctrl-C.
pub fn run(options: &Options) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let size = |resources: &u64| Size {
        resources: *resources,
        loading: Vec::new(),
        resident: Vec::new(),
        disk: Vec::new(),
        start: Vec::new(),
        lines: Vec::new(),
    };
    loaded.sizes = options.resources.iter().map(size).collect();
    for repeat in 0..options.repeats {
        eprintln!("filled store, repeat {} of {}", repeat + 1, options.repeats);
        if options.store.is_none() {
            loaded.import.push(import_once(options, repeat)?);
        }
        grow(options, repeat, &mut loaded)?;
    }
    Ok(loaded)
}

/// An import into a store of its own.
fn import_once(options: &Options, repeat: usize) -> Result<Loading> {
    let folder = Folder::new(&options.data, &format!("import-{repeat}"))?;
    let size = options.resources.first().copied().unwrap_or_default();
    let loading = fill::import(options, &folder, &mut People::default(), size)?;
    eprintln!("  easel import: {:.0} resources/s, {:.0} µs CPU", loading.per_second(), loading.cpu);
    Ok(loading)
}

/// One store that grows from size to size.
fn grow(options: &Options, repeat: usize, loaded: &mut Loaded) -> Result<()> {
    let folder = Folder::new(&options.data, &format!("filled-{repeat}"))?;
    let mut people = People::default();
    let mut easel = Easel::start(options, &folder, None)?;
    // At the same address all the time: links to the server itself are indexed.
    let address = easel.server.address;
    for size in &mut loaded.sizes {
        interrupt::check()?;
        // What the last size was asked is not to be remembered while the next one is loaded.
        drop(easel);
        easel = Easel::start(options, &folder, Some(address))?;
        let told = |problem| format!("filling up to {} resources: {problem}", size.resources);
        let loading = match options.fill {
            Fill::Transactions => fill::transactions(&easel, &mut people, size.resources)
                .map_err(|problem| format!("{}\n{}", told(problem), easel.end_of_log()))?,
            Fill::Import => {
                drop(easel);
                let loading = fill::import(options, &folder, &mut people, size.resources).map_err(told)?;
                easel = Easel::start(options, &folder, Some(address))?;
                loading
            }
        };
        eprintln!(
            "  {} resources: {:.0}/s, {:.0} µs CPU",
            people.resources,
            loading.per_second(),
            loading.cpu
        );
        size.loading.push(loading);
        size.resident.push(easel.server.resident()? as f64);
        drop(easel);
        if options.store.is_none() {
            size.disk.push(bytes_in(&folder.path().join("data"))? as f64 / people.resources as f64);
        }
        easel = Easel::start(options, &folder, Some(address))?;
        size.start.push(easel.ready_after.as_secs_f64() * 1000.0);
        ask(options, &easel, &mut size.lines).map_err(|error| format!("{error}\n{}", easel.end_of_log()))?;
    }
    change(options, &easel, &mut loaded.changes)
        .map_err(|error| format!("{error}\n{}", easel.end_of_log()).into())
}

/// Reads and searches.
fn ask(options: &Options, easel: &Easel, lines: &mut Vec<Line>) -> Result<()> {
    let searches = searches::prepare(&easel.client()?)?;
    for (place, search) in searches.iter().enumerate() {
        let line = (search.name, search.about, search.connections);
        let measured = match search.requests.is_once() {
            true => measure_once(&easel.server, search.connections, &search.requests, options),
            false => measure(&easel.server, search.connections, &search.requests, options),
        };
        note(easel, lines, place, line, measured)?;
        if let Some((route, bytes)) = search.bare {
            let server = bare::start_route("GET", route, 200, bytes)?;
            let measured = measure(&server, search.connections, &search.requests, options)?;
            eprintln!("    bare: {:.0}/s, {:.1} µs CPU", measured.per_second, measured.server_cpu);
            lines[place].bare.push(measured);
        }
    }
    Ok(())
}

/// Creates, and whole lives of resources.
fn change(options: &Options, easel: &Easel, lines: &mut Vec<Line>) -> Result<()> {
    let client = easel.client()?;
    let patient = client.get("/fhir/Patient?_count=1")?["entry"][0]["resource"]["id"]
        .as_str()
        .ok_or("there is no patient")?
        .to_owned();
    let template = create::template(&patient, client.token.as_deref())?;
    let job = Job { template: &template, expected: 201, counter: &AtomicU64::new(0) };
    let line = ("create", "POST Observation of about 1 KB", CHANGING);
    note(easel, lines, 0, line, measure(&easel.server, CHANGING, &job, options))?;
    let crud = crud::Crud::prepare(&client, CHANGING)?;
    let about = "POST, GET, PUT, DELETE of resources of nine types in turn; a request is one of the four";
    note(easel, lines, 1, ("crud", about, CHANGING), measure(&easel.server, CHANGING, &crud, options))
}

/// Notes what was measured in the line of that place.
fn note(
    easel: &Easel,
    lines: &mut Vec<Line>,
    place: usize,
    (name, about, connections): (&'static str, &'static str, usize),
    measured: Result<Measurement>,
) -> Result<()> {
    interrupt::check()?;
    let measured = measured.map_err(|problem| format!("{name} at {connections} connections: {problem}"))?;
    easel.empty_log();
    let Measurement { per_second, p50, server_cpu, .. } = measured;
    eprintln!(
        "  {name}, {connections} connections: {per_second:.0}/s, p50 {p50:.0} µs, {server_cpu:.0} µs CPU"
    );
    if lines.len() == place {
        lines.push(Line { name, about, connections, easel: Vec::new(), bare: Vec::new() });
    }
    lines[place].easel.push(measured);
    Ok(())
}

/// The bytes of all files of a folder.
fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_in(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
