//! Conditions on the current version of a resource (<http://hl7.org/fhir/R4/http.html#concurrency>, RFC 9110, 13).

use crate::error::Refusal;
use crate::unit::State;

/// What must hold of the stored resource for a change to be made. Evaluated inside the write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preconditions {
    /// `If-Match`: the current version is one of these numbers. An empty list (no tag could be one of ours)
    /// never holds.
    pub if_match: Option<Vec<u64>>,
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
    /// 412 when one does not hold.
    pub fn check(&self, state: &State) -> Result<(), Refusal> {
        let current = match state {
            State::Present(current) => Some((current.version, current.last_updated)),
            State::Absent | State::Deleted(_) => None,
        };
        let tag_holds = match (&self.if_match, current) {
            (None, _) => true,
            (Some(tags), Some((version, _))) => tags.contains(&version),
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
}

/// The version numbers in a list of entity tags (RFC 9110, 8.8.3), weak or strong. Tags that this server never made
/// are left out: they match nothing. `None` when it is no list of tags.
pub fn entity_tags(text: &str) -> Option<Vec<u64>> {
    let mut versions = Vec::new();
    for tag in text.split(',') {
        let tag = tag.trim();
        let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
        versions.extend(opaque.parse::<u64>());
    }
    Some(versions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entity_tags_are_read_weak_or_strong() {
        assert_eq!(entity_tags("W/\"3\""), Some(vec![3]));
        assert_eq!(entity_tags("\"3\", W/\"4\", \"other\""), Some(vec![3, 4]));
        assert_eq!(entity_tags("3"), None);
    }
}
