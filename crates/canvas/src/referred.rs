//! What `clinic.toml` refers to in the store.

use crate::door::Canvas;
use fhir::ResourceType;
use fhir::outcome::quoted;
use interactions::Refusal;

impl Canvas {
    /// What the clinic's settings refer to and nothing is stored of, in words for whoever keeps them. It keeps nothing from
    /// starting: a new store has nobody in it yet, and only a running server can be sent them.
    ///
    /// # Errors
    ///
    /// The store's failures.
    pub async fn unstored_settings(&self) -> Result<Vec<String>, Refusal> {
        let clinic = self.clinic();
        let mut told = Vec::new();
        if let Some(id) = &clinic.automation_user
            && self.current(ResourceType::PRACTITIONER, id).await?.is_none()
        {
            told.push(format!(
                "automation_user is {}, but no such Practitioner is stored; records that name no author refer to it: PUT it \
                 to /fhir/Practitioner/{id}",
                quoted(id)
            ));
        }
        for payer in &clinic.payers {
            let id = &payer.organization;
            if self.current(ResourceType::ORGANIZATION, id).await?.is_none() {
                told.push(format!(
                    "payer.organization is {}, but no such Organization is stored; coverages that name the payer {} \
                     refer to it: PUT it to /fhir/Organization/{id}",
                    quoted(id),
                    quoted(&payer.id)
                ));
            }
        }
        Ok(told)
    }
}
