//! Everything about the entries' resources that needs no store: validation, references among them, index rows. It is
//! done for many at once, before the write is opened.

use super::entry::{Action, Change, Entry, Sent};
use super::identity::{Identities, base_of};
use super::references::{self, Pointer};
use crate::caller::Caller;
use crate::conditional::Criteria;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::prepare::Prepared;
use fhir::location::Location;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Reference};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::num::NonZero;
use std::thread;

/// What an entry stores.
pub(super) struct Body {
    pub(super) prepared: Prepared,
    /// The id that a conditional update came with.
    pub(super) sent_id: Option<String>,
    /// What only the write can tell.
    pub(super) open: Vec<Open>,
}

/// A pointer whose target only the write can tell.
pub(super) struct Open {
    /// What the resource says now.
    pub(super) text: String,
    /// Its place, when it is a conditional reference; else it points to an entry whose id criteria choose.
    pub(super) conditional: Option<String>,
}

/// The criteria of conditional references, by the references' text.
pub(super) type Conditionals = HashMap<String, Criteria>;

/// From how many entries on several threads share the work.
const SHARED: usize = 64;

/// The most threads that work for one Bundle.
const THREADS: usize = 4;

/// Prepares entries, each by itself.
pub(super) struct Preparer<'e> {
    pub(super) engine: &'e Engine,
    pub(super) identities: &'e Identities,
    /// Whether entries may refer to one another.
    pub(super) is_transaction: bool,
}

impl Preparer<'_> {
    /// Prepares all entries; those that are refused come with their places.
    pub(super) fn all(
        &self,
        entries: &mut [Option<Entry<Sent>>],
    ) -> (Vec<Entry<Body>>, Vec<(usize, Refusal)>) {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
        let results = if entries.len() < SHARED || threads == 1 {
            self.each(entries)
        } else {
            let share = entries.len().div_ceil(threads);
            thread::scope(|scope| {
                let shares = entries.chunks_mut(share);
                let workers: Vec<_> = shares.map(|share| scope.spawn(|| self.each(share))).collect();
                let joined = workers.into_iter().map(|worker| worker.join());
                joined
                    .flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            })
        };
        let (mut prepared, mut refused) = (Vec::with_capacity(results.len()), Vec::new());
        for result in results {
            match result {
                Ok(entry) => prepared.push(entry),
                Err(refusal) => refused.push(refusal),
            }
        }
        (prepared, refused)
    }

    fn each(&self, entries: &mut [Option<Entry<Sent>>]) -> Vec<Result<Entry<Body>, (usize, Refusal)>> {
        entries.iter_mut().filter_map(Option::take).map(|entry| self.one(entry)).collect()
    }

    fn one(&self, entry: Entry<Sent>) -> Result<Entry<Body>, (usize, Refusal)> {
        let Entry { index, full_url, preconditions, action } = entry;
        let body = |sent| self.body(index, full_url.as_deref(), sent).map_err(|refusal| (index, refusal));
        let action = match action {
            Action::Get(get) => Action::Get(get),
            Action::Change(change) => Action::Change(match change {
                Change::Create(sent, criteria) => Change::Create(body(sent)?, criteria),
                Change::Update(sent, criteria) => Change::Update(body(sent)?, criteria),
                Change::Patch(subject, patch) => Change::Patch(subject, patch),
                Change::Delete(subject) => Change::Delete(subject),
                Change::Operation(subject, alter) => Change::Operation(subject, alter),
            }),
        };
        Ok(Entry { index, full_url, preconditions, action })
    }

    /// References are pointed to what they become first, so that validation sees of which type that is.
    fn body(&self, index: usize, full_url: Option<&str>, sent: Sent) -> Result<Body, Refusal> {
        let Sent { resource_type, id, sent_id, mut resource } = sent;
        let root = format!("Bundle.entry[{index}].resource");
        let mut pointing = Pointing::new(self, full_url.and_then(base_of));
        references::rewrite(&mut resource, &root, &mut |sort, text, place| pointing.of(sort, text, place));
        let Pointing { open, mut problems, replaced, .. } = pointing;
        let found = self.engine.inner.problems_of_entry(resource_type, &resource, &root);
        problems.extend(found.into_iter().map(|mut issue| {
            // Clients are told of what they sent.
            for (sent, target) in &replaced {
                issue.text = issue.text.replace(target, sent);
            }
            issue
        }));
        if !problems.is_empty() {
            return Err(Refusal::invalid(problems));
        }
        Ok(Body { prepared: self.engine.prepare(resource_type, &id, resource), sent_id, open })
    }
}

