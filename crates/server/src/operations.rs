//! What operators ask for: health and metrics. No token, no limits: they must answer when the rest cannot.

use crate::app::App;
use crate::http::answer::{self, Answer};
use crate::telemetry::metrics::{CONTENT_TYPE, Seen};
use hyper::{Method, Request};
use interactions::Refusal;

const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";
const METRICS: &str = "/metrics";

/// Whether a path is an operator's.
pub fn is_exempt(path: &str) -> bool {
    matches!(path, LIVE | READY | METRICS)
}

/// Answers an operator.
///
/// # Errors
///
/// 405 on anything but GET; 503 when the server is not ready.
pub async fn answer<B>(app: &App, request: &Request<B>, seen: &mut Seen) -> Result<Answer, Refusal> {
    *seen = Seen { door: "operations", interaction: "none" };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refusal::not_offered("GET, HEAD"));
    }
    match request.uri().path() {
        LIVE => Ok(status("live")),
        METRICS => {
            let under_way = app.under_way.load(std::sync::atomic::Ordering::Relaxed);
            Ok(answer::with_body(200, CONTENT_TYPE, app.metrics.page(under_way)))
        }
        _ if app.is_stopping() => Err(Refusal::stopping()),
        _ => {
            app.engine.store().healthy().await?;
            Ok(status("ready"))
        }
    }
}

fn status(word: &str) -> Answer {
    answer::with_body(
        200,
        "application/json",
        format!("{{\"status\":\"{word}\",\"version\":\"{}\"}}", crate::VERSION),
    )
}
