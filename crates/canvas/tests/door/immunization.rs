//! Immunizations: notes are joined, times are told in one way, what the clinic gave can be marked too.

use crate::support::{Door, changed, parse, set};
use canvas::types::immunization::CONTRACT;
use fhir::{Json, ResourceType};

const IMMUNIZATION: ResourceType = ResourceType::IMMUNIZATION;

#[test]
fn notes_are_joined_and_times_are_shown_in_utc() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "note", parse(r#"[{"text":"First Dose"},{"text":"left arm"}]"#));
    set(&mut body, "occurrenceDateTime", Json::from("2022-05-26T14:55:34-04:00"));
    let read = door.read(IMMUNIZATION, &door.create(&body).unwrap()).unwrap();
    assert_eq!(read.get("note"), Some(&parse(r#"[{"text":"First Dose\nleft arm"}]"#)));
    assert_eq!(read.str("occurrenceDateTime"), Some("2022-05-26T18:55:34+00:00"));
    let read = door.read(IMMUNIZATION, &door.create(&changed(CONTRACT.minimal, &[], "")).unwrap()).unwrap();
    assert_eq!((read.str("occurrenceDateTime"), read.get("note")), (Some("2021-12-01"), None));
}

#[test]
fn what_the_clinic_gave_is_shown_and_can_be_marked_and_nothing_else() {
    let door = Door::of_demo_clinic();
    let mut given = changed(CONTRACT.minimal, &[], "");
    set(&mut given, "primarySource", Json::from(true));
    door.put(IMMUNIZATION, "given", given.clone());
    assert_eq!(door.read(IMMUNIZATION, "given").unwrap().get("primarySource"), Some(&Json::from(true)));
    set(&mut given, "status", Json::from("entered-in-error"));
    set(&mut given, "primarySource", Json::from(false));
    door.update("given", &given).unwrap();
    let read = door.read(IMMUNIZATION, "given").unwrap();
    assert_eq!(read.str("status"), Some("entered-in-error"));
    assert_eq!(read.get("primarySource"), Some(&Json::from(true)));
}
