//! transaction (<http://hl7.org/fhir/R4/http.html#trules>): all entries or none.
//!
//! Inside the write, in this order: deletes; the criteria of all other conditional entries, which say who everybody is;
//! creates; operations that are asked for with POST; updates; then what refers by criteria, for those may match what the
//! transaction itself stores; reads.
//! Entries whose resources depend on none of this are stored as they were prepared.

use super::entry::{Action, Change, Entry, Turn};
use super::patience::Patience;
use super::prepare::{Body, Conditionals};
use super::room::Room;
use super::write::{Choice, Outcome, Replacements};
use super::{Bundle, EntryReturn, response};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::{Effect, Unit, Written};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, ResourceType};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use storage::Version;

impl Engine {
    pub(super) async fn transaction(
        &self,
        bundle: Bundle,
        entry_return: EntryReturn,
    ) -> Result<Vec<u8>, Refusal> {
        let (engine, bundle) = (self.clone(), Arc::new(bundle));
        let outcomes = self.write(move |unit| carry_out(&engine, &bundle, entry_return, unit)).await?;
        Ok(response::write(self, "transaction-response", outcomes.into_iter().map(Ok), entry_return))
    }
}

/// An entry under way.
struct Slot<'b> {
    entry: &'b Entry<Body>,
    choice: Choice,
    outcome: Option<Outcome>,
}

/// A transaction under way.
struct Run<'r, 'u, 'b> {
    unit: &'r mut Unit<'u>,
    engine: &'b Engine,
    caller: &'b dyn Caller,
    conditionals: &'b Conditionals,
    replacements: Replacements,
    refused: Vec<(usize, Refusal)>,
    patience: Patience,
    room: Room,
}

/// The outcomes of all entries, in their order.
fn carry_out(
    engine: &Engine,
    bundle: &Bundle,
    entry_return: EntryReturn,
    unit: &mut Unit<'_>,
) -> Result<Vec<Outcome>, Refusal> {
    let slot = |entry| Slot { entry, choice: Choice::Nothing, outcome: None };
    let mut slots: Vec<Slot<'_>> = bundle.entries.iter().map(slot).collect();
    slots.sort_by_key(|slot| slot.entry.turn());
    let gets = slots.partition_point(|slot| slot.entry.turn() < Turn::Get);
    let deletes = slots.partition_point(|slot| slot.entry.turn() == Turn::Delete);
    let (changes, gets) = slots.split_at_mut(gets);
    let mut run = Run {
        unit,
        engine,
        caller: &*bundle.caller,
        conditionals: &bundle.conditionals,
        replacements: Replacements::new(),
        refused: Vec::new(),
        patience: Patience::new(),
        room: Room::new(entry_return),
    };
    {
        let (deletes, others) = changes.split_at_mut(deletes);
        run.choose(deletes)?;
        run.make(deletes.iter_mut())?;
        run.choose(others)?;
    }
    run.check_overlaps(changes);
    run.end_if_refused()?;
    let others = changes.get_mut(deletes..).unwrap_or_default();
    run.note_chosen_ids(others);
    run.note_urns(&bundle.urns);
    run.make(others.iter_mut().filter(|slot| !slot.refers_by_criteria()))?;
    run.make_later(others.iter_mut().filter(|slot| slot.refers_by_criteria()).collect())?;
    run.end_if_refused()?;
    run.check_criteria(others)?;
    run.get(gets)?;
    run.end_if_refused()?;
    answer_repeats(others, &mut run.room);
    slots.sort_by_key(|slot| slot.entry.index);
    Ok(slots.into_iter().filter_map(|slot| slot.outcome).collect())
}

impl Slot<'_> {
    fn change(&self) -> Option<&Change<Body>> {
        match &self.entry.action {
            Action::Change(change) => Some(change),
            Action::Get(_) => None,
        }
    }

    fn body(&self) -> Option<&Body> {
        self.change().and_then(Change::body)
    }

    fn refers_by_criteria(&self) -> bool {
        self.body().is_some_and(|body| body.conditional_references().next().is_some())
    }
}

