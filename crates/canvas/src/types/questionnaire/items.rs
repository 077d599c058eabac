//! The questions of a questionnaire: in one list, answered by codings or text.

use crate::keyed::default;
use fhir::{Json, Object, json};

/// The questions of stored items, nested ones after the one that they are nested in.
pub fn questions(items: &[Json]) -> Vec<Json> {
    let mut questions = Vec::new();
    // Depth is bounded: bodies are parsed to a limited depth.
    for item in items.iter().filter_map(Json::as_object) {
        if !matches!(item.str("type"), Some("group" | "display")) {
            questions.push(question(item).into());
        }
        questions.extend(self::questions(item.items("item")));
    }
    questions
}

fn question(item: &Object) -> Object {
    let own = item.iter().filter(|(name, _)| *name != "item");
    let mut question: Object = own.map(|(name, value)| (name, value.clone())).collect();
    match item.str("type") {
        Some("open-choice") => question.insert("type", "choice"),
        Some("string") => question.insert("type", "text"),
        _ => {}
    }
    default(&mut question, "repeats", false);
    if question.str("type") == Some("text")
        && !question.contains("answerOption")
        && let Some(text) = question.str("text").map(str::to_owned)
    {
        question.insert("answerOption", vec![json!({ "valueCoding": { "display": text } })]);
    }
    if let Some(Json::Array(options)) = question.get_mut("answerOption") {
        options.iter_mut().filter_map(Json::as_object_mut).for_each(coded);
    }
    question
}

/// Gives an answer that is no coding one whose display is what it says.
fn coded(option: &mut Object) {
    if option.contains("valueCoding") {
        return;
    }
    let text = option.iter().find_map(|(name, value)| {
        let is_value = name.starts_with("value");
        match value {
            Json::String(text) if is_value => Some(text.clone()),
            Json::Number(number) if is_value => Some(number.as_str().to_owned()),
            value if is_value => value.str("display").or_else(|| value.str("reference")).map(str::to_owned),
            _ => None,
        }
    });
    if let Some(text) = text {
        option.insert("valueCoding", json!({ "display": text }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_in_one_list_without_groups() {
        let stored = json!([
            { "linkId": "g", "type": "group", "item": [
                { "linkId": "1", "type": "open-choice", "repeats": true, "item": [{ "linkId": "2", "type": "string" }] },
                { "linkId": "d", "type": "display" }
            ] },
            { "linkId": "3", "type": "integer", "answerOption": [{ "valueInteger": 7 }, { "valueCoding": { "code": "c" } }] }
        ]);
        let shown = questions(stored.items());
        let told: Vec<(&str, &str, Option<bool>)> = shown
            .iter()
            .map(|item| {
                (
                    item.str("linkId").unwrap(),
                    item.str("type").unwrap(),
                    item.get("repeats").unwrap().as_bool(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [("1", "choice", Some(true)), ("2", "text", Some(false)), ("3", "integer", Some(false))]
        );
        assert_eq!(shown[2].at(&["answerOption", "0", "valueCoding"]), Some(&json!({ "display": "7" })));
        assert_eq!(shown[2].at(&["answerOption", "1", "valueCoding"]), Some(&json!({ "code": "c" })));
    }
}
