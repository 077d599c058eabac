//! `GET /fhir/{type}/{id}`, `GET /fhir/{type}/{id}/_history/{version}`: read and vread.

use super::{Call, parameters, preconditions, respond};
use crate::http::answer::{self, Answer};
use fhir::ResourceType;
use interactions::Refusal;
use storage::Version;

/// The current version of a resource.
pub(super) async fn read(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let version = call.app.engine.read(resource_type, id).await?;
    Ok(unless_known(&call, version))
}

/// One version of a resource.
pub(super) async fn vread(
    call: Call<'_>,
    resource_type: ResourceType,
    id: &str,
    version: &str,
) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let version = call.app.engine.vread(resource_type, id, version).await?;
    Ok(unless_known(&call, version))
}

/// The version, or 304 when the client has it already.
fn unless_known(call: &Call<'_>, version: Version) -> Answer {
    if preconditions::has_it(&call.ask, &version) {
        respond::with_validators(answer::empty(304), &version)
    } else {
        respond::versioned(&version, 200, call.pretty)
    }
}
