//! One entry, carried out inside a write.

use super::entry::{Change, Subject};
use super::get::Got;
use super::prepare::{Body, Conditionals};
use super::references;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::prepare::Prepared;
use crate::unit::{Effect, State, Unit, Written};
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType};
use std::borrow::Cow;
use std::collections::HashMap;
use storage::Version;

/// Which resource an entry that changes something is about, once criteria have been evaluated.
pub(super) enum Choice {
    /// The one with this id.
    Id(ResourceType, String),
    /// This one, which is there already: nothing is created.
    Found(Version),
    /// None: there is nothing to delete.
    Nothing,
    /// What the create at this place in the Bundle makes, which has the same criteria.
    Repeat(usize),
}

impl Choice {
    /// How it is referred to.
    pub(super) fn target(&self) -> Option<String> {
        match self {
            Choice::Id(resource_type, id) => Some(format!("{resource_type}/{id}")),
            Choice::Found(version) => Some(format!("{}/{}", version.resource_type, version.id)),
            Choice::Nothing | Choice::Repeat(_) => None,
        }
    }
}

/// What became of an entry.
pub(super) enum Outcome {
    /// A resource was stored, or was there.
    Written(Written),
    /// A resource was deleted, in this version; `None` when there was nothing to delete.
    Deleted(Option<u64>),
    /// Something was read, or an operation answered.
    Got(Got),
}

/// What stands instead of what resources say now.
pub(super) type Replacements = HashMap<String, String>;

impl Change<Body> {
    /// Evaluates the criteria.
    ///
    /// # Errors
    ///
    /// 412 when several resources match, 400 and 409 of a conditional update; the store's failures.
    pub(super) fn choose(&self, unit: &mut Unit<'_>) -> Result<Choice, Refusal> {
        match self {
            Change::Delete(subject) | Change::Patch(subject, _) | Change::Operation(subject, _) => {
                subject.choose(unit)
            }
            Change::Create(body, None) | Change::Update(body, None) => Ok(body.own_id()),
            Change::Create(body, Some(criteria)) => {
                Ok(unit.only_match(criteria)?.map_or_else(|| body.own_id(), Choice::Found))
            }
            Change::Update(body, Some(criteria)) => {
                let fresh = &body.prepared.id;
                let (id, _) = unit.chosen_by(criteria, body.sent_id.as_deref(), fresh)?;
                Ok(Choice::Id(body.prepared.resource_type, id))
            }
        }
    }

    /// Makes the change.
    ///
    /// # Errors
    ///
    /// 404, 412 when a precondition does not hold, 422 when a rule is broken; the store's failures. Nothing of it is
    /// written then.
    pub(super) fn make(
        &self,
        unit: &mut Unit<'_>,
        choice: &Choice,
        preconditions: &Preconditions,
        replacements: &Replacements,
    ) -> Result<Outcome, Refusal> {
        let (resource_type, id) = match choice {
            Choice::Found(version) => {
                return Ok(Outcome::Written(Written { version: version.clone(), effect: Effect::Found }));
            }
            Choice::Nothing | Choice::Repeat(_) => return self.make_of_nothing(preconditions),
            Choice::Id(resource_type, id) => (*resource_type, id.as_str()),
        };
        match self {
            Change::Delete(_) => unit
                .delete_by_id(resource_type, id, preconditions)
                .map(|number| Outcome::Deleted(Some(number))),
            Change::Create(body, _) => {
                let prepared = body.settled(unit, id, replacements);
                preconditions.check_new(resource_type, &prepared.resource)?;
                unit.create(&prepared).map(Outcome::Written)
            }
            Change::Update(body, _) => {
                let prepared = body.settled(unit, id, replacements);
                preconditions.check_new(resource_type, &prepared.resource)?;
                unit.update(&prepared, preconditions).map(Outcome::Written)
            }
            Change::Patch(_, patch) => {
                let point = |resource: &mut Json| point_to_entries(resource, resource_type, replacements);
                unit.patch(resource_type, id, patch, preconditions, &point).map(Outcome::Written)
            }
            // It knows the preconditions itself.
            Change::Operation(_, alter) => {
                let body = Some(alter(unit)?);
                Ok(Outcome::Got(Got { status: 200, version: None, body }))
            }
        }
    }

