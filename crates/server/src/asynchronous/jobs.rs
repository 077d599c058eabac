//! Requests that are answered later, and their answers: in memory, and within limits.
//!
//! Only requests that go on count as load. Answers wait for their clients; where they become too many or too large, the
//! oldest go, those of the same client first.

use crate::clock::now;
use auth::{Caller, Scopes};
use interactions::Refusal;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;

/// How long a request may go on, and for how long its answer is kept afterwards at most.
pub const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests that go on at once.
    pub under_way: usize,
    /// Those of one client.
    pub under_way_of_client: usize,
    /// Answers that wait.
    pub answers: usize,
    /// Those of one client.
    pub answers_of_client: usize,
    /// Bytes of all answers that wait.
    pub bytes: usize,
    /// Bytes of those of one client, and so of a single answer.
    pub bytes_of_client: usize,
}

/// The limits of a server. One client's bytes are more than the largest answer to a Bundle has
/// ([`interactions::bundle::ANSWER_BYTES`]).
pub const LIMITS: Limits = Limits {
    under_way: 64,
    under_way_of_client: 16,
    answers: 1024,
    answers_of_client: 64,
    bytes: 256 * 1024 * 1024,
    bytes_of_client: 192 * 1024 * 1024,
};

/// The requests that go on, and the answers that wait.
pub struct Jobs {
    limits: Limits,
    jobs: Mutex<HashMap<String, Job>>,
}

/// A request.
pub struct Job {
    client_id: String,
    /// What its token allowed: its answer shows no more, and is for those alone who may see as much.
    scopes: Scopes,
    /// When it was received, in milliseconds since the epoch.
    pub begun: i64,
    /// How it is getting on.
    pub state: State,
}

/// How a request is getting on.
pub enum State {
    /// It goes on.
    UnderWay(Option<AbortHandle>),
    /// It is done, since a time in milliseconds since the epoch.
    Answered {
        /// The answer.
        bundle: bytes::Bytes,
        /// When it was given.
        at: i64,
    },
}

/// Answers that wait.
#[derive(Default)]
struct Waiting {
    answers: usize,
    bytes: usize,
}

impl Default for Jobs {
    fn default() -> Self {
        Jobs::within(LIMITS)
    }
}

impl Job {
    fn answer(&self) -> Option<(&bytes::Bytes, i64)> {
        match &self.state {
            State::Answered { bundle, at } => Some((bundle, *at)),
            State::UnderWay(_) => None,
        }
    }
}

impl Waiting {
    fn add(&mut self, bytes: usize) {
        self.answers += 1;
        self.bytes += bytes;
    }
}

