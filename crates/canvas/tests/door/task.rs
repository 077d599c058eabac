//! Tasks: times, what updates keep and delete, comments, teams, statuses, searches.

use crate::support::{Door, changed, remove, set};
use canvas::clinic::demo;
use canvas::types::task::CONTRACT;
use fhir::{Json, ResourceType, json};

const TASK: ResourceType = ResourceType::TASK;
const GROUP: &str = "http://schemas.canvasmedical.com/fhir/extensions/task-group";

fn minimal() -> Json {
    changed(CONTRACT.minimal, &[], "")
}

fn create(door: &Door, body: &Json) -> String {
    door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn update(door: &Door, id: &str, body: &Json) -> Json {
    door.update(id, body).unwrap_or_else(|refusal| panic!("{refusal}"));
    door.read(TASK, id).unwrap()
}

fn by_practitioner(text: &str, time: Option<&str>) -> Json {
    let author = json!({ "reference": (format!("Practitioner/{}", demo::PRACTITIONER)) });
    match time {
        Some(time) => json!({ "authorReference": author, "time": time, "text": text }),
        None => json!({ "authorReference": author, "text": text }),
    }
}

/// Everything that a task may have.
fn whole(door: &Door) -> Json {
    door.put(ResourceType::GROUP, "front-desk", json!({ "resourceType": "Group", "name": "Front desk" }));
    let mut body = minimal();
    set(
        &mut body,
        "extension",
        json!([
            { "url": GROUP, "valueReference": { "reference": "Group/front-desk" } },
            { "url": "http://schemas.canvasmedical.com/fhir/extensions/task-permalink", "valueString": "x" }
        ]),
    );
    set(&mut body, "for", json!({ "reference": (format!("Patient/{}", demo::PATIENT)) }));
    set(&mut body, "owner", json!({ "reference": (format!("Practitioner/{}", demo::PRACTITIONER)) }));
    set(&mut body, "authoredOn", Json::from("2024-05-01T10:00:00-07:00"));
    set(&mut body, "restriction", json!({ "repetitions": 2, "period": { "end": "2024-05-03T17:00:00Z" } }));
    set(&mut body, "note", json!([(by_practitioner("Called.", Some("2024-05-01T18:00:00Z")))]));
    set(&mut body, "input", json!([{ "type": { "text": "label" }, "valueString": "Urgent" }]));
    body
}

#[test]
fn a_task_reads_back_with_types_times_and_the_name_of_its_team() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &whole(&door));
    let mut read = door.read(TASK, &id).unwrap();
    let modified = read.str("lastModified").unwrap().to_owned();
    assert!(modified.ends_with("+00:00"), "{modified}");
    remove(&mut read, "lastModified");
    let practitioner =
        json!({ "reference": (format!("Practitioner/{}", demo::PRACTITIONER)), "type": "Practitioner" });
    let expected = json!({
        "resourceType": "Task", "id": id,
        "extension": [{ "url": GROUP, "valueReference": {
            "reference": "Group/front-desk", "type": "Group", "display": "Front desk"
        } }],
        "status": "requested", "description": "Call about the results",
        "for": { "reference": (format!("Patient/{}", demo::PATIENT)), "type": "Patient" },
        "authoredOn": "2024-05-01T17:00:00+00:00",
        "requester": (practitioner.clone()), "owner": (practitioner.clone()), "intent": "unknown",
        "restriction": { "period": { "end": "2024-05-03T17:00:00+00:00" } },
        "note": [{
            "authorReference": practitioner, "time": "2024-05-01T18:00:00+00:00", "text": "Called."
        }],
        "input": [{ "type": { "text": "label" }, "valueString": "Urgent" }]
    });
    assert_eq!(read, expected);
}

