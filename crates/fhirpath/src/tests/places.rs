//! Where items are in the tree.

use super::{observation, patient};
use crate::Expression;
use fhir::Json;

fn places(resource: &Json, text: &str) -> Vec<String> {
    let expression = Expression::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let places = expression.evaluate_places(resource).unwrap_or_else(|error| panic!("{text}: {error}"));
    places.iter().map(ToString::to_string).collect()
}

#[test]
fn items_of_the_tree_are_found_where_they_are() {
    let patient = patient();
    for (text, expected) in [
        ("Patient", &[""][..]),
        ("Patient.active", &["active"]),
        ("Patient.deceased", &["deceasedBoolean"]),
        ("Patient.name", &["name[0]", "name[1]", "name[2]"]),
        ("Patient.name[1].given[0]", &["name[1].given[0]"]),
        ("Patient.name.where(use = 'maiden').family", &["name[2].family"]),
        ("Patient.name.given.skip(2)", &["name[1].given[0]", "name[1].given[1]"]),
        ("Patient.name[1].given[1]", &["name[1].given[1]"]),
        ("Patient.name[1].given[1].id", &["name[1]._given[1].id"]),
        ("Patient.birthDate", &["birthDate"]),
        ("Patient.birthDate.extension", &["_birthDate.extension[0]"]),
        ("Patient.birthDate.extension.value", &["_birthDate.extension[0].valueDateTime"]),
        ("Patient.extension('http://race').value", &["extension[0].valueString"]),
        (
            "Patient.name.family | Patient.contact.name.family",
            &["name[0].family", "name[2].family", "contact[0].name.family"],
        ),
        ("Patient.contained.name", &["contained[0].name"]),
        ("Patient.photo", &[]),
    ] {
        assert_eq!(places(&patient, text), expected, "{text}");
    }
    assert_eq!(
        places(&observation(), "Observation.component.value"),
        ["component[0].valueString", "component[1].valueDateTime"]
    );
}

#[test]
fn computed_items_have_no_place() {
    let patient = patient();
    for text in ["Patient.name.count()", "'x'", "Patient.name[0].family & 'x'", "Patient.active.not()"] {
        assert!(places(&patient, text).is_empty(), "{text}");
    }
}

#[test]
fn a_primitive_without_a_value_is_where_its_value_would_be() {
    let text = r#"{ "resourceType": "Patient",
        "_birthDate": { "extension": [{ "url": "u", "valueCode": "unknown" }] },
        "name": [{ "given": ["a"], "_given": [null, { "id": "g" }] }] }"#;
    let patient = fhir::json::parse(text.as_bytes(), 20).unwrap();
    assert_eq!(places(&patient, "Patient.birthDate"), ["birthDate"]);
    assert_eq!(places(&patient, "Patient.name.given"), ["name[0].given[0]", "name[0].given[1]"]);
}
