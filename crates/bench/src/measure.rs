//! One measurement: a case, a server, a number of connections.

use crate::driver::Driver;
use crate::driver::work::Work;
use crate::options::{Options, processors};
use crate::process::Server;
use crate::statistics::micros_per;
use crate::{Result, procfs};
use std::time::Duration;

/// The part of the measured time that is spent warming up before it, and the most that it is.
const WARM_UP_SHARE: u32 = 5;
const WARM_UP_MOST: Duration = Duration::from_secs(1);

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct Measurement {
    /// How many requests.
    pub requests: u64,
    /// Requests in a second.
    pub per_second: f64,
    /// Half of the answers took at most this long, in microseconds.
    pub p50: f64,
    /// 99 of 100 answers took at most this long, in microseconds.
    pub p99: f64,
    /// Processor time of the server's process for each request, in microseconds.
    pub server_cpu: f64,
    /// Processor time of the load driver for each request, in microseconds.
    pub driver_cpu: f64,
    /// How much of all processors others took meanwhile, from 0 to 1: the kernel's own threads, other programs,
    /// the machine's host.
    pub others: f64,
}

/// Measures work after a warm-up. What the server puts off until it is idle again counts as well.
///
/// # Errors
///
/// Unexpected answers, broken connections.
pub fn measure(
    server: &Server,
    connections: usize,
    work: &dyn Work,
    options: &Options,
) -> Result<Measurement> {
    let mut driver = Driver::open(server.address, connections, options.driver_threads)?;
    driver.run(work, (options.duration / WARM_UP_SHARE).min(WARM_UP_MOST), options.requests)?;
    measured(driver, server, work, options)
}

/// Measures work that is there to be done once.
///
/// # Errors
///
/// Unexpected answers, broken connections.
pub fn measure_once(
    server: &Server,
    connections: usize,
    work: &dyn Work,
    options: &Options,
) -> Result<Measurement> {
    let driver = Driver::open(server.address, connections, options.driver_threads)?;
    measured(driver, server, work, options)
}

fn measured(mut driver: Driver, server: &Server, work: &dyn Work, options: &Options) -> Result<Measurement> {
    let server_before = server.cpu_when_idle()?;
    let (own_before, all_before) = (procfs::cpu(std::process::id())?, procfs::cpu_of_all()?);
    let load = driver.run(work, options.duration, options.requests)?;
    let all = procfs::cpu_of_all()?.saturating_sub(all_before);
    let own = procfs::cpu(std::process::id())?.saturating_sub(own_before);
    let others = all.saturating_sub(own + server.cpu()?.saturating_sub(server_before));
    let server_time = server.cpu_when_idle()?.saturating_sub(server_before);
    let [p50, p99] = load.latencies.percentiles([50.0, 99.0]);
    Ok(Measurement {
        requests: load.requests,
        per_second: load.requests as f64 / load.took.as_secs_f64(),
        p50,
        p99,
        server_cpu: micros_per(server_time, load.requests),
        driver_cpu: micros_per(own, load.requests),
        others: others.as_secs_f64() / (load.took.as_secs_f64() * processors() as f64),
    })
}