impl Jobs {
    fn within(limits: Limits) -> Self {
        Jobs { limits, jobs: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Job>> {
        // A panic while it was held cannot have left a job half-changed.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request on.
    ///
    /// # Errors
    ///
    /// 503 when too many go on, in all or of the same client.
    pub fn add(&self, id: &str, caller: &Caller) -> Result<(), Refusal> {
        let mut jobs = self.lock();
        let now = now();
        jobs.retain(|_, job| job.answer().is_none_or(|(_, at)| now - at < LIFETIME.as_millis() as i64));
        let going_on = || jobs.values().filter(|job| job.answer().is_none());
        if going_on().count() >= self.limits.under_way {
            return Err(Refusal::too_many_asynchronous(self.limits.under_way));
        }
        let own = going_on().filter(|job| job.client_id == caller.client_id);
        if own.count() >= self.limits.under_way_of_client {
            return Err(Refusal::too_many_asynchronous_of_client(self.limits.under_way_of_client));
        }
        let (client_id, scopes) = (caller.client_id.clone(), caller.scopes.clone());
        let job = Job { client_id, scopes, begun: now, state: State::UnderWay(None) };
        jobs.insert(id.to_owned(), job);
        Ok(())
    }

    /// Keeps what a request can be given up by.
    pub fn began(&self, id: &str, handle: AbortHandle) {
        if let Some(Job { state: State::UnderWay(slot), .. }) = self.lock().get_mut(id) {
            *slot = Some(handle);
        }
    }

    /// Keeps an answer, unless the request was given up. `too_large` stands for one that is larger than one client's
    /// answers may be; it is told how large that is.
    pub fn answered(&self, id: &str, bundle: Vec<u8>, too_large: impl FnOnce(usize) -> Vec<u8>) {
        let limit = self.limits.bytes_of_client;
        let bundle = if bundle.len() > limit { too_large(limit) } else { bundle };
        let mut jobs = self.lock();
        let Some(job) = jobs.get_mut(id) else { return };
        job.state = State::Answered { bundle: bundle.into(), at: now() };
        let client_id = job.client_id.clone();
        self.make_room(&mut jobs, id, &client_id);
    }

    /// Lets the oldest answers go until the rest is within the limits; never the latest one, `id`.
    fn make_room(&self, jobs: &mut HashMap<String, Job>, id: &str, client_id: &str) {
        let limits = &self.limits;
        loop {
            let mut clients: HashMap<&str, Waiting> = HashMap::new();
            let mut all = Waiting::default();
            for (job, (bundle, _)) in jobs.values().filter_map(|job| Some((job, job.answer()?))) {
                clients.entry(&job.client_id).or_default().add(bundle.len());
                all.add(bundle.len());
            }
            let is_over_all = all.answers > limits.answers || all.bytes > limits.bytes;
            let is_over_own = clients.get(client_id).is_some_and(|own| {
                own.answers > limits.answers_of_client || own.bytes > limits.bytes_of_client
            });
            if !(is_over_all || is_over_own) {
                return;
            }
            let oldest_of = |client_id: &str| {
                let own = jobs.iter().filter(|(other, job)| job.client_id == client_id && *other != id);
                let answers = own.filter_map(|(other, job)| Some((job.answer()?.1, other)));
                answers.min().map(|(_, other)| other.clone())
            };
            let largest =
                || clients.iter().max_by_key(|(_, waiting)| waiting.bytes).map(|(client_id, _)| *client_id);
            let oldest = oldest_of(client_id).or_else(|| oldest_of(largest().filter(|_| is_over_all)?));
            match oldest {
                Some(oldest) => drop(jobs.remove(&oldest)),
                None => return,
            }
        }
    }

    /// What `look` makes of a request of this caller; `None` when there is none.
    ///
    /// # Errors
    ///
    /// 403 when the caller's token allows less than the one that the request came with.
    pub fn look<T>(
        &self,
        id: &str,
        caller: &Caller,
        look: impl FnOnce(&Job) -> T,
    ) -> Result<Option<T>, Refusal> {
        self.seen(&self.lock(), id, caller).map(|job| job.map(look))
    }

    /// Gives a request up, or lets its answer go; whether there was one of this caller.
    ///
    /// # Errors
    ///
    /// As [`look`](Self::look).
    pub fn give_up(&self, id: &str, caller: &Caller) -> Result<bool, Refusal> {
        let mut jobs = self.lock();
        if self.seen(&jobs, id, caller)?.is_none() {
            return Ok(false);
        }
        if let Some(Job { state: State::UnderWay(Some(handle)), .. }) = jobs.remove(id) {
            handle.abort();
        }
        Ok(true)
    }

    fn seen<'j>(
        &self,
        jobs: &'j HashMap<String, Job>,
        id: &str,
        caller: &Caller,
    ) -> Result<Option<&'j Job>, Refusal> {
        let Some(job) = jobs.get(id).filter(|job| job.client_id == caller.client_id) else { return Ok(None) };
        match job.scopes.beyond(&caller.scopes) {
            None => Ok(Some(job)),
            Some(_) => Err(Refusal::insufficient_scope(&job.scopes.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Limits = Limits {
        under_way: 3,
        under_way_of_client: 2,
        answers: 5,
        answers_of_client: 3,
        bytes: 100,
        bytes_of_client: 60,
    };

    fn caller(client_id: &str) -> Caller {
        Caller { client_id: client_id.into(), scopes: Scopes::parse("system/*.read").unwrap() }
    }

    fn answer(jobs: &Jobs, id: &str, client_id: &str, bytes: usize) {
        jobs.add(id, &caller(client_id)).unwrap();
        jobs.answered(id, vec![b'x'; bytes], |_| b"too large".to_vec());
        // Answers are told apart by when they were given.
        std::thread::sleep(Duration::from_millis(2));
    }

    fn kept(jobs: &Jobs) -> Vec<String> {
        let mut kept: Vec<String> = jobs.lock().keys().cloned().collect();
        kept.sort();
        kept
    }

    #[test]
    fn only_requests_that_go_on_are_load() {
        let jobs = Jobs::within(FEW);
        for (id, client) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
            jobs.add(id, &caller(client)).unwrap();
        }
        let told = |client: &str| jobs.add("x", &caller(client)).unwrap_err().to_string();
        assert!(told("c").contains("3 asynchronous requests are under way"), "{}", told("c"));
        jobs.answered("b1", b"{}".to_vec(), |_| Vec::new());
        assert!(told("a").contains("2 asynchronous requests of this client are under way"), "{}", told("a"));
        jobs.add("c1", &caller("c")).unwrap();
    }

    #[test]
    fn the_oldest_answer_of_the_same_client_goes_first() {
        let jobs = Jobs::within(FEW);
        for id in ["a1", "a2", "a3", "a4"] {
            answer(&jobs, id, "a", 1);
        }
        assert_eq!(kept(&jobs), ["a2", "a3", "a4"]);
        answer(&jobs, "a5", "a", 59);
        assert_eq!(kept(&jobs), ["a4", "a5"]);
        answer(&jobs, "b1", "b", 41);
        assert_eq!(
            kept(&jobs),
            ["a5", "b1"],
            "a client without older answers takes the place of who has most"
        );
        answer(&jobs, "b2", "b", 61);
        assert_eq!(kept(&jobs), ["a5", "b2"]);
        let text = jobs.look("b2", &caller("b"), |job| job.answer().unwrap().0.clone()).unwrap();
        assert_eq!(text.as_deref(), Some(b"too large".as_slice()));
    }

    #[test]
    fn whoever_may_see_less_sees_no_answer() {
        let jobs = Jobs::within(FEW);
        answer(&jobs, "a", "a", 1);
        let less = Caller { scopes: Scopes::parse("system/Patient.read").unwrap(), ..caller("a") };
        assert_eq!(jobs.look("a", &less, |_| ()).unwrap_err().row().status, 403);
        assert_eq!(jobs.give_up("a", &less).unwrap_err().row().status, 403);
        assert!(jobs.look("a", &caller("b"), |_| ()).unwrap().is_none());
        assert!(jobs.give_up("a", &caller("a")).unwrap());
        assert!(kept(&jobs).is_empty());
    }
}
