//! Questionnaires of clinic.toml.

use crate::support::{Door, block_on};
use canvas::clinic::{Clinic, demo};
use fhir::{Json, ResourceType};

const TYPE: ResourceType = ResourceType::QUESTIONNAIRE;

#[test]
fn questionnaires_of_the_settings_are_stored_once_and_again_when_they_change() {
    let door = Door::empty();
    let store = || block_on(door.canvas.store_questionnaires()).unwrap();
    let versions = || {
        let version = block_on(door.engine.read(TYPE, demo::SCORED_QUESTIONNAIRE)).unwrap();
        (version.version, door.count(TYPE))
    };
    store();
    store();
    assert_eq!(versions(), (1, 2));
    let mut clinic = Clinic::demo();
    clinic.questionnaires.retain(|known| known.id == demo::SCORED_QUESTIONNAIRE);
    clinic.questionnaires[0].name = "PHQ-2 of this clinic".into();
    door.canvas.replace_clinic(clinic).unwrap();
    store();
    // What the settings have no more stays.
    assert_eq!(versions(), (2, 2));
    let read = door.read(TYPE, demo::SCORED_QUESTIONNAIRE).unwrap();
    assert_eq!(read.get("name").and_then(Json::as_str), Some("PHQ-2 of this clinic"));
}

#[test]
fn a_questionnaire_that_is_not_valid_is_told_and_none_is_stored() {
    let door = Door::empty();
    let mut clinic = Clinic::demo();
    clinic.questionnaires[1].coding.1 = " not a code ".into();
    door.canvas.replace_clinic(clinic).unwrap();
    let told = block_on(door.canvas.store_questionnaires()).unwrap_err().to_string();
    let id = demo::SCORED_QUESTIONNAIRE;
    assert!(told.contains(&format!("'{id}'")) && told.contains("' not a code '"), "{told}");
    assert_eq!(door.count(TYPE), 0);
}

#[test]
fn what_the_settings_refer_to_and_nobody_stored_is_told() {
    let door = Door::empty();
    let told = || block_on(door.canvas.unstored_settings()).unwrap();
    let problems = told();
    let automation = &problems[0];
    assert!(
        automation.starts_with(&format!("automation_user is '{}'", demo::AUTOMATION_USER)),
        "{automation}"
    );
    assert_eq!(problems.len(), 1 + Clinic::demo().payers.len(), "{problems:#?}");
    let practitioner = fhir::json!({ "resourceType": "Practitioner" });
    door.put(ResourceType::PRACTITIONER, demo::AUTOMATION_USER, practitioner);
    assert_eq!(told().len(), problems.len() - 1);
    assert_eq!(block_on(Door::of_demo_clinic().canvas.unstored_settings()).unwrap(), Vec::<String>::new());
}
