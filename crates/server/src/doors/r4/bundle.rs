//! `POST /fhir`: batch and transaction.

use super::bearer::Bearer;
use super::preference::prefers;
use super::{Call, parameters, respond};
use crate::clock::now;
use crate::http::answer::Answer;
use fhir::ResourceType;
use interactions::Refusal;
use interactions::bundle::EntryReturn;

/// Carries the entries of a Bundle out.
pub(super) async fn transaction(call: Call<'_>) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let (engine, caller) = (call.app.engine.clone(), Bearer::shared(&call));
    let entry_return = if prefers(&call.ask, "return=representation") {
        EntryReturn::Representation
    } else if prefers(&call.ask, "return=OperationOutcome") {
        EntryReturn::OperationOutcome
    } else {
        EntryReturn::Minimal
    };
    let lenient = prefers(&call.ask, "handling=lenient");
    let body = call.body().await?;
    // A large Bundle takes a while, which other requests must not wait for.
    let reader = engine.clone();
    let read = move || {
        let body = body.tree(&reader)?;
        // Where part of it could not be read, what it asks for is not known: all that is wrong is told of the whole.
        let bundle = if body.problems.is_empty() {
            body.resource
        } else {
            reader.valid(ResourceType::BUNDLE, body)?
        };
        reader.read_bundle(bundle, caller, lenient, now())
    };
    let bundle = tokio::task::spawn_blocking(read).await.map_err(Refusal::failed)??;
    Ok(respond::json(200, engine.carry_out(bundle, entry_return).await?))
}
