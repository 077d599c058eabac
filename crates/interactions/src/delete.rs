//! delete and conditional delete (<http://hl7.org/fhir/R4/http.html#delete>).

use crate::conditional::Criteria;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::unit::{State, Unit};
use fhir::ResourceType;

impl Engine {
    /// Deletes a resource; a deleted one stays deleted. Returns the number of the deletion's version.
    ///
    /// # Errors
    ///
    /// 404 when it never existed, 412 when a precondition does not hold, 422 when a rule is broken.
    pub async fn delete(
        &self,
        resource_type: ResourceType,
        id: &str,
        preconditions: Preconditions,
    ) -> Result<u64, Refusal> {
        let id = id.to_owned();
        self.write(move |unit| unit.delete_by_id(resource_type, &id, &preconditions)).await
    }

    /// Deletes the one resource that matches. Returns the number of the deletion's version; `None` when nothing
    /// matched.
    ///
    /// # Errors
    ///
    /// 412 when several match or a precondition does not hold, 422 when a rule is broken.
    pub async fn conditional_delete(
        &self,
        criteria: Criteria,
        preconditions: Preconditions,
    ) -> Result<Option<u64>, Refusal> {
        self.write(move |unit| match unit.only_match(&criteria)? {
            Some(current) => {
                let id = current.id.clone();
                unit.check_preconditions(&preconditions, &State::Present(current))?;
                unit.delete_by_id(criteria.resource_type(), &id, &Preconditions::default()).map(Some)
            }
            None => preconditions.check(&State::Absent).map(|()| None),
        })
        .await
    }
}

impl Unit<'_> {
    /// Deletes a resource, unless it is deleted already; the number of the deletion's version.
    ///
    /// # Errors
    ///
    /// 404 when it never existed, 412 when a precondition does not hold, 422 when a rule is broken.
    pub fn delete_by_id(
        &mut self,
        resource_type: ResourceType,
        id: &str,
        preconditions: &Preconditions,
    ) -> Result<u64, Refusal> {
        let state = self.state(resource_type, id)?;
        // Existence comes before preconditions.
        if !matches!(state, State::Absent) {
            self.check_preconditions(preconditions, &state)?;
        }
        match state {
            State::Present(current) => Ok(self.delete(&current)?.version),
            State::Deleted(version) => Ok(version),
            State::Absent => Err(Refusal::unknown_resource(resource_type, id)),
        }
    }
}
