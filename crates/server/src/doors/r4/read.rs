//! `GET /fhir/{type}/{id}`, `GET /fhir/{type}/{id}/_history/{version}`: read and vread.

use super::parameters::ANSWER_PARAMETERS;
use super::{Call, binary, preconditions, respond};
use crate::http::answer::{self, Answer};
use auth::Access;
use fhir::{ResourceType, Subset};
use interactions::unit::stored_json;
use interactions::{Refusal, part};
use storage::Version;

/// The current version of a resource.
pub(super) async fn read(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    let subset = part::of_read(resource_type, &call.query, &ANSWER_PARAMETERS)?;
    let version = call.app.engine.read(resource_type, id).await?;
    shown(&call, version, &subset).await
}

/// One version of a resource.
pub(super) async fn vread(
    call: Call<'_>,
    resource_type: ResourceType,
    id: &str,
    version: &str,
) -> Result<Answer, Refusal> {
    let subset = part::of_read(resource_type, &call.query, &ANSWER_PARAMETERS)?;
    let version = call.app.engine.vread(resource_type, id, version).await?;
    shown(&call, version, &subset).await
}

/// The part of the version that is wanted, or 304 when the client has the version already.
async fn shown(call: &Call<'_>, version: Version, subset: &Subset) -> Result<Answer, Refusal> {
    if version.resource_type == ResourceType::BINARY {
        if !binary::asks_for_resource(&call.ask, &call.query) {
            return binary::content(call, &version).await;
        }
        binary::check_context(&call.caller, &call.app.engine, &stored_json(&version)?, Access::Read)?;
    }
    if preconditions::has_it(call, &version).await? {
        return Ok(respond::with_validators(answer::empty(304), &version));
    }
    Ok(respond::versioned(version, 200, subset))
}
