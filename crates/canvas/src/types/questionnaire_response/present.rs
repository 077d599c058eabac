//! A stored response in the vendor's shape. The R4 door may have stored it in any form.

use super::{CONTRACT, questionnaire};
use crate::search::Reading;
use crate::stored::in_contract_order;
use crate::time;
use crate::types::observation::shown_value::{Told, of};
use fhir::{Json, Object, Reference, ResourceType, json};
use interactions::Refusal;
use interactions::search::{Query, uri_criterion};
use interactions::unit::stored_json;

/// Gives it the vendor's shape.
pub fn present(response: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let found = response.str("questionnaire").map(|text| relative(text, reading)).transpose()?.flatten();
    if let Some(found) = found {
        response.insert("questionnaire", found);
    }
    for name in ["subject", "encounter", "author"] {
        if let Some(shown) = response.get(name).map(reference) {
            response.insert(name, shown);
        }
    }
    if let Some(authored) = response.str("authored").map(time::shown) {
        response.insert("authored", authored);
    }
    let mut items = Vec::new();
    flatten(response.items("item"), &mut items);
    match items.is_empty() {
        true => drop(response.remove("item")),
        false => response.insert("item", items),
    }
    *response = in_contract_order(&CONTRACT, std::mem::take(response));
    Ok(())
}

/// Whether the text of a questionnaire says which one it is, without a look into the store.
pub fn is_told(response: &Object) -> bool {
    response.str("questionnaire").is_none_or(|text| questionnaire::id(text).is_some())
}

/// `Questionnaire/{id}` for what a response names by that, by a URL that ends so, or by the questionnaire's own URL.
fn relative(text: &str, reading: &mut Reading<'_>) -> Result<Option<String>, Refusal> {
    if let Some(id) = questionnaire::id(text) {
        return Ok(Some(format!("Questionnaire/{id}")));
    }
    let (url, version) = text.split_once('|').map_or((text, None), |(url, version)| (url, Some(version)));
    let registry = &reading.engine.registry();
    let Ok(criterion) = uri_criterion(registry, ResourceType::QUESTIONNAIRE, "url", url) else {
        return Ok(None);
    };
    let found = reading.reader.search(&Query::all(ResourceType::QUESTIONNAIRE).and(criterion))?.resources;
    for questionnaire in &found {
        if version.is_none() || stored_json(questionnaire)?.str("version") == version {
            return Ok(Some(format!("Questionnaire/{}", questionnaire.id)));
        }
    }
    Ok(None)
}

/// A Reference as text and type; one without text by its display.
fn reference(stored: &Json) -> Json {
    let Some(text) = stored.str("reference") else {
        return stored.str("display").map_or(json!({}), |display| json!({ "display": display }));
    };
    let mut shown = Object::new();
    shown.insert("reference", text);
    match Reference::local(text) {
        Some(Reference::Local { resource_type, .. }) => shown.insert("type", resource_type.name()),
        _ => stored.str("type").into_iter().for_each(|name| shown.insert("type", name)),
    }
    shown.into()
}

/// What was answered, in one list: nested items after the one that they are nested in.
fn flatten(items: &[Json], flat: &mut Vec<Json>) {
    // Depth is bounded: bodies are parsed to a limited depth.
    for item in items {
        let answers = item.get("answer").map(Json::items).unwrap_or_default();
        let told: Vec<Json> = answers.iter().filter_map(Json::as_object).filter_map(answer).collect();
        if !told.is_empty() {
            let mut shown = Object::new();
            for name in ["linkId", "text"] {
                if let Some(value) = item.get(name) {
                    shown.insert(name, value.clone());
                }
            }
            shown.insert("answer", told);
            flat.push(shown.into());
        }
        flatten(item.get("item").map(Json::items).unwrap_or_default(), flat);
        for answer in answers {
            flatten(answer.get("item").map(Json::items).unwrap_or_default(), flat);
        }
    }
}

/// An answer: a coding, or a text; what R4 has besides as text.
fn answer(stored: &Object) -> Option<Json> {
    if let Some(coding) = stored.get("valueCoding").and_then(Json::as_object) {
        let members = ["system", "code", "display"].into_iter();
        let mut coding: Object = members.filter_map(|name| Some((name, coding.get(name)?.clone()))).collect();
        crate::keyed::default(&mut coding, "display", "<no display available>");
        return Some(json!({ "valueCoding": coding }));
    }
    let text = match of(stored, None) {
        Told::Text(text) => text,
        Told::Quantity(_) | Told::Untold => in_words(stored)?,
        Told::Concept(_) | Told::Nothing => return None,
    };
    Some(json!({ "valueString": text }))
}

fn in_words(answer: &Object) -> Option<String> {
    let (_, value) = answer.iter().find(|(name, _)| name.starts_with("value"))?;
    match value {
        Json::Number(number) => Some(number.as_str().to_owned()),
        Json::Object(quantity) if quantity.contains("value") => {
            crate::types::observation::shown_value::in_words(quantity)
        }
        value => ["display", "reference", "title", "url"]
            .iter()
            .find_map(|name| value.str(name))
            .map(str::to_owned),
    }
}
