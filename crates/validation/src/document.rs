//! The document that is validated, as far as its parts refer to one another: the entries of a Bundle.

use fhir::{Json, Reference};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use terminology::{Canonical, Membership, Terminology};

/// What can be asked besides the value at hand. Nothing is computed before it is asked for.
pub(crate) struct Document<'r> {
    root: &'r Json,
    terminology: Option<&'r Terminology>,
    entries: OnceCell<Entries<'r>>,
}

/// The resources of a Bundle. Of several with one name the first counts.
#[derive(Debug, Default)]
struct Entries<'r> {
    by_url: HashMap<&'r str, &'r Json>,
    by_type_and_id: HashMap<(&'r str, &'r str), &'r Json>,
}

impl<'r> Document<'r> {
    pub(crate) fn new(root: &'r Json, terminology: Option<&'r Terminology>) -> Self {
        Document { root, terminology, entries: OnceCell::new() }
    }

    pub(crate) fn is_bundle(&self) -> bool {
        self.root.str("resourceType") == Some("Bundle")
    }

    /// The resource of the Bundle that a reference names: by its fullUrl, or by its type and id.
    pub(crate) fn entry(&self, reference: &str) -> Option<&'r Json> {
        let entries = self.entries.get_or_init(|| Entries::of(self.root));
        let plain = reference.split("/_history/").next()?;
        entries.by_url.get(plain).copied().or_else(|| match Reference::parse(plain)? {
            Reference::Local { resource_type, id, .. } => {
                entries.by_type_and_id.get(&(resource_type.name(), id)).copied()
            }
            _ => None,
        })
    }

    /// Whether a code is in a value set, as far as that is known. Without a system that of any counts.
    pub(crate) fn is_member(&self, value_set: &str, system: Option<&str>, code: &str) -> Option<bool> {
        if let Some(listed) =
            fhir::definitions::value_set_by_url(value_set).filter(|listed| listed.is_complete)
        {
            return Some(match system {
                Some(system) => listed.contains(system, code),
                None => listed.contains_code(code),
            });
        }
        match self.terminology?.membership(Canonical::parse(value_set), system, code) {
            Membership::Member(_) => Some(true),
            Membership::NotMember => Some(false),
            Membership::Unknown(_) => None,
        }
    }
}

impl<'r> Entries<'r> {
    fn of(root: &'r Json) -> Self {
        let mut entries = Entries::default();
        if root.str("resourceType") != Some("Bundle") {
            return entries;
        }
        for entry in root.get("entry").map(Json::items).unwrap_or_default() {
            let Some(resource) = entry.get("resource") else { continue };
            if let Some(url) = entry.str("fullUrl") {
                entries.by_url.entry(url).or_insert(resource);
            }
            if let (Some(name), Some(id)) = (resource.str("resourceType"), resource.str("id")) {
                entries.by_type_and_id.entry((name, id)).or_insert(resource);
            }
        }
        entries
    }
}

impl fhirpath::Host for Document<'_> {
    fn resolve(&self, reference: &str) -> Option<&Json> {
        self.entry(reference)
    }

    fn member_of(&self, value_set: &str, system: Option<&str>, code: &str) -> Option<bool> {
        self.is_member(value_set, system, code)
    }

    fn allows_narrative(&self, div: &str) -> Option<bool> {
        Some(crate::narrative::is_harmless(div))
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("entries", &self.entries).finish_non_exhaustive()
    }
}
