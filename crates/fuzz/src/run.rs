//! A run: round after round an input, its verdict, its time and its memory.

use crate::memory;
use crate::noise::Noise;
use crate::target::{Target, Verdict};
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What one input may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time.
    pub time: Duration,
    /// Memory beyond what is in use before, in bytes.
    pub memory: u64,
}

/// Rounds of one target.
pub struct Run<'a> {
    target: &'a mut dyn Target,
    seed: u64,
    first: u64,
    limits: Limits,
    report: Report,
}

/// What a run has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Inputs.
    pub rounds: u64,
    /// Those of them that were accepted.
    pub accepted: u64,
    /// The longest that one took.
    pub slowest: Duration,
    /// The most memory that one took, in bytes.
    pub most_memory: u64,
}

/// An input that was not taken as it should.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The round, which with the seed makes the input again.
    pub round: u64,
    /// The input.
    pub input: Vec<u8>,
    /// What is wrong.
    pub problem: String,
}

impl<'a> Run<'a> {
    /// A run that begins at a round, mostly 0.
    pub fn starting_at(target: &'a mut dyn Target, seed: u64, round: u64, limits: Limits) -> Self {
        Run { target, seed, first: round, limits, report: Report::default() }
    }

    /// What it has seen so far.
    pub fn report(&self) -> Report {
        self.report
    }

    /// The input of the next round.
    pub fn next_input(&self) -> Vec<u8> {
        let mut noise = Noise::new(self.seed, self.first + self.report.rounds);
        noise.mutated(self.target.seeds(), self.target.pieces())
    }

    /// Takes the next round.
    ///
    /// # Errors
    ///
    /// The input and what was wrong with how it was taken.
    pub fn round(&mut self) -> Result<(), Box<Finding>> {
        let input = self.next_input();
        let outcome = self.take(&input);
        let round = self.first + self.report.rounds;
        self.report.rounds += 1;
        match outcome {
            Ok(Verdict::Accepted) => self.report.accepted += 1,
            Ok(Verdict::Refused) => {}
            Err(problem) => return Err(Box::new(Finding { round, input, problem })),
        }
        Ok(())
    }

    /// Gives the target an input, of a round or any other.
    ///
    /// # Errors
    ///
    /// What was wrong with how it was taken.
    pub fn take(&mut self, input: &[u8]) -> Result<Verdict, String> {
        memory::forget_peak();
        let before = memory::in_use_and_peak();
        let begun = Instant::now();
        let target = AssertUnwindSafe(&mut *self.target);
        let outcome = catch_unwind(move || { target }.take(input));
        let took = begun.elapsed();
        let used = match (before, memory::in_use_and_peak()) {
            (Some((before, _)), Some((_, peak))) => peak.saturating_sub(before),
            _ => 0,
        };
        self.report.slowest = self.report.slowest.max(took);
        self.report.most_memory = self.report.most_memory.max(used);
        let verdict = outcome.unwrap_or_else(|panic| Err(format!("panic: {}", text_of(panic.as_ref()))))?;
        if took > self.limits.time {
            return Err(format!("it took {took:.1?}, longer than {:.1?}", self.limits.time));
        }
        if used > self.limits.memory {
            return Err(format!("it took {} MiB, more than {} MiB", used >> 20, self.limits.memory >> 20));
        }
        Ok(verdict)
    }
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "of no text",
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { rounds, accepted, slowest, most_memory } = self;
        write!(
            f,
            "{rounds} inputs, {accepted} accepted; the slowest took {slowest:.1?}, the largest {} MiB",
            most_memory >> 20
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = String::from_utf8_lossy(&self.input).chars().take(2_000).collect();
        write!(f, "round {}: {}\n{shown}", self.round, self.problem)
    }
}
