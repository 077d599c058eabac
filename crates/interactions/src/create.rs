//! create and conditional create (<http://hl7.org/fhir/R4/http.html#create>).

use crate::conditional::Criteria;
use crate::engine::Engine;
use crate::error::Refusal;
use crate::prepare::Prepared;
use crate::unit::{Effect, Unit, Written};
use fhir::{Json, ResourceType};

impl Engine {
    /// Stores a valid resource under a fresh id. An id, version or time in it are the client's and not kept. With
    /// criteria (`If-None-Exist`) it is stored only if nothing matches them; else what does is returned.
    ///
    /// # Errors
    ///
    /// 412 when several resources match the criteria, 422 when a rule is broken; the store's failures.
    pub async fn create(
        &self,
        resource_type: ResourceType,
        resource: Json,
        if_none_exist: Option<Criteria>,
    ) -> Result<Written, Refusal> {
        let prepared = self.prepare(resource_type, &new_id(), resource);
        self.write(move |unit| match &if_none_exist {
            None => unit.create(&prepared),
            Some(criteria) => unit.create_unless(criteria, &prepared),
        })
        .await
    }
}

impl Unit<'_> {
    /// Stores a resource under a fresh id unless one matches, which is then returned.
    ///
    /// # Errors
    ///
    /// 412 when several match, 422 when a rule is broken; the store's failures.
    pub fn create_unless(&mut self, criteria: &Criteria, prepared: &Prepared) -> Result<Written, Refusal> {
        match self.only_match(criteria)? {
            Some(version) => Ok(Written { version, effect: Effect::Found }),
            None => self.create(prepared),
        }
    }
}

/// A fresh logical id: a random UUID. Nothing can be stored under 122 bits that were drawn a moment ago.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
