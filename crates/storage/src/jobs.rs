//! Work on its way to the store's threads, and the answers on their way back.

use crate::error::StoreError;
use crate::unit::{Reader, Transaction};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// A unit of work that reads.
pub(crate) trait ReadJob: Send {
    /// Does the work. A panic is caught.
    fn run(&mut self, reader: &mut dyn Reader);
    /// Answers the caller with what the work came to, or with the error when it could not be done.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
    /// Whether someone still waits for the answer.
    fn is_wanted(&self) -> bool;
    /// Whether it runs a single statement, which sees one moment without a transaction.
    fn is_single(&self) -> bool;
}

/// A unit of work that writes.
pub(crate) trait WriteJob: Send {
    /// Does the work; whether it is to be kept. It may run again after its writes were rolled back. A panic is
    /// caught, and not to be kept.
    fn run(&mut self, transaction: &mut dyn Transaction) -> bool;
    /// Answers the caller with what the work came to, or with the error when that was not kept.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
    /// Whether someone still waits for the answer.
    fn is_wanted(&self) -> bool;
}

/// Runs once; its result waits for the end of the transaction.
struct Once<T, E, F> {
    is_single: bool,
    work: Option<F>,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

/// Runs any number of times; the last result counts.
struct Repeatable<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

/// The answer to a job.
pub(crate) type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

/// Makes a reading job of a closure, which may run a single statement only.
pub(crate) fn read_job<T, E, F>(is_single: bool, work: F) -> (Box<dyn ReadJob>, Answer<T, E>)
where
    F: FnOnce(&mut dyn Reader) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    (Box::new(Once { is_single, work: Some(work), result: None, answer }), answered)
}

/// Makes a writing job of a closure.
pub(crate) fn write_job<T, E, F>(work: F) -> (Box<dyn WriteJob>, Answer<T, E>)
where
    F: FnMut(&mut dyn Transaction) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    (Box::new(Repeatable { work, result: None, answer }), answered)
}

/// Waits for the answer to a job.
pub(crate) async fn answered<T, E: From<StoreError>>(answer: Answer<T, E>) -> Result<T, E> {
    answer.await.unwrap_or_else(|_| Err(StoreError::closed().into()))
}

/// Runs work that may panic. What it has touched is rolled back afterwards, so nothing half-changed is seen.
fn caught<T, E: From<StoreError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!(message, "a unit of work panicked");
        Err(StoreError::failed(format!("the unit of work panicked: {message}")).into())
    })
}

/// Sends the result, or the error instead of it. A caller who has left gets nothing.
fn send<T, E: From<StoreError>>(
    answer: oneshot::Sender<Result<T, E>>,
    result: Option<Result<T, E>>,
    outcome: Result<(), StoreError>,
) {
    let nothing = || Err(StoreError::failed("the unit of work did not run").into());
    let sent = match outcome {
        Ok(()) => answer.send(result.unwrap_or_else(nothing)),
        Err(error) => answer.send(Err(error.into())),
    };
    // The caller may have stopped waiting.
    drop(sent);
}

impl<T, E, F> ReadJob for Once<T, E, F>
where
    F: FnOnce(&mut dyn Reader) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, reader: &mut dyn Reader) {
        if let Some(work) = self.work.take() {
            self.result = Some(caught(|| work(reader)));
        }
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        send(self.answer, self.result, outcome);
    }

    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn is_single(&self) -> bool {
        self.is_single
    }
}

impl<T, E, F> WriteJob for Repeatable<T, E, F>
where
    F: FnMut(&mut dyn Transaction) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, transaction: &mut dyn Transaction) -> bool {
        let result = caught(|| (self.work)(transaction));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        send(self.answer, self.result, outcome);
    }

    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }
}

/// A bounded queue that async callers fill and threads empty.
pub(crate) struct Queue<J> {
    state: Mutex<State<J>>,
    arrived: Condvar,
    places: Arc<Semaphore>,
}

struct State<J> {
    jobs: VecDeque<(J, OwnedSemaphorePermit)>,
    closed: bool,
}

/// What a thread gets from a queue.
pub(crate) enum Taken<J> {
    /// The next job.
    Job(J),
    /// None came in time.
    Nothing,
    /// None will ever come.
    Closed,
}

impl<J> Queue<J> {
    /// A queue with that many places.
    pub(crate) fn new(places: usize) -> Self {
        Queue {
            state: Mutex::new(State { jobs: VecDeque::new(), closed: false }),
            arrived: Condvar::new(),
            places: Arc::new(Semaphore::new(places)),
        }
    }

    /// Queues a job, when there is a place for it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the queue is closed.
    pub(crate) async fn push(&self, job: J) -> Result<(), StoreError> {
        let place = self.places.clone().acquire_owned().await.map_err(|_| StoreError::closed())?;
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::closed());
        }
        state.jobs.push_back((job, place));
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// The next job, if one is there or comes within that time.
    pub(crate) fn take(&self, patience: Duration) -> Taken<J> {
        let state = self.lock();
        let (mut state, _) = self
            .arrived
            .wait_timeout_while(state, patience, |state| state.jobs.is_empty() && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        match state.jobs.pop_front() {
            Some((job, _place)) => Taken::Job(job),
            None if state.closed => Taken::Closed,
            None => Taken::Nothing,
        }
    }

    /// Lets no further job in. Those that are in will be taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.places.close();
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        // A panic while it was held cannot have left the list half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a thread of the store.
pub(crate) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|error| StoreError::Unavailable(Arc::new(error)))
}

/// Waits for the ends of threads. When the last handle of a store is dropped by one of its own jobs, this runs on
/// one of them, which is not waited for.
pub(crate) fn join(threads: impl Iterator<Item = JoinHandle<()>>) {
    let this = std::thread::current().id();
    for thread in threads.filter(|thread| thread.thread().id() != this) {
        if thread.join().is_err() {
            tracing::error!("a thread of the store had panicked");
        }
    }
}
