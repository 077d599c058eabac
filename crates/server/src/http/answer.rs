//! Answers.

use super::negotiate::Rendition;
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use interactions::Refusal;
use interactions::error::Shape;

/// A whole answer.
pub type Answer = Response<Bytes>;

/// FHIR's JSON.
pub const FHIR_JSON: &str = "application/fhir+json";

/// When what an answer shows was last changed, in milliseconds since the epoch: an extension of the answer, for
/// `Last-Modified` has whole seconds.
#[derive(Clone, Copy, Debug)]
pub struct LastUpdated(pub i64);

/// An answer with a body.
pub fn with_body(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = empty(status);
    *answer.body_mut() = body.into();
    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// An answer without a body.
pub fn empty(status: u16) -> Answer {
    let mut answer = Response::new(Bytes::new());
    // Statuses are rows of the table or literals of this crate; one that is none would be a mistake here.
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

/// Adds a header. A value that no header can hold is left out: it would be ours, not the client's, for what
/// we echo is percent-encoded.
pub fn set(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// Says how the answer is to be written; what the head of the request says counts otherwise.
#[must_use]
pub fn rendered_as(mut answer: Answer, rendition: Rendition) -> Answer {
    answer.extensions_mut().insert(rendition);
    answer
}

/// The answer to a refused request.
pub fn refused(refusal: &Refusal) -> Answer {
    let content_type = match refusal.shape() {
        Shape::OperationOutcome => FHIR_JSON,
        Shape::OAuth(_) => "application/json",
    };
    let mut answer = with_body(refusal.row().status, content_type, refusal.to_bytes());
    for (name, value) in refusal.headers() {
        set(&mut answer, name, value);
    }
    answer
}
