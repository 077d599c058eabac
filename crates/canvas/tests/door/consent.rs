//! Consents: creates that change what there is, expiry, documents.

use crate::support::{BASE, Door, NOW, block_on, changed, set, told};
use canvas::clinic::demo;
use canvas::types::consent::CONTRACT;
use fhir::{Json, ResourceType, json};

const CONSENT: ResourceType = ResourceType::CONSENT;

fn consent(code: &str, start: &str) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "category.0.coding.0.code", Json::from(code));
    set(&mut body, "provision.period.start", Json::from(start));
    body
}

fn create(door: &Door, body: &Json) -> String {
    door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn document(door: &Door, id: &str) -> Vec<u8> {
    block_on(door.canvas.file(CONSENT, id, "sourceAttachment")).unwrap().unwrap().content
}

fn end(read: &Json) -> Option<&str> {
    read.at(&["provision", "period", "end"]).and_then(Json::as_str)
}

#[test]
fn a_create_for_the_same_patient_and_coding_changes_the_consent_that_there_is() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &consent("TELE", "2024-05-01"));
    let mut again = consent("TELE", "2024-06-01");
    set(&mut again, "status", Json::from("rejected"));
    set(
        &mut again,
        "category.0.coding.0",
        json!({ "system": "INTERNAL", "display": "Consent to telehealth" }),
    );
    assert_eq!(create(&door, &again), id);
    assert_eq!(door.count(CONSENT), 1);
    let read = door.read(CONSENT, &id).unwrap();
    assert_eq!(read.str("status"), Some("rejected"));
    assert_eq!(read.at(&["provision", "period", "start"]).and_then(Json::as_str), Some("2024-06-01"));
    assert_ne!(create(&door, &consent("HIPAA", "2024-05-01")), id, "another coding");
    let mut other = consent("TELE", "2024-05-01");
    set(&mut other, "patient.reference", Json::from(format!("Patient/{}", demo::PATIENTS[1])));
    assert_ne!(create(&door, &other), id, "another patient");
    assert_eq!(door.count(CONSENT), 3);
}

#[test]
fn what_the_r4_door_stored_is_changed_too_and_keeps_what_the_vendor_does_not_know() {
    let door = Door::of_demo_clinic();
    let stored = json!({
        "resourceType": "Consent", "status": "active", "scope": { "text": "Treatment" },
        "category": [{ "coding": [{ "system": "INTERNAL", "display": "Consent to telehealth" }] }],
        "patient": { "reference": (format!("Patient/{}", demo::PATIENT)) },
        "policyRule": { "text": "HIPAA" },
        "organization": [{ "display": "Clinic" }],
        "provision": { "type": "permit" }
    });
    door.put(CONSENT, "of-r4", stored);
    assert_eq!(create(&door, &consent("TELE", "2024-05-01")), "of-r4");
    let stored = door.stored(CONSENT, "of-r4");
    assert_eq!(stored.at(&["organization", "0", "display"]).and_then(Json::as_str), Some("Clinic"));
    assert_eq!(stored.at(&["scope", "text"]).and_then(Json::as_str), Some("Treatment"));
    assert_eq!(stored.at(&["policyRule", "text"]).and_then(Json::as_str), Some("HIPAA"));
    let shown = door.read(CONSENT, "of-r4").unwrap();
    assert_eq!(shown.at(&["scope", "text"]).and_then(Json::as_str), Some("Unknown"));
    assert_eq!(stored.at(&["provision", "type"]).and_then(Json::as_str), Some("permit"));
    assert_eq!(stored.at(&["category", "0", "coding", "0", "code"]).and_then(Json::as_str), Some("TELE"));
}

#[test]
fn the_document_of_the_latest_start_is_served() {
    let door = Door::of_demo_clinic();
    let with = |start: &str, data: &str| {
        let mut body = consent("TELE", start);
        set(&mut body, "sourceAttachment.data", Json::from(data));
        create(&door, &body)
    };
    let id = with("2024-05-01", "Yg==");
    with("2024-03-01", "YQ==");
    assert_eq!(document(&door, &id), b"b", "what starts earlier leaves the document");
    with("2024-04-01", "Yw==");
    assert_eq!(document(&door, &id), b"b", "also after a create that started earlier still");
    with("2024-05-01", "ZA==");
    assert_eq!(document(&door, &id), b"d");
    with("2024-06-01", "ZQ==");
    assert_eq!(document(&door, &id), b"e");
    let read = door.read(CONSENT, &id).unwrap();
    let shown = read.get("sourceAttachment").unwrap();
    let names: Vec<&str> = shown.as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["extension", "url"]);
    assert_eq!(shown.str("url"), Some(&*format!("{BASE}/Consent/{id}/files/sourceAttachment")));
}

#[test]
fn a_consent_ends_when_its_coding_says_unless_it_says_so_itself() {
    let door = Door::of_demo_clinic();
    let shown = |body: &Json| {
        let id = create(&door, body);
        let read = door.read(CONSENT, &id).unwrap();
        (end(&read).map(str::to_owned), read.str("status").unwrap().to_owned())
    };
    // 365 days, of which a leap year has one more.
    let expected = |end: Option<&str>, status: &str| (end.map(str::to_owned), status.to_owned());
    assert_eq!(shown(&consent("TELE", "2023-05-01")), expected(Some("2024-04-30"), "inactive"));
    assert_eq!(shown(&consent("HIPAA", "2024-05-01")), expected(Some("2024-12-31"), "inactive"));
    assert_eq!(shown(&consent("PHOTO", "2024-05-01")), expected(None, "active"));
    let mut body = consent("TELE", "2024-05-01");
    set(&mut body, "provision.period.end", Json::from("2030-01-01"));
    assert_eq!(shown(&body), expected(Some("2030-01-01"), "active"));
    set(&mut body, "provision.period.end", Json::from("2025-01-01"));
    set(&mut body, "status", Json::from("rejected"));
    assert_eq!(shown(&body), expected(Some("2025-01-01"), "rejected"), "a refusal does not expire");
}

#[test]
fn a_consent_is_active_to_the_end_of_its_last_day_at_the_clinic() {
    let door = Door::of_demo_clinic();
    let mut body = consent("TELE", "2024-05-01");
    set(&mut body, "provision.period.end", Json::from("2026-11-18"));
    let id = create(&door, &body);
    let status = |now: i64| {
        let bytes = block_on(door.canvas.read(CONSENT, &id, now)).unwrap();
        crate::support::parse(std::str::from_utf8(&bytes).unwrap()).str("status").unwrap().to_owned()
    };
    // NOW is 2026-11-18T11:06:40Z, 03:06:40 in Los Angeles.
    let hour = 3_600_000;
    assert_eq!(status(NOW + 20 * hour), "active", "2026-11-19 in UTC, still the 18th at the clinic");
    assert_eq!(status(NOW + 21 * hour), "inactive");
}

#[test]
fn a_coding_without_code_is_told_of_by_its_display() {
    let door = Door::of_demo_clinic();
    let mut body = consent("TELE", "2024-05-01");
    set(&mut body, "category.0.coding.0", json!({ "system": "INTERNAL", "display": "Consent to nothing" }));
    let (status, problems) = told(&door.create(&body).unwrap_err());
    let text = "Consent coding does not exist with system: INTERNAL and code: Consent to nothing";
    assert_eq!((status, problems[0].1.as_str()), (422, text));
    // One that is not in use is one all the same.
    create(&door, &consent("PHOTO", "2024-05-01"));
}
