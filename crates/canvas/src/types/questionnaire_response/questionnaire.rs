//! The questionnaire that a response answers.

use crate::types::questionnaire::question::{self, Question};
use crate::write::Write;
use fhir::{Object, Reference, ResourceType};
use interactions::Refusal;

/// The id in `Questionnaire/{id}` or, whatever the base, `{base}/Questionnaire/{id}`.
pub fn id(text: &str) -> Option<&str> {
    let found = match Reference::local(text) {
        Some(Reference::Local { resource_type, id, .. }) => Some((resource_type, id)),
        _ => Reference::tail_of_url(text),
    };
    found.filter(|(resource_type, _)| *resource_type == ResourceType::QUESTIONNAIRE).map(|(_, id)| id)
}

/// The questionnaire that was sent, if it is there.
pub fn named(write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
    let Some(id) = write.sent.body.str("questionnaire").and_then(id) else { return Ok(None) };
    let found = write.unit.resource(ResourceType::QUESTIONNAIRE, id)?;
    Ok(found.as_ref().and_then(fhir::Json::as_object).cloned())
}

/// The questions of the questionnaire that was sent; none where it is not there.
pub fn questions(write: &mut Write<'_, '_>) -> Result<Vec<Question>, Refusal> {
    Ok(named(write)?.as_ref().map(question::all).unwrap_or_default())
}