impl Run<'_, '_, '_> {
    /// Keeps a refusal of an entry, so that those of others are found too.
    fn refuse(&mut self, index: usize, refusal: Refusal) -> Result<(), Refusal> {
        if refusal.row().status >= 500 {
            return Err(refusal);
        }
        self.refused.push((index, refusal));
        Ok(())
    }

    fn end_if_refused(&mut self) -> Result<(), Refusal> {
        if self.refused.is_empty() {
            return Ok(());
        }
        Err(Refusal::of_entries(std::mem::take(&mut self.refused)))
    }

    /// Evaluates the criteria of entries. Of several creates with the same criteria the first creates what the
    /// others find.
    fn choose(&mut self, slots: &mut [Slot<'_>]) -> Result<(), Refusal> {
        let mut creators: HashMap<(ResourceType, &str), usize> = HashMap::new();
        for slot in slots {
            let entry = slot.entry;
            let Action::Change(change) = &entry.action else { continue };
            let creates = match change {
                Change::Create(_, Some(criteria)) => Some((criteria.resource_type(), criteria.text())),
                _ => None,
            };
            if let Some(first) = creates.and_then(|key| creators.get(&key)) {
                slot.choice = Choice::Repeat(*first);
                continue;
            }
            self.patience.check()?;
            match change.choose(self.unit) {
                Ok(mut choice) => {
                    if let Choice::Found(version) = &mut choice {
                        self.room.keep(version);
                    }
                    if let (Choice::Id(..), Some(key)) = (&choice, creates) {
                        creators.insert(key, entry.index);
                    }
                    slot.choice = choice;
                }
                Err(refusal) => self.refuse(entry.index, refusal)?,
            }
        }
        Ok(())
    }

    fn make<'s, 'b: 's>(&mut self, slots: impl Iterator<Item = &'s mut Slot<'b>>) -> Result<(), Refusal> {
        for slot in slots {
            let entry = slot.entry;
            let change = match &entry.action {
                Action::Get(_) => {
                    self.get(std::slice::from_mut(slot))?;
                    continue;
                }
                Action::Change(_) if matches!(slot.choice, Choice::Repeat(_)) => continue,
                Action::Change(change) => change,
            };
            self.patience.check()?;
            let made = change.make(self.unit, &slot.choice, &entry.preconditions, &self.replacements);
            match made.and_then(|outcome| self.room.take(outcome)) {
                Ok(outcome) => slot.outcome = Some(outcome),
                Err(refusal) => self.refuse(entry.index, refusal)?,
            }
        }
        Ok(())
    }

    /// Stores what refers by criteria, which may match what was stored before, even by one of these.
    fn make_later(&mut self, mut waiting: Vec<&mut Slot<'_>>) -> Result<(), Refusal> {
        while !waiting.is_empty() {
            let length = waiting.len();
            let mut unresolved = Vec::new();
            for slot in std::mem::take(&mut waiting) {
                self.patience.check()?;
                let conditionals = self.conditionals;
                let Some(body) = slot.body() else { continue };
                match body.resolve(self.unit, conditionals, &mut self.replacements) {
                    Ok(()) => self.make(std::iter::once(slot))?,
                    Err(refusal) if refusal.row().status >= 500 => return Err(refusal),
                    Err(refusal) => {
                        unresolved.push((slot.entry.index, refusal));
                        waiting.push(slot);
                    }
                }
            }
            if waiting.len() == length {
                self.refused.append(&mut unresolved);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Refuses entries that are about the same resource: which of them should come last is not for us to say.
    fn check_overlaps(&mut self, slots: &[Slot<'_>]) {
        let mut first: HashMap<(ResourceType, &str), usize> = HashMap::new();
        for slot in slots {
            let Choice::Id(resource_type, id) = &slot.choice else { continue };
            let index = slot.entry.index;
            let other = *first.entry((*resource_type, id)).or_insert(index);
            if other != index {
                let text = format!(
                    "{resource_type}/{id} is what Bundle.entry[{other}] is about as well; a transaction has one entry for a resource"
                );
                let place = format_args!("Bundle.entry[{index}].request.url");
                let issue = Issue::error(IssueCode::Duplicate, text).at(place);
                self.refused.push((index, Refusal::invalid(vec![issue])));
            }
        }
    }

    /// Where criteria chose another id than was assumed, what refers to the entry must follow.
    fn note_chosen_ids(&mut self, slots: &[Slot<'_>]) {
        let targets: HashMap<usize, String> =
            slots.iter().filter_map(|slot| Some((slot.entry.index, slot.choice.target()?))).collect();
        for slot in slots {
            let Some(body) = slot.body() else { continue };
            let about = match slot.choice {
                Choice::Repeat(first) => first,
                _ => slot.entry.index,
            };
            let assumed = format!("{}/{}", body.prepared.resource_type, body.prepared.id);
            if let Some(target) = targets.get(&about).filter(|target| **target != assumed) {
                self.replacements.insert(assumed, target.clone());
            }
        }
    }

    /// What patches refer to by URN.
    fn note_urns(&mut self, urns: &HashMap<String, String>) {
        for (urn, target) in urns {
            let target = self.replacements.get(target).unwrap_or(target).clone();
            self.replacements.insert(urn.clone(), target);
        }
    }

    /// Criteria were evaluated while the transaction was under way. They must say the same of what it leaves.
    fn check_criteria(&mut self, slots: &[Slot<'_>]) -> Result<(), Refusal> {
        let mut after = Replacements::new();
        for slot in slots {
            self.patience.check()?;
            let index = slot.entry.index;
            if let (Choice::Id(_, id), Some(Change::Create(_, Some(criteria)))) =
                (&slot.choice, slot.change())
            {
                match self.unit.only_match(criteria) {
                    Ok(found) if found.as_ref().is_none_or(|found| found.id == *id) => {}
                    Ok(_) => self.refuse(index, Refusal::multiple_matches())?,
                    Err(refusal) => self.refuse(index, refusal)?,
                }
            }
            let Some(body) = slot.body() else { continue };
            if let Err(refusal) = body.resolve(self.unit, self.conditionals, &mut after) {
                self.refuse(index, refusal)?;
                continue;
            }
            let moved = body
                .conditional_references()
                .filter(|(text, _)| after.get(*text) != self.replacements.get(*text))
                .map(|(text, place)| {
                    let text = format!(
                        "{} matches one resource before and another after the transaction's own changes",
                        quoted(text)
                    );
                    Issue::error(IssueCode::MultipleMatches, text).at(place)
                });
            let moved: Vec<Issue> = moved.collect();
            if !moved.is_empty() {
                self.refuse(index, Refusal::invalid(moved))?;
            }
        }
        Ok(())
    }

    fn get(&mut self, slots: &mut [Slot<'_>]) -> Result<(), Refusal> {
        for slot in slots {
            let Action::Get(get) = &slot.entry.action else { continue };
            self.patience.check()?;
            let got = get.run(self.engine, self.caller, self.unit.reader()).map(Outcome::Got);
            match got.and_then(|outcome| self.room.take(outcome)) {
                Ok(outcome) => slot.outcome = Some(outcome),
                Err(refusal) => self.refuse(slot.entry.index, refusal)?,
            }
        }
        Ok(())
    }
}

/// Creates that repeat an earlier one's criteria found what that one created.
fn answer_repeats(slots: &mut [Slot<'_>], room: &mut Room) {
    let repeated: HashSet<usize> = slots
        .iter()
        .filter_map(|slot| match slot.choice {
            Choice::Repeat(first) => Some(first),
            _ => None,
        })
        .collect();
    let created: HashMap<usize, Version> = slots
        .iter()
        .filter(|slot| repeated.contains(&slot.entry.index))
        .filter_map(|slot| match &slot.outcome {
            Some(Outcome::Written(written)) => Some((slot.entry.index, written.version.clone())),
            _ => None,
        })
        .collect();
    for slot in slots {
        if let Choice::Repeat(first) = slot.choice
            && let Some(version) = created.get(&first)
        {
            let mut written = Written { version: version.clone(), effect: Effect::Found };
            room.keep(&mut written.version);
            slot.outcome = Some(Outcome::Written(written));
        }
    }
}
