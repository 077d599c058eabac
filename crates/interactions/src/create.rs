//! create (<http://hl7.org/fhir/R4/http.html#create>).

use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::Written;
use fhir::{Json, ResourceType};

impl Engine {
    /// Stores a valid resource under a fresh id. An id, version or time in it are the client's and not kept.
    ///
    /// # Errors
    ///
    /// 422 when a rule is broken; the store's failures.
    pub async fn create(&self, resource_type: ResourceType, resource: Json) -> Result<Written, Refusal> {
        let prepared = self.prepare(resource_type, &new_id(), resource);
        // Nothing can be stored under an id that was drawn from 122 random bits a moment ago.
        self.write(move |unit| unit.create(&prepared)).await
    }
}

/// A fresh logical id: a random UUID.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