#[test]
fn times_that_are_not_sent_are_those_of_the_write() {
    let door = Door::of_demo_clinic();
    let mut body = minimal();
    set(&mut body, "note", json!([(by_practitioner("Called.", None))]));
    let read = door.read(TASK, &create(&door, &body)).unwrap();
    let now = read.str("lastModified").unwrap();
    assert_eq!(read.str("authoredOn"), Some(now));
    assert_eq!(read.at(&["note", "0", "time"]).and_then(Json::as_str), Some(now));
    for partial in [&now[..4], &now[..7], &now[..10]] {
        set(&mut body, "authoredOn", Json::from(partial));
        let stored = door.stored(TASK, &create(&door, &body));
        let problems = interactions::validation::validate(&stored, &Default::default());
        assert!(problems.is_empty(), "{partial}: {problems:#?}");
    }
    set(&mut body, "authoredOn", Json::from("2999-01-01T00:00:00Z"));
    let ahead = door.read(TASK, &create(&door, &body)).unwrap();
    assert_eq!(ahead.str("lastModified"), ahead.str("authoredOn"), "R4 forbids an earlier one");
}

#[test]
fn an_update_deletes_owner_restriction_and_labels_and_keeps_the_rest() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &whole(&door));
    let before = door.read(TASK, &id).unwrap();
    let mut body = minimal();
    set(&mut body, "status", Json::from("completed"));
    let after = update(&door, &id, &body);
    assert_eq!(after.str("status"), Some("completed"));
    for gone in ["owner", "restriction", "input"] {
        assert_eq!(after.get(gone), None, "{gone}");
    }
    for kept in ["extension", "for", "authoredOn", "note"] {
        assert_eq!(after.get(kept), before.get(kept), "{kept}");
    }
}

#[test]
fn what_the_r4_door_stored_beyond_the_contract_survives_an_update() {
    let door = Door::of_demo_clinic();
    let mut task = whole(&door);
    set(&mut task, "code", json!({ "text": "Call" }));
    set(&mut task, "input.1", json!({ "type": { "text": "form" }, "valueString": "x" }));
    door.put(TASK, "of-r4", task);
    let read = update(&door, "of-r4", &minimal());
    assert_eq!((read.get("input"), read.get("restriction")), (None, None), "{read}");
    let stored = door.stored(TASK, "of-r4");
    let kept = json!({
        "code": { "text": "Call" }, "restriction": { "repetitions": 2 },
        "input": [{ "type": { "text": "form" }, "valueString": "x" }]
    });
    for (name, value) in kept.as_object().unwrap().iter() {
        assert_eq!(stored.get(name), Some(value), "{name}");
    }
}

#[test]
fn the_comments_of_an_update_are_all_that_there_are_and_known_ones_keep_their_time() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &whole(&door));
    let first = "2024-05-01T18:00:00+00:00";
    let texts = |read: &Json| -> Vec<(String, String)> {
        let notes = read.get("note").unwrap().items().iter();
        notes
            .map(|note| (note.str("text").unwrap().to_owned(), note.str("time").unwrap().to_owned()))
            .collect()
    };
    let mut body = minimal();
    let second = by_practitioner("Called again.", Some("2024-05-02T18:00:00Z"));
    set(&mut body, "note", json!([(by_practitioner("Called.", None)), second]));
    let both = texts(&update(&door, &id, &body));
    assert_eq!(both[0], ("Called.".to_owned(), first.to_owned()));
    assert_eq!(both[1].0, "Called again.");
    // The same words said once more are a comment of their own.
    let again = json!([(by_practitioner("Called.", Some(first))), (by_practitioner("Called.", None))]);
    set(&mut body, "note", again);
    let twice = texts(&update(&door, &id, &body));
    assert_eq!((twice.len(), twice[0].1.as_str()), (2, first));
    assert_ne!(twice[1].1, first);
    set(&mut body, "note", json!([(by_practitioner("Done.", None))]));
    assert_eq!(texts(&update(&door, &id, &body)).len(), 1);
}

#[test]
fn another_team_takes_the_place_of_the_first() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &whole(&door));
    door.put(ResourceType::GROUP, "billing", json!({ "resourceType": "Group", "name": "Billing" }));
    let mut body = minimal();
    set(
        &mut body,
        "extension",
        json!([{ "url": GROUP, "valueReference": { "reference": "Group/billing" } }]),
    );
    let read = update(&door, &id, &body);
    let teams = read.get("extension").unwrap().items();
    assert_eq!(teams.len(), 1, "{read}");
    assert_eq!(teams[0].get("valueReference").unwrap().str("display"), Some("Billing"));
}

