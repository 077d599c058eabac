//! Claims: what a create makes besides, what an update changes, what a read tells, the activity log.

use crate::support::{Door, block_on, changed, parse, set, told};
use canvas::clinic::demo;
use canvas::contract::NOTE_ID;
use canvas::types::claim::CONTRACT;
use fhir::{Json, ResourceType};
use interactions::Refusal;
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;

const CLAIM: ResourceType = ResourceType::CLAIM;
const QUEUE: &str = "http://schemas.canvasmedical.com/fhir/extensions/claim-queue";

fn body(members: &[(&str, &str)]) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    members.iter().for_each(|(path, value)| set(&mut body, path, parse(value)));
    body
}

fn queued(code: &str) -> String {
    format!(r#"[{{"url":"{QUEUE}","valueCoding":{{"system":"http://canvasmedical.com","code":"{code}"}}}}]"#)
}

fn extension<'a>(claim: &'a Json, url: &str) -> Option<&'a Json> {
    claim.get("extension").unwrap().items().iter().find(|extension| extension.str("url") == Some(url))
}

/// Code and display of the queue that a read shows.
fn queue(door: &Door, id: &str) -> (String, String) {
    let read = door.read(CLAIM, id).unwrap();
    let coding = extension(&read, QUEUE).unwrap().get("valueCoding").unwrap();
    (coding.str("code").unwrap().to_owned(), coding.str("display").unwrap().to_owned())
}

/// The conditions of the demo patient.
fn conditions(door: &Door) -> Vec<Json> {
    let registry = door.engine.registry();
    let condition = ResourceType::CONDITION;
    let patient = format!("Patient/{}", demo::PATIENT);
    let criterion = reference_criterion(&registry, condition, "patient", &patient).unwrap();
    let query = Query::all(condition).and(criterion);
    let found = block_on(door.engine.snapshot(move |reader| Ok(reader.search(&query)?))).unwrap();
    found.resources.iter().map(|version| stored_json(version).unwrap()).collect()
}

#[test]
fn a_claim_waits_for_coding_unless_it_names_its_queue() {
    let door = Door::of_demo_clinic();
    let id = door.create(&body(&[])).unwrap();
    assert_eq!(queue(&door, &id), ("NeedsCodingReview".to_owned(), "Coding".to_owned()));
    let id = door.create(&body(&[("extension", &queued("SecondLook"))])).unwrap();
    assert_eq!(queue(&door, &id), ("SecondLook".to_owned(), "Second look".to_owned()), "of clinic.toml");
}

#[test]
fn an_update_changes_the_queue_and_nothing_else() {
    let door = Door::of_demo_clinic();
    let id = door.create(&body(&[])).unwrap();
    let before = door.read(CLAIM, &id).unwrap();
    let other = [
        ("extension", queued("ZeroBalance")),
        ("created", "\"2020-01-01\"".to_owned()),
        ("item.0.unitPrice.value", "1".to_owned()),
        ("patient.reference", format!("\"Patient/{}\"", demo::PATIENTS[1])),
    ];
    let other: Vec<(&str, &str)> = other.iter().map(|(path, value)| (*path, value.as_str())).collect();
    door.update(&id, &body(&other)).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(queue(&door, &id), ("ZeroBalance".to_owned(), "History".to_owned()));
    let after = door.read(CLAIM, &id).unwrap();
    for same in ["created", "item", "patient", "diagnosis", "insurance"] {
        assert_eq!(after.get(same), before.get(same), "{same}");
    }
    assert_eq!(extension(&after, NOTE_ID), extension(&before, NOTE_ID));
    door.update(&id, &body(&[])).unwrap();
    assert_eq!(queue(&door, &id).0, "ZeroBalance", "an update without a queue leaves it");
    let mut without = body(&[("extension", &queued("Trash"))]);
    for optional in ["diagnosis", "item"] {
        without.as_object_mut().unwrap().remove(optional);
    }
    door.update(&id, &without).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(queue(&door, &id).0, "Trash");
}

