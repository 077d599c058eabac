//! Who created and changed what: stored with it, found by patient, target and agent.

use crate::support::{Door, changed, entries, set};
use canvas::clinic::demo;
use canvas::provenance::ORGANIZATION;
use canvas::types::{allergy_intolerance, patient};
use fhir::{Json, ResourceType};

const PROVENANCE: ResourceType = ResourceType::PROVENANCE;

fn text<'a>(json: &'a Json, path: &[&str]) -> &'a str {
    json.at(path).and_then(Json::as_str).unwrap_or_else(|| panic!("no {path:?} in {json}"))
}

#[test]
fn each_create_and_update_of_a_tracked_type_leaves_one() {
    let door = Door::of_demo_clinic();
    let id = door.create(&changed(patient::CONTRACT.minimal, &[], "")).unwrap();
    let body = changed(patient::CONTRACT.minimal, &[canvas::rule::set("gender", "\"male\"")], "");
    door.update(&id, &body).unwrap();
    door.update(&id, &body).unwrap();
    let found = entries(&door.search(PROVENANCE, &format!("target=Patient/{id}")).unwrap());
    let activities: Vec<&str> =
        found.iter().map(|one| text(one, &["activity", "coding", "0", "code"])).collect();
    assert_eq!(activities, ["CREATE", "UPDATE"], "an update that changes nothing leaves none");
    assert_eq!(text(&found[0], &["agent", "0", "who", "reference"]), ORGANIZATION);
    assert_eq!(text(&found[0], &["agent", "0", "type", "coding", "0", "code"]), "composer");
    assert!(found[0].str("recorded").unwrap().ends_with("+00:00"), "{}", found[0]);
    assert_eq!(found[0].get("extension"), None, "whose record it is about is not shown");
    assert_eq!(text(&found[0], &["location", "extension", "0", "valueCode"]), "unsupported");
    let read = door.read(PROVENANCE, found[0].str("id").unwrap()).unwrap();
    assert!(read.same_content(&found[0]));
}

#[test]
fn the_author_of_a_record_is_its_agent_and_the_patient_finds_it_whatever_its_target() {
    let door = Door::of_demo_clinic();
    let mut body = changed(allergy_intolerance::CONTRACT.minimal, &[], "");
    let recorder = format!(r#"{{"reference":"Practitioner/{}"}}"#, demo::PRACTITIONER);
    set(&mut body, "recorder", crate::support::parse(&recorder));
    let id = door.create(&body).unwrap();
    let by = |query: String| door.found(PROVENANCE, &query);
    let of_target = by(format!("target=AllergyIntolerance/{id}"));
    assert_eq!(of_target.len(), 1);
    assert_eq!(by(format!("patient=Patient/{}", demo::PATIENT)), of_target);
    assert_eq!(by(format!("agent=Practitioner/{}", demo::PRACTITIONER)), of_target);
    assert_eq!(by(format!("patient=Patient/{}", demo::PATIENTS[1])), Vec::<String>::new());
    let read = door.read(PROVENANCE, &of_target[0]).unwrap();
    assert_eq!(text(&read, &["agent", "0", "type", "coding", "0", "code"]), "author");
}

#[test]
fn what_is_stored_is_valid_r4() {
    let door = Door::of_demo_clinic();
    let id = door.create(&changed(allergy_intolerance::CONTRACT.minimal, &[], "")).unwrap();
    let found = door.found(PROVENANCE, &format!("target=AllergyIntolerance/{id}"));
    let stored = door.stored(PROVENANCE, &found[0]);
    let problems = interactions::validation::validate(&stored, &Default::default());
    assert!(problems.is_empty(), "{stored}\n{problems:#?}");
}