/// Pointing the references of one entry to what the others become.
struct Pointing<'p> {
    preparer: &'p Preparer<'p>,
    /// What relative references are relative to.
    base: Option<&'p str>,
    open: Vec<Open>,
    problems: Vec<Issue>,
    /// What was sent, and what stands instead.
    replaced: Vec<(String, String)>,
}

impl<'p> Pointing<'p> {
    fn new(preparer: &'p Preparer<'p>, base: Option<&'p str>) -> Self {
        Pointing { preparer, base, open: Vec::new(), problems: Vec::new(), replaced: Vec::new() }
    }

    fn of(&mut self, sort: Pointer, text: &str, place: &Location<'_>) -> Option<String> {
        let is_reference = sort == Pointer::Reference;
        if is_reference && matches!(Reference::parse(text), Some(Reference::Conditional { .. })) {
            self.open.push(Open { text: text.to_owned(), conditional: Some(place.to_string()) });
            return None;
        }
        let is_urn = text.starts_with("urn:uuid:") || text.starts_with("urn:oid:");
        if sort == Pointer::Uri && !is_urn {
            return None;
        }
        let base = self.base.filter(|_| is_reference);
        let identities = self.preparer.identities;
        let Some(identity) = identities.get(text, base) else {
            let version = identities.version(text, base).filter(|_| self.preparer.is_transaction)?;
            self.replaced.push((text.to_owned(), version.clone()));
            return Some(version);
        };
        if !self.preparer.is_transaction {
            if is_reference && text.starts_with("urn:") {
                let text = format!(
                    "{} is another entry; those of a batch cannot refer to one another, send a transaction",
                    quoted(text)
                );
                self.problems.push(Issue::error(IssueCode::Value, text).at(place));
            }
            return None;
        }
        let target = &identity.target;
        if identity.is_late {
            self.open.push(Open { text: target.clone(), conditional: None });
        }
        self.replaced.push((text.to_owned(), target.clone()));
        Some(target.clone())
    }
}

impl Body {
    /// The texts of its conditional references, with their places.
    pub(super) fn conditional_references(&self) -> impl Iterator<Item = (&str, &str)> {
        self.open.iter().filter_map(|open| Some((open.text.as_str(), open.conditional.as_deref()?)))
    }
}

/// Reads the criteria of an entry's conditional references.
///
/// # Errors
///
/// 403 when the caller may not read what they look for, 400 with everything that cannot be honoured.
pub(super) fn conditionals(
    engine: &Engine,
    caller: &dyn Caller,
    now: i64,
    body: &Body,
    known: &mut Conditionals,
) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    for (text, place) in body.conditional_references() {
        let Slot::Vacant(slot) = known.entry(text.to_owned()) else { continue };
        let Some(Reference::Conditional { resource_type, query }) = Reference::parse(text) else { continue };
        caller.may_search(resource_type)?;
        match engine.criteria_of_text(resource_type, query, now) {
            Ok(criteria) => {
                criteria.looked_at().iter().try_for_each(|looked_at| caller.may_search(*looked_at))?;
                slot.insert(criteria);
            }
            Err(issues) => problems.extend(issues.into_iter().map(|issue| issue.at(place))),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
}
