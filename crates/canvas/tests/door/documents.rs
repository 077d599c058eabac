//! Media and DocumentReference: what is filled in, and their files.

use crate::support::{BASE, Door, block_on, changed, parse, remove, set};
use canvas::clinic::demo;
use canvas::types::{document_reference, media};
use fhir::{Json, ResourceType, json};

const MEDIA: ResourceType = ResourceType::MEDIA;
const DOCUMENT: ResourceType = ResourceType::DOCUMENT_REFERENCE;

fn create(door: &Door, body: &Json) -> String {
    door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn text<'a>(json: &'a Json, path: &[&str]) -> Option<&'a str> {
    json.at(path).and_then(Json::as_str)
}

#[test]
fn an_image_without_operator_is_the_automation_users_and_lands_in_a_note() {
    let door = Door::of_demo_clinic();
    let mut body = changed(media::CONTRACT.minimal, &[], "");
    let read = door.read(MEDIA, &create(&door, &body)).unwrap();
    let bot = format!("Practitioner/{}", demo::AUTOMATION_USER);
    assert_eq!(text(&read, &["operator", "reference"]), Some(&*bot));
    assert_eq!(read.items_of("extension").len(), 1, "{read}");
    assert_eq!(door.count(ResourceType::COMPOSITION), 1);
    set(&mut body, "operator", json!({ "reference": (format!("Patient/{}", demo::PATIENT)) }));
    let note = json!([{ "url": (canvas::contract::NOTE_ID), "valueId": (demo::NOTE) }]);
    set(&mut body, "extension", note);
    let read = door.read(MEDIA, &create(&door, &body)).unwrap();
    assert_eq!(text(&read, &["operator", "type"]), Some("Patient"));
    assert_eq!(text(&read, &["encounter", "reference"]), Some(&*format!("Encounter/{}", demo::ENCOUNTER)));
}

