//! The threads that work on PostgreSQL, each with a connection of its own.

use super::connection::Settings;
use super::session::PostgresSession;
use crate::error::StoreError;
use crate::jobs::{Queue, ReadJob, Taken, WriteJob};
use crate::limits;
use crate::sql::{IndexRows, Session, Unit, Value, garbage, one_int};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ";
const BEGIN_WRITING: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

/// A connection that is made again when it broke.
pub(super) struct Worker {
    settings: Arc<Settings>,
    session: Option<PostgresSession>,
    /// After a failed attempt to connect: its error, and when to try again.
    failed: Option<(StoreError, Instant)>,
    pause: Duration,
    /// The moment of the last unit of any worker.
    last_now: Arc<AtomicI64>,
    /// Commits since superseded versions were looked for.
    commits: u32,
}

/// What became of one try.
enum Attempt {
    Done(Result<(), StoreError>),
    /// Others were in the way.
    Again,
}

impl Worker {
    pub(super) fn new(
        settings: Arc<Settings>,
        session: Option<PostgresSession>,
        last_now: Arc<AtomicI64>,
    ) -> Self {
        Worker { settings, session, failed: None, pause: limits::RECONNECT_PAUSE, last_now, commits: 0 }
    }

    /// Reads until the queue is closed and empty.
    pub(super) fn run_reads(mut self, queue: &Queue<Box<dyn ReadJob>>) {
        loop {
            match queue.take(Duration::from_secs(3600)) {
                Taken::Job(mut job) if job.is_wanted() => {
                    let outcome = self.read(job.as_mut());
                    self.drop_broken();
                    job.answer(outcome);
                }
                Taken::Job(_) | Taken::Nothing => {}
                Taken::Closed => break,
            }
        }
    }

    /// Writes until the queue is closed and empty.
    pub(super) fn run_writes(mut self, queue: &Queue<Box<dyn WriteJob>>) {
        loop {
            match queue.take(limits::COLLECT_INTERVAL) {
                Taken::Job(mut job) if job.is_wanted() => {
                    let outcome = self.write(job.as_mut());
                    self.drop_broken();
                    job.answer(outcome);
                    self.commits += 1;
                    if self.commits >= limits::COLLECT_COMMITS {
                        self.collect();
                    }
                }
                Taken::Job(_) => {}
                Taken::Nothing => self.collect(),
                Taken::Closed => break,
            }
        }
    }

    /// The connection, made anew if need be and not failed a moment ago.
    fn session(&mut self) -> Result<&mut PostgresSession, StoreError> {
        if let (None, Some((error, until))) = (&self.session, &self.failed)
            && Instant::now() < *until
        {
            return Err(error.clone());
        }
        match self.session.take().map_or_else(|| PostgresSession::open(&self.settings), Ok) {
            Ok(session) => {
                (self.failed, self.pause) = (None, limits::RECONNECT_PAUSE);
                Ok(self.session.insert(session))
            }
            Err(error) => {
                self.failed = Some((error.clone(), Instant::now() + self.pause));
                self.pause = (self.pause * 2).min(limits::RECONNECT_PAUSE_MOST);
                Err(error)
            }
        }
    }

    fn drop_broken(&mut self) {
        self.session.take_if(|session| session.is_closed());
    }

    /// Begins a transaction. A connection that broke while it was idle is made anew, once.
    fn begin(
        &mut self,
        begin: impl Fn(&mut PostgresSession) -> Result<i64, StoreError>,
    ) -> Result<(&mut PostgresSession, i64), StoreError> {
        let first = begin(self.session()?);
        let latest = match first {
            Err(_) if self.session.as_ref().is_none_or(PostgresSession::is_closed) => {
                self.session = None;
                begin(self.session()?)?
            }
            other => other?,
        };
        Ok((self.session()?, latest))
    }

