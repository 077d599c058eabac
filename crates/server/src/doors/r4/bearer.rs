//! The bearer of the token, as what a request leads to is concerned: entries of Bundles, what operations look at.

use super::{Call, binary};
use crate::authenticate::may;
use auth::Access;
use fhir::{Json, ResourceType};
use interactions::unit::stored_json;
use interactions::{Caller, Engine, Refusal, has_own_permissions};
use std::sync::Arc;
use storage::Version;

/// The bearer of the token.
pub(super) struct Bearer {
    caller: Arc<auth::Caller>,
    engine: Engine,
}

impl Bearer {
    /// Whoever makes the call.
    pub(super) fn of(call: &Call<'_>) -> Self {
        Bearer { caller: Arc::clone(&call.caller), engine: call.app.engine.clone() }
    }

    /// The same, to be shared.
    pub(super) fn shared(call: &Call<'_>) -> Arc<dyn Caller> {
        Arc::new(Self::of(call))
    }
}

impl Caller for Bearer {
    fn identity(&self) -> &str {
        self.caller.identity()
    }

    fn may_read(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        may(&self.caller, resource_type, Access::Read)
    }

    fn may_search(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        may(&self.caller, resource_type, Access::Read)?;
        binary::check_all(&self.caller, resource_type)
    }

    fn may_see(&self, version: &Version) -> Result<(), Refusal> {
        if has_own_permissions(version.resource_type) {
            binary::check_context(&self.caller, &self.engine, &stored_json(version)?, Access::Read)?;
        }
        Ok(())
    }

    fn may_write(&self, resource_type: ResourceType) -> Result<(), Refusal> {
        may(&self.caller, resource_type, Access::Write)
    }

    fn may_change(&self, resource_type: ResourceType, resource: &Json) -> Result<(), Refusal> {
        if has_own_permissions(resource_type) {
            binary::check_context(&self.caller, &self.engine, resource, Access::Write)?;
        }
        Ok(())
    }
}
