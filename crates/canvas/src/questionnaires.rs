//! The questionnaires of `clinic.toml`, stored.

use crate::door::Canvas;
use fhir::outcome::quoted;
use fhir::{Json, ResourceType};
use interactions::{Prepared, Refusal};
use std::fmt;

/// Why questionnaires were not stored; then none of them was.
#[derive(Debug)]
pub struct NotStored {
    /// The id of the one that is not valid; `None` when the store failed.
    pub questionnaire: Option<String>,
    /// What is not valid about it, or what failed.
    pub refusal: Refusal,
}

impl fmt::Display for NotStored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.questionnaire {
            Some(id) => {
                write!(f, "clinic.toml: the questionnaire {} is not valid: {}", quoted(id), self.refusal)
            }
            None => write!(f, "the questionnaires of clinic.toml were not stored: {}", self.refusal),
        }
    }
}

impl std::error::Error for NotStored {}

impl Canvas {
    /// Stores the questionnaires of the clinic's settings that are not stored like that yet. One that is not in the
    /// settings any more stays: answers refer to it.
    ///
    /// # Errors
    ///
    /// What is not valid about one of them; the store's failures.
    pub async fn store_questionnaires(&self) -> Result<(), NotStored> {
        let clinic = self.clinic();
        let prepared = |questionnaire: &crate::clinic::Questionnaire| {
            let id = Some(questionnaire.id.clone());
            let resource = self
                .engine
                .valid(ResourceType::QUESTIONNAIRE, questionnaire.to_resource())
                .map_err(|refusal| NotStored { questionnaire: id, refusal })?;
            Ok(self.engine.prepare(ResourceType::QUESTIONNAIRE, &questionnaire.id, resource))
        };
        let wanted: Vec<Prepared> =
            clinic.questionnaires.iter().map(prepared).collect::<Result<_, NotStored>>()?;
        if wanted.is_empty() {
            return Ok(());
        }
        self.engine
            .write(move |unit| {
                for prepared in &wanted {
                    let stored = unit.resource(ResourceType::QUESTIONNAIRE, &prepared.id)?;
                    if stored.is_none_or(|stored| content(&stored) != content(&prepared.resource)) {
                        let before = unit.state(ResourceType::QUESTIONNAIRE, &prepared.id)?;
                        unit.put(before, prepared)?;
                    }
                }
                Ok(())
            })
            .await
            .map_err(|refusal| NotStored { questionnaire: None, refusal })
    }
}

/// What is stored, but for what the store says of it.
fn content(resource: &Json) -> Json {
    let mut content = resource.clone();
    if let Some(members) = content.as_object_mut() {
        members.remove("meta");
    }
    content
}
