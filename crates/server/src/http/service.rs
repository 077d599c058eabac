//! One request from its head to its answer: what holds for every request whatever it asks for.

use super::answer::{self, Answer};
use super::ask::Ask;
use super::framework::HEADERS;
use super::rendition::Wish;
use super::{correlation, unwind};
use crate::app::App;
use crate::asynchronous;
use crate::doors;
use crate::telemetry::log::{self, RequestLine, with_causes};
use crate::telemetry::metrics::Seen;
use bytes::Bytes;
use fhir::{Issue, IssueCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::{Request, Response, Version};
use interactions::Refusal;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Answers a request; `peer` is who is connected.
///
/// # Errors
///
/// Never: what fails is an answer too.
pub async fn serve(
    app: Arc<App>,
    request: Request<Incoming>,
    peer: IpAddr,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let started = Instant::now();
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let id = &*correlation::next().hyphenated().encode_lower(&mut text);
    let asked = Asked::of(&request);
    let has_token = request.headers().contains_key(AUTHORIZATION);
    let wish = Wish::of(&request);
    let mut seen = Seen::default();
    let refusal;
    let mut answer = match guarded(&app, request, peer, &mut seen).await {
        Ok(answer) => {
            refusal = None;
            answer
        }
        Err(refused) => {
            let answer = answer::refused(&refused);
            refusal = Some(refused);
            answer
        }
    };
    answer = wish.fulfil(answer).await;
    keep_out_of_caches(&mut answer, has_token);
    answer::set(&mut answer, correlation::HEADER, id);
    let (status, took) = (answer.status().as_u16(), started.elapsed());
    app.metrics.request(&seen, status, took);
    asked.log(id, status, took, refusal.as_ref());
    Ok(answer.map(Full::new))
}

/// Says what caches may do with an answer that does not say so itself: a refusal is not kept, and what was shown to the
/// bearer of a token is kept for them alone, and asked for again before it is used.
fn keep_out_of_caches(answer: &mut Answer, has_token: bool) {
    let is_refusal = answer.status().is_client_error() || answer.status().is_server_error();
    let told = match (is_refusal, has_token) {
        _ if answer.headers().contains_key(CACHE_CONTROL) => return,
        (true, _) => "no-store",
        (false, true) => "private, no-cache",
        (false, false) => return,
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(told));
}

/// Lets a request through the limits, watches its time and its panics.
async fn guarded(
    app: &Arc<App>,
    request: Request<Incoming>,
    peer: IpAddr,
    seen: &mut Seen,
) -> Result<Answer, Refusal> {
    if crate::operations::is_exempt(request.uri().path()) {
        return Box::pin(crate::operations::answer(app, &request, seen)).await;
    }
    if app.is_stopping() {
        return Err(Refusal::stopping());
    }
    let limit = app.config.limits.concurrent_requests;
    let Some(_place) = Place::take(&app.under_way, limit) else { return Err(Refusal::overloaded(limit)) };
    check_head(app, &request)?;
    let patience = app.config.limits.request;
    let work = async {
        let ask = Ask::new(request, peer)?;
        if app.config.sandbox {
            Box::pin(crate::sandbox::fault(&ask, patience)).await?;
        }
        if asynchronous::is_asked(&ask) {
            seen.interaction = "respond-async";
            return Box::pin(asynchronous::begin(app, ask)).await;
        }
        doors::answer(app, ask, seen).await
    };
    match unwind::caught(tokio::time::timeout(patience, work)).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Refusal::took_too_long(patience.as_secs())),
        Err(panic) => Err(Refusal::failed(panic)),
    }
}

fn check_head(app: &App, request: &Request<Incoming>) -> Result<(), Refusal> {
    let limits = &app.config.limits;
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, str::len) > limits.uri_bytes {
        return Err(Refusal::uri_too_long(limits.uri_bytes));
    }
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > limits.header_bytes {
        return Err(Refusal::headers_too_large(limits.header_bytes, HEADERS));
    }
    check_framing(request)
}

/// Refuses what a proxy in front could read in another way (RFC 9112, 3.2 and 6.1): then one of the two would be wrong
/// about whose request it is, or where it ends.
fn check_framing(request: &Request<Incoming>) -> Result<(), Refusal> {
    let headers = request.headers();
    let count = |name| headers.get_all(name).iter().count();
    let problem = if request.version() == Version::HTTP_11 && count(HOST) != 1 {
        "an HTTP/1.1 request has one Host header"
    } else if [AUTHORIZATION, CONTENT_TYPE].into_iter().any(|name| count(name) > 1) {
        "Authorization and Content-Type may be sent once"
    } else if headers
        .get(TRANSFER_ENCODING)
        .is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
    {
        "the only Transfer-Encoding that is read is chunked; compress with Content-Encoding"
    } else {
        return Ok(());
    };
    Err(Refusal::invalid(vec![Issue::error(IssueCode::Structure, problem)]))
}

/// A place among the requests under way; given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(under_way: &'a AtomicUsize, limit: usize) -> Option<Self> {
        let place = Place(under_way);
        (under_way.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the log will say of a request.
struct Asked {
    method: hyper::Method,
    path: String,
}

impl Asked {
    fn of(request: &Request<Incoming>) -> Self {
        let path = if log::has_requests() { request.uri().path() } else { "" };
        Asked { method: request.method().clone(), path: fhir::outcome::cut(path) }
    }

    fn log(&self, id: &str, status: u16, took: Duration, refusal: Option<&Refusal>) {
        log::request(&RequestLine {
            id,
            method: self.method.as_str(),
            path: &self.path,
            status,
            micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            refusal: refusal.map(|refusal| refusal.row().id),
        });
        if let Some(refusal) = refusal.filter(|_| status >= 500) {
            let cause = refusal.cause().map(|cause| with_causes(cause.as_ref()));
            tracing::error!(id, refusal = refusal.row().id, cause, "request failed");
        }
    }
}
