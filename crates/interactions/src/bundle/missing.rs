//! What a transaction lacks because entries of it were refused.
//!
//! The other entries are tried all the same, so that all that fail can be told, in a write of which nothing is kept. But
//! an entry that may fail only because of a refused one is not told of: its client would look for a mistake that may not
//! be there.

use super::entry::{Action, Change, Entry, Subject};
use super::get::Get;
use super::identity::Identities;
use super::prepare::Body;
use super::request::{Request, steps};
use crate::conditional::Criteria;
use crate::error::{Refusal, rows};
use crate::operations::Operation;
use crate::target::Target;
use fhir::{Object, ResourceType};
use std::collections::HashSet;

/// What refused entries would have been about.
#[derive(Clone, Default)]
pub(super) struct Missing {
    /// Nothing says what one of them was about.
    anything: bool,
    /// The types of all resources that they would have stored, changed or deleted.
    types: HashSet<ResourceType>,
    /// Those of resources that there may have been before.
    changed: HashSet<ResourceType>,
    /// Those of resources that criteria would have chosen.
    matching: HashSet<ResourceType>,
    /// Resources that were named.
    ids: HashSet<(ResourceType, String)>,
    /// What others would have referred to them by.
    targets: HashSet<String>,
}

/// What one entry is about.
enum About {
    /// It changes nothing.
    Nothing,
    /// A resource that it makes.
    New(ResourceType),
    /// The resource with this id.
    Id(ResourceType, String),
    /// A resource that criteria choose.
    Matching(ResourceType),
    /// Its request cannot be understood.
    Anything,
}

impl Missing {
    /// Adds entries that were refused before they could be tried, by their places; `entries` are all of the Bundle.
    pub(super) fn add_refused(
        &mut self,
        base: &str,
        entries: &[Object],
        refused: &HashSet<usize>,
        identities: &Identities,
    ) {
        for (index, entry) in entries.iter().enumerate().filter(|(index, _)| refused.contains(index)) {
            self.add_about(About::of_request(base, index, entry));
        }
        let targets = identities.targets().filter(|(index, _)| refused.contains(index));
        self.targets.extend(targets.map(|(_, target)| target.to_owned()));
    }

    /// Adds an entry that was refused when it was tried.
    pub(super) fn add(&mut self, entry: &Entry<Body>) {
        let Action::Change(change) = &entry.action else { return };
        if let Some(body) = change.body() {
            self.targets.insert(format!("{}/{}", body.prepared.resource_type, body.prepared.id));
        }
        self.add_about(About::of_change(change));
    }

    fn add_about(&mut self, about: About) {
        let resource_type = match about {
            About::Nothing => return,
            About::Anything => {
                self.anything = true;
                return;
            }
            About::New(resource_type) => {
                self.types.insert(resource_type);
                return;
            }
            About::Matching(resource_type) => {
                self.matching.insert(resource_type);
                resource_type
            }
            About::Id(resource_type, id) => {
                self.targets.insert(format!("{resource_type}/{id}"));
                self.ids.insert((resource_type, id));
                resource_type
            }
        };
        self.types.insert(resource_type);
        self.changed.insert(resource_type);
    }

    fn is_nothing(&self) -> bool {
        !self.anything && self.types.is_empty()
    }

    /// Whether criteria may have found something else because of it.
    pub(super) fn may_match(&self, criteria: &Criteria) -> bool {
        let mut types = std::iter::once(criteria.resource_type()).chain(criteria.looked_at().iter().copied());
        self.anything || types.any(|one| self.types.contains(&one))
    }

    /// Whether a resource may be another because of it.
    fn may_be(&self, resource_type: ResourceType, id: &str) -> bool {
        self.anything
            || self.matching.contains(&resource_type)
            || self.ids.contains(&(resource_type, id.to_owned()))
    }

    /// Whether a change may have been refused because of it.
    pub(super) fn may_have_caused(&self, change: &Change<Body>, refusal: &Refusal) -> bool {
        if self.is_nothing() {
            return false;
        }
        // A version that is not the current one is not made so by another entry: each is about a resource of its own.
        let is_stale = refusal.row().id == rows::MODIFIED.id;
        let may_be = |resource_type, id: &str| !is_stale && self.may_be(resource_type, id);
        let chosen_otherwise = match change {
            Change::Delete(subject) | Change::Patch(subject, _) | Change::Operation(subject, _) => {
                match subject {
                    Subject::Id(resource_type, id) => may_be(*resource_type, id),
                    Subject::Criteria(criteria) => self.may_match(criteria),
                }
            }
            Change::Create(_, Some(criteria)) | Change::Update(_, Some(criteria)) => self.may_match(criteria),
            Change::Create(_, None) => false,
            Change::Update(body, None) => may_be(body.prepared.resource_type, &body.prepared.id),
        };
        chosen_otherwise || (refusal.row().id == rows::BUSINESS_RULE.id && self.may_have_broken_rules(change))
    }

    /// Rules look at other resources of the type, and at what a resource refers to.
    fn may_have_broken_rules(&self, change: &Change<Body>) -> bool {
        let mut refers = false;
        if let Some(body) = change.body() {
            body.prepared.resource.each_reference(&mut |text| refers |= self.targets.contains(text));
        }
        refers || self.anything || self.changed.contains(&change.resource_type())
    }

    /// Whether something may not be there to be got because of it.
    pub(super) fn may_have_hidden(&self, get: &Get) -> bool {
        match get.resource() {
            Some((resource_type, id)) => self.may_be(resource_type, id),
            None => get.looks_around() && !self.is_nothing(),
        }
    }
}

impl About {
    fn of_change(change: &Change<Body>) -> Self {
        match change {
            Change::Create(body, _) => About::New(body.prepared.resource_type),
            Change::Update(body, None) => About::Id(body.prepared.resource_type, body.prepared.id.clone()),
            Change::Update(body, Some(_)) => About::Matching(body.prepared.resource_type),
            Change::Delete(subject) | Change::Patch(subject, _) | Change::Operation(subject, _) => {
                match subject {
                    Subject::Id(resource_type, id) => About::Id(*resource_type, id.clone()),
                    Subject::Criteria(criteria) => About::Matching(criteria.resource_type()),
                }
            }
        }
    }

    /// What can be told of an entry that was not understood as a whole.
    fn of_request(base: &str, index: usize, entry: &Object) -> Self {
        let Ok(request) = Request::of(base, index, entry) else { return About::Anything };
        if matches!(request.method, "GET" | "HEAD") {
            return About::Nothing;
        }
        let Some(steps) = steps(request.path) else { return About::Anything };
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        match (request.method, Target::of(&steps)) {
            ("POST", Some((Some(resource_type), Target::Type))) => About::New(resource_type),
            ("POST", Some((of, Target::Operation(id, name)))) => {
                match (Operation::at(name, of, id.is_some()), of, id) {
                    (Some(operation), Some(resource_type), Some(id)) if operation.writes => {
                        About::Id(resource_type, id.to_owned())
                    }
                    (Some(operation), ..) if !operation.writes => About::Nothing,
                    _ => About::Anything,
                }
            }
            ("PUT" | "PATCH" | "DELETE", Some((Some(resource_type), Target::Instance(id)))) => {
                About::Id(resource_type, id.to_owned())
            }
            ("PUT" | "PATCH" | "DELETE", Some((Some(resource_type), Target::Type))) => {
                About::Matching(resource_type)
            }
            _ => About::Anything,
        }
    }
}
