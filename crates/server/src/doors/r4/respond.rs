//! Answers of the R4 door.

use super::preference::Return;
use crate::http::answer::{self, Answer, FHIR_JSON, LastUpdated};
use fhir::Subset;
use fhir::datetime::http_date;
use fhir::outcome::operation_outcome;
use interactions::unit::Effect;
use interactions::{Engine, Written, part};
use storage::Version;

/// What became of a resource, as the client prefers to be told.
pub(super) fn changed(engine: &Engine, written: Written, preference: Return) -> Answer {
    let Version { resource_type, id, version, .. } = &written.version;
    let location = matches!(written.effect, Effect::Created | Effect::Found)
        .then(|| format!("{}/{resource_type}/{id}/_history/{version}", engine.base_url()));
    let status = if written.effect == Effect::Created { 201 } else { 200 };
    let mut answer = match preference {
        Return::Representation => versioned(written.version, status, &Subset::Whole),
        Return::Minimal => with_validators(answer::empty(status), &written.version),
        Return::OperationOutcome => {
            with_validators(json(status, operation_outcome(&[written.told()])), &written.version)
        }
    };
    if let Some(location) = location {
        answer::set(&mut answer, "location", &location);
    }
    answer
}

/// A part of a version of a resource, with its validators.
pub(super) fn versioned(mut version: Version, status: u16, subset: &Subset) -> Answer {
    let body = version.body.take().unwrap_or_default();
    let part = part::of_stored(&body, subset).unwrap_or(body);
    with_validators(json(status, part), &version)
}

/// `ETag` and `Last-Modified` of a version.
pub(super) fn with_validators(mut answer: Answer, version: &Version) -> Answer {
    answer::set(&mut answer, "etag", &etag(version.version));
    answer::set(&mut answer, "last-modified", &http_date(version.last_updated));
    answer.extensions_mut().insert(LastUpdated(version.last_updated));
    answer
}

/// The entity tag of a version.
pub(super) fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// FHIR JSON, in which every answer is made; [`rendition`](crate::http::rendition) writes it as the client wants it.
pub(super) fn json(status: u16, body: Vec<u8>) -> Answer {
    answer::with_body(status, FHIR_JSON, body)
}
