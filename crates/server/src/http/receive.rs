//! Receiving a body: within the limit and in time, or not at all.

use super::ask::{self, Ask};
use super::coding::Coding;
use fhir::{Issue, IssueCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use interactions::Refusal;
use std::time::Duration;

/// What is made of a longer body takes so long that other requests must not wait for it.
const BLOCKING_BYTES: usize = 64 * 1024;

/// Does what takes time in proportion to the length of a body: for a long one, other requests are handed to other threads
/// first. It cannot be cut short, for what the client is told must not depend on how busy the machine is.
pub fn at_leisure<T>(length: usize, work: impl FnOnce() -> T) -> T {
    if length > BLOCKING_BYTES { tokio::task::block_in_place(work) } else { work() }
}

/// Reads a body to its end and undoes its content coding.
///
/// # Errors
///
/// 415 when its coding is not known, 413 when it is larger than `limit` bytes, as sent (told from its announced length
/// before anything is read) or decoded, 408 when it does not arrive within `patience`, 400 when it breaks off or is not
/// of the coding that it claims.
pub async fn body(ask: Ask, limit: usize, patience: Duration) -> Result<Vec<u8>, Refusal> {
    let coding = Coding::of_body(&ask.headers)?;
    let received = raw(ask.body, limit, patience).await?;
    match coding {
        Some(coding) => at_leisure(received.len(), || coding.decode(&received, limit)),
        None => Ok(received),
    }
}

/// Reads a body to its end, as it was sent.
///
/// # Errors
///
/// 413 when it is larger than `limit` bytes, 408 when it does not arrive within `patience`, 400 when it breaks off.
pub async fn raw(body: ask::Body, limit: usize, patience: Duration) -> Result<Vec<u8>, Refusal> {
    let body = match body {
        ask::Body::Arriving(body) => body,
        ask::Body::Here(bytes) => return Ok(bytes),
        ask::Body::Taken => return Ok(Vec::new()),
    };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Refusal::too_large(limit));
    }
    match tokio::time::timeout(patience, collect(body, announced, limit)).await {
        Ok(received) => received,
        Err(_) => Err(Refusal::request_timeout(patience.as_secs())),
    }
}

async fn collect(mut body: Incoming, announced: usize, limit: usize) -> Result<Vec<u8>, Refusal> {
    // The announced length is the client's word: memory is taken as bytes arrive.
    let mut bytes = Vec::with_capacity(announced.min(64 * 1024));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken_off)?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Refusal::too_large(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn broken_off(_: hyper::Error) -> Refusal {
    let text = "the body broke off before its end; send it again whole";
    Refusal::invalid(vec![Issue::error(IssueCode::Structure, text)])
}
