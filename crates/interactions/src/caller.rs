//! Whoever asks, as far as what a request leads to is concerned: the entries of a Bundle, the resources that an operation
//! looks at.

use crate::error::Refusal;
use crate::search_type::Readable;
use fhir::{Json, ResourceType};
use storage::Version;

/// Whether resources of the type have permissions of their own: those of a Binary are those of its security context
/// (<http://hl7.org/fhir/R4/binary.html>).
pub const fn has_own_permissions(resource_type: ResourceType) -> bool {
    matches!(resource_type, ResourceType::BINARY)
}

/// Whoever asks. Every refusal is a 403.
pub trait Caller: Send + Sync {
    /// What tells callers apart: a cursor is good for the one that it was made for.
    fn identity(&self) -> &str;

    /// Whether resources of the type may be read.
    ///
    /// # Errors
    ///
    /// 403.
    fn may_read(&self, resource_type: ResourceType) -> Result<(), Refusal>;

    /// Whether resources of the type may be found by criteria, which tells what there is.
    ///
    /// # Errors
    ///
    /// 403.
    fn may_search(&self, resource_type: ResourceType) -> Result<(), Refusal>;

    /// Whether this version may be read, its type being one that may be.
    ///
    /// # Errors
    ///
    /// 403.
    fn may_see(&self, version: &Version) -> Result<(), Refusal>;

    /// Whether resources of the type may be changed.
    ///
    /// # Errors
    ///
    /// 403.
    fn may_write(&self, resource_type: ResourceType) -> Result<(), Refusal>;

    /// Whether a resource that says this may be changed, or made to say it; its type is one that may be. Types whose
    /// resources have no permissions of their own need not be asked about.
    ///
    /// # Errors
    ///
    /// 403.
    fn may_change(&self, resource_type: ResourceType, resource: &Json) -> Result<(), Refusal> {
        let _ = (resource_type, resource);
        Ok(())
    }

    /// The types whose resources may be shown along with others.
    fn readable(&self) -> Readable {
        Readable::of(|resource_type| self.may_search(resource_type).is_ok())
    }
}
