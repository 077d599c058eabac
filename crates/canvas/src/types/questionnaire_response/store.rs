//! What is stored of a response that is created: the answers as the questionnaire has them.

use super::{CONTRACT, observations, questionnaire};
use crate::keyed::default;
use crate::sent::Sent;
use crate::stored::{in_contract_order, writable};
use crate::types::questionnaire::question::{self, Question};
use crate::write::Write;
use fhir::{Json, Object, json};
use interactions::{Interaction, Refusal};
use std::collections::HashMap;

/// What was sent, with its defaults. The rest only the write can tell.
pub fn compose(sent: &Sent<'_>) -> Object {
    let mut response = writable(sent);
    if let Some(Json::Array(extensions)) = response.get_mut("extension") {
        extensions.retain(|extension| extension.str("url") == Some(crate::contract::NOTE_ID));
        if extensions.is_empty() {
            response.remove("extension");
        }
    }
    if let Some(id) = response.str("questionnaire").and_then(questionnaire::id) {
        let questionnaire = format!("Questionnaire/{id}");
        response.insert("questionnaire", questionnaire);
    }
    if let Some(subject) = response.get_mut("subject").and_then(Json::as_object_mut) {
        subject.insert("type", "Patient");
    }
    default(&mut response, "author", sent.clinic.automation_user_reference());
    in_contract_order(&CONTRACT, response)
}

/// The last touch inside the write: texts and options of the questionnaire, when it was, and the observations that
/// come of it. An update marks those as it marks the response.
pub fn settle(response: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
    if write.sent.interaction == Interaction::Update {
        observations::mark(write)?;
        return Ok(None);
    }
    let mut response = response.clone();
    default(&mut response, "authored", fhir::datetime::instant(write.unit.now()));
    // That there is such a questionnaire was a rule of this write.
    let Some(questionnaire) = questionnaire::named(write)? else { return Ok(None) };
    let questions = question::all(&questionnaire);
    if let Some(Json::Array(items)) = response.get_mut("item") {
        let by_link_id: HashMap<&str, &Question> =
            questions.iter().map(|question| (question.link_id.as_str(), question)).collect();
        for item in items.iter_mut() {
            let asked = item.str("linkId").and_then(|link_id| by_link_id.get(link_id));
            if let (Some(item), Some(question)) = (item.as_object_mut(), asked) {
                *item = answered(item, question);
            }
        }
    }
    let response = in_contract_order(&CONTRACT, response);
    observations::make(&response, &questionnaire, &questions, write)?;
    Ok(Some(response))
}

/// An item with the text of its question, its answers with the codings of its options.
fn answered(sent: &Object, question: &Question) -> Object {
    let mut item = Object::new();
    item.insert("linkId", question.link_id.as_str());
    if let Some(text) = &question.text {
        item.insert("text", text.as_str());
    }
    let answers = sent.items("answer").iter().filter_map(Json::as_object);
    let answers: Vec<Json> = answers
        .map(|answer| match (answer.str("valueString"), answer.get("valueCoding")) {
            (Some(text), _) => json!({ "valueString": text }),
            (None, Some(coding)) => json!({ "valueCoding": (chosen(coding, question)) }),
            (None, None) => Json::Object(answer.clone()),
        })
        .collect();
    item.insert("answer", answers);
    item
}

/// The coding of the option that was chosen; as it was sent where the questionnaire lists none.
fn chosen(coding: &Json, question: &Question) -> Json {
    match question.chosen(coding) {
        Some(choice) => choice.coding.clone().into(),
        None => coding.clone(),
    }
}
