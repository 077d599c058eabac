//! Coverages: their ranks, what is made of what is sent, and what a read tells.

use crate::support::{Door, block_on, changed, parse, set};
use canvas::clinic::demo;
use canvas::types::coverage::CONTRACT;
use fhir::{Json, Number, ResourceType, json};
use interactions::validation::{Options, validate};

const COVERAGE: ResourceType = ResourceType::COVERAGE;

/// A coverage of a patient of the demo clinic who has none.
fn body(order: i64, members: &[(&str, &str)]) -> Json {
    let patient = format!("\"Patient/{}\"", demo::PATIENTS[3]);
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "order", Json::from(order));
    set(&mut body, "subscriber.reference", parse(&patient));
    set(&mut body, "beneficiary.reference", parse(&patient));
    members.iter().for_each(|(path, value)| set(&mut body, path, parse(value)));
    body
}

fn ranks(door: &Door, ids: &[&String]) -> Vec<i64> {
    let rank = |id: &&String| {
        let read = door.read(COVERAGE, id).unwrap();
        read.get("order").and_then(Json::as_number).and_then(Number::as_i64).unwrap()
    };
    ids.iter().map(rank).collect()
}

#[test]
fn a_create_moves_the_coverage_that_has_its_rank_and_those_below_it_down() {
    let door = Door::of_demo_clinic();
    let first = door.create(&body(1, &[])).unwrap();
    let second = door.create(&body(2, &[])).unwrap();
    let fourth = door.create(&body(4, &[])).unwrap();
    let new = door.create(&body(1, &[])).unwrap();
    assert_eq!(ranks(&door, &[&new, &first, &second, &fourth]), [1, 2, 3, 4], "3 was free: 4 stays");
    let another = door.create(&body(2, &[])).unwrap();
    assert_eq!(ranks(&door, &[&new, &another, &first, &second, &fourth]), [1, 2, 3, 4, 5]);
}

#[test]
fn ranks_end_at_five_where_there_is_room_for_several() {
    let door = Door::of_demo_clinic();
    let last = door.create(&body(5, &[])).unwrap();
    let new = door.create(&body(5, &[])).unwrap();
    assert_eq!(ranks(&door, &[&last, &new]), [5, 5]);
    let fourth = door.create(&body(4, &[])).unwrap();
    let newest = door.create(&body(4, &[])).unwrap();
    assert_eq!(ranks(&door, &[&last, &new, &fourth, &newest]), [5, 5, 5, 4]);
}

#[test]
fn an_update_to_another_rank_moves_the_others_down_until_the_rank_that_it_left() {
    let door = Door::of_demo_clinic();
    let ids: Vec<String> = (1..=4).map(|rank| door.create(&body(rank, &[])).unwrap()).collect();
    let ids: Vec<&String> = ids.iter().collect();
    door.update(ids[2], &body(1, &[])).unwrap();
    assert_eq!(ranks(&door, &ids), [2, 3, 1, 4]);
    door.update(ids[2], &body(1, &[])).unwrap();
    assert_eq!(ranks(&door, &ids), [2, 3, 1, 4], "the same again moves nothing");
}

#[test]
fn cancelled_coverages_and_those_of_other_patients_have_no_part_in_it() {
    let door = Door::of_demo_clinic();
    let cancelled = door.create(&body(1, &[("status", "\"cancelled\"")])).unwrap();
    let first = door.create(&body(1, &[])).unwrap();
    assert_eq!(ranks(&door, &[&cancelled, &first]), [1, 1]);
    door.update(&cancelled, &body(1, &[])).unwrap();
    assert_eq!(ranks(&door, &[&cancelled, &first]), [1, 2], "active again, it takes its rank");
    let demo_ids = [demo::COVERAGE.to_owned(), demo::OTHER_COVERAGE.to_owned()];
    assert_eq!(ranks(&door, &[&demo_ids[0], &demo_ids[1]]), [1, 2]);
    let patient = format!("patient=Patient/{}", demo::PATIENTS[3]);
    assert_eq!(door.found(COVERAGE, &patient).len(), 2, "cancelled ones are found");
}

#[test]
fn a_moved_coverage_was_changed_at_that_moment() {
    let door = Door::of_demo_clinic();
    let first = door.create(&body(1, &[])).unwrap();
    door.create(&body(1, &[])).unwrap();
    let sent = body(3, &[]).to_bytes();
    let stale = block_on(door.canvas.update(COVERAGE, &first, &sent, Some(0))).unwrap_err();
    assert_eq!(stale.row().status, 412);
    assert_eq!(block_on(door.engine.read(COVERAGE, &first)).unwrap().version, 2);
}

