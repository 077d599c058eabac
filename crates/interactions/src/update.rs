//! update, update as create (<http://hl7.org/fhir/R4/http.html#update>) and conditional update
//! (<http://hl7.org/fhir/R4/http.html#cond-update>).

use crate::conditional::Criteria;
use crate::create::new_id;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::prepare::Prepared;
use crate::unit::{Unit, Written};
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
        self.write(move |unit| unit.update(&prepared, &preconditions)).await
    }

    /// Replaces the one resource that matches, or creates one: under the id in `resource`, if it has one, else under
    /// a fresh one.
    ///
    /// # Errors
    ///
    /// 400 when the resource's id is not that of the match, 409 when nothing matches and its id is taken, 412 when
    /// several match or a precondition does not hold, 422 when a rule is broken.
    pub async fn conditional_update(
        &self,
        criteria: Criteria,
        resource: Json,
        preconditions: Preconditions,
    ) -> Result<Written, Refusal> {
        let (sent_id, fresh) = (resource.str("id").map(str::to_owned), new_id());
        let mut prepared = self.prepare(criteria.resource_type(), &fresh, resource);
        self.write(move |unit| {
            let (id, before) = unit.chosen_by(&criteria, sent_id.as_deref(), &fresh)?;
            prepared.set_id(&id);
            unit.check_preconditions(&preconditions, &before)?;
            unit.put(before, &prepared)
        })
        .await
    }
}

impl Unit<'_> {
    /// Stores a resource as the next version under its id.
    ///
    /// # Errors
    ///
    /// 412 when a precondition does not hold, 422 when a rule is broken; the store's failures.
    pub fn update(&mut self, prepared: &Prepared, preconditions: &Preconditions) -> Result<Written, Refusal> {
        let before = self.state(prepared.resource_type, &prepared.id)?;
        self.check_preconditions(preconditions, &before)?;
        self.put(before, prepared)
    }
}

/// Checks that a resource bears the id of the URL that it is sent to.
///
/// # Errors
///
/// 400 when it has another, or none.
pub(crate) fn check_id(resource_type: ResourceType, id: &str, resource: &Json) -> Result<(), Refusal> {
    let text = match resource.str("id") {
        Some(sent) if sent == id => return Ok(()),
        Some(sent) => format!("id {} is not the id of the URL, {}", quoted(sent), quoted(id)),
        None => format!("id is required on update; send the id of the URL, {}", quoted(id)),
    };
    let code = if resource.str("id").is_some() { IssueCode::Value } else { IssueCode::Required };
    Err(Refusal::invalid(vec![Issue::error(code, text).at(format_args!("{resource_type}.id"))]))
}
