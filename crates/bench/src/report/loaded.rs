//! The part of the report about filled stores.

use super::table::Table;
use super::text::{decimals, with_range};
use crate::loaded::fill::{CONNECTIONS, Fill, Loading};
use crate::loaded::{Line, Loaded, Size};
use crate::measure::Measurement;
use crate::options::Options;
use crate::statistics::Spread;

/// Everything, for people.
pub fn text(options: &Options, loaded: &Loaded) -> String {
    [loading(options, loaded), sizes(loaded), growth(loaded), changes(loaded), about(loaded)].join("\n")
}

fn loading(options: &Options, loaded: &Loaded) -> String {
    let mut table =
        Table::new(&["filling", "resources", "resources/s", "CPU µs/resource", "p50 ms", "p99 ms"]);
    let mut row = |name: String, loadings: &[Loading]| {
        let spread = |pick: fn(&Loading) -> f64| Spread::of(loadings.iter().map(pick));
        let bundle = |pick: fn(&Loading) -> f64| match spread(pick).median {
            0.0 => "–".to_owned(),
            micros => decimals(micros / 1000.0, 0),
        };
        table.row(vec![
            name,
            decimals(spread(|loading| loading.resources as f64).median, 0),
            with_range(spread(Loading::per_second), 0),
            with_range(spread(|loading| loading.cpu), 0),
            bundle(|loading| loading.p50),
            bundle(|loading| loading.p99),
        ]);
    };
    if !loaded.import.is_empty() {
        row("easel import, NDJSON, new store".to_owned(), &loaded.import);
    }
    let way = match options.fill {
        Fill::Transactions => format!("transactions, {CONNECTIONS} connections"),
        Fill::Import => "easel import, NDJSON".to_owned(),
    };
    for size in &loaded.sizes {
        row(format!("{way}, to {}", decimals(size.resources as f64, 0)), &size.loading);
    }
    table.to_text()
}

fn sizes(loaded: &Loaded) -> String {
    let mut table = Table::new(&["store", "resident MiB", "disk bytes/resource", "start ms"]);
    for size in &loaded.sizes {
        let of = |values: &[f64], scale: f64| match values {
            [] => "–".to_owned(),
            values => with_range(Spread::of(values.iter().map(|value| value / scale)), 0),
        };
        table.row(vec![
            format!("{} resources", decimals(size.resources as f64, 0)),
            of(&size.resident, 1_048_576.0),
            of(&size.disk, 1.0),
            of(&size.start, 1.0),
        ]);
    }
    table.to_text()
}

/// Every case at every size, and how much more it takes at the last one than at the first one.
fn growth(loaded: &Loaded) -> String {
    let mut table = Table::new(&[
        "case",
        "conn",
        "resources",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "server CPU µs/request",
        "× p50",
        "× CPU",
        "× bare",
    ]);
    let Some(first) = loaded.sizes.first() else { return String::new() };
    for (place, line) in first.lines.iter().enumerate() {
        for size in &loaded.sizes {
            let Some(here) = size.lines.get(place) else { continue };
            let is_first = std::ptr::eq(here, line);
            let mut row = if is_first {
                vec![line.name.to_owned(), line.connections.to_string()]
            } else {
                vec![String::new(), String::new()]
            };
            row.push(decimals(size.resources as f64, 0));
            row.extend(figures(&here.easel));
            if !is_first {
                row.push(decimals(times(line, here, |measured| measured.p50).median, 2));
                row.push(with_range(times(line, here, |measured| measured.server_cpu), 2));
            }
            if let Some(ratio) = times_bare(here) {
                row.resize(9, String::new());
                row.push(with_range(ratio, 2));
            }
            table.row(row);
        }
    }
    table.to_text()
}

/// A figure as a multiple of what it was at the first size, each within one repeat.
pub fn times(first: &Line, here: &Line, pick: fn(&Measurement) -> f64) -> Spread {
    let pairs = first.easel.iter().zip(&here.easel);
    Spread::of(pairs.map(|(first, here)| pick(here) / pick(first).max(f64::MIN_POSITIVE)))
}

/// Server CPU as a multiple of the bare server's, each within one repeat.
pub fn times_bare(line: &Line) -> Option<Spread> {
    let pairs = line.easel.iter().zip(&line.bare);
    let ratios = pairs.map(|(ours, bare)| ours.server_cpu / bare.server_cpu.max(f64::MIN_POSITIVE));
    (!line.bare.is_empty()).then(|| Spread::of(ratios))
}

fn changes(loaded: &Loaded) -> String {
    let heads = ["at the last size", "conn", "requests/s", "p50 ms", "p99 ms", "server CPU µs/request"];
    let mut table = Table::new(&heads);
    for line in &loaded.changes {
        let mut row = vec![line.name.to_owned(), line.connections.to_string()];
        row.extend(figures(&line.easel));
        table.row(row);
    }
    table.to_text()
}

fn figures(measured: &[Measurement]) -> [String; 4] {
    let spread = |pick: fn(&Measurement) -> f64| Spread::of(measured.iter().map(pick));
    [
        with_range(spread(|measured| measured.per_second), 0),
        decimals(spread(|measured| measured.p50 / 1000.0).median, 2),
        decimals(spread(|measured| measured.p99 / 1000.0).median, 2),
        with_range(spread(|measured| measured.server_cpu), 0),
    ]
}

fn about(loaded: &Loaded) -> String {
    let lines = loaded.sizes.iter().take(1).flat_map(|size: &Size| &size.lines).chain(&loaded.changes);
    let mut text = String::from(
        "Records are those of cargo xtask generate, seed 1: about 250 resources of 1.2 KB for each patient, half of them \
         Observations,\nsome patients with many times as many as others. Disk is the data folder of the stopped server; \
         start is with that store.\n",
    );
    let mut before = "";
    for line in lines {
        if line.name != before {
            text.push_str(&format!("{}: {}\n", line.name, line.about));
            before = line.name;
        }
    }
    text
}
