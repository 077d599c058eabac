//! batch and transaction (<http://hl7.org/fhir/R4/http.html#transaction>): many interactions in one Bundle.
//!
//! What needs no store is done first, for all entries: the Bundle is taken apart (`outline`), requests are read and
//! admitted (`entry`), resources validated, pointed to one another and indexed (`prepare`). The write then does what
//! depends on what is stored. Both kinds share that; they differ in what a refused entry means:
//!
//! * a *transaction* is one write. All entries are tried, so that all that fail can be told, and then none is kept: what
//!   was refused before does not end it, unless its client may not do it. What fails only for want of a refused entry is
//!   not told (`missing`).
//! * a *batch* is one write, too, so that one sync serves all its entries. An entry is refused before anything of it is
//!   stored, so the others are kept without it.
//!
//! Operations are those of the one table (`crate::operations`). Those that change something are changes like the others,
//! within the same write. A Bundle inside a Bundle is stored, not carried out.

mod batch;
mod entry;
mod get;
mod identity;
mod missing;
mod operation;
mod outline;
mod patience;
mod prepare;
mod references;
mod request;
mod response;
mod room;
mod status;
mod transaction;
mod write;

pub use outline::ENTRIES;
pub use patience::WRITE_SECONDS;
pub use room::ANSWER_BYTES;

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::Refusal;
use entry::{Action, Change, Entry, EntryReader, Sent};
use fhir::{Json, Object};
use identity::Identities;
use missing::Missing;
use outline::{BundleType, Outline};
use prepare::{Body, Conditionals, Preparer, conditionals};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What entries are answered with (`Prefer: return=…`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryReturn {
    /// Status, location and version.
    #[default]
    Minimal,
    /// The resource as well.
    Representation,
    /// What became of it, in words.
    OperationOutcome,
}

/// A Bundle, ready to be carried out.
pub struct Bundle {
    bundle_type: BundleType,
    caller: Arc<dyn Caller>,
    /// How many entries were sent.
    length: usize,
    /// Those that can be tried, in their order.
    entries: Vec<Entry<Body>>,
    conditionals: Conditionals,
    /// The URNs of a transaction's entries, each with what it stands for, if there is a patch that may refer to them.
    urns: HashMap<String, String>,
    /// Those that cannot, by their places.
    refused: BTreeMap<usize, Refusal>,
    /// What a transaction lacks because of them.
    missing: Missing,
}

impl Bundle {
    /// How many of its entries change something.
    pub fn changes(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry.action, Action::Change(_))).count()
    }
}

impl Engine {
    /// Reads a batch or transaction, with all work that needs no store: it may take a while, on several threads.
    /// When `lenient`, its searches and histories leave out what they do not know (`Prefer: handling=lenient`); `now`
    /// is in milliseconds since the epoch.
    ///
    /// # Errors
    ///
    /// 400 when it is neither, 413 when it has too many entries, 403 when a transaction asks for what the caller may not
    /// do. What else is wrong with entries is told when it is carried out.
    pub fn read_bundle(
        &self,
        bundle: Json,
        caller: Arc<dyn Caller>,
        lenient: bool,
        now: i64,
    ) -> Result<Bundle, Refusal> {
        let Outline { bundle_type, entries, problems } = Outline::read(bundle)?;
        let mut refused =
            Refused { is_transaction: bundle_type == BundleType::Transaction, ..Refused::default() };
        let mut broken: BTreeMap<usize, Vec<fhir::Issue>> = BTreeMap::new();
        for (index, issue) in problems {
            broken.entry(index).or_default().push(issue);
        }
        let length = entries.len();
        let reader = EntryReader { engine: self, caller: &caller, lenient, now };
        let mut sent: Vec<Option<Entry<Sent>>> = Vec::with_capacity(length);
        let (entries, resources): (Vec<Object>, Vec<Option<Json>>) = entries.into_iter().unzip();
        for (index, (entry, resource)) in entries.iter().zip(resources).enumerate() {
            match broken.remove(&index) {
                Some(issues) => refused.add(index, Refusal::invalid(issues)),
                None => match reader.read(index, entry, resource) {
                    Ok(entry) => sent.push(Some(entry)),
                    Err(refusal) => refused.add(index, refusal),
                },
            }
        }
        let requests = entries;
        refused.end_if(|refusal| refusal.row().status == 403)?;
        let (identities, doubled) = Identities::of(sent.iter().flatten());
        if refused.is_transaction {
            doubled.into_iter().for_each(|(index, issue)| refused.add(index, Refusal::invalid(vec![issue])));
        }
        let (mut entries, conditionals) =
            self.prepare_entries(&mut sent, &identities, &*caller, now, &mut refused);
        refused.end_if(|refusal| refusal.row().status == 403)?;
        let mut missing = Missing::default();
        if refused.is_transaction && !refused.entries.is_empty() {
            entries.retain(|entry| !refused.entries.contains_key(&entry.index));
            let refused = refused.entries.keys().copied().collect();
            missing.add_refused(self.base_url(), &requests, &refused, &identities);
        }
        let patches = entries.iter().any(|entry| matches!(entry.action, Action::Change(Change::Patch(..))));
        let urns = if refused.is_transaction && patches { identities.urns() } else { HashMap::new() };
        let refused = refused.entries;
        Ok(Bundle { bundle_type, caller, length, entries, conditionals, urns, refused, missing })
    }

    fn prepare_entries(
        &self,
        sent: &mut [Option<Entry<Sent>>],
        identities: &Identities,
        caller: &dyn Caller,
        now: i64,
        refused: &mut Refused,
    ) -> (Vec<Entry<Body>>, Conditionals) {
        let preparer = Preparer { engine: self, identities, is_transaction: refused.is_transaction };
        let (mut entries, problems) = preparer.all(sent);
        problems.into_iter().for_each(|(index, refusal)| refused.add(index, refusal));
        let mut known = Conditionals::new();
        entries.retain(|entry| {
            let Action::Change(change) = &entry.action else { return true };
            let Some(body) = change.body() else { return true };
            match conditionals(self, caller, now, body, &mut known) {
                Ok(()) => true,
                Err(refusal) => {
                    refused.add(entry.index, refusal);
                    false
                }
            }
        });
        (entries, known)
    }

    /// Carries a Bundle out. Returns the Bundle that answers it.
    ///
    /// # Errors
    ///
    /// A transaction's: the status of the first entry that fails, and every entry that does. The store's failures.
    pub async fn carry_out(&self, bundle: Bundle, entry_return: EntryReturn) -> Result<Vec<u8>, Refusal> {
        match bundle.bundle_type {
            BundleType::Transaction => self.transaction(bundle, entry_return).await,
            BundleType::Batch => self.batch(bundle, entry_return).await,
        }
    }
}

/// Entries that cannot be tried.
#[derive(Default)]
struct Refused {
    is_transaction: bool,
    entries: BTreeMap<usize, Refusal>,
}

impl Refused {
    fn add(&mut self, index: usize, refusal: Refusal) {
        self.entries.insert(index, refusal);
    }

    /// Refuses a transaction for those of its entries that `counts` picks.
    fn end_if(&mut self, counts: impl Fn(&Refusal) -> bool) -> Result<(), Refusal> {
        if !self.is_transaction || !self.entries.values().any(&counts) {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.entries);
        Err(Refusal::of_entries(entries.into_iter().filter(|(_, refusal)| counts(refusal))))
    }
}
