//! Care teams: every patient has one, an update sets who is active on it, and what follows from that elsewhere.

use crate::support::{Door, block_on, changed, entries, parse, set, told};
use canvas::clinic::demo;
use canvas::types::care_team::CONTRACT;
use fhir::{Json, ResourceType};

const TEAM: ResourceType = ResourceType::CARE_TEAM;
const OKAFOR: &str = demo::PRACTITIONERS[0];
const WHITFIELD: &str = demo::PRACTITIONERS[1];
const CASTELLANOS: &str = demo::PRACTITIONERS[2];
const ROLES: [(&str, &str); 2] = [("453231000124104", "Primary care provider"), ("17561000", "Cardiologist")];

/// An update of the team of [`demo::PATIENT`]: practitioners, their roles and whether they lead.
fn team(members: &[(&str, usize, Option<bool>)]) -> Json {
    let mut body = changed(CONTRACT.minimal, &[], "");
    let participants: Vec<Json> = members
        .iter()
        .map(|(practitioner, role, leads)| {
            let (code, display) = ROLES[*role];
            let lead = leads.map_or(String::new(), |leads| {
                format!(r#""extension":[{{"url":"http://schemas.canvasmedical.com/fhir/extensions/careteam-lead","valueBoolean":{leads}}}],"#)
            });
            parse(&format!(
                r#"{{{lead}"role":[{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}","display":"{display}"}}]}}],"member":{{"reference":"Practitioner/{practitioner}"}}}}"#
            ))
        })
        .collect();
    set(&mut body, "participant", participants.into());
    body
}

fn update(door: &Door, members: &[(&str, usize, Option<bool>)]) {
    door.update(demo::PATIENT, &team(members)).unwrap_or_else(|refusal| panic!("{refusal}"));
}

/// The members of a team that is read: who, and whether they lead.
fn members(team: &Json) -> Vec<(String, bool)> {
    let participants = team.get("participant").map(Json::items).unwrap_or_default();
    participants
        .iter()
        .map(|participant| {
            let member = participant.at(&["member", "reference"]).and_then(Json::as_str).unwrap();
            let leads = participant.at(&["extension", "0", "valueBoolean"]).and_then(Json::as_bool).unwrap();
            (member.strip_prefix("Practitioner/").unwrap_or(member).to_owned(), leads)
        })
        .collect()
}

fn read(door: &Door, status: &str) -> Option<Vec<(String, bool)>> {
    door.read(TEAM, &format!("{}{status}", demo::PATIENT)).ok().map(|team| members(&team))
}

fn of(members: &[(&str, bool)]) -> Option<Vec<(String, bool)>> {
    Some(members.iter().map(|(who, leads)| ((*who).to_owned(), *leads)).collect())
}

#[test]
fn every_patient_has_a_team_that_is_read_and_found_before_anybody_is_on_it() {
    let door = Door::of_demo_clinic();
    let read = door.read(TEAM, demo::PATIENT).unwrap();
    let expected = format!(
        r#"{{"resourceType":"CareTeam","id":"{0}","status":"active","name":"Care Team for Abernathy, Dana","subject":{{"reference":"Patient/{0}","type":"Patient","display":"Abernathy, Dana"}}}}"#,
        demo::PATIENT
    );
    assert_eq!(read.to_string(), expected);
    let by_patient = format!("patient=Patient/{}", demo::PATIENT);
    for query in [by_patient.clone(), format!("{by_patient}&status=active")] {
        assert_eq!(entries(&door.search(TEAM, &query).unwrap()), std::slice::from_ref(&read), "{query}");
    }
    for none in ["&status=inactive", "&participant=Practitioner/x", "&patient=Patient/x"] {
        assert_eq!(door.found(TEAM, &format!("{by_patient}{none}")), Vec::<String>::new(), "{none}");
    }
    assert_eq!(door.found(TEAM, ""), Vec::<String>::new());
    for unknown in ["nobody", &format!("{}.inactive", demo::PATIENT)] {
        let refusal = door.read(TEAM, unknown).unwrap_err();
        assert_eq!(refusal.issues()[0].text, format!("Unknown CareTeam resource '{unknown}'"));
        assert_eq!(door.update(unknown, &team(&[])).unwrap_err().row().status, 404);
    }
    let refusal = door.create(&team(&[])).unwrap_err();
    assert_eq!(refusal.row().status, 405);
}

#[test]
fn who_is_listed_is_active_and_who_is_left_out_becomes_inactive() {
    let door = Door::of_demo_clinic();
    update(&door, &[(OKAFOR, 0, Some(true)), (WHITFIELD, 1, None)]);
    assert_eq!(
        (read(&door, ""), read(&door, ".inactive")),
        (of(&[(OKAFOR, true), (WHITFIELD, false)]), None)
    );
    // Roles are switched, one leaves, one comes: who led before still does.
    update(&door, &[(CASTELLANOS, 0, None), (OKAFOR, 1, None)]);
    assert_eq!(read(&door, ""), of(&[(CASTELLANOS, false), (OKAFOR, true)]));
    assert_eq!(read(&door, ".inactive"), of(&[(WHITFIELD, false)]));
    let both = door.search(TEAM, &format!("patient=Patient/{}", demo::PATIENT)).unwrap();
    let shown: Vec<String> =
        entries(&both).iter().map(|team| team.str("status").unwrap().to_owned()).collect();
    assert_eq!(shown, ["active", "inactive"]);
    assert_eq!(both.get("total"), Some(&Json::from(2i64)));
    // One comes back, another is made the lead.
    update(&door, &[(WHITFIELD, 0, Some(true)), (OKAFOR, 1, None)]);
    assert_eq!(read(&door, ""), of(&[(WHITFIELD, true), (OKAFOR, false)]));
    assert_eq!(read(&door, ".inactive"), of(&[(CASTELLANOS, false)]));
    let mut nobody = team(&[]);
    for body in [nobody.clone(), {
        crate::support::remove(&mut nobody, "participant");
        nobody
    }] {
        door.update(demo::PATIENT, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(read(&door, ""), of(&[]));
        let inactive = of(&[(CASTELLANOS, false), (WHITFIELD, false), (OKAFOR, false)]);
        assert_eq!(read(&door, ".inactive"), inactive);
    }
    update(&door, &[(CASTELLANOS, 0, None), (WHITFIELD, 1, None)]);
    assert_eq!(read(&door, ".inactive"), of(&[(OKAFOR, false)]));
    update(&door, &[(OKAFOR, 0, None)]);
    update(&door, &[(OKAFOR, 0, None), (WHITFIELD, 1, None)]);
    assert_eq!(read(&door, ".inactive"), of(&[(CASTELLANOS, false)]));
    let stored = door.stored(TEAM, demo::PATIENT);
    let problems = interactions::validation::validate(&stored, &Default::default());
    assert!(problems.is_empty(), "{stored}\n{problems:#?}");
}

#[test]
fn a_group_that_nobody_is_in_any_more_is_gone_and_comes_back() {
    let door = Door::of_demo_clinic();
    for _ in 0..2 {
        update(&door, &[(OKAFOR, 0, None)]);
        assert_eq!(read(&door, ".inactive"), None);
        update(&door, &[]);
        assert_eq!(read(&door, ".inactive"), of(&[(OKAFOR, false)]));
    }
}

#[test]
fn patients_are_found_by_the_active_members_of_their_teams() {
    let door = Door::of_demo_clinic();
    let patients = |who: &str| {
        door.found(ResourceType::PATIENT, &format!("_has:CareTeam:participant:member=Practitioner/{who}"))
    };
    assert_eq!(patients(OKAFOR), Vec::<String>::new());
    update(&door, &[(OKAFOR, 0, None)]);
    assert_eq!(patients(OKAFOR), [demo::PATIENT]);
    update(&door, &[(WHITFIELD, 0, None)]);
    assert_eq!((patients(OKAFOR), patients(WHITFIELD)), (Vec::new(), vec![demo::PATIENT.to_owned()]));
    let by_member = |who: &str| door.found(TEAM, &format!("participant=Practitioner/{who}"));
    assert_eq!(by_member(WHITFIELD), [demo::PATIENT]);
    assert_eq!(by_member(OKAFOR), [format!("{}.inactive", demo::PATIENT)]);
}

#[test]
fn the_time_of_a_team_that_is_not_stored_is_the_patients() {
    let door = Door::of_demo_clinic();
    let since = |since: Option<i64>| {
        let body = team(&[(OKAFOR, 0, None)]).to_bytes();
        block_on(door.canvas.update(TEAM, demo::PATIENT, &body, since))
            .map_err(|refusal| refusal.row().status)
    };
    assert_eq!(since(Some(0)), Err(412));
    assert_eq!(since(Some(i64::MAX)), Ok(()));
    assert_eq!(since(Some(0)), Err(412));
}

#[test]
fn a_member_that_the_r4_door_put_on_the_team_may_stay() {
    let door = Door::of_demo_clinic();
    door.put(
        ResourceType::ORGANIZATION,
        "hospice",
        parse(r#"{"resourceType":"Organization","name":"Hospice"}"#),
    );
    let hospice = |body: &mut Json| {
        set(body, "participant.0.member", parse(r#"{"reference":"Organization/hospice"}"#));
    };
    let mut body = team(&[(OKAFOR, 0, None)]);
    hospice(&mut body);
    assert_eq!(told(&door.update(demo::PATIENT, &body).unwrap_err()).0, 422);
    let mut stored = body.clone();
    set(&mut stored, "status", Json::from("active"));
    door.put(TEAM, demo::PATIENT, stored);
    assert_eq!(read(&door, ""), of(&[("Organization/hospice", false)]));
    door.update(demo::PATIENT, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let mut alone = door.read(TEAM, demo::PATIENT).unwrap();
    assert_eq!(alone.at(&["participant", "0", "member", "display"]), Some(&Json::from("Hospice")));
    set(&mut alone, "participant", parse("[]"));
    door.update(demo::PATIENT, &alone).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.update(demo::PATIENT, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
}

#[test]
fn each_change_of_a_team_leaves_a_provenance() {
    let door = Door::of_demo_clinic();
    update(&door, &[(OKAFOR, 0, None)]);
    update(&door, &[(OKAFOR, 0, None)]);
    update(&door, &[]);
    let activities = |id: &str| -> Vec<String> {
        let found = door.search(ResourceType::PROVENANCE, &format!("target=CareTeam/{id}")).unwrap();
        let code = |one: &Json| {
            one.at(&["activity", "coding", "0", "code"]).and_then(Json::as_str).map(str::to_owned)
        };
        entries(&found).iter().filter_map(code).collect()
    };
    assert_eq!(activities(demo::PATIENT), ["CREATE", "UPDATE"]);
    assert_eq!(activities(&format!("{}.inactive", demo::PATIENT)), ["CREATE"]);
}

#[test]
fn a_role_is_called_as_the_clinic_calls_it() {
    let door = Door::of_demo_clinic();
    let mut body = team(&[(OKAFOR, 0, None)]);
    set(&mut body, "participant.0.role.0.coding.0.display", Json::from("Owner"));
    set(&mut body, "participant.0.role.0.text", Json::from("Owner"));
    door.update(demo::PATIENT, &body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(TEAM, demo::PATIENT).unwrap();
    let (code, display) = ROLES[0];
    let expected = format!(
        r#"{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}","display":"{display}"}}]}}"#
    );
    assert_eq!(read.at(&["participant", "0", "role", "0"]), Some(&parse(&expected)));
}
