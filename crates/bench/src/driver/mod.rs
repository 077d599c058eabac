//! The load driver: as many keep-alive HTTP/1.1 connections to loopback as asked for, each with one request under
//! way at a time.
//!
//! It shares the processors with what it measures, so it does little: requests are copied from a template and
//! patched, of answers only the status and the length are read, and one thread drives many connections.

pub mod connection;
pub mod lane;
pub mod latency;
pub mod response;
pub mod template;
pub mod work;

use crate::{Result, interrupt};
use lane::{Lane, Seen};
use latency::Latencies;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};
use work::Work;

/// How long and how often. A run ends when either is used up.
pub struct Budget {
    deadline: Instant,
    left: AtomicI64,
    stopped: AtomicBool,
}

impl Budget {
    /// Takes one request off the budget. Whether there was one.
    fn take(&self, now: Instant) -> bool {
        now < self.deadline
            && !self.stopped.load(Ordering::Relaxed)
            && self.left.fetch_sub(1, Ordering::Relaxed) > 0
    }

    /// Ends the run early.
    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

/// What a run showed.
#[derive(Debug)]
pub struct Load {
    /// The answers, all of the expected status.
    pub requests: u64,
    /// From the first request to the last answer.
    pub took: Duration,
    /// How long they took.
    pub latencies: Latencies,
}

/// Open connections to one server.
pub struct Driver {
    lanes: Vec<Lane>,
}

impl Driver {
    /// Opens `connections`, driven by `threads`.
    ///
    /// # Errors
    ///
    /// When they cannot be opened.
    pub fn open(address: SocketAddr, connections: usize, threads: usize) -> Result<Self> {
        let threads = threads.clamp(1, connections.max(1));
        let share = |lane: usize| connections / threads + usize::from(lane < connections % threads);
        let open = |lane: usize| Lane::open(address, (0..lane).map(share).sum(), share(lane));
        let lanes = (0..threads).map(open).collect::<Result<_>>()?;
        Ok(Driver { lanes })
    }

    /// Keeps all connections busy for `duration`, with at most `most` requests, or until the work is done.
    ///
    /// # Errors
    ///
    /// An answer of another status than the expected one, a broken connection, Ctrl-C.
    pub fn run(&mut self, work: &dyn Work, duration: Duration, most: u64) -> Result<Load> {
        let started = Instant::now();
        let budget = Budget {
            deadline: started + duration,
            left: AtomicI64::new(i64::try_from(most).unwrap_or(i64::MAX)),
            stopped: AtomicBool::new(false),
        };
        let budget = &budget;
        let outcomes: Vec<Result<Seen>> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                self.lanes.iter_mut().map(|lane| scope.spawn(move || lane.run(work, budget))).collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined
                .map(|seen| seen.unwrap_or_else(|_| Err("a thread of the driver panicked".into())))
                .collect()
        });
        let mut load = Load { requests: 0, took: Duration::ZERO, latencies: Latencies::default() };
        for seen in outcomes {
            let seen = seen?;
            if let Some((expected, body)) = seen.unexpected {
                let statuses = seen.statuses;
                let text =
                    format!("an answer was to be {expected}, but they were {statuses:?}; one said: {body}");
                return Err(text.into());
            }
            load.requests += seen.latencies.len() as u64;
            load.took = load.took.max(seen.last.map_or(Duration::ZERO, |last| last - started));
            load.latencies.merge(seen.latencies);
        }
        interrupt::check()?;
        Ok(load)
    }
}
