//! Medication statements: what the catalogue adds, when they begin, what of a request is kept.

use crate::support::{Door, NOW, changed, parse, remove, set};
use canvas::clinic::demo;
use canvas::types::medication_statement::CONTRACT;
use fhir::{Json, ResourceType};

const STATEMENT: ResourceType = ResourceType::MEDICATION_STATEMENT;
const BY_REFERENCE: &str = r#"{"reference":"Medication/fdb-259181","display":"Advil 200 mg tablet"}"#;

fn codes(read: &Json) -> Vec<&str> {
    let codings = read.at(&["medicationCodeableConcept", "coding"]).map(Json::items).unwrap_or_default();
    codings.iter().filter_map(|coding| coding.str("code")).collect()
}

fn created(door: &Door, body: &Json) -> Json {
    let id = door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.read(STATEMENT, &id).unwrap()
}

#[test]
fn a_medication_is_shown_with_all_its_codings_however_it_was_sent() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    let read = created(&door, &body);
    assert_eq!(codes(&read), ["314076", "158361"]);
    assert_eq!(
        read.at(&["medicationCodeableConcept", "coding", "0", "display"]),
        Some(&Json::from("lisinopril 10 MG Oral Tablet")),
        "what was sent is kept"
    );
    remove(&mut body, "medicationCodeableConcept");
    set(&mut body, "medicationReference", parse(BY_REFERENCE));
    let read = created(&door, &body);
    assert_eq!((codes(&read), read.get("medicationReference")), (vec!["259181", "310965"], None));
    let stored = r#"{"resourceType":"Medication","code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"7","display":"x"}]}}"#;
    door.put(ResourceType::MEDICATION, "fdb-7", parse(stored));
    set(&mut body, "medicationReference.reference", Json::from("Medication/fdb-7"));
    assert_eq!(codes(&created(&door, &body)), ["7"]);
}

#[test]
fn a_reference_of_the_r4_door_is_shown_as_codings() {
    let door = Door::of_demo_clinic();
    let stored = r#"{"resourceType":"Medication","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"314076"}]}}"#;
    door.put(ResourceType::MEDICATION, "m", parse(stored));
    let mut body = changed(CONTRACT.minimal, &[], "");
    remove(&mut body, "medicationCodeableConcept");
    set(&mut body, "medicationReference", parse(r#"{"reference":"Medication/m"}"#));
    set(
        &mut body,
        "derivedFrom",
        parse(r#"[{"reference":"MedicationRequest/r","type":"MedicationRequest"}]"#),
    );
    door.put(STATEMENT, "s", body);
    let read = door.read(STATEMENT, "s").unwrap();
    assert_eq!((codes(&read), read.get("medicationReference")), (vec!["314076", "158361"], None));
    assert_eq!(read.at(&["derivedFrom", "0", "reference"]), Some(&Json::from("MedicationRequest/r")));
    let found = door.search(STATEMENT, "_id=s").unwrap();
    assert_eq!(found.at(&["entry", "0", "resource"]), Some(&read));
}

#[test]
fn it_begins_when_it_is_created_and_the_first_dosage_counts() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "dosage", parse(r#"[{"text":"one daily"},{"text":"two daily"}]"#));
    set(&mut body, "dateAsserted", Json::from("2001-01-01"));
    let read = created(&door, &body);
    assert_eq!(read.get("dosage"), Some(&parse(r#"[{"text":"one daily"}]"#)));
    let asserted = read.str("dateAsserted").unwrap();
    assert!(asserted.ends_with("+00:00"), "{read}");
    assert_eq!(read.get("effectivePeriod"), Some(&parse(&format!(r#"{{"start":"{asserted}"}}"#))));
    set(&mut body, "effectivePeriod", parse(r#"{"end":"2099-01-01"}"#));
    assert_eq!(created(&door, &body).at(&["effectivePeriod", "end"]), Some(&Json::from("2099-01-01")));
}

#[test]
fn an_active_one_that_begins_in_the_future_is_intended() {
    let door = Door::of_demo_clinic();
    let starts = [(NOW - 1000, "active"), (NOW + 1000, "intended")];
    for (start, expected) in starts {
        let mut body = changed(CONTRACT.minimal, &[], "");
        let period = format!(r#"{{"start":"{}"}}"#, fhir::datetime::instant(start));
        set(&mut body, "effectivePeriod", parse(&period));
        assert_eq!(created(&door, &body).str("status"), Some(expected));
        set(&mut body, "status", Json::from("stopped"));
        assert_eq!(created(&door, &body).str("status"), Some("stopped"));
    }
}

#[test]
fn an_update_marks_and_looks_the_medication_up() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    let id = door.create(&body).unwrap();
    set(&mut body, "status", Json::from("entered-in-error"));
    remove(&mut body, "medicationCodeableConcept");
    set(&mut body, "medicationReference", parse(BY_REFERENCE));
    door.update(&id, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(STATEMENT, &id).unwrap();
    assert_eq!((read.str("status"), codes(&read)), (Some("entered-in-error"), vec!["314076", "158361"]));
    let by_patient = format!("patient=Patient/{}", demo::PATIENT);
    assert!(door.found(STATEMENT, &by_patient).contains(&id), "it is still found");
}

#[test]
fn the_time_that_was_sent_is_kept_in_whatever_form() {
    let door = Door::of_demo_clinic();
    for (name, sent, period) in [
        ("effectiveDateTime", r#""2024-01-02""#, r#"{"start":"2024-01-02"}"#),
        ("effectivePeriod", r#"{"end":"2024-01-02"}"#, r#"{"end":"2024-01-02"}"#),
    ] {
        let mut body = changed(CONTRACT.minimal, &[], "");
        set(&mut body, name, parse(sent));
        assert_eq!(created(&door, &body).get("effectivePeriod"), Some(&parse(period)), "{name} {sent}");
    }
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "effectiveDateTime", Json::from("2024-02-30"));
    assert_eq!(door.create(&body).unwrap_err().row().status, 400);
}
