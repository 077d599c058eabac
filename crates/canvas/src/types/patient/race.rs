//! Race and ethnicity: on output the codings have displays, and a text says them (Patient.json, `behaviours`).

use super::elements::NULL_FLAVOR;
use fhir::{Json, Object, json};

/// The categories of OMB in the code system of CDC.
const CATEGORIES: &[(&str, &str)] = &[
    ("1002-5", "American Indian or Alaska Native"),
    ("2028-9", "Asian"),
    ("2054-5", "Black or African American"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
    ("2106-3", "White"),
    ("2131-1", "Other Race"),
    ("2135-2", "Hispanic or Latino"),
    ("2186-5", "Not Hispanic or Latino"),
];

/// The extension with displays and text. A code without a known display keeps the one that was sent, and stands for
/// itself in the text. The text that was sent stays where no coding gives one.
pub fn completed(extension: &Object) -> Object {
    let (mut parts, mut texts, mut sent) = (Vec::new(), Vec::new(), None);
    for part in extension.items("extension") {
        if part.str("url") == Some("text") {
            sent = sent.or(Some(part));
            continue;
        }
        let mut part = part.clone();
        if let Some(Json::Object(coding)) = part.as_object_mut().and_then(|part| part.get_mut("valueCoding"))
        {
            if let Some(display) = known_display(coding) {
                coding.insert("display", display);
            }
            texts.extend(coding.str("display").or_else(|| coding.str("code")).map(str::to_owned));
        }
        parts.push(part);
    }
    match texts.is_empty() {
        true => parts.extend(sent.cloned()),
        false => parts.push(json!({ "url": "text", "valueString": (texts.join(", ")) })),
    }
    let mut completed = Object::new();
    completed.insert("extension", parts);
    completed.insert("url", extension.str("url").unwrap_or_default());
    completed
}

/// Whether the extension says anything: a coding with a code or a display, or a text.
pub fn says_something(extension: &Object) -> bool {
    extension.items("extension").iter().any(|part| match part.str("url") {
        Some("ombCategory" | "detailed") => {
            let coding = part.get("valueCoding");
            coding.is_some_and(|coding| coding.str("code").or_else(|| coding.str("display")).is_some())
        }
        Some("text") => part.str("valueString").is_some(),
        _ => false,
    })
}

fn known_display(coding: &Object) -> Option<&'static str> {
    let code = coding.str("code")?;
    if coding.str("system") == Some(NULL_FLAVOR) {
        return (code == "UNK").then_some("Unknown");
    }
    CATEGORIES.iter().find(|(known, _)| *known == code).map(|(_, display)| *display)
}
