//! One serialised write: what is read in it stays true until it is done.

use crate::definitions::DEFINITION_TYPES;
use crate::engine::Inner;
use crate::error::Refusal;
use crate::hooks::Change;
use crate::precondition::Preconditions;
use crate::prepare::Prepared;
use crate::read::is_first_of_its_second;
use fhir::datetime::Period;
use fhir::outcome::cut;
use fhir::{Issue, IssueCode, Json, ResourceType};
use search::{Criterion, Extraction, Query, TooCostlyParameter};
use storage::{Held, Method, NewVersion, Reader, Transaction, Version};

/// A write under way.
pub struct Unit<'a> {
    transaction: &'a mut dyn Transaction,
    inner: &'a Inner,
    changes: Changes,
}

/// What a write changes of that by which later requests go.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changes {
    /// Profiles and terminologies.
    pub(crate) definitions: bool,
    /// By what is searched.
    pub(crate) search_parameters: bool,
}

impl Changes {
    /// Whether it changes anything of that.
    pub(crate) fn any(self) -> bool {
        self.definitions || self.search_parameters
    }
}

/// What is stored under a type and id.
#[derive(Debug)]
pub enum State {
    /// Nothing, ever.
    Absent,
    /// It was deleted; its last version is this number.
    Deleted(u64),
    /// The current version.
    Present(Version),
}

impl State {
    pub(crate) fn of(version: Option<Version>) -> Self {
        match version {
            None => State::Absent,
            Some(version) if version.body.is_none() => State::Deleted(version.version),
            Some(version) => State::Present(version),
        }
    }

    /// The number that the next version will have.
    pub fn next_version(&self) -> u64 {
        match self {
            State::Absent => 1,
            State::Deleted(version) => version + 1,
            State::Present(current) => current.version + 1,
        }
    }

    /// The current version.
    ///
    /// # Errors
    ///
    /// 404 when there never was one, and, as Canvas knows no deletions, after one.
    pub fn present(self, resource_type: ResourceType, id: &str) -> Result<Version, Refusal> {
        match self {
            State::Present(version) => Ok(version),
            State::Absent | State::Deleted(_) => Err(Refusal::unknown_resource(resource_type, id)),
        }
    }
}

/// What a write has done.
#[derive(Debug)]
pub struct Written {
    /// The version that is now current.
    pub version: Version,
    /// What became of the resource.
    pub effect: Effect,
}

/// What became of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is new.
    Created,
    /// It changed.
    Updated,
    /// It was like that already.
    Unchanged,
    /// It was there already, so that a conditional create did nothing.
    Found,
}

impl Written {
    /// What became of the resource, in words (`Prefer: return=OperationOutcome`).
    pub fn told(&self) -> Issue {
        let word = match self.effect {
            Effect::Created => "created",
            Effect::Updated => "updated",
            Effect::Unchanged => "unchanged",
            Effect::Found => "there already",
        };
        let Version { resource_type, id, version, .. } = &self.version;
        let text = format!("{resource_type}/{id} is {word}, version {version}");
        Issue::information(text)
    }
}

impl<'a> Unit<'a> {
    pub(crate) fn new(transaction: &'a mut dyn Transaction, inner: &'a Inner) -> Self {
        Unit { transaction, inner, changes: Changes::default() }
    }

    /// What was changed so far.
    pub(crate) fn changes(&self) -> Changes {
        self.changes
    }

    /// The moment of this write, in milliseconds since the epoch.
    pub fn now(&self) -> i64 {
        self.transaction.now()
    }

