//! The report for people.

use super::loaded;
use super::machine::Machine;
use super::table::Table;
use crate::loaded::Loaded;
use crate::measure::Measurement;
use crate::options::Options;
use crate::reference::raw_sqlite::{INDEX_ROWS, Inserted};
use crate::run::{Line, ROWS_PER_COMMIT, Results};
use crate::statistics::Spread;

/// Everything that was measured, and how.
pub fn text(options: &Options, results: &Results) -> String {
    let mut parts = vec![how(options, &Machine::here(options))];
    if !results.lines.is_empty() {
        parts.extend([cases(results), inserts(results), server(results)]);
    }
    parts.extend(results.loaded.as_ref().map(|loaded| loaded::text(options, loaded)));
    parts.push(caveats(options, results));
    parts.join("\n")
}

fn how(options: &Options, machine: &Machine) -> String {
    let Machine { processors, model, kernel, file_system } = machine;
    let store = if options.store.is_some() { "PostgreSQL" } else { "SQLite" };
    let level = options.log_level.as_deref().unwrap_or("the default level");
    format!(
        "\n{processors} processors ({model}), Linux {kernel}, data on {file_system}; server, references and load \
         driver share them.\nStore {store}, log at {level} to a file. {} s a measurement after a warm-up, {} repeats, \
         each on a new store: median (least–most).\n",
        options.duration.as_secs_f64(),
        options.repeats
    )
}

fn cases(results: &Results) -> String {
    let heads =
        ["case", "conn", "requests/s", "p50 ms", "p99 ms", "server CPU µs/request", "× bare", "aim", ""];
    let mut table = Table::new(&heads);
    for line in &results.lines {
        let ratio = ratio(line);
        let aim = line.kind.aim.map_or("–".to_owned(), |aim| format!("≤ {aim}"));
        let verdict = line.kind.aim.map_or("", |aim| verdict(ratio, aim));
        let mut row = vec![line.kind.name.to_owned(), line.connections.to_string()];
        row.extend(figures(&line.easel));
        row.extend([with_range(ratio, 2), aim, verdict.to_owned()]);
        table.row(row);
        let mut row = vec![format!("  bare server, {} bytes", line.answer_bytes), String::new()];
        row.extend(figures(&line.bare));
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
        with_range(spread(|measured| measured.server_cpu), 1),
    ]
}

/// The server's processor time as a multiple of the bare server's, each within one repeat.
pub fn ratio(line: &Line) -> Spread {
    let pairs = line.easel.iter().zip(&line.bare);
    Spread::of(pairs.map(|(ours, bare)| ours.server_cpu / bare.server_cpu.max(f64::MIN_POSITIVE)))
}

/// Whether an aim is met; by the median, and whether all repeats agree.
pub fn verdict(ratio: Spread, aim: f64) -> &'static str {
    match (ratio.median <= aim, ratio.min <= aim && aim < ratio.max) {
        (true, false) => "met",
        (true, true) => "met, not in all",
        (false, false) => "not met",
        (false, true) => "not met, but in some",
    }
}

fn inserts(results: &Results) -> String {
    let mut table = Table::new(&["raw SQLite, one thread", "rows/s", "CPU µs/row"]);
    for (inserted, rows) in results.inserts.iter().zip(ROWS_PER_COMMIT) {
        let spread = |pick: fn(&Inserted) -> f64| Spread::of(inserted.iter().map(pick));
        table.row(vec![
            format!("{rows} a commit, {INDEX_ROWS} index rows each"),
            with_range(spread(|inserted| inserted.rows_per_second), 0),
            with_range(spread(|inserted| inserted.micros_per_row), 1),
        ]);
    }
    table.to_text()
}

fn server(results: &Results) -> String {
    let of = |values: &[f64], scale: f64, places: usize| {
        with_range(Spread::of(values.iter().map(|value| value / scale)), places)
    };
    let mebibyte = 1_048_576.0;
    format!(
        "Start to first ready answer: {} ms with a new store and the demo clinic, {} ms with the store as the cases \
         left it.\nResident memory: {} MiB before the first case, {} MiB after the last.\n",
        of(&results.start, 1.0, 0),
        of(&results.start_again, 1.0, 0),
        of(&results.resident_before, mebibyte, 1),
        of(&results.resident, mebibyte, 1),
    )
}

fn caveats(options: &Options, results: &Results) -> String {
    let filled = results.loaded.iter().flat_map(Loaded::lines).flat_map(|line| &line.easel);
    let cases = results.lines.iter().flat_map(|line| line.easel.iter().chain(&line.bare));
    let all: Vec<&Measurement> = cases.chain(filled).collect();
    let driver = Spread::of(all.iter().map(|measured| measured.driver_cpu));
    let others = Spread::of(all.iter().map(|measured| measured.others * 100.0));
    let elsewhere = match options.store {
        Some(_) => " PostgreSQL's own processes are not in it.",
        None => "",
    };
    let bare = match results.lines.is_empty() {
        true => "",
        false => {
            "The bare server (axum, own process) takes the same requests and answers with as many bytes.\n"
        }
    };
    format!(
        "Server CPU is user and system time of the server's process from /proc, until it is idle again after the \
         load.{elsewhere}\n{bare}Load is closed-loop over keep-alive connections to loopback; latencies are the driver's \
         view and contain its own waiting.\nThe driver took {} µs of CPU a request. What is neither server nor \
         driver took {} % of the processors; the more, the less\nthese figures are worth.\n",
        with_range(driver, 1),
        with_range(others, 0)
    )
}

/// The median, with the least and the most when they differ.
pub fn with_range(spread: Spread, places: usize) -> String {
    let Spread { median, min, max } = spread;
    if min == max {
        return decimals(median, places);
    }
    format!("{} ({}–{})", decimals(median, places), decimals(min, places), decimals(max, places))
}

/// A number with separators between thousands.
pub fn decimals(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(decimals(1_234_567.891, 1), "1,234,567.9");
        assert_eq!(decimals(999.6, 0), "1,000");
        assert_eq!(decimals(12.0, 2), "12.00");
        assert_eq!(with_range(Spread::of([1.0, 3.0, 2.0]), 0), "2 (1–3)");
        assert_eq!(with_range(Spread::of([1.0]), 1), "1.0");
    }

    #[test]
    fn an_aim_is_met_by_the_median() {
        let verdict = |values: [f64; 3]| verdict(Spread::of(values), 2.0);
        assert_eq!(verdict([1.0, 1.5, 2.0]), "met");
        assert_eq!(verdict([1.0, 1.5, 2.5]), "met, not in all");
        assert_eq!(verdict([1.9, 2.1, 2.5]), "not met, but in some");
        assert_eq!(verdict([2.1, 2.1, 2.5]), "not met");
    }
}
