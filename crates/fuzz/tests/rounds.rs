//! Some rounds of every target; one test, since memory is counted for the whole process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fuzz::{Limits, NAMES, Run, by_name};
use std::time::{Duration, Instant};

/// Rounds of a target, and how many of them are accepted at least: inputs that are all refused test nothing.
const ROUNDS: u64 = 400;
const ACCEPTED: u64 = 10;

/// For each target. Inputs of a round take a thousandth of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Debug builds on shared machines are slow.
const LIMITS: Limits = Limits { time: Duration::from_secs(10), memory: 256 << 20 };

#[test]
fn every_target_takes_mutated_inputs_without_a_panic_a_failure_or_a_wait() {
    for name in NAMES {
        let mut target = by_name(name).unwrap();
        let mut run = Run::starting_at(target.as_mut(), 1, 0, LIMITS);
        let begun = Instant::now();
        while run.report().rounds < ROUNDS && begun.elapsed() < PATIENCE {
            if let Err(finding) = run.round() {
                panic!("{name}: {finding}");
            }
        }
        let report = run.report();
        println!("{name}: {report}");
        assert!(report.accepted * ROUNDS >= ACCEPTED * report.rounds, "{name}: {report}");
    }
}

#[test]
fn the_same_seed_gives_the_same_inputs() {
    let mut target = by_name("patch").unwrap();
    let mut inputs = |seed: u64| {
        let mut run = Run::starting_at(target.as_mut(), seed, 0, LIMITS);
        (0..20)
            .map(|_| {
                let input = run.next_input();
                run.round().unwrap();
                input
            })
            .collect::<Vec<_>>()
    };
    let first = inputs(1);
    assert_eq!(inputs(1), first);
    assert_ne!(inputs(2), first);
}