    pub(crate) fn inner(&self) -> &'a Inner {
        self.inner
    }

    /// Everything that can be read, as it is within this write.
    pub(crate) fn reader(&mut self) -> &mut dyn Reader {
        self.transaction
    }

    /// What is stored under a type and id.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn state(&mut self, resource_type: ResourceType, id: &str) -> Result<State, Refusal> {
        // Not every store can be asked for what is no id.
        let found =
            if fhir::primitive::is_id(id) { self.transaction.resource(resource_type, id)? } else { None };
        Ok(State::of(found))
    }

    /// Checks what must hold of what is stored. A time of whole seconds does not tell a version from one that was made in
    /// the same second before it, so that the client may have seen that one.
    ///
    /// # Errors
    ///
    /// Those of [`Preconditions::check`]; the store's failures.
    pub fn check_preconditions(
        &mut self,
        preconditions: &Preconditions,
        state: &State,
    ) -> Result<(), Refusal> {
        preconditions.check(state)?;
        match (state, preconditions.if_unmodified_since) {
            (State::Present(current), Some(since))
                if current.last_updated.div_euclid(1000) == since.div_euclid(1000)
                    && !is_first_of_its_second(self.reader(), current)? =>
            {
                Err(Refusal::modified())
            }
            _ => Ok(()),
        }
    }

    /// The current resource, parsed; `None` when there is none or it was deleted.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn resource(&mut self, resource_type: ResourceType, id: &str) -> Result<Option<Json>, Refusal> {
        match self.state(resource_type, id)? {
            State::Present(version) => stored_json(&version).map(Some),
            State::Absent | State::Deleted(_) => Ok(None),
        }
    }

    /// The resources that match `query`.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn search(&mut self, query: &Query) -> Result<Vec<Version>, Refusal> {
        Ok(self.transaction.search(query)?.resources)
    }

    /// Whether any resource of a type matches `criterion`.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn any(&mut self, resource_type: ResourceType, criterion: Criterion) -> Result<bool, Refusal> {
        let query = Query { limit: 1, ..Query::all(resource_type).and(criterion) };
        Ok(!self.search(&query)?.is_empty())
    }

    /// Who holds `holder`'s time in `period`; at most `limit` of them.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn holds(&mut self, holder: u64, period: Period, limit: usize) -> Result<Vec<Held>, Refusal> {
        Ok(self.transaction.holds(holder, period, limit)?)
    }

    /// A fact that the store keeps under `name`.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn setting(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        Ok(self.transaction.setting(name)?)
    }

    /// Keeps a fact under `name`.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn put_setting(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        Ok(self.transaction.put_setting(name, value)?)
    }

    /// Erases every resource with its history; clients, tokens and kept facts stay. For sandboxes.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub fn erase_everything(&mut self) -> Result<(), Refusal> {
        self.changes = Changes { definitions: true, search_parameters: true };
        Ok(self.transaction.erase_everything()?)
    }

    /// See [`Engine::prepare`](crate::Engine::prepare), for resources that only the write knows.
    pub fn prepare(&self, resource_type: ResourceType, id: &str, resource: Json) -> Prepared {
        self.inner.prepare(resource_type, id, resource)
    }

    /// Stores a resource under an id that nothing has ever had.
    ///
    /// # Errors
    ///
    /// 422 when a rule of the hooks is broken; 409 when something has the id; the store's failures.
    pub fn create(&mut self, prepared: &Prepared) -> Result<Written, Refusal> {
        self.store(1, Method::Create, Effect::Created, prepared)
    }

    /// Stores a resource as the version after `before`, which must have been read in this unit: an update, or
    /// a creation under an id that the client chose. A resource that is like that already makes no new version.
    ///
    /// # Errors
    ///
    /// 422 when a rule of the hooks is broken; the store's failures.
    pub fn put(&mut self, before: State, prepared: &Prepared) -> Result<Written, Refusal> {
        if let State::Present(current) = before {
            if is_unchanged(&current, prepared) {
                return Ok(Written { version: current, effect: Effect::Unchanged });
            }
            return self.store(current.version + 1, Method::Update, Effect::Updated, prepared);
        }
        self.store(before.next_version(), Method::Update, Effect::Created, prepared)
    }

    fn store(
        &mut self,
        number: u64,
        method: Method,
        effect: Effect,
        new: &Prepared,
    ) -> Result<Written, Refusal> {
        let (resource_type, id) = (new.resource_type, new.id.as_str());
        self.check(&Change { resource_type, id, after: Some(&new.resource), holds: &new.holds })?;
        if resource_type == ResourceType::SEARCH_PARAMETER {
            self.refuse_overlap(id, &new.resource)?;
        }
        let last_updated = self.now();
        let version = Version {
            resource_type,
            id: new.id.clone(),
            version: number,
            last_updated,
            method,
            body: Some(new.body(number, last_updated)),
        };
        self.note_change(resource_type);
        // The search parameters may have changed since the resource was prepared.
        let is_stale = new.generation != self.inner.parameters.generation();
        let renewed = is_stale.then(|| self.inner.index(resource_type, &new.resource).0);
        let (index, too_costly) = match &renewed {
            Some(Extraction { rows, too_costly }) => (rows, too_costly),
            None => (&new.index, &new.too_costly),
        };
        if !too_costly.is_empty() {
            return Err(not_indexable(new, too_costly));
        }
        let rest = Some(&new.stored);
        self.transaction.put(NewVersion { version: &version, rest, index, holds: &new.holds })?;
        Ok(Written { version, effect })
    }

    /// Stores the deletion of a resource whose current version is `current`.
    ///
    /// # Errors
    ///
    /// 422 when a rule of the hooks is broken; the store's failures.
    pub fn delete(&mut self, current: &Version) -> Result<Version, Refusal> {
        let (resource_type, id) = (current.resource_type, current.id.clone());
        self.check(&Change { resource_type, id: &id, after: None, holds: &[] })?;
        let (version, last_updated) = (current.version + 1, self.now());
        let deletion =
            Version { resource_type, id, version, last_updated, method: Method::Delete, body: None };
        self.note_change(resource_type);
        self.transaction.put(NewVersion { version: &deletion, rest: None, index: &[], holds: &[] })?;
        Ok(deletion)
    }

    fn note_change(&mut self, resource_type: ResourceType) {
        self.changes.definitions |= DEFINITION_TYPES.contains(&resource_type);
        self.changes.search_parameters |= resource_type == ResourceType::SEARCH_PARAMETER;
    }

    /// Swaps the index rows of the current version for those of `prepared`.
    pub(crate) fn replace_index(&mut self, prepared: &Prepared) -> Result<(), Refusal> {
        let (resource_type, id) = (prepared.resource_type, &prepared.id);
        Ok(self.transaction.replace_index(resource_type, id, &prepared.index, &prepared.holds)?)
    }

    fn check(&mut self, change: &Change<'_>) -> Result<(), Refusal> {
        let inner = self.inner;
        let broken = inner.settings.rules.check(self, change)?;
        if broken.is_empty() { Ok(()) } else { Err(Refusal::broken_rules(broken)) }
    }
}

