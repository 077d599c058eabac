//! The observations that come of a response (Observation.json and QuestionnaireResponse.json, `behaviours`): one for each
//! answered question that is coded in LOINC or SNOMED CT, and one for the score.

use super::NOTE;
use crate::contract::Mark;
use crate::note;
use crate::types::observation::records::{derived, put};
use crate::types::observation::store::{absent_code, category, not_performed};
use crate::types::questionnaire::question::{self, Kind, Question};
use crate::write::Write;
use fhir::{Json, Number, Object, json};
use interactions::Refusal;
use std::collections::HashMap;

/// Stores the observations of a response that is about to be stored.
pub fn make(
    response: &Object,
    questionnaire: &Object,
    questions: &[Question],
    write: &mut Write<'_, '_>,
) -> Result<(), Refusal> {
    let items = by_link_id(response);
    let mut made = Vec::new();
    for question in questions {
        if let (Some(code), Some(item)) = (&question.code, items.get(question.link_id.as_str())) {
            made.push(answer(response, question, code, item, write));
        }
    }
    made.extend(score(response, questionnaire, questions, write));
    for observation in made {
        put(write, &uuid::Uuid::new_v4().to_string(), observation)?;
    }
    Ok(())
}

/// Marks the observations of the response that is being marked.
pub fn mark(write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let mark = Mark::code("status");
    for (id, observation) in derived(write, &format!("QuestionnaireResponse/{}", write.id))? {
        put(write, &id, mark.set(&observation))?;
    }
    Ok(())
}

/// The items of a response by what names their questions.
fn by_link_id(response: &Object) -> HashMap<&str, &Json> {
    response.items("item").iter().filter_map(|item| Some((item.str("linkId")?, item))).collect()
}

/// What all of them have.
fn observation(response: &Object, categories: Json, code: Json, write: &Write<'_, '_>) -> Object {
    let mut observation = Object::new();
    observation.insert("resourceType", "Observation");
    observation.insert("status", "final");
    observation.insert("category", categories);
    observation.insert("code", code);
    if let Some(subject) = response.get("subject") {
        observation.insert("subject", subject.clone());
    }
    if let Some(author) = response.get("author").filter(|author| author.get("reference").is_some()) {
        observation.insert("performer", vec![author.clone()]);
    }
    if let Some(authored) = response.get("authored") {
        observation.insert("effectiveDateTime", authored.clone());
    }
    observation.insert("issued", fhir::datetime::instant(write.unit.now()));
    let reference = format!("QuestionnaireResponse/{}", write.id);
    let from = json!({ "reference": reference, "type": "QuestionnaireResponse" });
    observation.insert("derivedFrom", vec![from]);
    note::share(&NOTE, response, &mut observation);
    observation
}

/// The observation of one answered question.
fn answer(
    response: &Object,
    question: &Question,
    code: &Object,
    item: &Json,
    write: &Write<'_, '_>,
) -> Object {
    let mut called = code.clone();
    if let (None, Some(text)) = (code.get("display"), &question.text) {
        called.insert("display", text.as_str());
    }
    let code = json!({ "coding": [called] });
    let mut observation =
        observation(response, category("social-history", "Social History"), code.clone(), write);
    let answers = item.get("answer").map(Json::items).unwrap_or_default();
    let told = answers.iter().filter_map(|answer| match answer.get("valueCoding") {
        Some(coding) => Some(coding.clone()),
        // "code is the question's code and display the text typed"
        None => Some(json!({
            "system": (code.at(&["coding", "0", "system"])?.clone()),
            "code": (code.at(&["coding", "0", "code"])?.clone()),
            "display": (answer.str("valueString")?)
        })),
    });
    let told: Vec<Json> = told.collect();
    observation.insert("valueCodeableConcept", json!({ "coding": told }));
    observation
}

/// The observation of the score; none where no answer counts for one.
fn score(
    response: &Object,
    questionnaire: &Object,
    questions: &[Question],
    write: &Write<'_, '_>,
) -> Option<Object> {
    let counts = |question: &Question| question.options.iter().any(|option| option.weight.is_some());
    if !questions.iter().any(counts) {
        return None;
    }
    let survey = category("survey", "Survey");
    let Some(sum) = sum(response, questions) else {
        let mut observation = observation(response, survey, absent_code("unknown"), write);
        observation.insert("dataAbsentReason", not_performed());
        return Some(observation);
    };
    let coding = question::observed(questionnaire.items("code")).map(|mut coding| {
        coding.remove("display");
        json!({ "coding": [coding] })
    });
    let mut observation =
        observation(response, survey, coding.unwrap_or_else(|| absent_code("unsupported")), write);
    let quantity = json!({ "value": (Json::Number(sum)), "system": "http://unitsofmeasure.org" });
    observation.insert("valueQuantity", quantity);
    Some(observation)
}

/// What the chosen options count for; `None` when a question is not answered.
fn sum(response: &Object, questions: &[Question]) -> Option<Number> {
    let items = by_link_id(response);
    let mut sum = 0.0;
    for question in questions {
        let item = items.get(question.link_id.as_str())?;
        if question.kind == Kind::Text {
            continue;
        }
        for answer in item.get("answer")?.items() {
            let chosen = answer.get("valueCoding").and_then(|coding| question.chosen(coding));
            sum += chosen.and_then(|choice| choice.weight.as_ref()).map_or(0.0, Number::as_f64);
        }
    }
    // To a millionth: binary fractions do not show.
    let text = format!("{sum:.6}");
    Number::from_literal(text.trim_end_matches('0').trim_end_matches('.'))
}
