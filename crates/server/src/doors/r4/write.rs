//! `POST /fhir/{type}`, `PUT`, `PATCH` and `DELETE /fhir/{type}/{id}` and `/fhir/{type}?…`: create, update, patch,
//! delete, by id and by criteria.

use super::preference::Return;
use super::{Call, binary, parameters, preconditions, respond};
use crate::app::App;
use crate::authenticate::may;
use crate::clock::now;
use crate::http::answer::{self, Answer};
use crate::http::{negotiate, receive};
use auth::Access;
use fhir::{Issue, IssueCode, ResourceType};
use interactions::patch::{Format, Patch, offered_patches};
use interactions::{Criteria, Refusal};

/// Stores a resource under a fresh id; with `If-None-Exist` only if nothing matches.
pub(super) async fn create(call: Call<'_>, resource_type: ResourceType) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let if_none_exist = if_none_exist(&call, resource_type)?;
    let (engine, preference) = (&call.app.engine, Return::of(&call.ask));
    let resource = call.resource(resource_type, None).await?;
    let written = engine.create(resource_type, resource, if_none_exist).await?;
    Ok(respond::changed(engine, written, preference))
}

/// Replaces a resource, or creates it under the id of the URL.
pub(super) async fn update(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let (engine, preference) = (&call.app.engine, Return::of(&call.ask));
    let preconditions = preconditions::of_change(&call)?;
    let resource = call.resource(resource_type, Some(id)).await?;
    let written = engine.update(resource_type, id, resource, preconditions).await?;
    Ok(respond::changed(engine, written, preference))
}

/// Replaces the resource that matches, or creates one.
pub(super) async fn conditional_update(
    call: Call<'_>,
    resource_type: ResourceType,
) -> Result<Answer, Refusal> {
    let criteria = criteria(&call, resource_type)?;
    let (engine, preference) = (&call.app.engine, Return::of(&call.ask));
    let preconditions = preconditions::of_change(&call)?;
    let resource = call.resource(resource_type, None).await?;
    let written = engine.conditional_update(criteria, resource, preconditions).await?;
    Ok(respond::changed(engine, written, preference))
}

/// Changes a resource in places.
pub(super) async fn patch(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let (engine, preference) = (&call.app.engine, Return::of(&call.ask));
    let preconditions = preconditions::of_change(&call)?;
    let patch = patch_document(call).await?;
    let written = engine.patch(resource_type, id, patch, preconditions).await?;
    Ok(respond::changed(engine, written, preference))
}

/// Changes the resource that matches in places.
pub(super) async fn conditional_patch(
    call: Call<'_>,
    resource_type: ResourceType,
) -> Result<Answer, Refusal> {
    let criteria = criteria(&call, resource_type)?;
    let (engine, preference) = (&call.app.engine, Return::of(&call.ask));
    let preconditions = preconditions::of_change(&call)?;
    let patch = patch_document(call).await?;
    let written = engine.conditional_patch(criteria, patch, preconditions).await?;
    Ok(respond::changed(engine, written, preference))
}

/// The patch in the body.
///
/// # Errors
///
/// 415 when it is none that is known, 413, 408, 400.
async fn patch_document(call: Call<'_>) -> Result<Patch, Refusal> {
    let Call { app, ask, .. } = call;
    let sent = negotiate::content_type(&ask);
    let format = Format::from_media_type(&negotiate::essence(sent))
        .ok_or_else(|| Refusal::unsupported_patch(sent, &offered_patches()))?;
    let limits = &app.config.limits;
    let body = receive::body(ask, limits.body_bytes, limits.receive).await?;
    app.engine.parse_patch(format, &body)
}

/// Deletes a resource.
pub(super) async fn delete(call: Call<'_>, resource_type: ResourceType, id: &str) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let preconditions = preconditions::of_change(&call)?;
    let version = call.app.engine.delete(resource_type, id, preconditions).await?;
    Ok(deleted(Some(version)))
}

/// Deletes the resource that matches.
pub(super) async fn conditional_delete(
    call: Call<'_>,
    resource_type: ResourceType,
) -> Result<Answer, Refusal> {
    let criteria = criteria(&call, resource_type)?;
    let preconditions = preconditions::of_change(&call)?;
    Ok(deleted(call.app.engine.conditional_delete(criteria, preconditions).await?))
}

fn deleted(version: Option<u64>) -> Answer {
    let mut answer = answer::empty(204);
    if let Some(version) = version {
        answer::set(&mut answer, "etag", &respond::etag(version));
    }
    answer
}

/// The criteria in the URL.
///
/// # Errors
///
/// 403 without the scope to read, for the answer tells whether something matches; 400.
pub(super) fn criteria(call: &Call<'_>, resource_type: ResourceType) -> Result<Criteria, Refusal> {
    may_search(call, resource_type)?;
    let criteria = call.app.engine.criteria(resource_type, &call.query, now()).map_err(Refusal::invalid)?;
    admitted(call, criteria)
}

/// Criteria that look at other types tell of those too.
fn admitted(call: &Call<'_>, criteria: Criteria) -> Result<Criteria, Refusal> {
    criteria.looked_at().iter().try_for_each(|looked_at| may_search(call, *looked_at))?;
    Ok(criteria)
}

/// The criteria of `If-None-Exist`.
///
/// # Errors
///
/// As for those in the URL; 400 when the header is not text or comes twice.
fn if_none_exist(call: &Call<'_>, resource_type: ResourceType) -> Result<Option<Criteria>, Refusal> {
    let mut values = call.ask.headers.get_all("if-none-exist").iter();
    let Some(value) = values.next() else { return Ok(None) };
    may_search(call, resource_type)?;
    let text = value.to_str().ok().filter(|_| values.next().is_none()).ok_or_else(|| {
        let text = "If-None-Exist must be one header of percent-encoded search parameters";
        Refusal::invalid(vec![Issue::error(IssueCode::Value, text)])
    })?;
    let App { engine, .. } = call.app;
    let criteria = engine.criteria_of_text(resource_type, text, now()).map_err(Refusal::invalid)?;
    admitted(call, criteria).map(Some)
}

/// Criteria tell what there is.
fn may_search(call: &Call<'_>, resource_type: ResourceType) -> Result<(), Refusal> {
    may(&call.caller, resource_type, Access::Read)?;
    binary::check_all(&call.caller, resource_type)
}
