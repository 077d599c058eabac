//! Updates of patients: what is changed, kept, deleted (Patient.json, `behaviours`).

use crate::support::{Door, block_on, parse, set};
use canvas::types::patient::CONTRACT;
use fhir::{Json, ResourceType};

const PATIENT: ResourceType = ResourceType::PATIENT;

struct Case {
    door: Door,
    id: String,
}

impl Case {
    /// A patient who was created with these members.
    fn new(members: &[(&str, &str)]) -> Self {
        let door = Door::of_demo_clinic();
        let id = door.create(&body(members)).unwrap_or_else(|refusal| panic!("{refusal}"));
        Case { door, id }
    }

    fn read(&self) -> Json {
        self.door.read(PATIENT, &self.id).unwrap()
    }

    /// The patient after an update with these members.
    fn updated(&self, members: &[(&str, &str)]) -> Json {
        self.door.update(&self.id, &body(members)).unwrap_or_else(|refusal| panic!("{refusal}"));
        self.read()
    }
}

fn body(members: &[(&str, &str)]) -> Json {
    let mut body = parse(CONTRACT.minimal);
    members.iter().for_each(|(path, value)| set(&mut body, path, parse(value)));
    body
}

fn id_of(patient: &Json, list: &str, index: usize) -> String {
    patient.get(list).unwrap().items()[index].str("id").unwrap().to_owned()
}

fn values(patient: &Json, list: &str, name: &str) -> Vec<String> {
    let items = patient.get(list).map(Json::items).unwrap_or_default().iter();
    items.map(|item| item.str(name).unwrap_or_default().to_owned()).collect()
}

