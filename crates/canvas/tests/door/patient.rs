//! Patients: create, read, the photo.

use crate::support::{Door, block_on, parse, set, told};
use canvas::clinic::demo;
use canvas::types::patient::CONTRACT;
use fhir::{Json, ResourceType};
use interactions::Interaction;

const PATIENT: ResourceType = ResourceType::PATIENT;

fn minimal() -> Json {
    parse(CONTRACT.minimal)
}

/// The minimal patient with members, each given as JSON.
fn with(members: &[(&str, &str)]) -> Json {
    let mut patient = minimal();
    members.iter().for_each(|(path, value)| set(&mut patient, path, parse(value)));
    patient
}

fn created(door: &Door, patient: &Json) -> Json {
    let id = door.create(patient).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.read(PATIENT, &id).unwrap()
}

#[test]
fn an_id_is_32_hexadecimal_digits_and_the_record_number_nine_digits() {
    let door = Door::empty();
    let patient = created(&door, &minimal());
    let id = patient.str("id").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    let number = patient.at(&["identifier", "0", "value"]).unwrap().as_str().unwrap();
    assert!(number.len() == 9 && number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
    assert!(patient.at(&["text", "div"]).unwrap().as_str().unwrap().contains(number));
    assert!(patient.get("meta").is_none());
}

#[test]
fn the_smallest_patient_reads_back_with_the_vendors_defaults() {
    let door = Door::empty();
    let mut patient = created(&door, &minimal());
    for name in ["id", "text", "identifier"] {
        patient.as_object_mut().unwrap().remove(name);
    }
    let expected = parse(
        r#"{
        "resourceType": "Patient",
        "extension": [{ "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F" }],
        "active": true,
        "name": [{ "use": "official", "family": "Mitko", "given": ["Salina"],
            "period": { "start": "0001-01-01T00:00:00+00:00", "end": "9999-12-31T23:59:59.999999+00:00" } }],
        "gender": "female",
        "birthDate": "1949-11-13",
        "deceasedBoolean": false,
        "communication": [{ "language": {
            "coding": [{ "system": "urn:ietf:bcp:47", "code": "en", "display": "English" }], "text": "English" } }]
    }"#,
    );
    assert_eq!(patient, expected);
}

