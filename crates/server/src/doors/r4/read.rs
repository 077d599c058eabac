//! `GET /fhir/{type}/{id}`, `GET /fhir/{type}/{id}/_history/{version}`: read and vread.

use super::{Call, binary, parameters, preconditions, respond};
use crate::http::answer::{self, Answer};
use fhir::ResourceType;
use interactions::Refusal;
use interactions::unit::stored_json;
use storage::Version;

/// The current version of a resource.
pub(super) async fn read(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let version = call.app.engine.read(resource_type, id).await?;
    shown(&call, &version)
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
    shown(&call, &version)
}

/// The version, or 304 when the client has it already.
fn shown(call: &Call<'_>, version: &Version) -> Result<Answer, Refusal> {
    if version.resource_type == ResourceType::BINARY {
        if !binary::asks_for_resource(&call.ask, &call.query) {
            return binary::content(call, version);
        }
        binary::check_context(&call.caller, &stored_json(version)?)?;
    }
    if preconditions::has_it(&call.ask, version) {
        return Ok(respond::with_validators(answer::empty(304), version));
    }
    Ok(respond::versioned(version, 200, call.pretty))
}
