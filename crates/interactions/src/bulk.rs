//! Many resources at once, each by itself: what `easel import` does. Not an interaction of FHIR.

use crate::create::new_id;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::precondition::Preconditions;
use crate::prepare::Prepared;
use crate::unit::Effect;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType};

impl Engine {
    /// Makes a resource ready to be stored under its own id, or a fresh one. It may take a while.
    ///
    /// # Errors
    ///
    /// 400 with everything that is wrong with it.
    pub fn prepare_any(&self, resource: Json) -> Result<Prepared, Refusal> {
        let name = resource.str("resourceType").unwrap_or_default();
        let Some(resource_type) = ResourceType::from_name(name) else {
            let text = format!("{} is not a resource type", quoted(name));
            return Err(Refusal::invalid(vec![Issue::error(IssueCode::Structure, text)]));
        };
        let resource = self.valid(resource_type, resource)?;
        let id = resource.str("id").map_or_else(new_id, str::to_owned);
        Ok(self.prepare(resource_type, &id, resource))
    }

    /// Stores resources under their ids, all in one write; what became of each, in their order. One that is refused
    /// does not keep the others from being stored.
    ///
    /// # Errors
    ///
    /// The store's failures; nothing is stored then.
    pub async fn update_all(
        &self,
        resources: Vec<Prepared>,
    ) -> Result<Vec<Result<Effect, Refusal>>, Refusal> {
        self.write(move |unit| {
            let update = |prepared| match unit.update(prepared, &Preconditions::default()) {
                Err(refusal) if refusal.row().status >= 500 => Err(refusal),
                result => Ok(result.map(|written| written.effect)),
            };
            resources.iter().map(update).collect()
        })
        .await
    }
}
