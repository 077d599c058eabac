//! Messages between patients and the staff.

use crate::support::{Door, changed, parse, remove, set, told};
use canvas::clinic::demo;
use canvas::types::communication::CONTRACT;
use fhir::{Json, ResourceType};

const MESSAGE: ResourceType = ResourceType::COMMUNICATION;

fn read_back(door: &Door, body: &Json) -> Json {
    let id = door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.read(MESSAGE, &id).unwrap()
}

#[test]
fn a_message_is_completed_and_its_subject_is_the_patient_whoever_sent_it() {
    let door = Door::of_demo_clinic();
    let patient = parse(&format!(r#"{{"reference":"Patient/{}","type":"Patient"}}"#, demo::PATIENT));
    let mut body = changed(CONTRACT.minimal, &[], "");
    let read = read_back(&door, &body);
    assert_eq!((read.str("status"), read.get("subject")), (Some("completed"), Some(&patient)), "{read}");
    set(&mut body, "sender.reference", Json::from(format!("Patient/{}", demo::PATIENT)));
    set(&mut body, "recipient.0.reference", Json::from(format!("Practitioner/{}", demo::PRACTITIONER)));
    let read = read_back(&door, &body);
    assert_eq!(read.get("subject"), Some(&patient));
    assert_eq!(read.at(&["recipient", "0", "type"]).and_then(Json::as_str), Some("Practitioner"));
    let found = door.found(MESSAGE, &format!("patient=Patient/{}", demo::PATIENT));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_message_was_sent_when_it_says_so_else_when_it_was_received_else_now() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    let now = read_back(&door, &body);
    assert!(now.str("sent").is_some_and(|sent| sent.ends_with("+00:00")), "{now}");
    assert_eq!(now.get("received"), None);
    set(&mut body, "received", Json::from("2022-04-29T06:30:00-07:00"));
    let received = read_back(&door, &body);
    assert_eq!(received.str("sent"), Some("2022-04-29T13:30:00+00:00"));
    set(&mut body, "sent", Json::from("2022-04-29T13:00:00Z"));
    let both = read_back(&door, &body);
    assert_eq!(both.str("sent"), Some("2022-04-29T13:00:00+00:00"));
    assert_eq!(both.str("received"), Some("2022-04-29T13:30:00+00:00"));
}

#[test]
fn content_in_place_of_content_string_is_told_of() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    remove(&mut body, "payload.0.contentString");
    set(&mut body, "payload.0.content", Json::from("Hello"));
    let (status, problems) = told(&door.create(&body).unwrap_err());
    assert_eq!(status, 400);
    let expected = ("required", "payload.contentString is required");
    assert!(
        problems.iter().any(|(code, text, _)| (code.as_str(), text.as_str()) == expected),
        "{problems:#?}"
    );
}

#[test]
fn every_part_of_what_is_said_is_kept() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "payload.1", parse(r#"{"contentString":"Please call."}"#));
    let read = read_back(&door, &body);
    assert_eq!(read.get("payload"), body.get("payload"));
}

#[test]
fn messages_among_the_staff_are_neither_found_nor_read() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    let shown = door.create(&body).unwrap();
    set(&mut body, "recipient.0.reference", Json::from(format!("Practitioner/{}", demo::PRACTITIONERS[1])));
    door.put(MESSAGE, "among-the-staff", body);
    assert_eq!(door.found(MESSAGE, ""), [shown]);
    assert_eq!(told(&door.read(MESSAGE, "among-the-staff").unwrap_err()).0, 404);
}

#[test]
fn the_subject_that_is_shown_is_the_one_it_is_found_by() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "recipient.0.reference", Json::from(format!("Patient/{}", demo::PATIENTS[1])));
    set(&mut body, "subject", parse(&format!(r#"{{"reference":"Patient/{}"}}"#, demo::PATIENT)));
    door.put(MESSAGE, "m", body);
    let read = door.read(MESSAGE, "m").unwrap();
    let subject = read.at(&["subject", "reference"]).and_then(Json::as_str).unwrap();
    assert_eq!(subject, format!("Patient/{}", demo::PATIENTS[1]));
    assert_eq!(door.found(MESSAGE, &format!("patient={subject}")), ["m"]);
    assert_eq!(door.found(MESSAGE, &format!("patient=Patient/{}", demo::PATIENT)), Vec::<String>::new());
}
