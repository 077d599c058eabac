//! Entries of a batch or transaction, read (<http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request>).

use super::get::{Asking, Get};
use super::request::{Request, invalid, steps};
use crate::caller::Caller;
use crate::conditional::Criteria;
use crate::create::new_id;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::operations::Operation;
use crate::operations::task::Alter;
use crate::patch::{Format, Patch, offered_patches};
use crate::precondition::Preconditions;
use crate::registry::Interaction;
use crate::target::Target;
use crate::update::check_id;
use fhir::datetime::PartialDateTime;
use fhir::{Issue, IssueCode, Json, Object, ResourceType, base64};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// An entry. `B` is what it stores: at first the resource as it was sent, then what was made of it.
pub(super) struct Entry<B> {
    /// Its place in the Bundle, from 0.
    pub(super) index: usize,
    /// What other entries call it.
    pub(super) full_url: Option<String>,
    /// What must hold of the resource that it is about.
    pub(super) preconditions: Preconditions,
    /// What it asks for.
    pub(super) action: Action<B>,
}

/// What an entry asks for.
pub(super) enum Action<B> {
    /// Something is to be changed.
    Change(Change<B>),
    /// Something is to be read.
    Get(Get),
}

/// What an entry changes.
pub(super) enum Change<B> {
    /// delete
    Delete(Subject),
    /// create, if nothing matches
    Create(B, Option<Criteria>),
    /// update of what matches, or by id
    Update(B, Option<Criteria>),
    /// patch
    Patch(Subject, Patch),
    /// an operation
    Operation(Subject, Alter),
}

/// When an entry is carried out (<http://hl7.org/fhir/R4/http.html#trules>). Operations that are asked for with POST come
/// with the creates, after the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    Delete,
    Create,
    Operation,
    Update,
    Get,
}

/// Which resource.
pub(super) enum Subject {
    /// The one with this id.
    Id(ResourceType, String),
    /// The one that matches.
    Criteria(Criteria),
}

/// A resource to be stored, as it was sent.
pub(super) struct Sent {
    pub(super) resource_type: ResourceType,
    /// The id that it will have unless criteria choose another.
    pub(super) id: String,
    /// The id that a conditional update came with.
    pub(super) sent_id: Option<String>,
    pub(super) resource: Json,
}

impl<B> Entry<B> {
    /// When it is carried out.
    pub(super) const fn turn(&self) -> Turn {
        match &self.action {
            Action::Change(Change::Delete(_)) => Turn::Delete,
            Action::Change(Change::Create(..)) => Turn::Create,
            Action::Change(Change::Operation(..)) => Turn::Operation,
            Action::Change(Change::Update(..) | Change::Patch(..)) => Turn::Update,
            Action::Get(get) if get.is_posted => Turn::Operation,
            Action::Get(_) => Turn::Get,
        }
    }
}

/// Reads entries.
pub(super) struct EntryReader<'e> {
    pub(super) engine: &'e Engine,
    pub(super) caller: &'e Arc<dyn Caller>,
    /// Whether searches and histories leave out what they do not know.
    pub(super) lenient: bool,
    /// The present, in milliseconds since the epoch.
    pub(super) now: i64,
}

