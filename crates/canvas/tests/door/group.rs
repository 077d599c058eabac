//! Groups of patients, and teams with their responsibilities.

use crate::support::{Door, changed, parse, remove, set, told};
use canvas::clinic::demo;
use canvas::types::group::CONTRACT;
use fhir::{Json, ResourceType};

const GROUP: ResourceType = ResourceType::GROUP;

fn team(responsibilities: &[&str]) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    let characteristic = |name: &&str| {
        parse(&format!(
            r#"{{"code":{{"text":"responsibility"}},"valueCodeableConcept":{{"text":"{name}"}}}}"#
        ))
    };
    match responsibilities {
        [] => remove(&mut body, "characteristic"),
        some => {
            set(&mut body, "characteristic", some.iter().map(characteristic).collect::<Vec<Json>>().into());
        }
    }
    body
}

#[test]
fn a_team_is_read_with_what_it_always_has() {
    let door = Door::of_demo_clinic();
    let mut body = team(&["REVIEW_COVERAGES"]);
    set(&mut body, "actual", Json::from(false));
    set(&mut body, "quantity", Json::from(7i64));
    set(&mut body, "characteristic.0.exclude", Json::from(true));
    set(&mut body, "member.0.inactive", Json::from(true));
    let id = door.create(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let expected = format!(
        r#"{{"resourceType":"Group","id":"{id}","type":"practitioner","actual":true,"name":"Front desk","characteristic":[{{"code":{{"text":"responsibility"}},"valueCodeableConcept":{{"text":"REVIEW_COVERAGES"}},"exclude":false}}],"member":[{{"entity":{{"reference":"Practitioner/{}","type":"Practitioner"}},"inactive":true}}]}}"#,
        demo::PRACTITIONER
    );
    assert_eq!(door.read(GROUP, &id).unwrap(), parse(&expected));
}

#[test]
fn a_responsibility_is_of_one_team_at_most() {
    let door = Door::of_demo_clinic();
    let first = door.create(&team(&["REVIEW_COVERAGES", "PROCESS_REFILL_REQUESTS"])).unwrap();
    let both = team(&["COLLECT_PATIENT_PAYMENTS", "PROCESS_REFILL_REQUESTS", "REVIEW_COVERAGES"]);
    let (status, issues) = told(&door.create(&both).unwrap_err());
    assert_eq!(status, 422);
    assert_eq!(
        issues[0].1,
        "Responsibilities already assigned to another team: PROCESS_REFILL_REQUESTS, REVIEW_COVERAGES"
    );
    assert_eq!(issues[0].2, "Group.characteristic[1].valueCodeableConcept.text");
    door.update(&first, &team(&["REVIEW_COVERAGES"])).expect("its own are no obstacle");
    let second = door.create(&team(&["PROCESS_REFILL_REQUESTS"])).expect("the first gave it away");
    assert_eq!(told(&door.update(&second, &team(&["REVIEW_COVERAGES"])).unwrap_err()).0, 422);
    let mut inactive = door.stored(GROUP, &first);
    set(&mut inactive, "active", Json::from(false));
    door.put(GROUP, &first, inactive);
    door.update(&second, &team(&["REVIEW_COVERAGES"])).expect("an inactive team has none");
}

#[test]
fn an_update_replaces_members_and_responsibilities_and_keeps_what_this_door_does_not_know() {
    let door = Door::of_demo_clinic();
    let id = door.create(&team(&["REVIEW_COVERAGES"])).unwrap();
    let mut stored = door.stored(GROUP, &id);
    set(&mut stored, "quantity", Json::from(1i64));
    set(&mut stored, "member.0.entity.display", Json::from("Dr. Okafor"));
    set(
        &mut stored,
        "managingEntity",
        parse(&format!(r#"{{"reference":"Organization/{}"}}"#, demo::ORGANIZATION)),
    );
    door.put(GROUP, &id, stored);
    let read = door.read(GROUP, &id).unwrap();
    assert_eq!(read.at(&["member", "0", "entity", "display"]), Some(&Json::from("Dr. Okafor")));
    assert_eq!((read.get("quantity"), read.get("managingEntity")), (Some(&Json::from(1i64)), None));
    let mut body = team(&[]);
    remove(&mut body, "member");
    door.update(&id, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let after = door.stored(GROUP, &id);
    for gone in ["member", "characteristic", "quantity"] {
        assert_eq!(after.get(gone), None, "{gone}");
    }
    assert!(after.get("managingEntity").is_some());
}

#[test]
fn groups_that_the_vendor_has_no_kind_for_are_not_shown() {
    let door = Door::of_demo_clinic();
    let team = door.create(&team(&[])).unwrap();
    for (id, kind, actual) in
        [("herd", "animal", true), ("trial", "person", false), ("cohort", "person", true)]
    {
        let group = format!(r#"{{"resourceType":"Group","type":"{kind}","actual":{actual}}}"#);
        door.put(GROUP, id, parse(&group));
    }
    for hidden in ["herd", "trial"] {
        assert_eq!(door.read(GROUP, hidden).unwrap_err().row().status, 404);
        assert_eq!(door.update(hidden, &changed(CONTRACT.minimal, &[], "")).unwrap_err().row().status, 404);
        assert_eq!(door.found(GROUP, &format!("_id={hidden}")), Vec::<String>::new());
    }
    assert_eq!(door.found(GROUP, "type=person"), ["cohort"]);
    let mut both = vec!["cohort".to_owned(), team];
    both.sort();
    assert_eq!(door.found(GROUP, ""), both);
    assert!(door.search(GROUP, "type=animal").is_err());
}

#[test]
fn a_type_that_is_missing_is_told_as_the_vendor_tells_it() {
    let door = Door::of_demo_clinic();
    let mut body = team(&[]);
    remove(&mut body, "type");
    let (status, issues) = told(&door.create(&body).unwrap_err());
    assert_eq!(status, 400);
    let expected = ("value".to_owned(), "Invalid group type: (none)".to_owned(), "Group.type".to_owned());
    assert_eq!(issues, [expected]);
}
