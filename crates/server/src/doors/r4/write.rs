//! `POST /fhir/{type}`, `PUT` and `DELETE /fhir/{type}/{id}`: create, update, delete.

use super::preference::Return;
use super::{Call, parameters, preconditions, respond};
use crate::http::answer::{self, Answer};
use fhir::{Issue, IssueCode, ResourceType};
use interactions::Refusal;

/// Stores a resource under a fresh id.
pub(super) async fn create(call: Call<'_>, resource_type: ResourceType) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    if call.ask.headers.contains_key("if-none-exist") {
        let text = "If-None-Exist is not supported yet; search first, then create";
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::NotSupported, text)]));
    }
    let (engine, preference, pretty) = (&call.app.engine, Return::of(&call.ask), call.pretty);
    let resource = engine.parse_valid(resource_type, &call.json_body().await?)?;
    let written = engine.create(resource_type, resource).await?;
    Ok(respond::changed(engine, &written, preference, pretty))
}

/// Replaces a resource, or creates it under the id of the URL.
pub(super) async fn update(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let (engine, preference, pretty) = (&call.app.engine, Return::of(&call.ask), call.pretty);
    let preconditions = preconditions::of_change(&call.ask)?;
    let resource = engine.parse_valid(resource_type, &call.json_body().await?)?;
    let written = engine.update(resource_type, id, resource, preconditions).await?;
    Ok(respond::changed(engine, &written, preference, pretty))
}

/// Deletes a resource.
pub(super) async fn delete(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let preconditions = preconditions::of_change(&call.ask)?;
    let version = call.app.engine.delete(resource_type, id, preconditions).await?;
    let mut answer = answer::empty(204);
    answer::set(&mut answer, "etag", &respond::etag(version));
    Ok(answer)
}
