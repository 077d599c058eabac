//! References in what is sent: the one form that they may have.

use crate::support::{Door, changed, parse, set, told};
use canvas::clinic::demo;
use canvas::types::{allergy_intolerance, consent, observation};
use fhir::{Json, ResourceType};

#[test]
fn a_reference_to_a_version_is_refused() {
    let door = Door::of_demo_clinic();
    let versioned = format!("Patient/{}/_history/1", demo::PATIENT);
    for (minimal, element) in [
        (allergy_intolerance::CONTRACT.minimal, "patient"),
        (consent::CONTRACT.minimal, "patient"),
        (observation::CONTRACT.minimal, "subject"),
    ] {
        let mut body = changed(minimal, &[], "");
        set(&mut body, &format!("{element}.reference"), Json::from(versioned.as_str()));
        let (status, problems) = told(&door.create(&body).unwrap_err());
        let text = format!("reference '{versioned}' is not of the form {{ResourceType}}/{{id}}");
        assert_eq!((status, problems[0].1.as_str()), (400, text.as_str()), "{minimal}");
    }
}

#[test]
fn a_reference_to_a_version_that_the_r4_door_stored_is_shown_without_it() {
    let door = Door::of_demo_clinic();
    let stored = format!(
        r#"{{"resourceType":"Task","status":"requested","intent":"unknown","for":{{"reference":"Patient/{0}/_history/1"}}}}"#,
        demo::PATIENT
    );
    door.put(ResourceType::TASK, "t", parse(&stored));
    let read = door.read(ResourceType::TASK, "t").unwrap();
    let reference = read.at(&["for", "reference"]).and_then(Json::as_str);
    assert_eq!(reference, Some(&*format!("Patient/{}", demo::PATIENT)));
}
