//! The bearer of the token, as what a request leads to is concerned: entries of Bundles, what operations look at.

use super::binary;
use crate::authenticate::may;
use auth::Access;
use fhir::ResourceType;
use interactions::unit::stored_json;
use interactions::{Caller, Refusal};
use std::sync::Arc;
use storage::Version;

/// The bearer of the token.
pub(super) struct Bearer(pub(super) Arc<auth::Caller>);

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