#[test]
fn an_image_is_shown_by_its_urls_with_title_and_comments_and_served_as_it_was_sent() {
    let door = Door::of_demo_clinic();
    let mut body = changed(media::CONTRACT.minimal, &[], "");
    set(&mut body, "content.title", Json::from("Left arm"));
    set(&mut body, "content.url", Json::from("https://elsewhere.example/x.png"));
    set(&mut body, "note", parse(r#"[{"text":"second visit"},{"text":"first visit"}]"#));
    let id = create(&door, &body);
    let read = door.read(MEDIA, &id).unwrap();
    let names: Vec<&str> =
        read.get("content").unwrap().as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["extension", "contentType", "url", "title"]);
    assert_eq!(text(&read, &["content", "url"]), Some(&*format!("{BASE}/Media/{id}/files/content")));
    assert_eq!(read.get("note"), body.get("note"));
    let file = block_on(door.canvas.file(MEDIA, &id, "content")).unwrap().unwrap();
    assert_eq!((file.content_type.as_str(), &file.content[..]), ("image/png", &b"\x89PNG\r\n\x1a\n"[..]));
}

#[test]
fn the_clinics_own_kinds_of_documents_can_be_created_and_those_out_of_use_cannot() {
    let door = Door::of_demo_clinic();
    let mut body = changed(document_reference::CONTRACT.minimal, &[], "");
    set(&mut body, "type.coding.0.code", Json::from("64299-1"));
    set(&mut body, "description", Json::from("Advance Care Plan"));
    let read = door.read(DOCUMENT, &create(&door, &body)).unwrap();
    assert_eq!(text(&read, &["type", "coding", "0", "display"]), Some("Advance Care Plan"));
    assert_eq!(text(&read, &["description"]), Some("Advance Care Plan"));
    set(&mut body, "description", Json::from("Care Management"));
    let refusal = door.create(&body).unwrap_err();
    assert!(refusal.to_string().contains("Document title does not match type code: 64299-1"), "{refusal}");
    set(&mut body, "type.coding.0.code", Json::from("53245-7"));
    let refusal = door.create(&body).unwrap_err();
    assert!(refusal.to_string().contains("Unsupported document type: 53245-7"), "{refusal}");
}

#[test]
fn a_document_is_stored_current_in_the_vendors_words_and_with_what_is_left_out() {
    let door = Door::of_demo_clinic();
    let mut body = changed(document_reference::CONTRACT.minimal, &[], "");
    set(&mut body, "status", Json::from("superseded"));
    set(&mut body, "type.coding.0.code", Json::from("53243-2"));
    set(&mut body, "description", Json::from("Advance Beneficiary Notice"));
    let id = create(&door, &body);
    let read = door.read(DOCUMENT, &id).unwrap();
    assert_eq!(read.str("status"), Some("current"));
    assert_eq!(text(&read, &["type", "coding", "0", "display"]), Some("Advanced beneficiary notice"));
    assert_eq!(text(&read, &["type", "text"]), Some("Advanced beneficiary notice"));
    assert_eq!(read.str("description"), Some("Advanced Beneficiary Notice"));
    assert_eq!(text(&read, &["custodian", "reference"]), Some(canvas::provenance::ORGANIZATION));
    assert_eq!(text(&read, &["content", "0", "attachment", "contentType"]), Some("application/pdf"));
    assert_eq!(read.at(&["content", "0", "attachment", "data"]), None);
    assert!(read.str("date").is_some_and(|date| date.ends_with("+00:00")));
    let priority = read.items_of("extension").iter().find(|extension| {
        extension.str("url") == Some("http://schemas.canvasmedical.com/fhir/document-reference-priority")
    });
    assert_eq!(priority.and_then(|priority| priority.get("valueBoolean")), Some(&Json::from(false)));
    let file = block_on(door.canvas.file(DOCUMENT, &id, "content")).unwrap().unwrap();
    assert_eq!((file.content_type.as_str(), &file.content[..]), ("application/pdf", &b"%PDF-1.6\n"[..]));
    assert_eq!(door.count(ResourceType::PROVENANCE), 1);
}

#[test]
fn what_a_read_shows_as_description_may_be_sent() {
    let door = Door::of_demo_clinic();
    let mut body = changed(document_reference::CONTRACT.minimal, &[], "");
    set(&mut body, "type.coding.0.code", Json::from("53243-2"));
    set(&mut body, "description", Json::from("Advanced Beneficiary Notice"));
    create(&door, &body);
}

#[test]
fn all_that_is_missing_of_the_extensions_is_told_at_once() {
    let door = Door::of_demo_clinic();
    let mut body = changed(document_reference::CONTRACT.minimal, &[], "");
    remove(&mut body, "extension");
    let (status, problems) = crate::support::told(&door.create(&body).unwrap_err());
    let missing = problems.iter().filter(|(_, text, _)| text.starts_with("Missing required extension: "));
    assert_eq!((status, missing.count()), (400, 3), "{problems:#?}");
}

#[test]
fn a_document_of_the_r4_door_shows_the_period_of_its_encounter_and_what_is_elsewhere_by_its_url() {
    let door = Door::of_demo_clinic();
    let stored = json!({
        "resourceType": "DocumentReference", "status": "superseded",
        "identifier": [{ "system": "urn:other", "value": "1" }],
        "type": { "coding": [{ "system": "http://loinc.org", "code": "51852-2" }] },
        "content": [
            { "attachment": { "contentType": "application/pdf", "url": "https://elsewhere.example/x.pdf" } },
            { "attachment": { "contentType": "text/plain", "data": "YQ==" } }
        ],
        "context": {
            "encounter": [{ "reference": (format!("Encounter/{}", demo::ENCOUNTER)) }],
            "facilityType": { "text": "x" }
        }
    });
    door.put(DOCUMENT, "letter", stored);
    let read = door.read(DOCUMENT, "letter").unwrap();
    assert_eq!(read.str("status"), Some("superseded"));
    assert_eq!(text(&read, &["type", "text"]), Some("Letter"));
    assert_eq!(read.get("identifier"), None);
    assert_eq!(text(&read, &["content", "0", "attachment", "url"]), Some("https://elsewhere.example/x.pdf"));
    let own = format!("{BASE}/DocumentReference/letter/files/content");
    assert_eq!(text(&read, &["content", "1", "attachment", "url"]), Some(&*own));
    let encounter = door.stored(ResourceType::ENCOUNTER, demo::ENCOUNTER);
    let start = text(&encounter, &["period", "start"]).unwrap();
    assert_eq!(text(&read, &["context", "period", "start"]), Some(&*canvas::time::shown(start)));
    assert_eq!(read.at(&["context", "facilityType"]), None);
}

/// The items of a member.
trait Items {
    fn items_of(&self, name: &str) -> &[Json];
}

impl Items for Json {
    fn items_of(&self, name: &str) -> &[Json] {
        self.get(name).map(Json::items).unwrap_or_default()
    }
}