#[test]
fn telecom_entries_are_changed_by_id_added_without_and_deleted_when_left_out() {
    let case = Case::new(&[(
        "telecom",
        r#"[{"system":"phone","value":"1","use":"work","rank":2},{"system":"email","value":"a@b.c"},{"system":"fax","value":"3"}]"#,
    )]);
    let (phone, email) = (id_of(&case.read(), "telecom", 0), id_of(&case.read(), "telecom", 1));
    let sent =
        format!(r#"[{{"value":"new"}},{{"id":"{phone}","value":"9"}},{{"id":"{email}","value":"a@b.c"}}]"#);
    let patient = case.updated(&[("telecom", &sent)]);
    assert_eq!(values(&patient, "telecom", "value"), ["new", "9", "a@b.c"]);
    assert_eq!((id_of(&patient, "telecom", 1), id_of(&patient, "telecom", 2)), (phone, email));
    assert_eq!(
        values(&patient, "telecom", "use"),
        ["home", "work", "home"],
        "what an entry leaves out it keeps"
    );
    assert_eq!(values(&patient, "telecom", "system"), ["other", "phone", "email"]);
}

#[test]
fn lists_that_are_left_out_are_emptied() {
    let case = Case::new(&[
        ("telecom", r#"[{"system":"phone","value":"1"}]"#),
        ("address", r#"[{"city":"Oakland"}]"#),
        ("contact", r#"[{"name":{"text":"Dan"}}]"#),
    ]);
    let patient = case.updated(&[]);
    for list in ["telecom", "address", "contact"] {
        assert_eq!(patient.get(list), None, "{list}");
    }
}

#[test]
fn an_id_that_matches_nothing_makes_a_new_entry_under_a_fresh_id() {
    let case = Case::new(&[("address", r#"[{"city":"Oakland"}]"#)]);
    let patient =
        case.updated(&[("address", r#"[{"id":"1e628d77-5cdd-400f-a239-b24929d4a0aa","city":"Reno"}]"#)]);
    assert_eq!(values(&patient, "address", "city"), ["Reno"]);
    assert_ne!(id_of(&patient, "address", 0), "1e628d77-5cdd-400f-a239-b24929d4a0aa");
}

#[test]
fn identifiers_left_out_are_deleted_unless_their_period_is_over() {
    let case = Case::new(&[(
        "identifier",
        r#"[{"system":"a","value":"over","period":{"start":"2001-01-01","end":"2002-01-01"}},{"system":"a","value":"in use"},
            {"system":"a","value":"kept"}]"#,
    )]);
    let before = case.read();
    let (number, kept) = (values(&before, "identifier", "value")[0].clone(), id_of(&before, "identifier", 3));
    let patient = case.updated(&[(
        "identifier",
        &format!(r#"[{{"id":"{kept}","use":"old"}},{{"system":"b","value":"new"}}]"#),
    )]);
    assert_eq!(values(&patient, "identifier", "value"), [number.as_str(), "over", "kept", "new"]);
    assert_eq!(id_of(&patient, "identifier", 2), kept);
    assert_eq!(values(&patient, "identifier", "use"), ["usual", "usual", "old", "usual"]);
    let patient = case.updated(&[]);
    assert_eq!(values(&patient, "identifier", "value"), [number.as_str(), "over"]);
}

#[test]
fn three_extensions_are_cleared_when_left_out_and_the_others_kept() {
    let pharmacy = r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy","extension":[{"url":"ncpdp-id","valueIdentifier":{"value":"1123152"}}]}"#;
    let provider = r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-provider","valueReference":{"reference":"Practitioner/4150cd20de8a470aa570a852859ac87e"}}"#;
    let location = r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/patient-default-location","valueReference":{"reference":"Location/b3476a18-3f63-422d-87e7-b3dc0cd55060"}}"#;
    let note = r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/clinical-note","valueString":"likes tea"}"#;
    let zone = r#"{"url":"http://hl7.org/fhir/StructureDefinition/tz-code","valueCode":"America/Chicago"}"#;
    let case = Case::new(&[
        ("extension.1", pharmacy),
        ("extension.2", provider),
        ("extension.3", location),
        ("extension.4", note),
        ("extension.5", zone),
    ]);
    let ends = |patient: &Json| -> Vec<String> {
        values(patient, "extension", "url")
            .iter()
            .map(|url| url.rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ends(&case.read()),
        [
            "us-core-birthsex",
            "tz-code",
            "clinical-note",
            "preferred-pharmacy",
            "patient-default-provider",
            "patient-default-location"
        ]
    );
    assert_eq!(ends(&case.updated(&[])), ["us-core-birthsex", "tz-code", "clinical-note"]);
}

#[test]
fn what_is_optional_and_left_out_keeps_its_value() {
    let case = Case::new(&[
        ("active", "false"),
        ("photo", r#"[{"data":"R0lGODlhAQ=="}]"#),
        ("deceasedDateTime", r#""2024-05-06""#),
        (
            "communication",
            r#"[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"es","display":"Spanish"}]}}]"#,
        ),
    ]);
    let before = case.read();
    let mut change = body(&[("name.0.family", r#""Other""#)]);
    change.as_object_mut().unwrap().remove("active");
    case.door.update(&case.id, &change).unwrap();
    let patient = case.read();
    for name in ["active", "photo", "deceasedDateTime", "communication"] {
        assert_eq!(patient.get(name), before.get(name), "{name}");
    }
    assert!(
        patient.at(&["text", "div"]).unwrap().as_str().unwrap().contains("Other"),
        "the narrative follows"
    );
    assert_eq!(patient.get("identifier"), before.get("identifier"), "the record number stays");
}

#[test]
fn a_patient_put_back_as_it_was_read_is_the_same() {
    let case = Case::new(&[
        ("telecom", r#"[{"system":"phone","value":"1"}]"#),
        ("address", r#"[{"city":"Oakland","line":["1","2","3"]}]"#),
        ("contact", r#"[{"name":{"text":"Dan"},"telecom":[{"system":"phone","value":"5557327068"}]}]"#),
        ("identifier", r#"[{"system":"a","value":"b"}]"#),
        ("photo", r#"[{"data":"R0lGODlhAQ=="}]"#),
        ("gender", r#""other""#),
        (
            "extension.1",
            r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy","extension":[{"url":"ncpdp-id","valueIdentifier":{"value":"1123152"}}]}"#,
        ),
        (
            "extension.2",
            r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3"}}]}"#,
        ),
    ]);
    let before = case.read();
    case.door.update(&case.id, &before).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(case.read(), before);
    let history = case.door.stored(PATIENT, &case.id);
    assert_eq!(
        history.at(&["meta", "versionId"]),
        Some(&Json::from("1")),
        "nothing new makes no new version"
    );
}

#[test]
fn another_gender_replaces_a_plain_one_but_not_a_chosen_identity() {
    let case = Case::new(&[("gender", r#""unknown""#)]);
    let patient = case.updated(&[("gender", r#""female""#)]);
    assert_eq!((patient.str("gender"), patient.get("extension").unwrap().items().len()), (Some("female"), 1));
    let identity = r#"{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-genderIdentity","valueCodeableConcept":{"coding":[{"code":"446151000124109"}]}}"#;
    assert_eq!(case.updated(&[("extension.1", identity)]).str("gender"), Some("male"));
    assert_eq!(case.updated(&[("gender", r#""female""#)]).str("gender"), Some("male"));
}

#[test]
fn what_the_r4_door_stored_beyond_the_contract_survives_an_update() {
    let door = Door::empty();
    let patient =
        r#"{"resourceType":"Patient","id":"r4","maritalStatus":{"text":"single"},"name":[{"family":"Roe"}]}"#;
    door.put(PATIENT, "r4", parse(patient));
    door.update("r4", &parse(CONTRACT.minimal)).unwrap_or_else(|refusal| panic!("{refusal}"));
    let stored = door.stored(PATIENT, "r4");
    assert_eq!(stored.at(&["maritalStatus", "text"]), Some(&Json::from("single")));
    assert_eq!(stored.at(&["identifier", "0", "system"]), Some(&Json::from("http://canvasmedical.com")));
}

#[test]
fn a_stale_precondition_is_412_and_existence_comes_before_it() {
    let case = Case::new(&[]);
    let body = parse(CONTRACT.minimal).to_bytes();
    let update = |id: &str, since: i64| block_on(case.door.canvas.update(PATIENT, id, &body, Some(since)));
    let refusal = update(&case.id, 1_445_412_480_000).unwrap_err();
    assert_eq!(refusal.row().status, 412);
    assert_eq!(
        refusal.issues()[0].text,
        "The resource has been modified since the precondition was specified."
    );
    assert_eq!(update("a47c7b0ebbb442cdbc4adf259d148ea1", 0).unwrap_err().row().status, 404);
    update(&case.id, i64::MAX).unwrap();
}

#[test]
fn a_body_may_leave_the_id_out_but_not_name_another() {
    let case = Case::new(&[]);
    let refusal = case.door.update(&case.id, &body(&[("id", r#""other""#)])).unwrap_err();
    assert_eq!(refusal.row().status, 400);
    assert_eq!(refusal.issues()[1].expression.as_deref(), Some("Patient.id"));
    case.updated(&[("id", &format!("\"{}\"", case.id))]);
}

#[test]
fn contacts_are_related_persons_as_long_as_they_are_there() {
    let door = Door::of_demo_clinic();
    let id =
        door.create(&body(&[("contact", r#"[{"name":{"text":"Dan"}},{"name":{"text":"Ann"}}]"#)])).unwrap();
    let related = || -> Vec<(String, String)> {
        let found = door.search(ResourceType::RELATED_PERSON, &format!("patient=Patient/{id}")).unwrap();
        let shown = |person: &Json| {
            let name = person.at(&["name", "0", "text"]).and_then(Json::as_str).unwrap().to_owned();
            (person.str("id").unwrap().to_owned(), name)
        };
        crate::support::entries(&found).iter().map(shown).collect()
    };
    let patient = door.read(ResourceType::PATIENT, &id).unwrap();
    let contact = |at: &str| patient.at(&["contact", at, "id"]).and_then(Json::as_str).unwrap().to_owned();
    let (dan, ann) = (contact("0"), contact("1"));
    assert_eq!(related(), [(dan.clone(), "Dan".to_owned()), (ann.clone(), "Ann".to_owned())]);
    let left = format!(r#"[{{"id":"{ann}","name":{{"text":"Anna"}}}}]"#);
    door.update(&id, &body(&[("contact", &left)])).unwrap();
    assert_eq!(related(), [(ann, "Anna".to_owned())]);
    assert_eq!(door.read(ResourceType::RELATED_PERSON, &dan).unwrap_err().row().status, 404);
}

/// What is stored changed, as the R4 door does it.
fn changed_at_the_r4_door(door: &Door, id: &str, change: impl FnOnce(&mut Json)) {
    let mut stored = door.stored(PATIENT, id);
    change(&mut stored);
    door.put(PATIENT, id, stored);
}

#[test]
fn related_persons_follow_the_contacts_at_the_r4_door() {
    let door = Door::of_demo_clinic();
    let contacts = r#"[{"name":{"text":"Dan"}},{"name":{"text":"Ann"}},{"name":{"text":"Eve"}}]"#;
    let id = door.create(&body(&[("contact", contacts)])).unwrap();
    let related = || -> Vec<String> {
        let found = door.search(ResourceType::RELATED_PERSON, &format!("patient=Patient/{id}")).unwrap();
        let name = |person: &Json| person.at(&["name", "0", "text"]).unwrap().as_str().unwrap().to_owned();
        let mut names: Vec<String> = crate::support::entries(&found).iter().map(name).collect();
        names.sort();
        names
    };
    changed_at_the_r4_door(&door, &id, |patient| {
        set(patient, "contact.0.name.text", Json::from("Daniel"));
        crate::support::remove(patient, "contact.1");
    });
    assert_eq!(related(), ["Daniel", "Eve"]);
    let eve = id_of(&door.stored(PATIENT, &id), "contact", 1);
    door.update(&id, &body(&[("contact", &format!(r#"[{{"id":"{eve}","name":{{"text":"Eve"}}}}]"#))]))
        .unwrap();
    assert_eq!(related(), ["Eve"], "what the R4 door changed is deleted here when it is left out");
    block_on(door.engine.delete(PATIENT, &id, interactions::Preconditions::default())).unwrap();
    assert_eq!(related(), Vec::<String>::new());
}

#[test]
fn a_related_person_of_somebody_else_under_the_id_of_a_contact_stays() {
    let case = Case::new(&[("contact", r#"[{"name":{"text":"Dan"}}]"#)]);
    let dan = id_of(&case.read(), "contact", 0);
    let other = format!(
        r#"{{"resourceType":"RelatedPerson","patient":{{"reference":"Patient/{}"}},"name":[{{"text":"Else"}}]}}"#,
        canvas::clinic::demo::PATIENT
    );
    case.door.put(ResourceType::RELATED_PERSON, &dan, parse(&other));
    case.updated(&[]);
    assert!(case.door.exists(ResourceType::RELATED_PERSON, &dan));
}

#[test]
fn extensions_that_the_contract_does_not_list_survive_an_update() {
    let case = Case::new(&[]);
    let own = r#"{"url":"http://example.com/own","valueString":"x"}"#;
    changed_at_the_r4_door(&case.door, &case.id, |patient| set(patient, "extension.1", parse(own)));
    let patient = case.updated(&[("gender", r#""male""#)]);
    assert_eq!(patient.get("extension").unwrap().items().len(), 1, "it is not shown");
    let stored = case.door.stored(PATIENT, &case.id);
    assert_eq!(stored.get("extension").unwrap().items().last(), Some(&parse(own)));
}

#[test]
fn an_empty_list_is_none_where_the_vendor_takes_it() {
    let lists = ["telecom", "address", "contact", "identifier"];
    let case = Case::new(&[
        ("telecom", r#"[{"value":"1"}]"#),
        ("address", r#"[{"city":"Reno"}]"#),
        ("contact", r#"[{"name":{"text":"Dan"}}]"#),
        ("identifier", r#"[{"system":"HealthCo","value":"1"}]"#),
    ]);
    let empty: Vec<(&str, &str)> = lists.iter().map(|list| (*list, "[]")).collect();
    let patient = case.updated(&empty);
    assert_eq!(["telecom", "address", "contact"].map(|list| patient.get(list)), [None, None, None]);
    assert_eq!(patient.get("identifier").unwrap().items().len(), 1, "the MRN stays");
    assert!(case.door.create(&body(&empty)).is_ok());
    for list in ["name", "communication", "photo"] {
        let refusal = case.door.update(&case.id, &body(&[(list, "[]")])).unwrap_err();
        assert_eq!(refusal.row().status, 400, "{list}");
    }
}
