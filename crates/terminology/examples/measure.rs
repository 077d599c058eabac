//! How long terminology takes: `cargo run --release -p terminology --example measure`
//!
//! Prints the time of the first question, which decompresses the built-in definitions; of expanding every value set; of
//! telling whether a code belongs to one; and of loading a code system.

use fhir::json;
use std::hint::black_box;
use std::time::{Duration, Instant};
use terminology::{Canonical, Terminology};

const ROUNDS: u32 = 100_000;

fn main() {
    let terminology = Terminology::builtin();
    let url = "http://hl7.org/fhir/ValueSet/administrative-gender";
    let first = timed(|| black_box(terminology.members(url)));
    println!("first question       {first:>10.2?}");
    let all = timed(|| {
        for url in terminology.value_set_urls() {
            black_box(terminology.expansion(Canonical::parse(url))).ok();
        }
    });
    println!("every value set      {all:>10.2?}");
    let each = timed(|| {
        for _ in 0..ROUNDS {
            black_box(terminology.members(black_box(url)));
        }
    });
    println!("a known value set    {:>10.2?}", each / ROUNDS);
    let Some(members) = terminology.members("http://hl7.org/fhir/ValueSet/c80-doc-typecodes") else { return };
    let each = timed(|| {
        for _ in 0..ROUNDS {
            black_box(members.contains(black_box("http://loinc.org"), black_box("34133-9")));
        }
    });
    println!("one code of {:>6}   {:>10.2?}", members.members().len(), each / ROUNDS);
    let small = json!({
        "resourceType": "CodeSystem", "url": "http://example.org/small", "status": "active", "content": "complete",
        "concept": [{ "code": "a" }]
    });
    println!("loading one          {:>10.2?}", timed(|| black_box(terminology.with(&small))));
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