    fn read(&mut self, job: &mut dyn ReadJob) -> Result<(), StoreError> {
        let mut pending = IndexRows::default();
        if job.is_single() && self.session()?.is_proven() {
            let session = self.session()?;
            session.forget();
            job.run(&mut Unit::reading(session, &mut pending));
            return Ok(());
        }
        let (session, _) = self.begin(|session| session.begin(BEGIN_READING).map(|()| 0))?;
        job.run(&mut Unit::reading(session, &mut pending));
        if session.failure().is_some() {
            session.roll_back();
            return Ok(());
        }
        // There may be a mark to be kept.
        session.commit()
    }

    fn write(&mut self, job: &mut dyn WriteJob) -> Result<(), StoreError> {
        for attempt in 0..limits::WRITE_ATTEMPTS {
            match self.try_write(job) {
                Attempt::Done(outcome) => return outcome,
                Attempt::Again => std::thread::sleep(jitter(limits::RETRY_PAUSE * (1 << attempt.min(6)))),
            }
        }
        Err(StoreError::Conflict)
    }

    fn try_write(&mut self, job: &mut dyn WriteJob) -> Attempt {
        let last_now = self.last_now.clone();
        let now = (self.settings.clock)();
        let begun = self.begin(|session| {
            let latest = session.latest_time()?;
            session.begin(BEGIN_WRITING).map(|()| latest)
        });
        let (session, latest) = match begun {
            Ok(begun) => begun,
            Err(error) => return Attempt::Done(Err(error)),
        };
        let now = now.max(latest);
        let now = last_now.fetch_max(now, Ordering::SeqCst).max(now);
        let mut pending = IndexRows::default();
        let mut unit = Unit::writing(session, &mut pending, now);
        let wants = job.run(&mut unit);
        let keep = unit.end(wants);
        let outcome = if keep {
            session.insert_index(&mut pending).and_then(|()| session.commit())
        } else {
            match session.failure() {
                // The work overlooked that a statement failed; nothing of it was kept.
                Some(failure) if wants => Err(failure),
                _ => Ok(()),
            }
        };
        if !keep || outcome.is_err() {
            session.roll_back();
        }
        if session.is_passing() { Attempt::Again } else { Attempt::Done(outcome) }
    }

    /// Removes index rows of some superseded versions, and marks, that are old enough, unless another worker is at
    /// it.
    fn collect(&mut self) {
        self.commits = 0;
        let before = (self.settings.clock)().saturating_sub(self.settings.retention);
        let collected =
            self.begin(|session| session.begin_unprobed("BEGIN").map(|()| 0)).and_then(|(session, _)| {
                // Not counted by the probe, for it happens whenever it likes.
                let probe = session.probe.take();
                let done = collect(session, before).and_then(|more| session.commit().map(|()| more));
                if done.is_err() {
                    session.roll_back();
                }
                session.probe = probe;
                done
            });
        self.drop_broken();
        match collected {
            // There is more: go on after the next commit.
            Ok(true) => self.commits = limits::COLLECT_COMMITS,
            Ok(false) => {}
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "superseded index rows were not removed"
            ),
        }
    }
}

/// Whether there is more.
fn collect(session: &mut PostgresSession, before: i64) -> Result<bool, StoreError> {
    const LOCK: &str =
        "SELECT CAST(pg_try_advisory_xact_lock(1163150157, hashtext(current_schema())) AS integer)";
    const WALKS: &str =
        "WITH gone AS (DELETE FROM walk WHERE at < $1 RETURNING mark) SELECT max(mark) FROM gone";
    if one_int(session, LOCK, &[])? != Some(1) {
        return Ok(false);
    }
    let collected = garbage::collect(session, before, limits::COLLECT_VERSIONS)?;
    if let Some(mark) = one_int(session, WALKS, &[Value::Int(before)])? {
        garbage::collected_to(session, mark + 1)?;
    }
    Ok(collected == limits::COLLECT_VERSIONS)
}

/// A random time up to `most`.
fn jitter(most: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    most.mul_f64((random >> 11) as f64 / (1_u64 << 53) as f64)
}
