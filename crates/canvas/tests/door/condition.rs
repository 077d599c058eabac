//! Conditions: what a create makes of them, what an update does, whatever it says.

use crate::support::{Door, changed, entries, parse, set, told};
use canvas::clinic::demo;
use canvas::types::condition::CONTRACT;
use fhir::{Json, ResourceType};

const CONDITION: ResourceType = ResourceType::CONDITION;

fn text<'a>(json: &'a Json, path: &str) -> &'a str {
    let path: Vec<&str> = path.split('.').collect();
    json.at(&path).and_then(Json::as_str).unwrap_or_else(|| panic!("no {path:?} in {json}"))
}

fn minimal() -> Json {
    changed(CONTRACT.minimal, &[], "")
}

#[test]
fn a_create_is_confirmed_dated_and_recorded_by_the_automation_user_unless_it_says_more() {
    let door = Door::of_demo_clinic();
    let mut body = minimal();
    let refuted = r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"refuted"}]}"#;
    set(&mut body, "verificationStatus", parse(refuted));
    let read = door.read(CONDITION, &door.create(&body).unwrap()).unwrap();
    assert_eq!(text(&read, "verificationStatus.coding.0.code"), "confirmed");
    assert_eq!(text(&read, "verificationStatus.text"), "Confirmed");
    assert_eq!(text(&read, "category.0.text"), "Problem List Item");
    assert_eq!(text(&read, "code.text"), "Essential (primary) hypertension");
    assert_eq!(text(&read, "recorder.reference"), format!("Practitioner/{}", demo::AUTOMATION_USER));
    assert!(text(&read, "recordedDate").ends_with("+00:00"), "{read}");
    set(&mut body, "recordedDate", Json::from("2023-06-18T15:00:00-04:00"));
    let read = door.read(CONDITION, &door.create(&body).unwrap()).unwrap();
    assert_eq!(text(&read, "recordedDate"), "2023-06-18T19:00:00+00:00");
}

#[test]
fn every_update_marks_and_is_signed_by_its_recorder() {
    let door = Door::of_demo_clinic();
    let mut body = minimal();
    set(&mut body, "clinicalStatus.coding.0.code", Json::from("resolved"));
    set(&mut body, "abatementDateTime", Json::from("2023-06-17"));
    let id = door.create(&body).unwrap();
    let by = |who: &str| parse(&format!(r#"{{"reference":"Practitioner/{who}"}}"#));
    set(&mut body, "recorder", by("00000000000000000000000000000000"));
    let (status, problems) = told(&door.update(&id, &body).unwrap_err());
    assert_eq!((status, problems[0].2.as_str()), (400, "Condition.recorder.reference"));
    set(&mut body, "recorder", by(demo::PRACTITIONER));
    set(&mut body, "code.coding.0.code", Json::from("E11.9"));
    set(&mut body, "subject", parse(r#"{"reference":"Patient/nobody"}"#));
    door.update(&id, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(CONDITION, &id).unwrap();
    assert_eq!(text(&read, "verificationStatus.text"), "Entered in Error");
    assert_eq!(text(&read, "code.coding.0.code"), "I10");
    assert_eq!((read.get("clinicalStatus"), read.get("abatementDateTime")), (None, None));
    assert_eq!(text(&read, "recorder.reference"), format!("Practitioner/{}", demo::AUTOMATION_USER));
    let of_it = format!("target=Condition/{id}");
    let provenances = entries(&door.search(ResourceType::PROVENANCE, &of_it).unwrap());
    let agents: Vec<&str> = provenances.iter().map(|one| text(one, "agent.0.who.reference")).collect();
    let (robot, okafor) = (demo::AUTOMATION_USER, demo::PRACTITIONER);
    assert_eq!(agents, [format!("Practitioner/{robot}"), format!("Practitioner/{okafor}")]);
    assert_eq!(door.found(CONDITION, "verification-status=entered-in-error"), [id]);
}

#[test]
fn codes_of_icd_10_are_shown_under_one_system_and_relapse_in_the_vendors_word() {
    let door = Door::of_demo_clinic();
    for system in ["ICD-10", "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"] {
        let mut body = minimal();
        set(&mut body, "code.coding.0.system", Json::from(system));
        let read = door.read(CONDITION, &door.create(&body).unwrap()).unwrap();
        assert_eq!(text(&read, "code.coding.0.system"), "http://hl7.org/fhir/sid/icd-10-cm", "{system}");
    }
    let mut relapsed = minimal();
    set(&mut relapsed, "clinicalStatus.coding.0.code", Json::from("relapse"));
    door.put(CONDITION, "relapsed", relapsed);
    let read = door.read(CONDITION, "relapsed").unwrap();
    assert_eq!(text(&read, "clinicalStatus.coding.0.code"), "relapsed");
    assert_eq!(text(&read, "clinicalStatus.coding.0.display"), "Relapsed");
}

#[test]
fn it_is_of_a_patient_and_recorded_by_a_practitioner() {
    let door = Door::of_demo_clinic();
    door.put(ResourceType::GROUP, "g", parse(r#"{"resourceType":"Group","type":"person","actual":true}"#));
    let mut body = minimal();
    set(&mut body, "subject", parse(r#"{"reference":"Group/g"}"#));
    set(&mut body, "recorder", parse(&format!(r#"{{"reference":"Patient/{}"}}"#, demo::PATIENT)));
    let (status, problems) = told(&door.create(&body).unwrap_err());
    assert_eq!(status, 400);
    let texts: Vec<&str> = problems.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(texts[0], "reference 'Group/g' does not lead to a Patient");
    assert_eq!(texts.len(), 2, "{texts:?}");
}

#[test]
fn a_status_that_is_only_shown_is_refused_by_the_rule_though_r4_does_not_know_it() {
    let door = Door::of_demo_clinic();
    let mut body = minimal();
    set(&mut body, "clinicalStatus.coding.0.code", Json::from("relapsed"));
    let (status, problems) = told(&door.create(&body).unwrap_err());
    assert_eq!((status, problems.len()), (422, 1), "{problems:?}");
    assert_eq!(problems[0].1, "clinicalStatus is not allowed on create: relapsed");
}