#[test]
fn entries_get_ids_and_defaults() {
    let door = Door::empty();
    let patient = created(
        &door,
        &with(&[
            ("telecom", r#"[{"value":"5554320555"},{"system":"phone","value":"5554320556"}]"#),
            ("address", r#"[{"text":"all","line":["1","2","3"],"city":"Los Angeles"}]"#),
            ("identifier", r#"[{"system":"HealthCo","value":"s07960990","period":{"start":"2020-01-01"}}]"#),
        ]),
    );
    let without_id = |path: &[&str]| {
        let mut entry = patient.at(path).unwrap().clone();
        let id = entry.as_object_mut().unwrap().remove("id").unwrap();
        assert!(fhir::primitive::is_uuid(id.as_str().unwrap()), "{id}");
        entry
    };
    assert_eq!(
        without_id(&["telecom", "0"]),
        parse(r#"{"system":"other","value":"5554320555","use":"home","rank":1}"#)
    );
    assert_eq!(
        without_id(&["telecom", "1"]),
        parse(
            r#"{"extension":[{"url":"http://schemas.canvasmedical.com/fhir/extensions/has-consent","valueBoolean":false}],"system":"phone","value":"5554320556","use":"home","rank":1}"#
        )
    );
    assert_eq!(
        without_id(&["address", "0"]),
        parse(r#"{"use":"home","type":"both","line":["1","2 3"],"city":"Los Angeles","country":"us"}"#)
    );
    assert_eq!(
        without_id(&["identifier", "1"]),
        parse(
            r#"{"use":"usual","system":"HealthCo","value":"s07960990","period":{"start":"2020-01-01","end":"2100-12-31"}}"#
        )
    );
}

#[test]
fn gender_and_gender_identity_are_kept_as_one() {
    let door = Door::empty();
    let identity = |patient: &Json| -> Option<String> {
        let extensions = patient.get("extension").unwrap().items().iter();
        let mut found =
            extensions.filter_map(|extension| extension.get("valueCodeableConcept")?.at(&["coding", "0"]));
        found.next().and_then(|coding| coding.str("code")).map(str::to_owned)
    };
    let unknown = created(&door, &with(&[("gender", r#""unknown""#)]));
    assert_eq!((unknown.str("gender"), identity(&unknown).as_deref()), (Some("unknown"), Some("ASKU")));
    let other = created(&door, &with(&[("gender", r#""other""#)]));
    assert_eq!((other.str("gender"), identity(&other).as_deref()), (Some("other"), Some("OTH")));
    let chosen = r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"446151000124109"}]}}"#;
    let chosen = created(&door, &with(&[("gender", r#""female""#), ("extension.1", chosen)]));
    assert_eq!((chosen.str("gender"), identity(&chosen).as_deref()), (Some("male"), Some("446151000124109")));
}

#[test]
fn names_are_kept_as_the_vendor_keeps_them() {
    let door = Door::empty();
    let names = r#"[{"use":"usual","given":["X"]},{"use":"official","family":"Jones","given":["Samantha","Ann","Lee"]},
        {"use":"nickname","family":"J","given":["Sam","Sammy"]},{"use":"official","family":"Second","given":["Y"]},
        {"use":"maiden","family":"Smith"},{"use":"old","family":"Brown","given":["S"]}]"#;
    let patient = created(&door, &with(&[("name", names)]));
    let shown: Vec<Json> = patient
        .get("name")
        .unwrap()
        .items()
        .iter()
        .map(|name| {
            let mut name = name.clone();
            name.as_object_mut().unwrap().remove("period").unwrap();
            name
        })
        .collect();
    let expected = r#"[{"use":"official","family":"Jones","given":["Samantha","Ann Lee"]},{"use":"nickname","given":["Sam"]},
        {"use":"maiden","family":"Smith"},{"use":"old","family":"Brown","given":["S"]}]"#;
    assert_eq!(Json::from(shown), parse(expected));
}

#[test]
fn a_birth_date_without_day_is_the_first_and_a_time_of_death_stands_for_the_flag() {
    let door = Door::empty();
    let patient = created(
        &door,
        &with(&[("birthDate", r#""1980-11""#), ("deceasedDateTime", r#""2024-05-06T07:08:09Z""#)]),
    );
    assert_eq!(patient.str("birthDate"), Some("1980-11-01"));
    assert_eq!(patient.str("deceasedDateTime"), Some("2024-05-06T07:08:09Z"));
    assert!(patient.get("deceasedBoolean").is_none());
}

#[test]
fn contacts_keep_the_first_phone_and_email_and_coded_relationships() {
    let door = Door::of_demo_clinic();
    let contact = r#"[{"name":{"text":"Dan"},"relationship":[{"text":"Spouse"},{"coding":[{"system":"http://schemas.canvasmedical.com/fhir/contact-category","code":"EMC"}],"text":"x"}],
        "telecom":[{"system":"fax","value":"1"},{"system":"email","value":"a@b.c","use":"home"},{"system":"phone","value":"5557327068"},{"system":"phone","value":"123"}]}]"#;
    let patient = created(&door, &with(&[("contact", contact)]));
    let mut shown = patient.at(&["contact", "0"]).unwrap().clone();
    shown.as_object_mut().unwrap().remove("id");
    let expected = r#"{"relationship":[{"coding":[{"system":"http://schemas.canvasmedical.com/fhir/contact-category","code":"EMC","display":"Emergency contact"}]}],
        "name":{"text":"Dan"},"telecom":[{"system":"email","value":"a@b.c"},{"system":"phone","value":"5557327068"}]}"#;
    assert_eq!(shown, parse(expected));
}

#[test]
fn what_the_server_issues_cannot_be_written() {
    let door = Door::empty();
    let patient = created(
        &door,
        &with(&[
            ("id", r#""mine""#),
            (
                "text",
                r#"{"status":"additional","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}"#,
            ),
            ("identifier", r#"[{"system":"http://canvasmedical.com","value":"123456789"}]"#),
            ("maritalStatus", r#"{"text":"single"}"#),
            ("extension.1", r#"{"url":"http://example.com/unknown","valueString":"x"}"#),
            ("telecom", r#"[{"id":"mine","value":"1"}]"#),
        ]),
    );
    assert_ne!(patient.str("id"), Some("mine"));
    assert_eq!(patient.at(&["text", "status"]), Some(&Json::from("generated")));
    assert_eq!(patient.get("identifier").unwrap().items().len(), 1);
    assert_ne!(patient.at(&["identifier", "0", "value"]), Some(&Json::from("123456789")));
    assert_eq!(patient.get("maritalStatus"), None);
    assert_eq!(patient.get("extension").unwrap().items().len(), 1);
    assert_ne!(patient.at(&["telecom", "0", "id"]), Some(&Json::from("mine")));
}

#[test]
fn every_problem_of_a_body_is_told_in_document_order() {
    let door = Door::empty();
    let mut patient = with(&[
        ("birthDate", r#""1980-13-01""#),
        ("telecom", r#"[{"system":"telex"},{"value":"1","rank":0}]"#),
        ("address", r#"[{"use":"billing","planet":"Earth"}]"#),
    ]);
    patient.as_object_mut().unwrap().remove("gender");
    let refusal = door.create(&patient).unwrap_err();
    let (status, problems) = told(&refusal);
    let texts: Vec<(&str, &str, &str)> =
        problems.iter().map(|(code, text, place)| (code.as_str(), text.as_str(), place.as_str())).collect();
    assert_eq!(status, 400);
    assert_eq!(refusal.issues()[0].text, "The request was malformed or failed validation.");
    let places: Vec<&str> = texts.iter().map(|(.., place)| *place).collect();
    assert_eq!(
        places,
        [
            "Patient.gender",
            "Patient.birthDate",
            "Patient.telecom[0].system",
            "Patient.telecom[0].value",
            "Patient.telecom[1].rank",
            "Patient.address[0].use",
            "Patient.address[0].planet",
        ],
        "{texts:#?}"
    );
    assert_eq!(texts[0], ("required", "gender is required", "Patient.gender"));
    assert_eq!(
        texts[1],
        ("value", "birthDate '1980-13-01' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)", "Patient.birthDate")
    );
}

#[test]
fn references_must_lead_to_something() {
    let door = Door::of_demo_clinic();
    let default = |reference: &str| {
        let extension = format!(
            r#"{{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider","valueReference":{{"reference":"{reference}"}}}}"#
        );
        door.create(&with(&[("extension.1", &extension)]))
    };
    let place = "Patient.extension[1].valueReference.reference".to_owned();
    let refusal = default("Practitioner/0123456789abcdef0123456789abcdef").unwrap_err();
    let text = "'Practitioner/0123456789abcdef0123456789abcdef' does not exist".to_owned();
    assert_eq!(told(&refusal), (400, vec![("not-found".to_owned(), text, place.clone())]));
    let refusal = default("https://elsewhere.test/Practitioner/1").unwrap_err();
    let text =
        "reference 'https://elsewhere.test/Practitioner/1' is not of the form {ResourceType}/{id}".to_owned();
    assert_eq!(told(&refusal), (400, vec![("value".to_owned(), text, place)]));
    default(&format!("Practitioner/{}", demo::PRACTITIONER)).unwrap();
}

#[test]
fn what_may_change_the_meaning_is_refused_wherever_it_is() {
    let door = Door::empty();
    let modifier = r#"[{"url":"http://example.com/not","valueBoolean":true}]"#;
    let refusal = door
        .create(&with(&[
            ("implicitRules", r#""http://example.com/rules""#),
            ("contact", &format!(r#"[{{"name":{{"text":"Dan"}},"modifierExtension":{modifier}}}]"#)),
        ]))
        .unwrap_err();
    let places: Vec<String> =
        told(&refusal).1.into_iter().map(|(code, _, place)| format!("{code} {place}")).collect();
    assert_eq!(
        places,
        ["not-supported Patient.implicitRules", "not-supported Patient.contact[0].modifierExtension"]
    );
}

#[test]
fn a_photo_is_shown_by_its_url_which_has_its_bytes() {
    let door = Door::empty();
    let id = door.create(&with(&[("photo", r#"[{"data":"R0lGODlhAQ=="},{"data":"QUJD"}]"#)])).unwrap();
    let patient = door.read(PATIENT, &id).unwrap();
    let url = format!("http://clinic.test/Patient/{id}/files/photo");
    let signed = format!("{url}?expires={}", crate::support::NOW);
    let shown = format!(
        r#"[{{"extension":[{{"url":"http://schemas.canvasmedical.com/fhir/extensions/deprecated-url","valueUri":"{signed}"}}],"url":"{url}"}}]"#
    );
    assert_eq!(patient.get("photo"), Some(&parse(&shown)));
    let file = block_on(door.canvas.file(PATIENT, &id, "photo")).unwrap().unwrap();
    assert_eq!((file.content_type.as_str(), file.content.as_slice()), ("image/gif", &b"GIF89a\x01"[..]));
    assert!(block_on(door.canvas.file(PATIENT, &id, "name")).unwrap().is_none());
    let without = door.create(&minimal()).unwrap();
    assert_eq!(block_on(door.canvas.file(PATIENT, &without, "photo")).unwrap_err().row().status, 404);
}

#[test]
fn a_patient_of_the_r4_door_reads_in_the_vendors_shape() {
    let door = Door::empty();
    let patient = parse(
        r#"{"resourceType":"Patient","id":"r4","meta":{"tag":[{"code":"x"}]},"maritalStatus":{"text":"single"},
        "extension":[{"url":"http://example.com/x","valueString":"y"}],"name":[{"use":"official","family":"Roe","given":["Jane"]}],"birthDate":"1990"}"#,
    );
    door.put(PATIENT, "r4", patient);
    let read = door.read(PATIENT, "r4").unwrap();
    let names: Vec<&str> = read.as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["resourceType", "id", "text", "active", "name", "birthDate"]);
}

#[test]
fn what_the_door_stores_is_valid_r4() {
    let door = Door::of_demo_clinic();
    let id = door
        .create(&with(&[
            ("telecom", r#"[{"value":"5554320555"}]"#),
            ("photo", r#"[{"data":"R0lGODlhAQ=="}]"#),
            ("contact", r#"[{"name":{"text":"Dan"},"relationship":[{"text":"Spouse"}]}]"#),
            ("gender", r#""other""#),
        ]))
        .unwrap();
    let stored = door.stored(PATIENT, &id);
    let options = interactions::validation::Options { expected: Some(PATIENT), ..Default::default() };
    let problems = interactions::validation::validate(&stored, &options);
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn unknown_deleted_and_malformed_ids_are_404() {
    let door = Door::empty();
    let id = door.create(&minimal()).unwrap();
    block_on(door.engine.delete(PATIENT, &id, Default::default())).unwrap();
    for id in [id.as_str(), "a47c7b0ebbb442cdbc4adf259d148ea1", "../x", ""] {
        let refusal = door.read(PATIENT, id).unwrap_err();
        assert_eq!(refusal.row().status, 404);
        assert_eq!(refusal.issues()[0].text, format!("Unknown Patient resource '{id}'"));
        assert_eq!(door.update(id, &minimal()).unwrap_err().row().status, 404);
    }
    assert!(CONTRACT.offers(Interaction::Create));
}

/// The parts of the second extension, each as its url and value.
fn parts(patient: &Json) -> Vec<(String, String)> {
    let parts = patient.at(&["extension", "1", "extension"]).map(Json::items).unwrap_or_default();
    let value = |part: &Json| {
        part.str("valueString").or_else(|| part.at(&["valueCoding", "code"])?.as_str()).map(str::to_owned)
    };
    parts.iter().map(|part| (part.str("url").unwrap().to_owned(), value(part).unwrap())).collect()
}

#[test]
fn a_race_in_words_is_kept_and_one_without_anything_refused() {
    let door = Door::empty();
    let race = |parts: &str| {
        let url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race";
        with(&[("extension.1", &format!(r#"{{"url":"{url}","extension":[{parts}]}}"#))])
    };
    let text = r#"{"url":"text","valueString":"Caucasian"}"#;
    let coded =
        r#"{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}}"#;
    let pair = |url: &str, value: &str| (url.to_owned(), value.to_owned());
    assert_eq!(parts(&created(&door, &race(text))), [pair("text", "Caucasian")]);
    let both = race(&format!("{text},{coded}"));
    assert_eq!(
        parts(&created(&door, &both)),
        [pair("ombCategory", "2106-3"), pair("text", "White")],
        "the coding's display is the text"
    );
    for nothing in [
        r#"{"url":"category","valueString":"White"}"#,
        r#"{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238"}}"#,
    ] {
        let (status, problems) = told(&door.create(&race(nothing)).unwrap_err());
        assert_eq!((status, problems.len()), (400, 1), "{nothing}: {problems:?}");
        assert_eq!(problems[0].1, "race extension requires a part ombCategory, detailed or text");
    }
}

#[test]
fn a_period_of_an_identifier_is_never_made_to_end_before_it_begins() {
    let door = Door::empty();
    for (sent, stored) in [
        ("{}", r#"{"start":"1970-01-01","end":"2100-12-31"}"#),
        (r#"{"end":"1960-01-01"}"#, r#"{"end":"1960-01-01"}"#),
        (r#"{"start":"2150"}"#, r#"{"start":"2150"}"#),
        (r#"{"start":"2020-05"}"#, r#"{"start":"2020-05","end":"2100-12-31"}"#),
        (r#"{"end":"1970-01-01"}"#, r#"{"start":"1970-01-01","end":"1970-01-01"}"#),
    ] {
        let period = if sent == "{}" { String::new() } else { format!(r#","period":{sent}"#) };
        let identifier = format!(r#"[{{"system":"HealthCo","value":"1"{period}}}]"#);
        let patient = created(&door, &with(&[("identifier", &identifier)]));
        assert_eq!(patient.at(&["identifier", "1", "period"]), Some(&parse(stored)), "{sent}");
    }
    let backwards =
        r#"[{"system":"HealthCo","value":"1","period":{"start":"2021-01-01","end":"2020-01-01"}}]"#;
    let (status, problems) = told(&door.create(&with(&[("identifier", backwards)])).unwrap_err());
    assert_eq!((status, problems[0].0.as_str()), (400, "invariant"), "{problems:?}");
}

#[test]
fn a_patient_of_the_r4_door_is_shown_by_the_contract_at_every_depth() {
    let door = Door::empty();
    let stored = r#"{"resourceType":"Patient","gender":"female","birthDate":"1980","maritalStatus":{"text":"x"},
        "name":[{"use":"official","text":"Ada L","family":"L","given":["Ada"]},{"text":"Ada Lovelace"}],
        "telecom":[{"system":"phone","value":"1","period":{"start":"2020"}}],
        "address":[{"text":"all","city":"Reno","district":"d"}],
        "contact":[{"gender":"male","relationship":[{"text":"Spouse"}],"address":{"city":"Reno"},
            "name":{"family":"L","given":["Dan"]},"telecom":[{"system":"phone","value":"1","use":"home"}]}],
        "communication":[{"language":{"coding":[{"code":"en"}]},"preferred":true}]}"#;
    door.put(PATIENT, "1", parse(stored));
    let mut read = door.read(PATIENT, "1").unwrap();
    read.as_object_mut().unwrap().remove("text");
    let expected = r#"{"resourceType":"Patient","id":"1","active":true,
        "name":[{"use":"official","family":"L","given":["Ada"],
            "period":{"start":"0001-01-01T00:00:00+00:00","end":"9999-12-31T23:59:59.999999+00:00"}},
            {"family":"Ada Lovelace",
            "period":{"start":"0001-01-01T00:00:00+00:00","end":"9999-12-31T23:59:59.999999+00:00"}}],
        "telecom":[{"system":"phone","value":"1"}],"gender":"female","birthDate":"1980-01-01",
        "address":[{"city":"Reno"}],"contact":[{"name":{"text":"Dan L"},"telecom":[{"system":"phone","value":"1"}]}],
        "communication":[{"language":{"coding":[{"code":"en"}]}}]}"#;
    assert!(read.same_content(&parse(expected)), "{read}");
}
