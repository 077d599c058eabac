//! delete (<http://hl7.org/fhir/R4/http.html#delete>).

use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::unit::State;
use fhir::ResourceType;

impl Engine {
    /// Deletes a resource; a deleted one stays deleted. Returns the number of the deletion's version.
    ///
    /// # Errors
    ///
    /// 404 when it never existed, 412 when a precondition does not hold.
    pub async fn delete(
        &self,
        resource_type: ResourceType,
        id: &str,
        preconditions: Preconditions,
    ) -> Result<u64, Refusal> {
        let id = id.to_owned();
        self.write(move |unit| {
            let state = unit.state(resource_type, &id)?;
            if let State::Absent = state {
                return Err(Refusal::unknown_resource(resource_type, &id));
            }
            preconditions.check(&state)?;
            match state {
                State::Present(current) => Ok(unit.delete(&current)?.version),
                State::Deleted(version) => Ok(version),
                State::Absent => Err(Refusal::unknown_resource(resource_type, &id)),
            }
        })
        .await
    }
}
