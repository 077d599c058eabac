//! What entries call one another by: `fullUrl`, and what it becomes
//! (<http://hl7.org/fhir/R4/bundle.html#references>).

use super::entry::{Action, Change, Entry, Sent};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Reference};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

/// The fullUrls of a Bundle's entries.
#[derive(Default)]
pub(super) struct Identities {
    by_url: HashMap<String, Identity>,
}

/// What a fullUrl stands for.
pub(super) struct Identity {
    /// The entry's place in the Bundle.
    pub(super) index: usize,
    /// `Type/id`.
    pub(super) target: String,
    /// Criteria may choose another id than the one in `target`, which then was drawn at random.
    pub(super) is_late: bool,
    /// It is a create without criteria, so that the resource's first version is meant.
    pub(super) is_new: bool,
}

impl Identities {
    /// Reads the fullUrls of those entries that store something. Entries that have the fullUrl of an earlier one come
    /// as problems, by their places.
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e Entry<Sent>>) -> (Self, Vec<(usize, Issue)>) {
        let (mut identities, mut problems) = (Identities::default(), Vec::new());
        for entry in entries {
            let Some(url) = entry.full_url.as_deref() else { continue };
            let Action::Change(change) = &entry.action else { continue };
            let (sent, is_late, is_new) = match change {
                Change::Create(sent, criteria) => (sent, criteria.is_some(), criteria.is_none()),
                Change::Update(sent, criteria) => (sent, criteria.is_some() && sent.sent_id.is_none(), false),
                Change::Patch(..) | Change::Delete(_) | Change::Operation(..) => continue,
            };
            let target = format!("{}/{}", sent.resource_type, sent.id);
            match identities.by_url.entry(url.to_owned()) {
                Slot::Vacant(slot) => {
                    slot.insert(Identity { index: entry.index, target, is_late, is_new });
                }
                Slot::Occupied(slot) => {
                    let first = slot.get().index;
                    let text = format!(
                        "fullUrl {} is that of Bundle.entry[{first}] as well; entries need different ones",
                        quoted(url)
                    );
                    let place = format_args!("Bundle.entry[{}].fullUrl", entry.index);
                    problems.push((entry.index, Issue::error(IssueCode::Duplicate, text).at(place)));
                }
            }
        }
        (identities, problems)
    }

    /// What entries become, each with its place in the Bundle.
    pub(super) fn targets(&self) -> impl Iterator<Item = (usize, &str)> {
        self.by_url.values().map(|identity| (identity.index, identity.target.as_str()))
    }

    /// The URNs of entries, each with what it stands for.
    pub(super) fn urns(&self) -> HashMap<String, String> {
        let urns = self.by_url.iter().filter(|(url, _)| url.starts_with("urn:"));
        urns.map(|(url, identity)| (url.clone(), identity.target.clone())).collect()
    }

    /// What a URL or reference to a version of a new resource becomes: one to its first version.
    pub(super) fn version(&self, text: &str, base: Option<&str>) -> Option<String> {
        let (text, _) = text.split_once("/_history/")?;
        let identity = self.get(text, base).filter(|identity| identity.is_new)?;
        Some(format!("{}/_history/1", identity.target))
    }

    /// What a URL or reference stands for. `base` is that of the entry it stands in: a relative reference is taken
    /// below it.
    pub(super) fn get(&self, text: &str, base: Option<&str>) -> Option<&Identity> {
        self.by_url.get(text).or_else(|| {
            let base = base.filter(|_| Reference::local(text).is_some())?;
            self.by_url.get(format!("{base}/{text}").as_str())
        })
    }
}

/// What relative references in an entry are relative to: `http://a/b` of the fullUrl `http://a/b/Patient/1`.
pub(super) fn base_of(full_url: &str) -> Option<&str> {
    let is_http = full_url.starts_with("http://") || full_url.starts_with("https://");
    let (resource_type, id) = Reference::tail_of_url(full_url).filter(|_| is_http)?;
    full_url.strip_suffix(id)?.strip_suffix('/')?.strip_suffix(resource_type.name())?.strip_suffix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_an_entry_is_what_its_type_and_id_are_appended_to() {
        assert_eq!(base_of("http://a/fhir/Patient/1"), Some("http://a/fhir"));
        for none in ["urn:uuid:1", "http://a/fhir/Patiens/1", "Patient/1", "http://a/Patient/1/_history/2"] {
            assert_eq!(base_of(none), None, "{none}");
        }
    }
}
