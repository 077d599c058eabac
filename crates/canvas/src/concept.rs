//! CodeableConcepts of a closed set of codes: shown with display and text of the code, whatever was sent.

use fhir::{Json, Object, json};

/// Gives the CodeableConcept `element` of `resource`, or each of a list, the display and text of its code, when that is
/// one of `known` (code and display, in `system`). Any other concept stays as it is.
pub fn tell(resource: &mut Object, element: &str, system: &str, known: &[(&str, &str)]) {
    match resource.get_mut(element) {
        Some(Json::Array(concepts)) => concepts.iter_mut().for_each(|concept| told(concept, system, known)),
        Some(concept) => told(concept, system, known),
        None => {}
    }
}

fn told(concept: &mut Json, system: &str, known: &[(&str, &str)]) {
    let codings = concept.get("coding").map(Json::items).unwrap_or_default();
    let found = codings.iter().find_map(|coding| {
        let code = coding.str("code")?;
        known.iter().find(|(known, _)| *known == code && coding.str("system").is_none_or(|own| own == system))
    });
    if let Some((code, display)) = found {
        *concept = json!({
            "coding": [{ "system": system, "code": (*code), "display": (*display) }],
            "text": (*display)
        });
    }
}

/// The system of ICD-10-CM.
pub const ICD_10_CM: &str = "http://hl7.org/fhir/sid/icd-10-cm";

/// Other names under which codes of ICD-10 come.
const ICD_10: &[&str] = &["ICD-10", "http://hl7.org/fhir/sid/icd-10", "urn:oid:2.16.840.1.113883.6.90"];

/// Shows codes of ICD-10 in the CodeableConcept `element` of `resource`, or in each of a list, under ICD-10-CM's system.
pub fn tell_icd_10_cm(resource: &mut Object, element: &str) {
    match resource.get_mut(element) {
        Some(Json::Array(concepts)) => concepts.iter_mut().for_each(name_icd_10_cm),
        Some(concept) => name_icd_10_cm(concept),
        None => {}
    }
}

fn name_icd_10_cm(concept: &mut Json) {
    let codings = concept.as_object_mut().and_then(|concept| concept.get_mut("coding"));
    let Some(Json::Array(codings)) = codings else { return };
    for coding in codings.iter_mut().filter_map(Json::as_object_mut) {
        if coding.str("system").is_some_and(|system| ICD_10.contains(&system)) {
            coding.insert("system", ICD_10_CM);
        }
    }
}

/// The notes of a resource as one, their texts joined by newlines; none where there are none.
pub fn join_notes(resource: &mut Object) {
    let texts: Vec<&str> = resource.items("note").iter().filter_map(|note| note.str("text")).collect();
    if texts.len() > 1 {
        let joined = texts.join("\n");
        resource.insert("note", vec![json!({ "text": joined })]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_what_is_told() {
        let mut resource = json!({
            "status": { "coding": [{ "system": "urn:s", "code": "a", "display": "as sent" }], "text": "as sent" },
            "other": { "coding": [{ "system": "urn:t", "code": "a" }] },
            "list": [{ "coding": [{ "code": "a" }] }, { "text": "b" }],
            "note": [{ "text": "one" }, { "text": "two" }]
        });
        let resource = resource.as_object_mut().unwrap();
        tell(resource, "status", "urn:s", &[("a", "A")]);
        tell(resource, "other", "urn:s", &[("a", "A")]);
        tell(resource, "list", "urn:s", &[("a", "A")]);
        join_notes(resource);
        let status = json!({ "coding": [{ "system": "urn:s", "code": "a", "display": "A" }], "text": "A" });
        assert_eq!(resource.get("status"), Some(&status));
        assert_eq!(resource.items("list"), [status, json!({ "text": "b" })]);
        assert_eq!(resource.get("other").unwrap().get("text"), None);
        assert_eq!(resource.items("note"), [json!({ "text": "one\ntwo" })]);
    }
}
