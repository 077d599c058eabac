//! Mutated inputs for everything that reads what clients send. An input may be refused, but nothing may panic, answer
//! with a 5xx, take long or take much memory; and what is accepted must hold what its [`Target`] says.
//!
//! Runs are deterministic: the seed and the number of a round make its input. Tests do some rounds of every target; long
//! runs are `cargo xtask fuzz`. Crates that read inputs have such tests of their own too, with properties that can be
//! seen from inside only.

mod memory;
mod noise;
mod run;
mod target;
mod targets;

pub use run::{Finding, Limits, Report, Run};
pub use target::{Target, Verdict};
pub use targets::{NAMES, by_name};
