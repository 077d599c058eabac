//! transaction (<http://hl7.org/fhir/R4/http.html#trules>): all entries or none.
//!
//! Inside the write, in this order: deletes; the criteria of all other conditional entries, which say who everybody is;
//! creates; operations that are asked for with POST; updates; then what refers by criteria, for those may match what the
//! transaction itself stores; reads.
//! Entries whose resources depend on none of this are stored as they were prepared.

use super::entry::{Action, Change, Entry, Turn};
use super::missing::Missing;
use super::patience::Patience;
use super::prepare::Body;
use super::room::Room;
use super::write::{Choice, Outcome, Replacements};
use super::{Bundle, EntryReturn, response};
use crate::conditional::Criteria;
use crate::engine::Engine;
use crate::error::{Refusal, rows};
use crate::precondition::Preconditions;
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
    /// It was refused, or cannot be made for want of one that was: it is not tried any further.
    is_out: bool,
}

/// A transaction under way.
struct Run<'r, 'u, 'b> {
    unit: &'r mut Unit<'u>,
    engine: &'b Engine,
    bundle: &'b Bundle,
    replacements: Replacements,
    refused: Vec<(usize, Refusal)>,
    missing: Missing,
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
    let slot = |entry| Slot { entry, choice: Choice::Nothing, outcome: None, is_out: false };
    let mut slots: Vec<Slot<'_>> = bundle.entries.iter().map(slot).collect();
    slots.sort_by_key(|slot| slot.entry.turn());
    let mut run = Run {
        unit,
        engine,
        bundle,
        replacements: Replacements::new(),
        refused: bundle.refused.iter().map(|(index, refusal)| (*index, refusal.told_again())).collect(),
        missing: bundle.missing.clone(),
        patience: Patience::new(),
        room: Room::new(entry_return),
    };
    match run.all(&mut slots) {
        // What has been found by then is told: it took no longer than the client would have had to wait for it.
        Err(refusal) if refusal.row().id != rows::TOOK_TOO_LONG.id || run.refused.is_empty() => {
            return Err(refusal);
        }
        _ if !run.refused.is_empty() => return Err(Refusal::of_entries(run.refused)),
        _ => {}
    }
    slots.sort_by_key(|slot| slot.entry.index);
    let outcomes = slots.into_iter().map(|slot| slot.outcome).collect::<Option<Vec<Outcome>>>();
    // All or none: what an entry is missing from is not kept.
    outcomes.ok_or_else(|| Refusal::failed("an entry of a transaction has no outcome"))
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

impl<'b> Run<'_, '_, 'b> {
    /// Tries all entries, which stand in the order of their turns.
    fn all(&mut self, slots: &mut [Slot<'b>]) -> Result<(), Refusal> {
        let gets = slots.partition_point(|slot| slot.entry.turn() < Turn::Get);
        let deletes = slots.partition_point(|slot| slot.entry.turn() == Turn::Delete);
        let (changes, gets) = slots.split_at_mut(gets);
        {
            let (deletes, others) = changes.split_at_mut(deletes);
            self.choose(deletes)?;
            self.make(deletes.iter_mut())?;
            self.choose(others)?;
        }
        self.check_overlaps(changes)?;
        let others = changes.get_mut(deletes..).unwrap_or_default();
        self.note_chosen_ids(others);
        self.note_urns(&self.bundle.urns);
        self.make(others.iter_mut().filter(|slot| !slot.refers_by_criteria()))?;
        self.make_later(others.iter_mut().filter(|slot| slot.refers_by_criteria()).collect())?;
        self.check_criteria(others)?;
        self.get(gets)?;
        answer_repeats(others, &mut self.room);
        Ok(())
    }

    /// Keeps a refusal of an entry, so that those of others are found too; unless it may be for want of what another one
    /// would have done.
    fn refuse(&mut self, index: usize, refusal: Refusal, is_follow_on: bool) -> Result<(), Refusal> {
        if refusal.row().status >= 500 {
            return Err(refusal);
        }
        if !is_follow_on {
            self.refused.push((index, refusal));
        }
        Ok(())
    }

    /// The same for an entry that has not been made, and will not be.
    fn leave_out(
        &mut self,
        slot: &mut Slot<'b>,
        refusal: Refusal,
        is_follow_on: bool,
    ) -> Result<(), Refusal> {
        slot.is_out = true;
        self.missing.add(slot.entry);
        self.refuse(slot.entry.index, refusal, is_follow_on)
    }

    /// Evaluates the criteria of entries. Of several creates with the same criteria the first creates what the
    /// others find.
    fn choose(&mut self, slots: &mut [Slot<'b>]) -> Result<(), Refusal> {
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
                Err(refusal) => {
                    let is_follow_on = self.missing.may_have_caused(change, &refusal);
                    self.leave_out(slot, refusal, is_follow_on)?;
                }
            }
        }
        Ok(())
    }

