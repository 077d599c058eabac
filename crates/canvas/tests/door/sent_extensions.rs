//! Extensions that a contract lists: the value they must have, and how often they may be there.

use crate::support::{Door, changed, parse, set, told};
use canvas::types::{media, patient, practitioner, questionnaire_response};
use fhir::Json;

const PREFIX: &str = "http://schemas.canvasmedical.com/fhir/extensions";

/// The minimal body with one more extension, and what is wrong with it.
fn refused(minimal: &str, at: &str, extension: &str) -> Vec<(String, String, String)> {
    let door = Door::of_demo_clinic();
    let mut body = changed(minimal, &[], "");
    if body.get("extension").is_none() {
        set(&mut body, "extension", parse("[]"));
    }
    set(&mut body, at, parse(extension));
    let (status, problems) = told(&door.create(&body).unwrap_err());
    assert_eq!(status, 400, "{extension}");
    problems
}

#[test]
fn an_extension_with_a_value_of_another_type_is_refused() {
    let patient = patient::CONTRACT.minimal;
    for (minimal, at, url, sent, expected) in [
        (patient, 1, "http://hl7.org/fhir/StructureDefinition/tz-code", "valueString", "valueCode"),
        (patient, 1, &*format!("{PREFIX}/sexual-orientation"), "valueString", "valueCode"),
        (
            patient,
            1,
            "http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity",
            "valueString",
            "valueCodeableConcept",
        ),
        (patient, 1, &*format!("{PREFIX}/business-line"), "valueString", "valueId"),
        (patient, 1, &*format!("{PREFIX}/clinical-note"), "valueMarkdown", "valueString"),
        (
            patient,
            1,
            "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
            "valueString",
            "extension",
        ),
        (media::CONTRACT.minimal, 0, &*format!("{PREFIX}/note-id"), "valueString", "valueId"),
    ] {
        let extension = format!(r#"{{"url":"{url}","{sent}":"x"}}"#);
        let name = if minimal == patient { "Patient" } else { "Media" };
        assert_eq!(
            refused(minimal, &format!("extension.{at}"), &extension),
            [(
                "value".to_owned(),
                format!("extension {url} must have {expected}, not {sent}"),
                format!("{name}.extension[{at}].{expected}")
            )]
        );
    }
    let url = format!("{PREFIX}/note-id");
    let problems = refused(
        questionnaire_response::CONTRACT.minimal,
        "extension.0",
        &format!(r#"{{"url":"{url}","valueString":"x"}}"#),
    );
    assert_eq!(problems[0].1, format!("extension {url} must have valueId, not valueString"));
}

#[test]
fn parts_of_extensions_and_extensions_of_elements_are_held_to_their_types_too() {
    let race = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
    let extension = format!(
        r#"{{"url":"{race}","extension":[{{"url":"text","valueString":"White"}},{{"url":"detailed","valueCode":"2108-9"}}]}}"#
    );
    let problems = refused(patient::CONTRACT.minimal, "extension.1", &extension);
    assert_eq!(problems[0].1, "extension detailed must have valueCoding, not valueCode");
    assert_eq!(problems[0].2, "Patient.extension[1].extension[1].valueCoding");
    let telecom =
        format!(r#"[{{"value":"1","extension":[{{"url":"{PREFIX}/has-consent","valueString":"true"}}]}}]"#);
    let problems = refused(patient::CONTRACT.minimal, "telecom", &telecom);
    assert_eq!(problems[0].2, "Patient.telecom[0].extension[0].valueBoolean");
}

#[test]
fn a_second_entry_of_a_single_extension_is_refused() {
    let birthsex =
        r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"M"}"#;
    assert_eq!(
        refused(patient::CONTRACT.minimal, "extension.1", birthsex),
        [(
            "structure".to_owned(),
            "extension http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex must be there once, not several times".to_owned(),
            "Patient.extension[1]".to_owned()
        )]
    );
    let named = |name: &str| format!(r#"{{"url":"{PREFIX}/{name}","valueString":"mreyes9"}}"#);
    // Both urls of the login name are one extension.
    let both = format!("[{},{}]", named("username"), named("practitioner-user-username"));
    let problems = refused(practitioner::CONTRACT.minimal, "extension", &both);
    assert_eq!((problems.len(), problems[0].2.as_str()), (1, "Practitioner.extension[1]"));
}

#[test]
fn an_unknown_extension_is_passed_over_whatever_it_holds() {
    let door = Door::of_demo_clinic();
    let mut body = parse(patient::CONTRACT.minimal);
    let unknown = r#"{"url":"http://example.com/own","valueDecimal":1.5}"#;
    set(&mut body, "extension.1", parse(unknown));
    set(&mut body, "extension.2", parse(unknown));
    let id = door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(fhir::ResourceType::PATIENT, &id).unwrap();
    assert_eq!(read.get("extension").map(Json::items).unwrap().len(), 1);
}
