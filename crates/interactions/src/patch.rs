//! patch and conditional patch (<http://hl7.org/fhir/R4/http.html#patch>): a resource changed in places.
//!
//! What the patch makes of the current version is worked out before the write is opened. Inside it that is used if the
//! version is still the current one, and worked out again if it is not.

use crate::conditional::Criteria;
use crate::engine::{Engine, Inner};
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::prepare::Prepared;
use crate::unit::{State, Unit, Written, stored_json};
use fhir::{Json, ResourceType};

pub use patch::{Format, Patch};

/// The media types of patches, for a refusal.
pub fn offered_patches() -> String {
    Format::ALL.iter().map(|format| format.media_type()).collect::<Vec<_>>().join(", ")
}

/// What a patch makes of one version.
struct Patched {
    version: u64,
    prepared: Prepared,
}

impl Engine {
    /// Reads a patch document.
    ///
    /// # Errors
    ///
    /// 400 with everything that is wrong with it.
    pub fn parse_patch(&self, format: Format, document: &[u8]) -> Result<Patch, Refusal> {
        Patch::parse(format, document, self.max_depth()).map_err(Refusal::invalid)
    }

    /// Changes a resource.
    ///
    /// # Errors
    ///
    /// 403 when whoever makes it may not see or change the resource, 404 and 410 when there is none, 412 when a
    /// precondition does not hold, 422 when the patch does not fit the resource, leaves an invalid one, or breaks a rule.
    pub async fn patch(
        &self,
        resource_type: ResourceType,
        id: &str,
        patch: Patch,
        preconditions: Preconditions,
    ) -> Result<Written, Refusal> {
        let state = State::of(self.store.read_resource(resource_type, id).await?);
        let patched = self.inner.patched(&state, resource_type, id, &patch, &preconditions, &as_it_is)?;
        let id = id.to_owned();
        self.write(move |unit| {
            let state = unit.state(resource_type, &id)?;
            match &state {
                State::Present(current) if current.version == patched.version => {
                    unit.check_preconditions(&preconditions, &state)?;
                    unit.put(state, &patched.prepared)
                }
                _ => unit.patch(resource_type, &id, &patch, &preconditions, &as_it_is),
            }
        })
        .await
    }

    /// Changes the one resource that matches.
    ///
    /// # Errors
    ///
    /// 404 when none does, 412 when several do, and those of [`patch`](Self::patch).
    pub async fn conditional_patch(
        &self,
        criteria: Criteria,
        patch: Patch,
        preconditions: Preconditions,
    ) -> Result<Written, Refusal> {
        let resource_type = criteria.resource_type();
        self.write(move |unit| match unit.only_match(&criteria)? {
            Some(current) => unit.patch(resource_type, &current.id, &patch, &preconditions, &as_it_is),
            None => Err(Refusal::unknown_resource(resource_type, criteria.text())),
        })
        .await
    }
}

impl Unit<'_> {
    /// Changes a resource; `finish` has the last word on what it becomes.
    ///
    /// # Errors
    ///
    /// Those of [`Engine::patch`].
    pub(crate) fn patch(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        patch: &Patch,
        preconditions: &Preconditions,
        finish: Finish<'_>,
    ) -> Result<Written, Refusal> {
        let state = self.state(resource_type, id)?;
        if let State::Present(_) = &state {
            self.check_preconditions(preconditions, &state)?;
        }
        let patched = self.inner().patched(&state, resource_type, id, patch, preconditions, finish)?;
        self.put(state, &patched.prepared)
    }
}

/// What is done to a patched resource before it is validated.
pub(crate) type Finish<'a> = &'a dyn Fn(&mut Json);

fn as_it_is(_: &mut Json) {}

impl Inner {
    /// What the patch makes of what is stored.
    fn patched(
        &self,
        state: &State,
        resource_type: ResourceType,
        id: &str,
        patch: &Patch,
        preconditions: &Preconditions,
        finish: Finish<'_>,
    ) -> Result<Patched, Refusal> {
        let current = match state {
            State::Present(current) => current,
            State::Deleted(_) => return Err(Refusal::deleted(resource_type, id)),
            State::Absent => return Err(Refusal::unknown_resource(resource_type, id)),
        };
        preconditions.check(state)?;
        // Whether a path leads somewhere, or a test holds, tells of the resource.
        if let Some(by) = &preconditions.by {
            by.may_see(current)?;
        }
        let resource = patch.apply_at(&stored_json(current)?, Some(self.moment()));
        let mut resource = resource.map_err(Refusal::patch_failed)?;
        finish(&mut resource);
        preconditions.check_new(resource_type, &resource)?;
        let problems = self.problems(resource_type, &resource, None);
        if !problems.is_empty() {
            return Err(Refusal::patch_invalid(problems));
        }
        let version = current.version;
        Ok(Patched { version, prepared: self.prepare(resource_type, id, resource) })
    }
}