#[test]
fn a_claim_lands_in_a_note_of_its_date_with_its_reason_for_visit() {
    let door = Door::of_demo_clinic();
    let info = r#"[{"sequence":1,"category":{"coding":[{"system":"http://hl7.org/fhir/ValueSet/claim-informationcategory","code":"patientreasonforvisit"}]},"valueString":"Cough & <fever>"}]"#;
    let id = door.create(&body(&[("supportingInfo", info)])).unwrap();
    let read = door.read(CLAIM, &id).unwrap();
    assert_eq!(read.get("supportingInfo"), None);
    let note = extension(&read, NOTE_ID).unwrap().str("valueId").unwrap();
    let note = door.stored(ResourceType::COMPOSITION, note);
    assert_eq!((note.str("title"), note.str("date")), (Some("Data Import"), Some("2024-05-06")));
    let reason = note.at(&["section", "0", "text", "div"]).and_then(Json::as_str).unwrap();
    assert!(reason.contains("Cough &amp; &lt;fever&gt;"), "{reason}");
    assert_eq!(note.at(&["subject", "reference"]), Some(&Json::from(format!("Patient/{}", demo::PATIENT))));
}

#[test]
fn each_diagnosis_that_is_not_active_becomes_a_condition_once() {
    let door = Door::of_demo_clinic();
    let before = conditions(&door).len();
    let diagnosis = |sequence: i64, code: &str| {
        format!(
            r#"{{"sequence":{sequence},"diagnosisCodeableConcept":{{"coding":[{{"system":"http://hl7.org/fhir/ValueSet/icd-10","code":"{code}","display":"Told"}}]}}}}"#
        )
    };
    // The demo patient has asthma: J45.20.
    let several = format!("[{},{},{}]", diagnosis(1, "J4520"), diagnosis(2, "F41.1"), diagnosis(3, "F411"));
    let id = door.create(&body(&[("diagnosis", &several)])).unwrap();
    let after = conditions(&door);
    assert_eq!(after.len(), before + 1);
    let new = after
        .iter()
        .find(|one| one.at(&["code", "coding", "0", "code"]) == Some(&Json::from("F41.1")))
        .unwrap();
    assert_eq!(
        new.at(&["code", "coding", "0", "system"]),
        Some(&Json::from("http://hl7.org/fhir/sid/icd-10-cm"))
    );
    assert_eq!(new.at(&["clinicalStatus", "coding", "0", "code"]), Some(&Json::from("active")));
    let read = door.read(CLAIM, &id).unwrap();
    assert_eq!(extension(new, NOTE_ID), extension(&read, NOTE_ID), "in the claim's note");
    let target = format!("target=Condition/{}", new.str("id").unwrap());
    assert_eq!(door.found(ResourceType::PROVENANCE, &target).len(), 1, "who created it is recorded");
    let options =
        interactions::validation::Options { expected: Some(ResourceType::CONDITION), ..Default::default() };
    assert_eq!(interactions::validation::validate(new, &options), [], "{new}");
    door.create(&body(&[])).unwrap();
    door.update(&id, &body(&[])).unwrap();
    assert_eq!(conditions(&door).len(), before + 1);
    let mut resolved = new.clone();
    set(&mut resolved, "clinicalStatus.coding.0.code", Json::from("resolved"));
    let resolved_id = new.str("id").unwrap().to_owned();
    door.put(ResourceType::CONDITION, &resolved_id, resolved);
    door.create(&body(&[])).unwrap();
    assert_eq!(conditions(&door).len(), before + 2, "a resolved one is not active");
}

