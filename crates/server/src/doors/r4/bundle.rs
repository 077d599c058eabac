//! `POST /fhir`: batch and transaction.

use super::preference::prefers;
use super::{Call, binary, parameters, respond};
use crate::authenticate::may;
use crate::clock::now;
use crate::http::answer::Answer;
use auth::Access;
use fhir::ResourceType;
use interactions::Refusal;
use interactions::bundle::{Caller, EntryReturn};
use interactions::unit::stored_json;
use std::sync::Arc;
use storage::Version;

/// Carries the entries of a Bundle out.
pub(super) async fn transaction(call: Call<'_>) -> Result<Answer, Refusal> {
    parameters::none(&call.query)?;
    let (engine, caller) = (call.app.engine.clone(), Bearer(Arc::clone(&call.caller)));
    let entry_return = if prefers(&call.ask, "return=representation") {
        EntryReturn::Representation
    } else if prefers(&call.ask, "return=OperationOutcome") {
        EntryReturn::OperationOutcome
    } else {
        EntryReturn::Minimal
    };
    let body = call.body().await?;
    // A large Bundle takes a while, which other requests must not wait for.
    let reader = engine.clone();
    let read = move || reader.read_bundle(body.tree(&reader)?, Arc::new(caller), now());
    let bundle = tokio::task::spawn_blocking(read).await.map_err(Refusal::failed)??;
    Ok(respond::json(200, engine.carry_out(bundle, entry_return).await?))
}

/// The bearer of the token, as the entries' requests are concerned.
struct Bearer(Arc<auth::Caller>);

impl Caller for Bearer {
    fn identity(&self) -> &str {
        self.0.identity()
    }

    fn may_read(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        may(&self.0, resource_type, Access::Read)
    }

    fn may_search(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        may(&self.0, resource_type, Access::Read)?;
        binary::check_all(&self.0, resource_type)
    }

    fn may_see(&self, version: &Version) -> Result<(), Refusal> {
        match version.resource_type {
            ResourceType::BINARY => binary::check_context(&self.0, &stored_json(version)?),
            _ => Ok(()),
        }
    }

    fn may_write(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        may(&self.0, resource_type, Access::Write)
    }
}
