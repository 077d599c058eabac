//! What a create lands in, and how it is shown: by its encounter, by the note-id extension, by neither.

use crate::support::{Door, changed, fact, parse, remove, set, told};
use canvas::clinic::demo;
use canvas::contract::NOTE_ID;
use canvas::types::allergy_intolerance::CONTRACT;
use fhir::{Json, ResourceType};

const ALLERGY: ResourceType = ResourceType::ALLERGY_INTOLERANCE;

fn allergy(encounter: Option<&str>, note: Option<&str>) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    if let Some(note) = note {
        set(&mut body, "extension", parse(&format!(r#"[{{"url":"{NOTE_ID}","valueId":"{note}"}}]"#)));
    }
    if let Some(encounter) = encounter {
        set(&mut body, "encounter", parse(&format!(r#"{{"reference":"Encounter/{encounter}"}}"#)));
    }
    body
}

/// The note and the encounter that a read shows.
fn shown(door: &Door, body: &Json) -> (String, Option<String>) {
    let id = door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(ALLERGY, &id).unwrap();
    let extension = read.at(&["extension", "0"]).unwrap();
    assert_eq!(extension.str("url"), Some(NOTE_ID), "{read}");
    let encounter = read.get("encounter").and_then(|encounter| encounter.str("reference"));
    (extension.str("valueId").unwrap().to_owned(), encounter.map(str::to_owned))
}

#[test]
fn all_resources_of_one_visit_show_the_same_note_and_encounter() {
    let door = Door::of_demo_clinic();
    let expected = (demo::NOTE.to_owned(), Some(format!("Encounter/{}", demo::ENCOUNTER)));
    assert_eq!(shown(&door, &allergy(Some(demo::ENCOUNTER), None)), expected);
    assert_eq!(shown(&door, &allergy(None, Some(demo::NOTE))), expected);
    assert_eq!(shown(&door, &allergy(Some(demo::ENCOUNTER), Some(demo::NOTE))), expected);
}

#[test]
fn an_encounter_without_a_note_id_is_the_note_of_its_own_id() {
    let door = Door::of_demo_clinic();
    let other = demo::OTHER_ENCOUNTER;
    let expected = (other.to_owned(), Some(format!("Encounter/{other}")));
    assert_eq!(shown(&door, &allergy(Some(other), None)), expected);
    assert_eq!(shown(&door, &allergy(None, Some(other))), expected);
    // That of an encounter which names another note is not.
    let refusal = door.create(&allergy(None, Some(demo::ENCOUNTER))).unwrap_err();
    assert_eq!(told(&refusal).0, 400, "{refusal}");
}

#[test]
fn what_names_no_note_lands_in_a_new_data_import_note_that_others_can_land_in() {
    let door = Door::of_demo_clinic();
    let (note, encounter) = shown(&door, &allergy(None, None));
    assert_eq!(encounter, None);
    let composition = door.stored(ResourceType::COMPOSITION, &note);
    assert_eq!(composition.str("title"), Some("Data Import"));
    assert_eq!(
        composition.at(&["subject", "reference"]).and_then(Json::as_str),
        Some(&*format!("Patient/{}", demo::PATIENT))
    );
    let problems = interactions::validation::validate(&composition, &Default::default());
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(shown(&door, &allergy(None, Some(&note))).0, note);
    assert_ne!(shown(&door, &allergy(None, None)).0, note, "each import is a note of its own");
    let mut deleted = composition;
    set(&mut deleted, "status", Json::from("entered-in-error"));
    door.put(ResourceType::COMPOSITION, &note, deleted);
    let refusal = door.create(&allergy(None, Some(&note))).unwrap_err();
    assert_eq!(told(&refusal).1[0].1, format!("Note {note} is deleted or cancelled"));
}

#[test]
fn a_create_that_is_refused_leaves_no_note() {
    let door = Door::of_demo_clinic();
    let mut body = allergy(None, None);
    set(&mut body, "code.coding.0.system", Json::from("http://snomed.info/sct"));
    door.create(&body).unwrap_err();
    assert_eq!(door.count(ResourceType::COMPOSITION), 0);
    assert_eq!(door.count(ResourceType::PROVENANCE), 0);
}

#[test]
fn an_update_marks_the_record_and_nothing_else() {
    let door = Door::of_demo_clinic();
    let id = door.create(&allergy(Some(demo::ENCOUNTER), None)).unwrap();
    let mut body = allergy(Some("00000000-0000-4000-8000-00000000dead"), None);
    set(&mut body, "verificationStatus.coding.0.code", Json::from("entered-in-error"));
    set(&mut body, "type", Json::from("intolerance"));
    door.update(&id, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(ALLERGY, &id).unwrap();
    assert_eq!(read.at(&["verificationStatus", "text"]).and_then(Json::as_str), Some("Entered-in-error"));
    assert_eq!(read.str("type"), Some("allergy"), "what else was sent has no effect");
    assert_eq!(read.get("clinicalStatus"), None, "R4 forbids it beside the mark");
    remove(&mut body, "clinicalStatus");
    let (status, problems) = told(&door.update(&id, &body).unwrap_err());
    assert_eq!((status, problems[0].1.as_str()), (400, "Attribute 'clinicalStatus' is required"));
}

#[test]
fn records_of_the_r4_door_show_the_note_of_their_encounter() {
    let door = Door::of_demo_clinic();
    let found = door.search(ALLERGY, &format!("patient=Patient/{}", demo::PATIENT)).unwrap();
    let note = found.at(&["entry", "0", "resource", "extension", "0", "valueId"]).and_then(Json::as_str);
    assert_eq!(note, Some(demo::NOTE), "{found}");
}

#[test]
fn the_facts_know_the_extension_by_this_url() {
    let Some(page) = fact("resources/Encounter.json") else { return };
    let urls = page.get("extensions").unwrap().items().iter().filter_map(|extension| extension.str("url"));
    assert!(urls.into_iter().any(|url| url == NOTE_ID));
}

#[test]
fn a_planned_encounter_is_cancelled_with_its_last_appointment() {
    let door = Door::of_demo_clinic();
    let appointment = |id: &str, status: &str| {
        let body = format!(
            r#"{{"resourceType":"Appointment","status":"{status}","participant":[{{"status":"accepted"}}]}}"#
        );
        door.put(ResourceType::APPOINTMENT, id, parse(&body));
    };
    let encounter = format!(
        r#"{{"resourceType":"Encounter","status":"planned","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/{}"}},
        "appointment":[{{"reference":"Appointment/first"}},{{"reference":"Appointment/last"}}]}}"#,
        demo::PATIENT
    );
    door.put(ResourceType::ENCOUNTER, "e", parse(&encounter));
    appointment("first", "cancelled");
    for (status, expected) in [
        ("booked", "planned"),
        ("cancelled", "cancelled"),
        ("noshow", "cancelled"),
        ("entered-in-error", "cancelled"),
    ] {
        appointment("last", status);
        let read = door.read(ResourceType::ENCOUNTER, "e").unwrap();
        assert_eq!((read.str("status"), read.get("period")), (Some(expected), None), "{status}");
        for named in [allergy(Some("e"), None), allergy(None, Some("e"))] {
            assert_eq!(door.create(&named).is_ok(), expected == "planned", "{status}");
        }
    }
}

#[test]
fn conditions_that_were_entered_in_error_are_no_reasons_of_an_encounter() {
    let door = Door::of_demo_clinic();
    let code = |status: &str| format!(r#""verificationStatus":{{"coding":[{{"code":"{status}"}}]}}"#);
    for (id, status) in
        [("right", "confirmed"), ("wrong", "entered-in-error"), ("said-wrong", "entered-in-error")]
    {
        let within = if id == "said-wrong" { "" } else { r#","encounter":{"reference":"Encounter/e"}"# };
        let body = format!(
            r#"{{"resourceType":"Condition",{},"subject":{{"reference":"Patient/{}"}}{within}}}"#,
            code(status),
            demo::PATIENT
        );
        door.put(ResourceType::CONDITION, id, parse(&body));
    }
    let encounter = r#"{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"reasonReference":[{"reference":"Condition/said-wrong"}]}"#;
    door.put(ResourceType::ENCOUNTER, "e", parse(encounter));
    let read = door.read(ResourceType::ENCOUNTER, "e").unwrap();
    let reasons = read.get("reasonReference").map(Json::items).unwrap_or_default();
    let references: Vec<&str> = reasons.iter().filter_map(|reason| reason.str("reference")).collect();
    assert_eq!(references, ["Condition/right"]);
}
