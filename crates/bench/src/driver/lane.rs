//! The connections that one thread of the driver drives.

use super::Budget;
use super::connection::Connection;
use super::latency::Latencies;
use super::work::Work;
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
    connections: Vec<Busy>,
    /// How many connections the lanes before this one have.
    before: usize,
}

/// A connection and the status that the answer to its request must have.
struct Busy {
    connection: Connection,
    expected: u16,
}

/// What one lane saw.
#[derive(Default)]
pub struct Seen {
    /// How long each expected answer took.
    pub latencies: Latencies,
    /// How many answers had each status.
    pub statuses: BTreeMap<u16, u64>,
    /// The status that was expected when the first unexpected answer came, and the answer's body.
    pub unexpected: Option<(u16, String)>,
    /// When the last answer came.
    pub last: Option<Instant>,
}

impl Lane {
    /// Opens `count` connections, which are numbered from `before` on.
    ///
    /// # Errors
    ///
    /// When they cannot be opened.
    pub fn open(address: SocketAddr, before: usize, count: usize) -> Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(count);
        for place in 0..count {
            let mut connection = Connection::open(address)?;
            let wanted = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut connection.stream, Token(place), wanted)?;
            connections.push(Busy { connection, expected: 0 });
        }
        Ok(Lane { poll, events: Events::with_capacity(count.max(16)), connections, before })
    }

    /// Keeps every connection busy until the budget is used up or the work done, then waits for the last answers.
    ///
    /// # Errors
    ///
    /// A broken connection, an answer that is none, last answers that do not come.
    pub fn run(&mut self, work: &dyn Work, budget: &Budget) -> Result<Seen> {
        let mut seen = Seen::default();
        let mut busy = 0;
        for (place, one) in self.connections.iter_mut().enumerate() {
            busy += usize::from(one.begin(self.before + place, work, budget, Instant::now())?);
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
                let Token(place) = event.token();
                let Some(one) = self.connections.get_mut(place) else { continue };
                if one.connection.is_busy() {
                    one.connection.flush()?;
                    busy -= usize::from(!one.goes_on(self.before + place, work, budget, &mut seen)?);
                }
            }
        }
        Ok(seen)
    }
}

impl Busy {
    /// Sends the next request, unless there is none. Whether there was one.
    fn begin(&mut self, place: usize, work: &dyn Work, budget: &Budget, now: Instant) -> Result<bool> {
        if !budget.take(now) {
            return Ok(false);
        }
        let Some(expected) = work.next(place, &mut self.connection.request) else { return Ok(false) };
        self.expected = expected;
        self.connection.send(now)?;
        Ok(true)
    }

    /// Takes an answer if it is whole and sends the next request. Whether the connection is still busy.
    fn goes_on(&mut self, place: usize, work: &dyn Work, budget: &Budget, seen: &mut Seen) -> Result<bool> {
        let Some(answered) = self.connection.receive()? else { return Ok(true) };
        *seen.statuses.entry(answered.status).or_default() += 1;
        seen.last = Some(answered.at);
        if answered.status == self.expected {
            seen.latencies.note(answered.took);
            work.answered(place, &answered);
        } else {
            let told = &answered.body[..answered.body.len().min(TOLD_BYTES)];
            let told = String::from_utf8_lossy(told);
            seen.unexpected.get_or_insert_with(|| (self.expected, told.into_owned()));
            budget.stop();
        }
        let now = answered.at;
        self.begin(place, work, budget, now)
    }
}
