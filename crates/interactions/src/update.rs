//! update, and update as create (<http://hl7.org/fhir/R4/http.html#update>).

use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::unit::Written;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType};

impl Engine {
    /// Replaces the resource `id`, or creates it under this id. A resource that says nothing new makes no new
    /// version.
    ///
    /// # Errors
    ///
    /// 400 when the resource's id is not `id`, 412 when a precondition does not hold, 422 when a rule is broken.
    pub async fn update(
        &self,
        resource_type: ResourceType,
        id: &str,
        resource: Json,
        preconditions: Preconditions,
    ) -> Result<Written, Refusal> {
        check_id(resource_type, id, &resource)?;
        let prepared = self.prepare(resource_type, id, resource);
        self.write(move |unit| {
            let before = unit.state(resource_type, &prepared.id)?;
            preconditions.check(&before)?;
            unit.put(before, &prepared)
        })
        .await
    }
}

fn check_id(resource_type: ResourceType, id: &str, resource: &Json) -> Result<(), Refusal> {
    let text = match resource.str("id") {
        Some(sent) if sent == id => return Ok(()),
        Some(sent) => format!("id {} is not the id of the URL, {}", quoted(sent), quoted(id)),
        None => format!("id is required on update; send the id of the URL, {}", quoted(id)),
    };
    let code = if resource.str("id").is_some() { IssueCode::Value } else { IssueCode::Required };
    Err(Refusal::invalid(vec![Issue::error(code, text).at(format_args!("{resource_type}.id"))]))
}
