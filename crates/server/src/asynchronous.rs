//! `Prefer: respond-async` (RFC 7240, 4.1; <http://hl7.org/fhir/R4/async.html>): the request goes on while its client is
//! told where to ask for the answer.
//!
//! The answer to a finished request is a Bundle of type `batch-response` whose one entry holds what would have been
//! answered at once. Requests and their answers are kept in memory: they do not outlive the server.

use crate::app::App;
use crate::clock::now;
use crate::doors;
use crate::http::answer::{self, Answer, FHIR_JSON};
use crate::http::ask::{Ask, Body};
use crate::http::{receive, unwind};
use crate::telemetry::metrics::Seen;
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::{Json, Object};
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, StatusCode};
use interactions::Refusal;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::AbortHandle;

/// How long a request may go on, and for how long its answer is kept afterwards.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Requests and answers of all clients that are kept at once.
const KEPT: usize = 64;

/// After how many seconds a client should ask again.
const RETRY_AFTER: &str = "1";

/// The requests that go on, and the answers that wait.
#[derive(Default)]
pub struct Jobs {
    jobs: Mutex<HashMap<String, Job>>,
}

struct Job {
    client_id: String,
    begun: i64,
    state: State,
}

enum State {
    UnderWay(Option<AbortHandle>),
    Answered { bundle: Vec<u8>, at: i64 },
}

impl Jobs {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Job>> {
        // A panic while it was held cannot have left a job half-changed.
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for a request.
    fn add(&self, id: &str, client_id: &str) -> Result<(), Refusal> {
        let mut jobs = self.lock();
        let now = now();
        jobs.retain(|_, job| match job.state {
            State::Answered { at, .. } => now - at < LIFETIME.as_millis() as i64,
            State::UnderWay(_) => true,
        });
        if jobs.len() >= KEPT {
            return Err(Refusal::overloaded(KEPT));
        }
        let job = Job { client_id: client_id.to_owned(), begun: now, state: State::UnderWay(None) };
        jobs.insert(id.to_owned(), job);
        Ok(())
    }

    fn began(&self, id: &str, handle: AbortHandle) {
        if let Some(Job { state: State::UnderWay(slot), .. }) = self.lock().get_mut(id) {
            *slot = Some(handle);
        }
    }

    fn answered(&self, id: &str, bundle: Vec<u8>) {
        if let Some(job) = self.lock().get_mut(id) {
            job.state = State::Answered { bundle, at: now() };
        }
    }
}

/// Whether a request at the R4 door is to be answered later.
pub fn is_asked(ask: &Ask) -> bool {
    ask.steps.first().is_some_and(|step| step == "fhir")
        && ask.headers.contains_key("prefer")
        && doors::r4::preference::prefers(ask, "respond-async")
}

/// Lets a request go on in the background: 202 and where its answer will be.
///
/// # Errors
///
/// 401; what keeps the body from being received; 503 when too many go on already.
pub async fn begin(app: &Arc<App>, mut ask: Ask) -> Result<Answer, Refusal> {
    let caller = app.authenticator.caller(&ask).await?;
    let limits = &app.config.limits;
    // The connection goes its own way, so the body must be here before it is answered.
    let body = std::mem::take(&mut ask.body);
    ask.body = Body::Here(receive::raw(body, limits.body_bytes, limits.receive).await?);
    let id = uuid::Uuid::new_v4().to_string();
    app.jobs.add(&id, &caller.client_id)?;
    let url = format!("{}/fhir/_async/{id}", app.base_url);
    let (job, key) = (Arc::clone(app), id.clone());
    let task = tokio::spawn(async move {
        let bundle = finish(&job, ask).await;
        job.jobs.answered(&key, bundle);
    });
    app.jobs.began(&id, task.abort_handle());
    let mut accepted = answer::empty(202);
    answer::set(&mut accepted, "content-location", &url);
    answer::set(&mut accepted, "retry-after", RETRY_AFTER);
    Ok(accepted)
}

/// The answer of a request as a Bundle.
async fn finish(app: &App, ask: Ask) -> Vec<u8> {
    let mut seen = Seen::default();
    let work = tokio::time::timeout(LIFETIME, doors::answer(app, ask, &mut seen));
    let result = match unwind::caught(work).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Refusal::took_too_long(LIFETIME.as_secs())),
        Err(panic) => Err(Refusal::failed(panic)),
    };
    let (answer, refused) = match result {
        Ok(answer) => (answer, false),
        Err(refusal) => {
            if let Some(cause) = refusal.cause() {
                tracing::error!(refusal = refusal.row().id, %cause, "an asynchronous request failed");
            }
            (answer::refused(&refusal), true)
        }
    };
    bundle(&answer, refused)
}

fn bundle(answer: &Answer, refused: bool) -> Vec<u8> {
    let mut response = Object::new();
    let reason = answer.status().canonical_reason().unwrap_or_default();
    response.insert("status", format!("{} {reason}", answer.status().as_u16()).trim_end());
    for (header, member) in [("location", "location"), ("etag", "etag")] {
        if let Some(value) = text(answer.headers(), header) {
            response.insert(member, value);
        }
    }
    if let Some(changed) = text(answer.headers(), "last-modified").and_then(fhir::datetime::parse_http_date) {
        response.insert("lastModified", fhir::datetime::instant(changed));
    }
    let mut response = Json::from(response).to_bytes();
    let body = answer.body();
    let is_fhir = answer.headers().get(CONTENT_TYPE).is_some_and(|value| value == FHIR_JSON);
    let mut parts = Vec::new();
    if is_fhir && refused {
        // The outcome of a refusal belongs into the response.
        response.pop();
        response.extend_from_slice(b",\"outcome\":");
        response.extend_from_slice(body);
        response.push(b'}');
    } else if is_fhir && !body.is_empty() {
        parts.push(("resource", EntryPart::Json(body)));
    }
    parts.push(("response", EntryPart::Json(&response)));
    let mut bundle = BundleWriter::new("batch-response", None, &[]);
    bundle.entry(&parts);
    bundle.finish()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Tells how a request is getting on, hands out its answer, or gives it up.
///
/// # Errors
///
/// 405, 401; 404 when there is no such request of this caller.
pub async fn status(app: &App, ask: &Ask, id: &str) -> Result<Answer, Refusal> {
    if !matches!(ask.method, Method::GET | Method::HEAD | Method::DELETE) {
        return Err(Refusal::not_offered("GET, HEAD, DELETE"));
    }
    let caller = app.authenticator.caller(ask).await?;
    let unknown = || Refusal::unknown_path(ask.uri.path());
    let mut jobs = app.jobs.lock();
    let job = jobs.get(id).filter(|job| job.client_id == caller.client_id).ok_or_else(unknown)?;
    if ask.method == Method::DELETE {
        if let State::UnderWay(Some(handle)) = &job.state {
            handle.abort();
        }
        jobs.remove(id);
        return Ok(answer::empty(StatusCode::ACCEPTED.as_u16()));
    }
    Ok(match &job.state {
        State::Answered { bundle, .. } => answer::with_body(200, FHIR_JSON, bundle.clone()),
        State::UnderWay(_) => {
            let mut waiting = answer::empty(202);
            let seconds = (now() - job.begun) / 1000;
            answer::set(&mut waiting, "x-progress", &format!("under way for {seconds} seconds"));
            answer::set(&mut waiting, "retry-after", RETRY_AFTER);
            waiting
        }
    })
}
