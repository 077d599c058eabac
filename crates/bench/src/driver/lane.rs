//! The connections that one thread of the driver drives.

use super::connection::Connection;
use super::latency::Latencies;
use super::{Budget, Job};
use crate::Result;
use mio::{Events, Interest, Poll, Token};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long the last answers may take after the time is up.
const GRACE: Duration = Duration::from_secs(30);
/// How much of an unexpected answer is told.
const TOLD_BYTES: usize = 2000;

/// Connections and the poll that watches them.
pub struct Lane {
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
}

/// What one lane saw.
#[derive(Default)]
pub struct Seen {
    /// How long each expected answer took.
    pub latencies: Latencies,
    /// How many answers had each status.
    pub statuses: BTreeMap<u16, u64>,
    /// The first unexpected answer's body.
    pub unexpected: Option<String>,
    /// When the last answer came.
    pub last: Option<Instant>,
}

impl Lane {
    /// Opens `count` connections.
    ///
    /// # Errors
    ///
    /// When they cannot be opened.
    pub fn open(address: SocketAddr, count: usize) -> Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(count);
        for place in 0..count {
            let mut connection = Connection::open(address)?;
            let wanted = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut connection.stream, Token(place), wanted)?;
            connections.push(connection);
        }
        Ok(Lane { poll, events: Events::with_capacity(count.max(16)), connections })
    }

    /// Keeps every connection busy until the budget is used up, then waits for the last answers.
    ///
    /// # Errors
    ///
    /// A broken connection, an answer that is none, last answers that do not come.
    pub fn run(&mut self, job: &Job<'_>, budget: &Budget) -> Result<Seen> {
        let mut seen = Seen::default();
        let mut busy = 0;
        for connection in &mut self.connections {
            let now = Instant::now();
            if budget.take(now) {
                connection.send(now, |out| job.write(out))?;
                busy += 1;
            }
        }
        let limit = budget.deadline + GRACE;
        while busy > 0 {
            let patience = limit.saturating_duration_since(Instant::now());
            if patience.is_zero() {
                let grace = GRACE.as_secs();
                return Err(format!("{busy} answers did not come within {grace} s after the end").into());
            }
            match self.poll.poll(&mut self.events, Some(patience)) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                result => result?,
            }
            for event in &self.events {
                let Some(connection) = self.connections.get_mut(event.token().0) else { continue };
                if connection.is_busy() {
                    connection.flush()?;
                    busy -= usize::from(!answer(connection, job, budget, &mut seen)?);
                }
            }
        }
        Ok(seen)
    }
}

/// Takes an answer if it is whole and sends the next request. Whether the connection is still busy.
fn answer(connection: &mut Connection, job: &Job<'_>, budget: &Budget, seen: &mut Seen) -> Result<bool> {
    let Some(answered) = connection.receive()? else { return Ok(true) };
    *seen.statuses.entry(answered.status).or_default() += 1;
    seen.last = Some(answered.at);
    if answered.status == job.expected {
        seen.latencies.note(answered.took);
    } else {
        let told = &answered.body[..answered.body.len().min(TOLD_BYTES)];
        seen.unexpected.get_or_insert_with(|| String::from_utf8_lossy(told).into_owned());
        budget.stop();
    }
    let now = answered.at;
    let goes_on = budget.take(now);
    if goes_on {
        connection.send(now, |out| job.write(out))?;
    }
    Ok(goes_on)
}
