//! The report for programs: every figure of every repeat.

use super::machine::Machine;
use super::text::{ratio, verdict};
use crate::loaded::fill::Loading;
use crate::loaded::{self, Loaded, Size};
use crate::measure::Measurement;
use crate::options::Options;
use crate::run::{Line, ROWS_PER_COMMIT, Results};
use serde_json::{Value, json};

/// Everything that was measured. Times are in the unit that their name ends with; lists have one entry for each
/// repeat.
pub fn json(options: &Options, results: &Results) -> Value {
    let Machine { processors, model, kernel, file_system } = Machine::here(options);
    let inserts = results.inserts.iter().zip(ROWS_PER_COMMIT).map(|(inserted, rows)| {
        let per_second: Vec<f64> = inserted.iter().map(|inserted| inserted.rows_per_second).collect();
        let micros: Vec<f64> = inserted.iter().map(|inserted| inserted.micros_per_row).collect();
        json!({ "rows_per_commit": rows, "rows_per_second": per_second, "cpu_micros_per_row": micros })
    });
    json!({
        "machine": { "processors": processors, "model": model, "kernel": kernel, "file_system": file_system },
        // The URL of a store may hold a password.
        "store": if options.store.is_some() { "postgres" } else { "sqlite" },
        "log_level": options.log_level,
        "seconds": options.duration.as_secs_f64(),
        "repeats": options.repeats,
        "cases": results.lines.iter().map(case).collect::<Vec<_>>(),
        "raw_sqlite": inserts.collect::<Vec<_>>(),
        "start_millis": results.start,
        "start_again_millis": results.start_again,
        "resident_before_bytes": results.resident_before,
        "resident_bytes": results.resident,
        "filled": results.loaded.as_ref().map(filled),
    })
}

fn filled(loaded: &Loaded) -> Value {
    let lines = |lines: &[loaded::Line]| -> Vec<Value> {
        let line = |line: &loaded::Line| {
            json!({
                "case": line.name,
                "about": line.about,
                "connections": line.connections,
                "server": line.easel.iter().map(measured).collect::<Vec<_>>(),
                "bare": line.bare.iter().map(measured).collect::<Vec<_>>(),
            })
        };
        lines.iter().map(line).collect()
    };
    let size = |size: &Size| {
        json!({
            "resources": size.resources,
            "loading": size.loading.iter().map(loading).collect::<Vec<_>>(),
            "resident_bytes": size.resident,
            "disk_bytes_per_resource": size.disk,
            "start_millis": size.start,
            "cases": lines(&size.lines),
        })
    };
    json!({
        "import": loaded.import.iter().map(loading).collect::<Vec<_>>(),
        "sizes": loaded.sizes.iter().map(size).collect::<Vec<_>>(),
        "changes": lines(&loaded.changes),
    })
}

fn loading(loading: &Loading) -> Value {
    json!({
        "resources": loading.resources, "seconds": loading.took.as_secs_f64(),
        "per_second": loading.per_second(), "cpu_micros_per_resource": loading.cpu,
        "p50_micros": loading.p50, "p99_micros": loading.p99,
    })
}

fn case(line: &Line) -> Value {
    let ratio = ratio(line);
    json!({
        "case": line.kind.name,
        "connections": line.connections,
        "answer_bytes": line.answer_bytes,
        "times_bare": { "median": ratio.median, "min": ratio.min, "max": ratio.max },
        "aim_times_bare": line.kind.aim,
        "verdict": line.kind.aim.map(|aim| verdict(ratio, aim)),
        "server": line.easel.iter().map(measured).collect::<Vec<_>>(),
        "bare": line.bare.iter().map(measured).collect::<Vec<_>>(),
    })
}

fn measured(measurement: &Measurement) -> Value {
    let Measurement { requests, per_second, p50, p99, server_cpu, driver_cpu, others } = measurement;
    json!({
        "requests": requests, "per_second": per_second, "p50_micros": p50, "p99_micros": p99,
        "server_cpu_micros": server_cpu, "driver_cpu_micros": driver_cpu, "others_share": others,
    })
}
