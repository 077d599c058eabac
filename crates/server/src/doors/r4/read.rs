//! `GET /fhir/{type}/{id}`, `GET /fhir/{type}/{id}/_history/{version}`: read and vread.

use super::{Call, parameters, respond};
use crate::http::answer::Answer;
use fhir::ResourceType;
use interactions::Refusal;

/// The current version of a resource.
pub(super) async fn read(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    Ok(respond::versioned(&call.app.engine.read(resource_type, id).await?, 200, call.pretty))
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
    Ok(respond::versioned(&version, 200, call.pretty))
}
