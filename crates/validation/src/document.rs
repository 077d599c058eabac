//! The document that is validated, as far as its parts refer to one another: the entries of a Bundle.

use crate::Options;
use crate::profile::{Asked, Profiles};
use fhir::{Json, Reference};
use fhirpath::{Item, Moment};
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use terminology::{Canonical, Membership, Terminology};

/// What can be asked besides the value at hand. Nothing is computed before it is asked for.
pub(crate) struct Document<'r> {
    root: &'r Json,
    terminology: Option<&'r Terminology>,
    profiles: Option<&'r Profiles>,
    now: Option<Moment<'r>>,
    entries: OnceCell<Rc<Entries<'r>>>,
    asked: Rc<Asked>,
    gap: Gap,
}

/// What is done about questions that have no answer.
#[derive(Default)]
struct Gap {
    /// One was asked.
    is_met: Cell<bool>,
    /// What is taken for the answer, to see whether it matters.
    assumed: Cell<Option<bool>>,
}

/// The resources of a Bundle. Of several with one name the first counts.
#[derive(Debug, Default)]
struct Entries<'r> {
    by_url: HashMap<&'r str, &'r Json>,
    by_type_and_id: HashMap<(&'r str, &'r str), &'r Json>,
}

impl<'r> Document<'r> {
    pub(crate) fn new(root: &'r Json, options: &Options<'r>) -> Self {
        let Options { terminology, profiles, now, .. } = *options;
        let asked = Rc::default();
        Document { root, terminology, profiles, now, entries: OnceCell::new(), asked, gap: Gap::default() }
    }

    /// The same document for a question that an expression asks: it shares what was found and what that has cost.
    pub(crate) fn shared(&self) -> Document<'_> {
        let Document { root, terminology, profiles, now, .. } = *self;
        let entries = Rc::clone(self.entries());
        let asked = Rc::clone(&self.asked);
        Document {
            root,
            terminology,
            profiles,
            now,
            entries: OnceCell::from(entries),
            asked,
            gap: Gap::default(),
        }
    }

    /// What a walk over a part of it is told.
    pub(crate) fn options(&self) -> Options<'r> {
        let Document { terminology, profiles, now, .. } = *self;
        Options { terminology, profiles, now, ..Options::default() }
    }

    pub(crate) fn profiles(&self) -> Option<&'r Profiles> {
        self.profiles
    }

    pub(crate) fn now(&self) -> Option<Moment<'r>> {
        self.now
    }

    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Whether a question had no answer since this was last asked.
    pub(crate) fn had_gap(&self) -> bool {
        self.gap.is_met.take()
    }

    /// Has questions that have no answer answered so.
    pub(crate) fn assume(&self, answer: Option<bool>) {
        self.gap.assumed.set(answer);
    }

    fn or_gap(&self, answer: Option<bool>) -> Option<bool> {
        answer.or_else(|| {
            self.gap.is_met.set(true);
            self.gap.assumed.get()
        })
    }

    fn entries(&self) -> &Rc<Entries<'r>> {
        self.entries.get_or_init(|| Rc::new(Entries::of(self.root)))
    }

    pub(crate) fn is_bundle(&self) -> bool {
        self.root.str("resourceType") == Some("Bundle")
    }

    /// The resource of the Bundle that a reference names: by its fullUrl, or by its type and id.
    pub(crate) fn entry(&self, reference: &str) -> Option<&'r Json> {
        let entries = self.entries();
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
        self.or_gap(self.is_member(value_set, system, code))
    }

    fn subsumes(&self, system: &str, general: &str, special: &str) -> Option<bool> {
        self.or_gap(self.terminology.and_then(|known| known.is_at_or_above(system, general, special)))
    }

    fn conforms_to(&self, item: &Item<'_>, profile: &str) -> Option<bool> {
        self.or_gap(self.conforms(item, profile))
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