#[test]
fn other_statuses_of_r4_are_shown_and_found_as_the_vendors() {
    let door = Door::of_demo_clinic();
    for (id, status) in [("open", "in-progress"), ("closed", "rejected"), ("done", "completed")] {
        let mut task = minimal();
        set(&mut task, "status", Json::from(status));
        door.put(TASK, id, task);
    }
    for (status, id) in [("requested", "open"), ("cancelled", "closed"), ("completed", "done")] {
        assert_eq!(door.read(TASK, id).unwrap().str("status"), Some(status));
        assert_eq!(door.found(TASK, &format!("status={status}")), [id]);
        assert_eq!(door.found(TASK, &format!("status=http://hl7.org/fhir/task-status|{status}")), [id]);
    }
    assert_eq!(door.found(TASK, "status=requested,cancelled").len(), 2);
    assert_eq!(door.search(TASK, "status=in-progress").unwrap_err().row().status, 400);
}

#[test]
fn tasks_are_sorted_by_when_they_are_due() {
    let door = Door::of_demo_clinic();
    let due = |end: &str| {
        let mut body = minimal();
        set(&mut body, "restriction", json!({ "period": { "end": end } }));
        create(&door, &body)
    };
    let (later, sooner) = (due("2024-05-03"), due("2024-05-01"));
    let order = |query: &str| -> Vec<String> {
        let found = door.search(TASK, query).unwrap();
        crate::support::entries(&found).iter().map(|task| task.str("id").unwrap().to_owned()).collect()
    };
    assert_eq!(order("_sort=due-date"), [sooner.clone(), later.clone()]);
    assert_eq!(order("_sort=-due-date"), [later.clone(), sooner]);
    assert_eq!(order("due=ge2024-05-02"), [later]);
    let never = create(&door, &minimal());
    assert_eq!(order("_sort=due-date").last(), Some(&never));
    assert_eq!(order("_sort=-due-date").last(), Some(&never));
}

#[test]
fn what_a_search_cannot_take_is_named_as_the_client_named_it() {
    let door = Door::of_demo_clinic();
    for (resource_type, query, named) in [
        (TASK, "due=soon", "'due'"),
        (TASK, "due=sa2024-05-01", "'due'"),
        (ResourceType::CONSENT, "period=soon", "'period'"),
    ] {
        let (status, problems) = crate::support::told(&door.search(resource_type, query).unwrap_err());
        assert_eq!(status, 400, "{query}");
        assert!(problems[0].1.contains(named), "{query}: {}", problems[0].1);
    }
}

#[test]
fn comments_stored_without_a_time_stay_without_one() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &minimal());
    let mut stored = door.stored(TASK, &id);
    set(&mut stored, "note", json!([(by_practitioner("Long ago.", None))]));
    door.put(TASK, &id, stored);
    let times = |task: &Json| -> Vec<bool> {
        let notes = task.get("note").map(Json::items).unwrap_or_default().iter();
        notes.map(|note| note.get("time").is_some()).collect()
    };
    assert_eq!(times(&update(&door, &id, &minimal())), [false], "an update without comments");
    let mut body = minimal();
    set(&mut body, "note", json!([(by_practitioner("Long ago.", None)), (by_practitioner("Now.", None))]));
    assert_eq!(times(&update(&door, &id, &body)), [false, true]);
}

#[test]
fn an_empty_list_of_comments_deletes_them() {
    let door = Door::of_demo_clinic();
    let id = create(&door, &whole(&door));
    let mut body = minimal();
    set(&mut body, "note", json!([]));
    assert_eq!(update(&door, &id, &body).get("note"), None);
    assert_eq!(door.stored(TASK, &id).get("note"), None);
    create(&door, &body);
}

#[test]
fn a_text_that_is_too_long_is_told_to_be_so() {
    let door = Door::of_demo_clinic();
    let mut body = minimal();
    set(&mut body, "description", Json::from("x".repeat(2_000_000)));
    set(&mut body, "note", json!([(by_practitioner(&"y".repeat(1_048_577), None))]));
    let (status, problems) = crate::support::told(&door.create(&body).unwrap_err());
    assert_eq!(status, 400);
    let (code, text, place) = &problems[0];
    assert_eq!((code.as_str(), place.as_str()), ("too-long", "Task.description"));
    assert_eq!(text, "description has 2000000 characters; 1048576 are the most that a text may have");
    assert_eq!(problems[1].2, "Task.note[0].text", "{:?}", problems[1].0);
}
