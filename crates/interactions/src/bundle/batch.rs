//! batch (<http://hl7.org/fhir/R4/http.html#batch>): every entry by itself.
//!
//! All changes of a batch are made in one write, so that they share one sync. An entry is refused before anything of it
//! is stored, so the others are kept without it; only a failure of the store, which no entry is to blame for, undoes
//! all.

use super::entry::{Action, Change, Entry};
use super::patience::Patience;
use super::prepare::{Body, Conditionals};
use super::room::Room;
use super::write::{Outcome, Replacements};
use super::{Bundle, EntryReturn, response};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::unit::Unit;
use std::collections::BTreeMap;
use storage::Reader;

/// What became of the entries that were tried, by their places.
type Results = BTreeMap<usize, Result<Outcome, Refusal>>;

impl Engine {
    pub(super) async fn batch(
        &self,
        mut bundle: Bundle,
        entry_return: EntryReturn,
    ) -> Result<Vec<u8>, Refusal> {
        let (length, refused) = (bundle.length, std::mem::take(&mut bundle.refused));
        bundle.entries.sort_by_key(Entry::turn);
        let changes = bundle.entries.iter().any(|entry| matches!(entry.action, Action::Change(_)));
        let engine = self.clone();
        let mut results: Results = if changes {
            self.write(move |unit| carry_out(&engine, &bundle, entry_return, unit)).await?
        } else {
            self.snapshot(move |reader| get_all(&engine, &bundle, entry_return, reader)).await?
        };
        results.extend(refused.into_iter().map(|(index, refusal)| (index, Err(refusal))));
        let results = (0..length)
            .filter_map(|index| Some(results.remove(&index)?.map_err(|refusal| refusal.in_entry(index))));
        Ok(response::write(self, "batch-response", results, entry_return))
    }
}

fn carry_out(
    engine: &Engine,
    bundle: &Bundle,
    entry_return: EntryReturn,
    unit: &mut Unit<'_>,
) -> Result<Results, Refusal> {
    let (mut results, patience, mut room) = (Results::new(), Patience::new(), Room::new(entry_return));
    for entry in &bundle.entries {
        patience.check()?;
        let result = match &entry.action {
            Action::Get(get) => get.run(engine, &*bundle.caller, unit.reader()).map(Outcome::Got),
            Action::Change(made) => change(made, &entry.preconditions, &bundle.conditionals, unit),
        };
        results.insert(entry.index, kept(result.and_then(|outcome| room.take(outcome)))?);
    }
    Ok(results)
}

fn change(
    change: &Change<Body>,
    preconditions: &Preconditions,
    conditionals: &Conditionals,
    unit: &mut Unit<'_>,
) -> Result<Outcome, Refusal> {
    let choice = change.choose(unit)?;
    let mut replacements = Replacements::new();
    if let Some(body) = change.body() {
        body.resolve(unit, conditionals, &mut replacements)?;
    }
    change.make(unit, &choice, preconditions, &replacements)
}

fn get_all(
    engine: &Engine,
    bundle: &Bundle,
    entry_return: EntryReturn,
    reader: &mut dyn Reader,
) -> Result<Results, Refusal> {
    let (mut results, patience, mut room) = (Results::new(), Patience::new(), Room::new(entry_return));
    for entry in &bundle.entries {
        patience.check()?;
        if let Action::Get(get) = &entry.action {
            let result = get.run(engine, &*bundle.caller, reader).map(Outcome::Got);
            results.insert(entry.index, kept(result.and_then(|outcome| room.take(outcome)))?);
        }
    }
    Ok(results)
}

/// What became of an entry; the store's failures are not the entry's.
fn kept(result: Result<Outcome, Refusal>) -> Result<Result<Outcome, Refusal>, Refusal> {
    match result {
        Err(refusal) if refusal.row().status >= 500 => Err(refusal),
        result => Ok(result),
    }
}
