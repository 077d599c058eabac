//! `Prefer: respond-async` (RFC 7240, 4.1; <http://hl7.org/fhir/R4/async.html>): the request goes on while its client is
//! told where to ask for the answer.
//!
//! The answer to a finished request is a Bundle of type `batch-response` whose one entry holds what would have been
//! answered at once. Requests and their answers are kept in memory, within limits: they do not outlive the server.

pub mod jobs;

use crate::app::App;
use crate::clock::now;
use crate::doors;
use crate::http::answer::{self, Answer, FHIR_JSON, LastUpdated};
use crate::http::ask::{Ask, Body};
use crate::http::{receive, unwind};
use crate::telemetry::metrics::Seen;
use fhir::bundle::{BundleWriter, EntryPart};
use fhir::{Issue, IssueCode, Json, Object, ResourceType};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use interactions::Refusal;
use jobs::{LIFETIME, State};
use std::sync::Arc;

pub use jobs::Jobs;

/// After how many seconds a client should ask again.
const RETRY_AFTER: &str = "1";

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
/// 401; what keeps the body from being received; 503 when too many go on already, in all or of this client.
pub async fn begin(app: &Arc<App>, mut ask: Ask) -> Result<Answer, Refusal> {
    let caller = app.authenticator.caller(&ask).await?;
    let limits = &app.config.limits;
    // The connection goes its own way, so the body must be here before it is answered.
    let body = std::mem::take(&mut ask.body);
    ask.body = Body::Here(receive::raw(body, limits.body_bytes, limits.receive).await?);
    let id = uuid::Uuid::new_v4().to_string();
    app.jobs.add(&id, &caller)?;
    if ask.steps.get(1).is_some_and(|step| step == ResourceType::BINARY.name()) {
        // The content of a Binary is no part of a Bundle; the resource is.
        ask.headers.insert(ACCEPT, HeaderValue::from_static(FHIR_JSON));
    }
    let url = format!("{}/fhir/_async/{id}", app.base_url);
    let (job, key) = (Arc::clone(app), id.clone());
    let task = tokio::spawn(async move {
        let bundle = finish(&job, ask).await;
        job.jobs.answered(&key, bundle, too_large);
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
    if let Some(LastUpdated(changed)) = answer.extensions().get() {
        response.insert("lastModified", fhir::datetime::instant(*changed));
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

/// What stands for an answer of more than `limit` bytes.
fn too_large(limit: usize) -> Vec<u8> {
    let text = format!(
        "the answer is larger than {} MiB, the most that is kept; ask for less at a time",
        limit / (1024 * 1024)
    );
    let refusal = Refusal::invalid(vec![Issue::error(IssueCode::TooCostly, text)]);
    bundle(&answer::refused(&refusal), true)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Tells how a request is getting on, hands out its answer, or gives it up.
///
/// # Errors
///
/// 405, 401; 404 when there is no such request of this client, or its answer is no longer kept; 403 when the token allows
/// less than the one that the request came with.
pub async fn status(app: &App, ask: &Ask, id: &str) -> Result<Answer, Refusal> {
    if !matches!(ask.method, Method::GET | Method::HEAD | Method::DELETE) {
        return Err(Refusal::not_offered("GET, HEAD, DELETE"));
    }
    let caller = app.authenticator.caller(ask).await?;
    let unknown = || Refusal::unknown_path(ask.uri.path());
    if ask.method == Method::DELETE {
        let was_there = app.jobs.give_up(id, &caller)?;
        return if was_there { Ok(answer::empty(StatusCode::ACCEPTED.as_u16())) } else { Err(unknown()) };
    }
    let told = app.jobs.look(id, &caller, |job| match &job.state {
        State::Answered { bundle, .. } => answer::with_body(200, FHIR_JSON, bundle.clone()),
        State::UnderWay(_) => {
            let mut waiting = answer::empty(202);
            let seconds = (now() - job.begun) / 1000;
            answer::set(&mut waiting, "x-progress", &format!("under way for {seconds} seconds"));
            answer::set(&mut waiting, "retry-after", RETRY_AFTER);
            waiting
        }
    })?;
    told.ok_or_else(unknown)
}