impl EntryReader<'_> {
    /// Reads an entry whose structure is known to be right; `resource` was taken out of it.
    ///
    /// # Errors
    ///
    /// 404 or 405 when the URL leads nowhere, 403, and 400 with everything that is wrong with the request.
    pub(super) fn read(
        &self,
        index: usize,
        entry: &Object,
        resource: Option<Json>,
    ) -> Result<Entry<Sent>, Refusal> {
        let request = Request::of(self.engine.base_url(), index, entry)?;
        let steps: Vec<String> = steps(request.path).ok_or_else(|| Refusal::unknown_path(request.path))?;
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let (resource_type, target) =
            Target::of(&steps).ok_or_else(|| Refusal::unknown_path(request.path))?;
        let operation = Operation::asked(request.method, resource_type, target, request.path)?;
        let interaction = Interaction::offered(Interaction::R4, request.method, target, request.path)?;
        self.admit(interaction, resource_type, &request)?;
        let full_url = entry.str("fullUrl").map(str::to_owned);
        let by = Some(Arc::clone(self.caller));
        let preconditions = Preconditions { by, ..request.preconditions(operation)? };
        let action = match (operation, target) {
            (Some(operation), target) => {
                self.operation(&request, operation, resource_type, target, resource)?
            }
            (None, target) => self.action(&request, interaction, resource_type, target, resource)?,
        };
        Ok(Entry { index, full_url, preconditions, action })
    }

    /// Whether the caller may. Criteria tell what there is, so they need the right to read as well.
    fn admit(
        &self,
        interaction: Interaction,
        resource_type: Option<ResourceType>,
        request: &Request<'_>,
    ) -> Result<(), Refusal> {
        let Some(resource_type) = resource_type else { return Ok(()) };
        if interaction.writes() {
            self.caller.may_write(resource_type)?;
        }
        if interaction.tells_of_stored() {
            self.caller.may_read(resource_type)?;
        }
        let has_criteria = interaction.is_conditional() || request.object.contains("ifNoneExist");
        match interaction {
            Interaction::SearchType | Interaction::HistoryInstance | Interaction::HistoryType => {
                self.caller.may_search(resource_type)
            }
            _ if has_criteria => self.caller.may_search(resource_type),
            _ if interaction.writes() => Ok(()),
            _ => self.caller.may_read(resource_type),
        }
    }

    fn action(
        &self,
        request: &Request<'_>,
        interaction: Interaction,
        resource_type: Option<ResourceType>,
        target: Target<'_>,
        resource: Option<Json>,
    ) -> Result<Action<Sent>, Refusal> {
        let Some(resource_type) = resource_type else { return self.get(request, None, target) };
        let change = match (interaction, target) {
            (Interaction::Create, _) => {
                request.no_query()?;
                let criteria = self.if_none_exist(request, resource_type)?;
                Change::Create(request.sent(resource_type, new_id(), resource)?, criteria)
            }
            (Interaction::Update, Target::Instance(id)) => {
                request.no_query()?;
                let sent = request.sent(resource_type, id.to_owned(), resource)?;
                check_id(resource_type, id, &sent.resource)?;
                Change::Update(sent, None)
            }
            (Interaction::ConditionalUpdate, _) => {
                let criteria = self.criteria(request, resource_type)?;
                let mut sent = request.sent(resource_type, new_id(), resource)?;
                sent.sent_id = sent.resource.str("id").map(str::to_owned);
                if let Some(id) = &sent.sent_id {
                    sent.id.clone_from(id);
                }
                Change::Update(sent, Some(criteria))
            }
            (Interaction::Patch, Target::Instance(id)) => {
                request.no_query()?;
                let patch = self.patch(request, resource)?;
                Change::Patch(Subject::Id(resource_type, id.to_owned()), patch)
            }
            (Interaction::ConditionalPatch, _) => {
                let criteria = self.criteria(request, resource_type)?;
                Change::Patch(Subject::Criteria(criteria), self.patch(request, resource)?)
            }
            (Interaction::Delete, Target::Instance(id)) => {
                request.no_query()?;
                Change::Delete(Subject::Id(resource_type, id.to_owned()))
            }
            (Interaction::ConditionalDelete, _) => {
                Change::Delete(Subject::Criteria(self.criteria(request, resource_type)?))
            }
            _ => return self.get(request, Some(resource_type), target),
        };
        Ok(Action::Change(change))
    }

    fn get(
        &self,
        request: &Request<'_>,
        resource_type: Option<ResourceType>,
        target: Target<'_>,
    ) -> Result<Action<Sent>, Refusal> {
        let parameters = request.parameters()?;
        let lenient = self.lenient;
        let asking = Asking { method: request.method, resource_type, target, parameters, lenient };
        let get = Get::new(self.engine, &**self.caller, asking, self.now);
        let mut get = get.map_err(|refusal| request.placed(refusal))?;
        get.if_none_match = request.tags("ifNoneMatch")?;
        get.if_modified_since = request.object.str("ifModifiedSince").and_then(instant);
        Ok(Action::Get(get))
    }

    fn criteria(&self, request: &Request<'_>, resource_type: ResourceType) -> Result<Criteria, Refusal> {
        let criteria = self.engine.criteria_of_text(resource_type, request.query, self.now);
        self.admitted(criteria.map_err(|issues| request.placed(Refusal::invalid(issues)))?)
    }

    /// Criteria that look at other types tell of those too.
    fn admitted(&self, criteria: Criteria) -> Result<Criteria, Refusal> {
        criteria.looked_at().iter().try_for_each(|looked_at| self.caller.may_search(*looked_at))?;
        Ok(criteria)
    }

    /// The patch of an entry: Parameters of a FHIRPath Patch, or a Binary of any other
    /// (<http://hl7.org/fhir/R4/http.html#patch>).
    fn patch(&self, request: &Request<'_>, resource: Option<Json>) -> Result<Patch, Refusal> {
        let resource = request.resource(resource)?;
        let named = resource.str("resourceType").and_then(ResourceType::from_name);
        let resource_type = named.unwrap_or(ResourceType::PARAMETERS);
        let root = format!("Bundle.entry[{}].resource", request.index);
        // What a patch brings is judged in what it makes of the resource.
        let problems = self.engine.inner.problems_of_entry(resource_type, &resource, &root);
        if !problems.is_empty() {
            return Err(Refusal::invalid(problems));
        }
        let max_depth = self.engine.max_depth();
        match resource_type {
            ResourceType::PARAMETERS => {
                Patch::from_parameters(&resource, max_depth).map_err(Refusal::invalid)
            }
            ResourceType::BINARY => {
                let content_type = resource.str("contentType").unwrap_or_default();
                let essence = content_type.split(';').next().unwrap_or_default().trim();
                let format = Format::from_media_type(essence)
                    .ok_or_else(|| Refusal::unsupported_patch(content_type, &offered_patches()))?;
                let document = resource.str("data").and_then(base64::decode).unwrap_or_default();
                self.engine.parse_patch(format, &document)
            }
            other => {
                let text = format!("{other} is no patch; send Parameters of a FHIRPath Patch, or a Binary");
                Err(invalid(Issue::error(IssueCode::Structure, text).at(root)))
            }
        }
    }

    fn if_none_exist(
        &self,
        request: &Request<'_>,
        resource_type: ResourceType,
    ) -> Result<Option<Criteria>, Refusal> {
        let Some(text) = request.object.str("ifNoneExist") else { return Ok(None) };
        let place = format!("Bundle.entry[{}].request.ifNoneExist", request.index);
        let criteria = self
            .engine
            .criteria_of_text(resource_type, text, self.now)
            .map_err(|issues| Refusal::invalid(issues.into_iter().map(|issue| issue.at(&place)).collect()))?;
        self.admitted(criteria).map(Some)
    }
}

/// An instant, in milliseconds since the epoch.
fn instant(text: &str) -> Option<i64> {
    PartialDateTime::parse(text).map(|time| time.start(&TimeZone::UTC))
}