/// Says by what a resource cannot be indexed, so that searches by it would pass over the resource.
fn not_indexable(new: &Prepared, too_costly: &[TooCostlyParameter]) -> Refusal {
    let told = |parameter: &TooCostlyParameter| {
        let TooCostlyParameter { code, url } = parameter;
        let url = url.as_ref().map_or(String::new(), |url| format!(" ({})", cut(url)));
        let text = format!(
            "{}/{} cannot be indexed by search parameter '{code}'{url}: the evaluation of its expression takes too much on \
             this resource; simplify the resource or SearchParameter.expression",
            new.resource_type, new.id
        );
        Issue::error(IssueCode::TooCostly, text)
    };
    Refusal::broken_rules(too_costly.iter().map(told).collect())
}

/// Whether `prepared` says what `current` says. Bytes decide, and where only the order of members may
/// differ, content.
fn is_unchanged(current: &Version, prepared: &Prepared) -> bool {
    let Some(stored) = &current.body else { return false };
    let new = prepared.body(current.version, current.last_updated);
    if *stored == new {
        return true;
    }
    let parse = |bytes: &[u8]| fhir::json::parse(bytes, usize::MAX);
    stored.len() == new.len()
        && matches!((parse(stored), parse(&new)), (Ok(old), Ok(new)) if old.same_content(&new))
}

/// A stored resource as a tree.
///
/// # Errors
///
/// 500 when the stored bytes are no JSON: the store is damaged.
pub fn stored_json(version: &Version) -> Result<Json, Refusal> {
    let body = version.body.as_deref().unwrap_or_default();
    fhir::json::parse(body, usize::MAX).map_err(|errors| {
        let problem = errors.first().map(ToString::to_string).unwrap_or_default();
        let (name, id, number) = (version.resource_type, &version.id, version.version);
        Refusal::failed(format!("stored {name}/{id} version {number} is damaged: {problem}"))
    })
}