    fn make<'s>(&mut self, slots: impl Iterator<Item = &'s mut Slot<'b>>) -> Result<(), Refusal>
    where
        'b: 's,
    {
        for slot in slots.filter(|slot| !slot.is_out) {
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
            match self.made(change, &slot.choice, &entry.preconditions) {
                Ok(outcome) => slot.outcome = Some(outcome),
                Err(refusal) => {
                    let is_follow_on = self.missing.may_have_caused(change, &refusal);
                    // Nothing is kept, so that it can be made whatever version it asks for: the others then find what
                    // they would have found.
                    let without =
                        Preconditions { by: entry.preconditions.by.clone(), ..Preconditions::default() };
                    let is_stale = refusal.row().id == rows::MODIFIED.id;
                    if is_stale && self.made(change, &slot.choice, &without).is_ok() {
                        slot.is_out = true;
                        self.refuse(entry.index, refusal, is_follow_on)?;
                    } else {
                        self.leave_out(slot, refusal, is_follow_on)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn made(
        &mut self,
        change: &Change<Body>,
        choice: &Choice,
        preconditions: &Preconditions,
    ) -> Result<Outcome, Refusal> {
        let made = change.make(self.unit, choice, preconditions, &self.replacements);
        made.and_then(|outcome| self.room.take(outcome))
    }

    /// Stores what refers by criteria, which may match what was stored before, even by one of these.
    fn make_later(&mut self, mut waiting: Vec<&mut Slot<'b>>) -> Result<(), Refusal> {
        waiting.retain(|slot| !slot.is_out);
        while !waiting.is_empty() {
            let length = waiting.len();
            let mut unresolved = Vec::new();
            for slot in std::mem::take(&mut waiting) {
                self.patience.check()?;
                let conditionals = &self.bundle.conditionals;
                let Some(body) = slot.body() else { continue };
                match body.resolve(self.unit, conditionals, &mut self.replacements) {
                    Ok(()) => self.make(std::iter::once(slot))?,
                    Err(refusal) if refusal.row().status >= 500 => return Err(refusal),
                    Err(refusal) => {
                        unresolved.push(refusal);
                        waiting.push(slot);
                    }
                }
            }
            if waiting.len() == length {
                return self.leave_out_unresolved(waiting.into_iter().zip(unresolved).collect());
            }
        }
        Ok(())
    }

    /// Of entries none of which finds what it refers to, those that wait for others of them are not to blame.
    fn leave_out_unresolved(&mut self, unresolved: Vec<(&mut Slot<'b>, Refusal)>) -> Result<(), Refusal> {
        let stored: Vec<(usize, ResourceType)> = unresolved
            .iter()
            .filter_map(|(slot, _)| Some((slot.entry.index, slot.body()?.prepared.resource_type)))
            .collect();
        let waits = |slot: &Slot<'_>| {
            self.unfound(slot).any(|criteria| {
                let others = stored.iter().filter(|(index, _)| *index != slot.entry.index);
                others.map(|(_, resource_type)| *resource_type).any(|one| criteria.resource_type() == one)
            })
        };
        let waiting: Vec<bool> = unresolved.iter().map(|(slot, _)| waits(slot)).collect();
        let is_circle = waiting.iter().all(|waits| *waits);
        let causes: Vec<bool> = unresolved.iter().map(|(slot, _)| self.unfound_for_others(slot)).collect();
        for ((slot, refusal), (waits, for_others)) in
            unresolved.into_iter().zip(waiting.into_iter().zip(causes))
        {
            self.leave_out(slot, refusal, for_others || (waits && !is_circle))?;
        }
        Ok(())
    }

    /// The criteria of an entry's references that have found nothing so far.
    fn unfound<'s>(&'s self, slot: &'s Slot<'_>) -> impl Iterator<Item = &'b Criteria> + 's {
        let texts = slot.body().into_iter().flat_map(|body| body.conditional_references());
        let unfound = texts.filter(|(text, _)| !self.replacements.contains_key(*text));
        unfound.filter_map(|(text, _)| self.bundle.conditionals.get(text))
    }

    /// Whether an entry's references may have found nothing for want of refused entries alone.
    fn unfound_for_others(&self, slot: &Slot<'_>) -> bool {
        self.unfound(slot).all(|criteria| self.missing.may_match(criteria))
    }

    /// Refuses entries that are about the same resource: which of them should come last is not for us to say.
    fn check_overlaps(&mut self, slots: &mut [Slot<'b>]) -> Result<(), Refusal> {
        let mut first: HashMap<(ResourceType, String), usize> = HashMap::new();
        for slot in slots {
            let Choice::Id(resource_type, id) = &slot.choice else { continue };
            let index = slot.entry.index;
            let other = *first.entry((*resource_type, id.clone())).or_insert(index);
            if other != index {
                let text = format!(
                    "{resource_type}/{id} is what Bundle.entry[{other}] is about as well; a transaction has one entry for a resource"
                );
                let place = format_args!("Bundle.entry[{index}].request.url");
                let issue = Issue::error(IssueCode::Duplicate, text).at(place);
                self.leave_out(slot, Refusal::invalid(vec![issue]), false)?;
            }
        }
        Ok(())
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
    fn check_criteria(&mut self, slots: &[Slot<'b>]) -> Result<(), Refusal> {
        let mut after = Replacements::new();
        for slot in slots.iter().filter(|slot| !slot.is_out) {
            self.patience.check()?;
            let index = slot.entry.index;
            if let (Choice::Id(_, id), Some(Change::Create(_, Some(criteria)))) =
                (&slot.choice, slot.change())
            {
                let is_follow_on = self.missing.may_match(criteria);
                match self.unit.only_match(criteria) {
                    Ok(found) if found.as_ref().is_none_or(|found| found.id == *id) => {}
                    Ok(_) => self.refuse(index, Refusal::multiple_matches(), is_follow_on)?,
                    Err(refusal) => self.refuse(index, refusal, is_follow_on)?,
                }
            }
            let Some(body) = slot.body() else { continue };
            let conditionals = &self.bundle.conditionals;
            let for_others =
                |text: &str| conditionals.get(text).is_some_and(|criteria| self.missing.may_match(criteria));
            if let Err(refusal) = body.resolve(self.unit, conditionals, &mut after) {
                let unfound = body.conditional_references().filter(|(text, _)| !after.contains_key(*text));
                let is_follow_on = unfound.map(|(text, _)| text).all(for_others);
                self.refuse(index, refusal, is_follow_on)?;
                continue;
            }
            let moved = body
                .conditional_references()
                .filter(|(text, _)| after.get(*text) != self.replacements.get(*text) && !for_others(text))
                .map(|(text, place)| {
                    let text = format!(
                        "{} matches one resource before and another after the transaction's own changes",
                        quoted(text)
                    );
                    Issue::error(IssueCode::MultipleMatches, text).at(place)
                });
            let moved: Vec<Issue> = moved.collect();
            if !moved.is_empty() {
                self.refuse(index, Refusal::invalid(moved), false)?;
            }
        }
        Ok(())
    }

    fn get(&mut self, slots: &mut [Slot<'b>]) -> Result<(), Refusal> {
        for slot in slots {
            let Action::Get(get) = &slot.entry.action else { continue };
            self.patience.check()?;
            let got = get.run(self.engine, &*self.bundle.caller, self.unit.reader()).map(Outcome::Got);
            match got.and_then(|outcome| self.room.take(outcome)) {
                Ok(outcome) => slot.outcome = Some(outcome),
                Err(refusal) => {
                    self.refuse(slot.entry.index, refusal, self.missing.may_have_hidden(get))?;
                }
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