#[test]
fn a_claim_is_read_with_plain_codes_dates_and_amounts() {
    let door = Door::of_demo_clinic();
    let id = door
        .create(&body(&[
            ("created", "\"2024-05-06T23:30:00-07:00\""),
            ("item.0.quantity.value", "3"),
            ("item.0.unitPrice", r#"{"value":33.10,"currency":"USD"}"#),
            ("item.0.net", r#"{"value":1}"#),
            ("type.coding.0", r#"{"system":"http://hl7.org/fhir/ValueSet/claim-type","code":"professional","display":"Professional"}"#),
        ]))
        .unwrap();
    let read = door.read(CLAIM, &id).unwrap();
    assert_eq!(read.str("created"), Some("2024-05-07"), "in UTC");
    assert_eq!(read.at(&["item", "0", "unitPrice"]), Some(&parse(r#"{"value":33.1}"#)));
    assert_eq!(read.at(&["item", "0", "net"]), Some(&parse(r#"{"value":99.3}"#)));
    assert_eq!(
        read.at(&["diagnosis", "0", "diagnosisCodeableConcept", "coding", "0", "code"]),
        Some(&Json::from("F411"))
    );
    let professional =
        r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]}"#;
    assert_eq!(read.get("type"), Some(&parse(professional)));
    let id = door.create(&body(&[("created", "\"2024-05-06T23:30:00\"")])).unwrap();
    assert_eq!(door.read(CLAIM, &id).unwrap().str("created"), Some("2024-05-06"), "no zone is UTC");
}

#[test]
fn only_focal_insurances_are_kept_and_a_claim_may_have_none() {
    let door = Door::of_demo_clinic();
    let own = r#"[{"sequence":1,"focal":false,"coverage":{"display":"No Coverage"}}]"#;
    let id = door.create(&body(&[("insurance", own)])).unwrap();
    assert_eq!(door.read(CLAIM, &id).unwrap().get("insurance"), None);
    door.update(&id, &body(&[("insurance", own), ("extension", &queued("PatientBalance"))])).unwrap();
    assert_eq!(queue(&door, &id).0, "PatientBalance");
    let second = format!(
        r#"{{"sequence":2,"focal":false,"coverage":{{"reference":"Coverage/{}"}}}}"#,
        demo::OTHER_COVERAGE
    );
    let id = door.create(&body(&[("insurance.1", &second)])).unwrap();
    let expected = format!(
        r#"[{{"sequence":1,"focal":true,"coverage":{{"reference":"Coverage/{}","type":"Coverage"}}}}]"#,
        demo::COVERAGE
    );
    assert_eq!(door.read(CLAIM, &id).unwrap().get("insurance"), Some(&parse(&expected)));
}

#[test]
fn a_refused_claim_leaves_neither_note_nor_condition() {
    let door = Door::of_demo_clinic();
    let before = (door.count(ResourceType::COMPOSITION), conditions(&door).len());
    let refusal = door.create(&body(&[("extension", &queued("Nowhere"))])).unwrap_err();
    assert_eq!(told(&refusal).0, 422);
    assert_eq!((door.count(ResourceType::COMPOSITION), conditions(&door).len()), before);
}

#[test]
fn a_claim_of_the_r4_door_shows_the_note_of_its_encounter() {
    let door = Door::of_demo_clinic();
    let mut claim = door.stored(CLAIM, demo::CLAIM);
    let encounter = format!(r#"[{{"reference":"Encounter/{}","type":"Encounter"}}]"#, demo::ENCOUNTER);
    set(&mut claim, "item.0.encounter", parse(&encounter));
    door.put(CLAIM, demo::CLAIM, claim);
    let read = door.read(CLAIM, demo::CLAIM).unwrap();
    assert_eq!(extension(&read, NOTE_ID).unwrap().str("valueId"), Some(demo::NOTE));
    assert_eq!(read.at(&["item", "0", "encounter"]), Some(&parse(&encounter)));
}

fn log(door: &Door, id: &str, body: &str) -> Result<(), Refusal> {
    block_on(door.canvas.operate(CLAIM, Some(id), "add-activity-log-item", body.as_bytes()))
}

#[test]
fn an_item_of_the_activity_log_is_kept_with_its_author_and_claim() {
    let door = Door::of_demo_clinic();
    let comment =
        r#"{"resourceType":"Parameters","parameter":[{"name":"comment","valueString":"Called the payer"}]}"#;
    log(&door, demo::CLAIM, comment).unwrap_or_else(|refusal| panic!("{refusal}"));
    log(&door, demo::CLAIM, &comment.replace("Called", "Wrote to")).unwrap();
    let list = ResourceType::LIST;
    let registry = door.engine.registry();
    let criterion = reference_criterion(&registry, list, "item", &format!("Claim/{}", demo::CLAIM)).unwrap();
    let query = Query::all(list).and(criterion);
    let found = block_on(door.engine.snapshot(move |reader| Ok(reader.search(&query)?))).unwrap();
    let items: Vec<Json> = found.resources.iter().map(|version| stored_json(version).unwrap()).collect();
    let texts: Vec<&str> =
        items.iter().filter_map(|item| item.at(&["note", "0", "text"])?.as_str()).collect();
    assert_eq!(texts, ["Called the payer", "Wrote to the payer"]);
    let author = items[0].at(&["note", "0", "authorReference", "reference"]).and_then(Json::as_str);
    assert_eq!(author, Some(&*format!("Practitioner/{}", demo::AUTOMATION_USER)));
    let options = interactions::validation::Options { expected: Some(list), ..Default::default() };
    assert_eq!(interactions::validation::validate(&items[0], &options), []);
    assert_eq!(log(&door, "0e0c2f36-8d0b-4c63-9c3e-0e3c1b0b8a11", comment).unwrap_err().row().status, 404);
    assert_eq!(log(&door, demo::CLAIM, r#"{"resourceType":"Parameters"}"#).unwrap_err().row().status, 400);
    assert_eq!(door.count(list), 2);
}
