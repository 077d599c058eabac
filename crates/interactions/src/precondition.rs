//! Conditions on the current version of a resource (<http://hl7.org/fhir/R4/http.html#concurrency>, RFC 9110, 13).

use crate::caller::{Caller, has_own_permissions};
use crate::error::Refusal;
use crate::unit::{State, stored_json};
use fhir::{Json, ResourceType};
use std::fmt;
use std::sync::Arc;

/// Versions as a condition names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever there is.
    Any,
    /// These numbers. Tags that this server never made are left out: they match nothing.
    These(Vec<u64>),
}

/// What must hold of the stored resource for a change to be made. Evaluated inside the write.
#[derive(Clone, Default)]
pub struct Preconditions {
    /// Who makes the change: where resources have permissions of their own, those of the stored one must allow it.
    pub by: Option<Arc<dyn Caller>>,
    /// `If-Match`: there is a current version, and it is one of these.
    pub if_match: Option<Tags>,
    /// `If-None-Match: *`: there is no current version.
    pub must_not_exist: bool,
    /// `If-Unmodified-Since`: the last change was not after this time (milliseconds since the epoch, a whole
    /// second).
    pub if_unmodified_since: Option<i64>,
}

impl Preconditions {
    /// Checks them.
    ///
    /// # Errors
    ///
    /// 403 when whoever makes the change may not change what is stored, 412 when a condition does not hold.
    pub fn check(&self, state: &State) -> Result<(), Refusal> {
        if let (State::Present(current), Some(by)) = (state, &self.by)
            && has_own_permissions(current.resource_type)
        {
            by.may_change(current.resource_type, &stored_json(current)?)?;
        }
        let current = match state {
            State::Present(current) => Some((current.version, current.last_updated)),
            State::Absent | State::Deleted(_) => None,
        };
        let tag_holds = match (&self.if_match, current) {
            (None, _) => true,
            (Some(tags), Some((version, _))) => tags.have(version),
            (Some(_), None) => false,
        };
        let unmodified = match (self.if_unmodified_since, current) {
            // The client's time has whole seconds, as had the Last-Modified that it took it from.
            (Some(since), Some((_, changed))) => changed.div_euclid(1000) <= since.div_euclid(1000),
            _ => true,
        };
        if tag_holds && unmodified && !(self.must_not_exist && current.is_some()) {
            Ok(())
        } else {
            Err(Refusal::modified())
        }
    }

    /// Checks that whoever makes the change may make the resource say this.
    ///
    /// # Errors
    ///
    /// 403.
    pub(crate) fn check_new(&self, resource_type: ResourceType, resource: &Json) -> Result<(), Refusal> {
        match &self.by {
            Some(by) if has_own_permissions(resource_type) => by.may_change(resource_type, resource),
            _ => Ok(()),
        }
    }
}

impl Tags {
    /// Reads `*` or a list of entity tags (RFC 9110, 8.8.3), weak or strong. `None` when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Tags::Any);
        }
        let mut versions = Vec::new();
        for tag in text.split(',') {
            let tag = tag.trim();
            let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
            versions.extend(opaque.parse::<u64>().ok().filter(|number| number.to_string() == opaque));
        }
        Some(Tags::These(versions))
    }

    /// Whether a version is among what they name.
    pub fn have(&self, version: u64) -> bool {
        match self {
            Tags::Any => true,
            Tags::These(versions) => versions.contains(&version),
        }
    }
}

impl fmt::Debug for Preconditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preconditions")
            .field("by", &self.by.as_ref().map(|by| by.identity()))
            .field("if_match", &self.if_match)
            .field("must_not_exist", &self.must_not_exist)
            .field("if_unmodified_since", &self.if_unmodified_since)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_read_weak_or_strong() {
        assert_eq!(Tags::parse("W/\"3\""), Some(Tags::These(vec![3])));
        assert_eq!(Tags::parse("\"3\", W/\"4\", \"other\", \"05\""), Some(Tags::These(vec![3, 4])));
        assert_eq!(Tags::parse(" * "), Some(Tags::Any));
        for malformed in ["3", "", "*, \"3\""] {
            assert_eq!(Tags::parse(malformed), None, "{malformed}");
        }
    }
}
