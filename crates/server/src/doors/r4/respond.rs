//! Answers of the R4 door.

use super::preference::Return;
use crate::http::answer::{self, Answer, FHIR_JSON};
use bytes::Bytes;
use fhir::datetime::http_date;
use fhir::outcome::operation_outcome;
use interactions::unit::Effect;
use interactions::{Engine, Written};
use storage::Version;

/// What became of a resource, as the client prefers to be told.
pub(super) fn changed(engine: &Engine, written: &Written, preference: Return, pretty: bool) -> Answer {
    let version = &written.version;
    let status = if written.effect == Effect::Created { 201 } else { 200 };
    let mut answer = match preference {
        Return::Representation => versioned(version, status, pretty),
        Return::Minimal => with_validators(answer::empty(status), version),
        Return::OperationOutcome => {
            with_validators(json(status, operation_outcome(&[written.told()]), pretty), version)
        }
    };
    if matches!(written.effect, Effect::Created | Effect::Found) {
        let Version { resource_type, id, version, .. } = version;
        let location = format!("{}/{resource_type}/{id}/_history/{version}", engine.base_url());
        answer::set(&mut answer, "location", &location);
    }
    answer
}

/// A version of a resource, with its validators.
pub(super) fn versioned(version: &Version, status: u16, pretty: bool) -> Answer {
    let body = version.body.clone().unwrap_or_default();
    with_validators(json(status, body, pretty), version)
}

/// `ETag` and `Last-Modified` of a version.
pub(super) fn with_validators(mut answer: Answer, version: &Version) -> Answer {
    answer::set(&mut answer, "etag", &etag(version.version));
    answer::set(&mut answer, "last-modified", &http_date(version.last_updated));
    answer
}

/// The entity tag of a version.
pub(super) fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// FHIR JSON, indented when it is for people.
pub(super) fn json(status: u16, body: Vec<u8>, pretty: bool) -> Answer {
    let body = match pretty.then(|| fhir::json::parse(&body, usize::MAX)) {
        Some(Ok(tree)) => Bytes::from(tree.to_pretty()),
        _ => Bytes::from(body),
    };
    answer::with_body(status, FHIR_JSON, body)
}
