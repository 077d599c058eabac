//! Detected issues: entries of evidence and mitigation are kept by their ids, dates order the mitigations.

use crate::support::{Door, changed, parse, set, told};
use canvas::types::detected_issue::CONTRACT;
use fhir::{Json, ResourceType};

const ISSUE: ResourceType = ResourceType::DETECTED_ISSUE;

fn mitigation(action: &str, date: &str) -> String {
    format!(
        r#"{{"action":{{"coding":[{{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"{action}"}}]}},"date":"{date}","author":{{"reference":"Practitioner/{}"}}}}"#,
        canvas::clinic::demo::PRACTITIONER
    )
}

fn issue(status: &str, mitigations: &[String]) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "status", Json::from(status));
    set(&mut body, "mitigation", parse(&format!("[{}]", mitigations.join(","))));
    body
}

fn ids(read: &Json, list: &str) -> Vec<String> {
    let entries = read.get(list).map(Json::items).unwrap_or_default();
    entries.iter().map(|entry| entry.str("id").unwrap().to_owned()).collect()
}

#[test]
fn an_update_keeps_entries_by_their_ids_adds_others_and_drops_the_rest() {
    let door = Door::of_demo_clinic();
    let mut body = issue("preliminary", &[mitigation("valid", "2024-08-09")]);
    set(&mut body, "severity", Json::from("high"));
    let id = door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let first = door.read(ISSUE, &id).unwrap();
    assert_eq!(first.at(&["code", "text"]), Some(&Json::from("Codinggap")));
    let mut body = issue("final", &[mitigation("valid", "2024-08-09"), mitigation("accepted", "2024-08-10")]);
    set(&mut body, "mitigation.0.id", Json::from(ids(&first, "mitigation")[0].as_str()));
    set(&mut body, "mitigation.1.id", Json::from("made-up"));
    door.update(&id, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let second = door.read(ISSUE, &id).unwrap();
    assert_eq!(ids(&second, "mitigation")[0], ids(&first, "mitigation")[0]);
    assert_ne!(ids(&second, "mitigation")[1], "made-up", "ids are issued here");
    assert_ne!(ids(&second, "evidence"), ids(&first, "evidence"), "it was sent without its id");
    assert_eq!(second.str("severity"), Some("high"), "what is left out is kept");
    door.update(&id, &issue("registered", &[])).unwrap_or_else(|refusal| panic!("{refusal}"));
    let third = door.read(ISSUE, &id).unwrap();
    assert_eq!((third.get("mitigation"), third.str("status")), (None, Some("registered")));
}

#[test]
fn mitigations_are_ordered_by_date_wherever_they_stand() {
    let door = Door::of_demo_clinic();
    let (early, late) = ("2024-08-09T23:30:00-07:00", "2024-08-10T08:00:00+00:00");
    let body = issue("final", &[mitigation("refuted", late), mitigation("valid", early)]);
    door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let body = issue("final", &[mitigation("refuted", early), mitigation("valid", late)]);
    let (status, problems) = told(&door.create(&body).unwrap_err());
    let places: Vec<&str> = problems.iter().map(|(_, _, place)| place.as_str()).collect();
    assert_eq!(status, 422);
    assert_eq!(places, ["DetectedIssue.mitigation[0].action", "DetectedIssue.mitigation[1].action"]);
}

#[test]
fn what_was_entered_in_error_may_have_any_mitigations() {
    let door = Door::of_demo_clinic();
    let valid = [mitigation("valid", "2024-08-09")];
    let id = door.create(&issue("preliminary", &valid)).unwrap();
    door.update(&id, &issue("entered-in-error", &valid)).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.update(&id, &issue("entered-in-error", &[])).unwrap_or_else(|refusal| panic!("{refusal}"));
    let deferred = [mitigation("deferred", "2024-08-09")];
    let (status, problems) = told(&door.update(&id, &issue("entered-in-error", &deferred)).unwrap_err());
    assert_eq!((status, problems.len()), (422, 1));
    assert_eq!(door.found(ISSUE, "status=entered-in-error"), [id]);
}

#[test]
fn an_empty_list_of_mitigations_is_none_and_displays_of_actions_are_not_stored() {
    let door = Door::of_demo_clinic();
    let id = door.create(&issue("registered", &[])).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(door.stored(ISSUE, &id).get("mitigation"), None);
    let mut body = issue("preliminary", &[mitigation("valid", "2024-08-09")]);
    set(&mut body, "mitigation.0.action.coding.0.display", Json::from("Refuted"));
    let id = door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let coding = door.stored(ISSUE, &id).at(&["mitigation", "0", "action", "coding", "0"]).cloned().unwrap();
    assert_eq!((coding.str("code"), coding.str("display")), (Some("valid"), None));
}
