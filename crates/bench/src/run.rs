//! The whole run: every repeat starts servers of its own and measures the same things in turn.

use crate::cases::{Case, Kind, create};
use crate::easel::Easel;
use crate::folder::Folder;
use crate::loaded::{self, Loaded};
use crate::measure::{Measurement, measure};
use crate::options::Options;
use crate::process::Server;
use crate::reference::bare;
use crate::reference::raw_sqlite::{Inserted, insert};
use crate::world::World;
use crate::{Result, interrupt};

/// How many resources one commit of raw SQLite holds.
pub const ROWS_PER_COMMIT: [u64; 2] = [1, 64];
/// How many different bodies raw SQLite inserts in turn.
const BODIES: u64 = 1000;

/// Everything that was measured; one value for each repeat in each list.
pub struct Results {
    /// A line for each case and number of connections.
    pub lines: Vec<Line>,
    /// Raw SQLite, in the order of [`ROWS_PER_COMMIT`].
    pub inserts: [Vec<Inserted>; 2],
    /// From start to ready on an empty store, in milliseconds.
    pub start: Vec<f64>,
    /// The same on the store as the cases left it, at the same address.
    pub start_again: Vec<f64>,
    /// Resident memory before the first case, in bytes.
    pub resident_before: Vec<f64>,
    /// Resident memory after the last case, in bytes.
    pub resident: Vec<f64>,
    /// Stores that were filled, when sizes were asked for.
    pub loaded: Option<Loaded>,
}

/// A case at a number of connections.
pub struct Line {
    /// The case.
    pub kind: &'static Kind,
    /// The connections.
    pub connections: usize,
    /// Bytes of the answer's body.
    pub answer_bytes: usize,
    /// The server.
    pub easel: Vec<Measurement>,
    /// The bare server, in the same repeats.
    pub bare: Vec<Measurement>,
}

/// Runs everything.
///
/// # Errors
///
/// A server that does not start, an unexpected answer, Ctrl-C.
pub fn run(options: &Options) -> Result<Results> {
    let line = |connections: usize| {
        options.kinds.iter().map(move |kind| Line {
            kind,
            connections,
            answer_bytes: 0,
            easel: Vec::new(),
            bare: Vec::new(),
        })
    };
    let mut results = Results {
        lines: options.connections.iter().copied().flat_map(line).collect(),
        inserts: [Vec::new(), Vec::new()],
        start: Vec::new(),
        start_again: Vec::new(),
        resident_before: Vec::new(),
        resident: Vec::new(),
        loaded: None,
    };
    if !options.kinds.is_empty() {
        cases(options, &mut results)?;
    }
    if !options.resources.is_empty() {
        results.loaded = Some(loaded::run(options)?);
    }
    Ok(results)
}

/// All cases beside their references.
fn cases(options: &Options, results: &mut Results) -> Result<()> {
    for repeat in 0..options.repeats {
        eprintln!("repeat {} of {}", repeat + 1, options.repeats);
        let folder = Folder::new(&options.data, &repeat.to_string())?;
        raw_sqlite(options, &folder, results)?;
        let easel = Easel::start(options, &folder, None)?;
        serve(options, repeat, &easel, results)
            .map_err(|error| format!("{error}\n{}", easel.end_of_log()))?;
        // At the same address: links to the server itself are indexed, so that another one means indexing anew.
        let address = easel.server.address;
        drop(easel);
        results.start_again.push(millis(&Easel::start(options, &folder, Some(address))?));
    }
    Ok(())
}

fn raw_sqlite(options: &Options, folder: &Folder, results: &mut Results) -> Result<()> {
    let bodies = create::bodies(BODIES)?;
    for (inserts, rows) in results.inserts.iter_mut().zip(ROWS_PER_COMMIT) {
        interrupt::check()?;
        let file = folder.path().join(format!("raw-{rows}.sqlite"));
        let inserted = insert(&file, &bodies, rows, options.duration)?;
        eprintln!("  raw SQLite, {rows} rows a commit: {:.0} rows/s", inserted.rows_per_second);
        inserts.push(inserted);
    }
    Ok(())
}

fn serve(options: &Options, repeat: usize, easel: &Easel, results: &mut Results) -> Result<()> {
    results.start.push(millis(easel));
    let world = World::lay_out(easel.client()?)?;
    let prepared = |kind: &&'static Kind| {
        let case = Case::prepare(kind, &world)?;
        let bare = bare::start(&case)?;
        Ok((case, bare))
    };
    let cases: Vec<(Case, Server)> = options.kinds.iter().map(prepared).collect::<Result<_>>()?;
    results.resident_before.push(easel.server.resident()? as f64);
    let cases = options.connections.iter().flat_map(|_| &cases);
    for (line, (case, bare)) in results.lines.iter_mut().zip(cases) {
        interrupt::check()?;
        let told = |problem| format!("{} at {} connections: {problem}", line.kind.name, line.connections);
        let of = |server: &Server| measure(server, line.connections, &case.job(), options).map_err(told);
        // Who is first changes, so that what drifts hits both alike.
        let (ours, theirs) = if repeat.is_multiple_of(2) {
            (of(&easel.server)?, of(bare)?)
        } else {
            let theirs = of(bare)?;
            (of(&easel.server)?, theirs)
        };
        easel.empty_log();
        eprintln!(
            "  {}, {} connections: {:.0}/s, {:.1} µs CPU; bare {:.0}/s, {:.1} µs CPU",
            line.kind.name,
            line.connections,
            ours.per_second,
            ours.server_cpu,
            theirs.per_second,
            theirs.server_cpu
        );
        line.answer_bytes = case.answer_bytes;
        line.easel.push(ours);
        line.bare.push(theirs);
    }
    results.resident.push(easel.server.resident()? as f64);
    Ok(())
}

fn millis(easel: &Easel) -> f64 {
    easel.ready_after.as_secs_f64() * 1000.0
}
