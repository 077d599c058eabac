//! The one writer: takes what is queued, gives each job a savepoint of one transaction, and commits them with one
//! sync.

use super::checkpoint::Log;
use super::recent::Recent;
use super::session::SqliteSession;
use crate::error::StoreError;
use crate::jobs::{Queue, Taken, WriteJob};
use crate::limits;
use crate::options::Clock;
use crate::sql::{IndexRows, Session, Unit, Value, garbage, one_int};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The writer's thread.
pub(crate) struct Writer {
    pub(crate) session: SqliteSession,
    pub(crate) recent: Arc<Recent>,
    pub(crate) queue: Arc<Queue<Box<dyn WriteJob>>>,
    pub(crate) log: Arc<Log>,
    pub(crate) clock: Clock,
    /// How long index rows of superseded versions are kept, in milliseconds.
    pub(crate) retention: i64,
    pub(crate) pending: IndexRows,
    /// The moment of the last unit.
    pub(crate) last_now: i64,
    /// Commits since superseded versions were looked for.
    pub(crate) commits: u32,
    /// Whether to leave the file without a log in the end. A command beside a server would wait for that server's readers.
    pub(crate) is_server: bool,
}

/// What became of the jobs of a transaction.
struct Batch {
    done: Vec<(Box<dyn WriteJob>, Result<(), StoreError>)>,
    /// Why the whole transaction is lost.
    lost: Option<StoreError>,
    /// Whether the last job's failure, a full disk for one, made the database end the transaction at once, with
    /// what the jobs before it had written.
    vanished: bool,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        loop {
            match self.queue.take(limits::COLLECT_INTERVAL) {
                Taken::Job(job) => self.batch(job, limits::BATCH_JOBS),
                Taken::Nothing => self.collect_while_idle(),
                Taken::Closed => break,
            }
        }
        if !self.is_server {
            return;
        }
        let truncated =
            self.session.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = truncated {
            tracing::warn!(%error, "the write-ahead log was not emptied");
        }
    }

    /// Runs at most so many jobs in one transaction and answers them all when it is durable, or lost.
    fn batch(&mut self, first: Box<dyn WriteJob>, most: usize) {
        let mut batch = Batch { done: Vec::new(), lost: None, vanished: false };
        match self.begin() {
            Ok(()) => self.fill(&mut batch, first, most),
            Err(error) => {
                batch.done.push((first, Ok(())));
                batch.lost = Some(error);
            }
        }
        if batch.vanished {
            return self.after_vanishing(batch);
        }
        if batch.lost.is_none() {
            batch.lost = self.commit().err();
        }
        if batch.lost.is_some() {
            self.session.roll_back();
            self.pending.clear();
        }
        // In this order: who may remember what was read since must not have read an older snapshot.
        self.log.committed();
        self.recent.settle();
        self.session.take_failure();
        for (job, outcome) in batch.done {
            // A refusal, too, rests on what the jobs before it wrote: with them, it is void.
            job.answer(batch.lost.clone().map_or(outcome, Err));
        }
        if self.log.is_long() {
            self.log.checkpoint(self.session.connection());
        }
    }

    /// Answers the job whose failure ended the transaction, and runs those before it again, each by itself.
    fn after_vanishing(&mut self, mut batch: Batch) {
        self.pending.clear();
        self.recent.settle();
        if let Some((job, outcome)) = batch.done.pop() {
            job.answer(outcome);
        }
        for (job, _) in batch.done {
            self.batch(job, 1);
        }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.session.take_failure();
        let last = self.session.begin_writing()?;
        self.last_now = self.last_now.max(last);
        Ok(())
    }

    fn fill(&mut self, batch: &mut Batch, first: Box<dyn WriteJob>, most: usize) {
        let started = Instant::now();
        let mut next = Some(first);
        while let Some(mut job) = next {
            if job.is_wanted() {
                let outcome = self.unit(job.as_mut(), batch);
                batch.done.push((job, outcome));
            }
            let is_open = batch.lost.is_none()
                && !batch.vanished
                && batch.done.len() < most
                && started.elapsed() < limits::BATCH_TIME;
            next = match is_open.then(|| self.queue.take(Duration::ZERO)) {
                Some(Taken::Job(job)) => Some(job),
                _ => None,
            };
        }
    }

    /// Runs one job in its savepoint.
    fn unit(&mut self, job: &mut dyn WriteJob, batch: &mut Batch) -> Result<(), StoreError> {
        self.last_now = self.last_now.max((self.clock)());
        self.session.take_failure();
        self.session.execute("SAVEPOINT unit", &[])?;
        let mut unit = Unit::writing(&mut self.session, &mut self.pending, self.last_now);
        let wants = job.run(&mut unit);
        let keep = unit.end(wants);
        let failure = self.session.take_failure();
        if self.session.is_in_transaction() {
            batch.lost = self.end_savepoint(keep).err();
        } else {
            batch.vanished = true;
        }
        match failure {
            // The work overlooked that a statement failed; nothing of it was kept.
            Some(failure) if wants => Err(failure),
            _ => Ok(()),
        }
    }

    fn end_savepoint(&mut self, keep: bool) -> Result<(), StoreError> {
        if !keep {
            self.session.execute("ROLLBACK TO unit", &[])?;
        }
        self.session.execute("RELEASE unit", &[]).map(drop)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.session.insert_index(&mut self.pending)?;
        self.commits += 1;
        if self.commits >= limits::COLLECT_COMMITS {
            self.commits = 0;
            if self.collect_some()? == limits::COLLECT_VERSIONS {
                // There is more: go on with the next commit.
                self.commits = limits::COLLECT_COMMITS;
            }
        }
        self.session.execute("COMMIT", &[]).map(drop)
    }

    /// Removes index rows of some superseded versions, in the transaction that is open.
    fn collect_some(&mut self) -> Result<u64, StoreError> {
        let before = self.last_now.max((self.clock)()).saturating_sub(self.retention);
        garbage::collect(&mut self.session, before, limits::COLLECT_VERSIONS)
    }

    /// Not counted by the probe, for it happens whenever it likes.
    fn collect_while_idle(&mut self) {
        let probe = self.session.probe.take();
        self.collect_now();
        self.session.probe = probe;
    }

    fn collect_now(&mut self) {
        const ANY: &str = "SELECT 1 FROM superseded WHERE at < $1 LIMIT 1";
        self.session.take_failure();
        let before = (self.clock)().saturating_sub(self.retention);
        match one_int(&mut self.session, ANY, &[Value::Int(before)]) {
            Ok(None) => return,
            Ok(Some(_)) => {}
            Err(error) => return report(&error),
        }
        let collected = self.begin().and_then(|()| self.collect_some());
        let committed = collected.and_then(|_| self.session.execute("COMMIT", &[]));
        if let Err(error) = committed {
            self.session.roll_back();
            report(&error);
        }
        self.log.committed();
    }
}

fn report(error: &StoreError) {
    tracing::warn!(error = error as &dyn std::error::Error, "superseded index rows were not removed");
}
