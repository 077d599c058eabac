//! Practitioners: create, read, update, the signature.

use crate::support::{Door, block_on, parse, set};
use canvas::clinic::demo;
use canvas::types::practitioner::CONTRACT;
use fhir::{Json, ResourceType};

const PRACTITIONER: ResourceType = ResourceType::PRACTITIONER;

fn body(members: &[(&str, &str)]) -> Json {
    let mut body = parse(CONTRACT.minimal);
    members.iter().for_each(|(path, value)| set(&mut body, path, parse(value)));
    body
}

fn urls(practitioner: &Json) -> Vec<String> {
    let extensions = practitioner.get("extension").map(Json::items).unwrap_or_default().iter();
    extensions.map(|extension| extension.str("url").unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

const EXTENSIONS: &str = r#"[
    {"url":"http://schemas.canvasmedical.com/fhir/extensions/username","valueString":"mreyes9"},
    {"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-primary-practice-location","valueReference":{"reference":"Location/b3476a18-3f63-422d-87e7-b3dc0cd55060"}},
    {"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature","valueAttachment":{"data":"JVBERi0xLjIg"}}
]"#;

#[test]
fn a_practitioner_reads_back_with_text_ids_and_displays() {
    let door = Door::of_demo_clinic();
    let id = door.create(&body(&[("extension", EXTENSIONS)])).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(PRACTITIONER, &id).unwrap();
    assert_eq!(
        urls(&read),
        ["practitioner-user-username", "practitioner-primary-practice-location", "practitioner-signature"]
    );
    assert_eq!(read.at(&["name", "0", "text"]), Some(&Json::from("Maria Reyes")));
    assert!(fhir::primitive::is_uuid(read.at(&["telecom", "0", "id"]).unwrap().as_str().unwrap()));
    let location = door.read(ResourceType::LOCATION, demo::LOCATION).unwrap();
    assert_eq!(read.at(&["extension", "1", "valueReference", "display"]), location.get("name"));
    let url = format!("http://clinic.test/Practitioner/{id}/files/signature");
    assert_eq!(read.at(&["extension", "2", "valueAttachment", "url"]), Some(&Json::from(url.as_str())));
    let signed = read.at(&["extension", "2", "valueAttachment", "extension", "0", "valueUri"]);
    assert_eq!(signed, Some(&Json::from(format!("{url}?expires={}", crate::support::NOW))));
    let file = block_on(door.canvas.file(PRACTITIONER, &id, "signature")).unwrap().unwrap();
    assert_eq!((file.content_type.as_str(), file.content.as_slice()), ("application/pdf", &b"%PDF-1.2 "[..]));
}

#[test]
fn an_update_clears_extensions_but_the_username_and_keeps_the_signature_it_was_shown() {
    let door = Door::of_demo_clinic();
    let id = door.create(&body(&[("extension", EXTENSIONS)])).unwrap();
    let shown = format!(
        r#"[{{"url":"http://schemas.canvasmedical.com/fhir/extensions/practitioner-signature","valueAttachment":{{"url":"http://clinic.test/Practitioner/{id}/files/signature"}}}}]"#
    );
    door.update(&id, &body(&[("extension", &shown)])).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(
        urls(&door.read(PRACTITIONER, &id).unwrap()),
        ["practitioner-user-username", "practitioner-signature"]
    );
    assert!(block_on(door.canvas.file(PRACTITIONER, &id, "signature")).unwrap().is_some());
    door.update(&id, &body(&[])).unwrap();
    assert_eq!(urls(&door.read(PRACTITIONER, &id).unwrap()), ["practitioner-user-username"]);
    assert_eq!(block_on(door.canvas.file(PRACTITIONER, &id, "signature")).unwrap_err().row().status, 404);
}

#[test]
fn addresses_are_changed_by_id_and_keep_what_is_left_out() {
    let door = Door::empty();
    let address =
        r#"[{"use":"work","type":"both","city":"Oakland"},{"use":"home","type":"postal","city":"Reno"}]"#;
    let id = door.create(&body(&[("address", address)])).unwrap();
    let before = door.read(PRACTITIONER, &id).unwrap();
    let first = before.at(&["address", "0", "id"]).unwrap().as_str().unwrap();
    let sent = format!(r#"[{{"id":"{first}","use":"work","city":"Berkeley"}}]"#);
    door.update(&id, &body(&[("address", &sent)])).unwrap_or_else(|refusal| panic!("{refusal}"));
    let after = door.read(PRACTITIONER, &id).unwrap();
    let expected = format!(r#"[{{"id":"{first}","use":"work","type":"both","city":"Berkeley"}}]"#);
    assert_eq!(after.get("address"), Some(&parse(&expected)));
    door.update(&id, &body(&[])).unwrap();
    assert_eq!(
        door.read(PRACTITIONER, &id).unwrap().get("address"),
        after.get("address"),
        "left out, it stays"
    );
}

#[test]
fn every_broken_rule_of_business_is_told_at_once() {
    let door = Door::empty();
    let refusal = door.create(&body(&[("telecom.0.use", r#""home""#), ("telecom.1.rank", "2")])).unwrap_err();
    let texts: Vec<&str> = refusal.issues().iter().map(|issue| issue.text.as_str()).collect();
    assert_eq!(refusal.row().status, 422);
    assert_eq!(
        texts,
        [
            "A telecom with system 'phone' and use 'work' is required",
            "Exactly one telecom with system 'email' and rank 1 is required"
        ]
    );
}

#[test]
fn a_practitioner_put_back_as_it_was_read_is_the_same() {
    let door = Door::of_demo_clinic();
    let id = door.create(&body(&[("extension", EXTENSIONS)])).unwrap();
    let before = door.read(PRACTITIONER, &id).unwrap();
    door.update(&id, &before).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(door.read(PRACTITIONER, &id).unwrap(), before);
}

#[test]
fn a_password_email_is_asked_for_at_the_r4_door() {
    let door = Door::of_demo_clinic();
    let send = |id: &str, body: &str| {
        let name = "send-reset-password-email";
        block_on(door.canvas.operate(PRACTITIONER, Some(id), name, body.as_bytes()))
    };
    let body = r#"{"resourceType":"Parameters"}"#;
    send(demo::PRACTITIONER, body).unwrap();
    assert_eq!(door.count(ResourceType::COMMUNICATION_REQUEST), 1);
    for (id, body, status) in [
        ("00000000000000000000000000000000", body, 404),
        (demo::AUTOMATION_USER, body, 422),
        (demo::PRACTITIONER, "", 400),
        (demo::PRACTITIONER, r#"{"resourceType":"Patient"}"#, 400),
    ] {
        assert_eq!(send(id, body).unwrap_err().row().status, status, "{id} {body}");
    }
    let of_type =
        block_on(door.canvas.operate(PRACTITIONER, None, "send-reset-password-email", body.as_bytes()));
    assert_eq!(of_type.unwrap_err().row().status, 404, "the operation is of an instance");
    assert_eq!(door.count(ResourceType::COMMUNICATION_REQUEST), 1);
}

#[test]
fn what_other_software_stored_beyond_the_contract_is_not_shown_and_survives_an_update() {
    let door = Door::empty();
    let id = door.create(&body(&[("identifier", r#"[{"value":"1234567893"}]"#)])).unwrap();
    let mut stored = door.stored(PRACTITIONER, &id);
    let (own, dea) = (
        r#"{"url":"http://example.com/own","valueString":"x"}"#,
        r#"{"system":"http://example.com/dea","value":"7"}"#,
    );
    set(&mut stored, "extension", parse(&format!("[{own}]")));
    set(&mut stored, "identifier.1", parse(dea));
    door.put(PRACTITIONER, &id, stored);
    let shown = |practitioner: &Json| practitioner.get("identifier").unwrap().items().len();
    let read = door.read(PRACTITIONER, &id).unwrap();
    assert_eq!((shown(&read), read.get("extension")), (1, None));
    door.update(&id, &body(&[("identifier", r#"[{"value":"1234567893"}]"#)])).unwrap();
    let stored = door.stored(PRACTITIONER, &id);
    assert_eq!(stored.get("extension").unwrap().items(), [parse(own)]);
    assert_eq!(stored.get("identifier").unwrap().items().last(), Some(&parse(dea)));
}

#[test]
fn one_who_was_stored_without_an_email_gets_a_first_one() {
    let door = Door::empty();
    door.put(PRACTITIONER, "1", parse(r#"{"resourceType":"Practitioner","name":[{"family":"Reyes"}]}"#));
    door.update("1", &body(&[])).unwrap_or_else(|refusal| panic!("{refusal}"));
    let another = body(&[("telecom.1.value", r#""other@example.com""#)]);
    assert_eq!(door.update("1", &another).unwrap_err().row().status, 422);
}