    /// Nothing matches: there is nothing to delete, and nothing to patch, which is told.
    fn make_of_nothing(&self, preconditions: &Preconditions) -> Result<Outcome, Refusal> {
        if let Change::Patch(Subject::Criteria(criteria), _) = self {
            return Err(Refusal::unknown_resource(criteria.resource_type(), criteria.text()));
        }
        preconditions.check(&State::Absent).map(|()| Outcome::Deleted(None))
    }

    /// The type of what it is about.
    pub(super) fn resource_type(&self) -> ResourceType {
        match self {
            Change::Create(body, _) | Change::Update(body, _) => body.prepared.resource_type,
            Change::Delete(subject) | Change::Patch(subject, _) | Change::Operation(subject, _) => {
                match subject {
                    Subject::Id(resource_type, _) => *resource_type,
                    Subject::Criteria(criteria) => criteria.resource_type(),
                }
            }
        }
    }

    /// What it stores, if it does.
    pub(super) fn body(&self) -> Option<&Body> {
        match self {
            Change::Create(body, _) | Change::Update(body, _) => Some(body),
            Change::Patch(..) | Change::Delete(_) | Change::Operation(..) => None,
        }
    }
}

/// Points what a patch put into a resource to other entries. A patch may have any form, so that this is done to what it
/// leaves, where the definitions tell what is a pointer. URLs of other servers that the resource holds are left alone:
/// they may have been there before.
fn point_to_entries(resource: &mut Json, resource_type: ResourceType, replacements: &Replacements) {
    references::rewrite(resource, resource_type.name(), &mut |_, text, _| {
        text.strip_prefix("urn:").and_then(|_| replacements.get(text).cloned())
    });
}

impl Subject {
    fn choose(&self, unit: &mut Unit<'_>) -> Result<Choice, Refusal> {
        match self {
            Subject::Id(resource_type, id) => Ok(Choice::Id(*resource_type, id.clone())),
            Subject::Criteria(criteria) => {
                let found = unit.only_match(criteria)?;
                Ok(found.map_or(Choice::Nothing, |version| Choice::Id(version.resource_type, version.id)))
            }
        }
    }
}

impl Body {
    fn own_id(&self) -> Choice {
        Choice::Id(self.prepared.resource_type, self.prepared.id.clone())
    }

    /// What is stored under `id` with these replacements: in most cases what was prepared.
    fn settled(&self, unit: &Unit<'_>, id: &str, replacements: &Replacements) -> Cow<'_, Prepared> {
        let prepared = &self.prepared;
        if self.open.iter().any(|open| replacements.contains_key(&open.text)) {
            let mut resource = prepared.resource.clone();
            let name = prepared.resource_type.name();
            references::rewrite(&mut resource, name, &mut |_, text, _| replacements.get(text).cloned());
            return Cow::Owned(unit.prepare(prepared.resource_type, id, resource));
        }
        if prepared.id == id {
            return Cow::Borrowed(prepared);
        }
        let mut renamed = prepared.clone();
        renamed.set_id(id);
        Cow::Owned(renamed)
    }

    /// Finds what the conditional references point to.
    ///
    /// # Errors
    ///
    /// 400 naming each that matches nothing or several; the store's failures.
    pub(super) fn resolve(
        &self,
        unit: &mut Unit<'_>,
        conditionals: &Conditionals,
        into: &mut Replacements,
    ) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        for (text, place) in self.conditional_references() {
            if into.contains_key(text) {
                continue;
            }
            let Some(criteria) = conditionals.get(text) else { continue };
            match unit.only_match(criteria) {
                Ok(Some(version)) => {
                    into.insert(text.to_owned(), format!("{}/{}", version.resource_type, version.id));
                }
                Ok(None) => {
                    let told = format!("{} matches no {}", quoted(text), criteria.resource_type());
                    problems.push(Issue::error(IssueCode::NotFound, told).at(place));
                }
                Err(refusal) if refusal.row().status >= 500 => return Err(refusal),
                Err(_) => {
                    let told = format!(
                        "{} matches several {} resources; name more criteria",
                        quoted(text),
                        criteria.resource_type()
                    );
                    problems.push(Issue::error(IssueCode::MultipleMatches, told).at(place));
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid(problems)) }
    }
}