#[test]
fn a_payor_named_by_its_payer_id_is_read_as_the_organization_with_its_name() {
    let door = Door::of_demo_clinic();
    let id = door.create(&body(1, &[("payor", r#"[{"identifier":{"value":"62308"}}]"#)])).unwrap();
    let expected = json!([{
        "reference": (format!("Organization/{}", demo::INSURER)),
        "type": "Organization",
        "display": "Bayside Health Plan"
    }]);
    assert_eq!(door.read(COVERAGE, &id).unwrap().get("payor"), Some(&expected));
    assert_eq!(
        door.search(COVERAGE, &format!("_id={id}")).unwrap().at(&["entry", "0", "resource", "payor"]),
        Some(&expected)
    );
}

#[test]
fn codes_are_read_with_the_displays_of_the_lists_and_the_present_systems() {
    let door = Door::of_demo_clinic();
    let coding = |list: &str, code: &str| {
        format!(
            r#"{{"coding":[{{"system":"http://hl7.org/fhir/ValueSet/{list}","code":"{code}","display":"as sent"}}],"text":"as sent"}}"#
        )
    };
    let id = door
        .create(&body(
            1,
            &[
                ("type", &coding("coverage-type", "MILITARY")),
                ("relationship", &coding("subscriber-relationship", "spouse")),
                ("class", &format!(r#"[{{"type":{},"value":"Gold"}}]"#, coding("coverage-class", "plan"))),
                ("identifier", r#"[{"type":{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MB"},"value":"M1"}]"#),
            ],
        ))
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    let read = door.read(COVERAGE, &id).unwrap();
    let at = |path: &[&str]| read.at(path).and_then(Json::as_str).map(str::to_owned);
    assert_eq!(
        at(&["type", "coding", "0", "system"]).as_deref(),
        Some("http://terminology.hl7.org/CodeSystem/v3-ActCode")
    );
    assert_eq!(at(&["type", "coding", "0", "display"]).as_deref(), Some("Military health program"));
    assert_eq!(read.at(&["type", "text"]), None);
    assert_eq!(at(&["relationship", "coding", "0", "display"]).as_deref(), Some("Spouse"));
    assert_eq!(at(&["relationship", "text"]).as_deref(), Some("01"));
    assert_eq!(
        read.at(&["class", "0"]),
        Some(&json!({
            "type": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/coverage-class", "code": "plan" }] },
            "value": "Gold"
        }))
    );
    assert_eq!(at(&["identifier", "0", "type", "coding", "0", "code"]).as_deref(), Some("MB"));
    assert_eq!(at(&["subscriberId"]).as_deref(), Some("M1"), "the patient is the subscriber");
    assert_eq!(door.found(COVERAGE, "identifier=M1"), [id.as_str()]);
    let stored = door.stored(COVERAGE, &id);
    let options = Options { expected: Some(COVERAGE), ..Options::default() };
    assert_eq!(validate(&stored, &options), [], "{stored}");
}

#[test]
fn what_the_clinics_software_said_of_a_relationship_is_kept() {
    let door = Door::of_demo_clinic();
    let mut stored = door.stored(COVERAGE, demo::COVERAGE);
    set(
        &mut stored,
        "relationship",
        parse(
            r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/subscriber-relationship","code":"parent"}],"text":"32"}"#,
        ),
    );
    door.put(COVERAGE, demo::COVERAGE, stored);
    let read = door.read(COVERAGE, demo::COVERAGE).unwrap();
    assert_eq!(read.at(&["relationship", "coding", "0", "display"]), Some(&Json::from("Parent")));
    assert_eq!(read.at(&["relationship", "text"]), Some(&Json::from("32")));
}

#[test]
fn a_coverage_starts_today_unless_it_says_otherwise_or_is_over() {
    let door = Door::of_demo_clinic();
    let start = |period: Option<&str>| {
        let members: Vec<(&str, &str)> = period.map(|period| ("period", period)).into_iter().collect();
        let id = door.create(&body(1, &members)).unwrap();
        door.read(COVERAGE, &id).unwrap().at(&["period", "start"]).and_then(Json::as_str).map(str::to_owned)
    };
    let version = block_on(door.engine.read(COVERAGE, demo::COVERAGE)).unwrap();
    let zone = jiff::tz::TimeZone::get("America/Los_Angeles").unwrap();
    let stored_at = jiff::Timestamp::from_millisecond(version.last_updated).unwrap();
    let today = stored_at.to_zoned(zone).date();
    let dates = [today, today.tomorrow().unwrap()].map(|date| Some(date.to_string()));
    assert!(dates.contains(&start(None)), "in the clinic's zone");
    assert!(dates.contains(&start(Some(r#"{"end":"2199-12-31"}"#))));
    assert_eq!(start(Some(r#"{"start":"2021-06-27T10:00:00Z"}"#)).as_deref(), Some("2021-06-27"));
    assert_eq!(start(Some(r#"{"end":"2023-06-27"}"#)), None);
}

#[test]
fn what_an_update_leaves_out_is_gone_and_what_this_door_does_not_know_stays() {
    let door = Door::of_demo_clinic();
    let mut stored = door.stored(COVERAGE, demo::COVERAGE);
    set(&mut stored, "network", Json::from("West"));
    door.put(COVERAGE, demo::COVERAGE, stored);
    door.update(demo::COVERAGE, &changed(CONTRACT.minimal, &[], "")).unwrap();
    let after = door.stored(COVERAGE, demo::COVERAGE);
    assert_eq!((after.get("class"), after.get("identifier")), (None, None));
    assert_eq!(after.str("network"), Some("West"));
    assert_eq!(door.read(COVERAGE, demo::COVERAGE).unwrap().str("network"), None);
}

#[test]
fn a_coverage_put_back_as_it_was_read_is_the_same() {
    let door = Door::of_demo_clinic();
    let before = door.read(COVERAGE, demo::COVERAGE).unwrap();
    door.update(demo::COVERAGE, &before).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(door.read(COVERAGE, demo::COVERAGE).unwrap(), before);
}
