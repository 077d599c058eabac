//! Appointments changed.

use crate::world::{World, booking, told, with};
use canvas::Clinic;
use canvas::clinic::demo::{self, LOCATIONS, PATIENTS, PRACTITIONERS};
use fhir::datetime::parse_http_date;
use fhir::{Json, ResourceType, json};

#[tokio::test]
async fn what_an_update_leaves_out_stays() {
    let world = World::demo().await;
    let body = with(booking("15:00", "15:20"), |appointment| {
        appointment.insert(
            "appointmentType",
            json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "448337001" }] }),
        );
        appointment.insert("reasonCode", json!([{ "coding": [{ "code": "INIV" }], "text": "First" }]));
        appointment.insert("identifier", json!([{ "system": "S", "value": "1" }]));
        appointment.insert(
            "contained",
            json!([{ "resourceType": "Endpoint", "id": "e", "address": "https://meet.example/1" }]),
        );
        let location = json!({ "reference": (format!("Location/{}", demo::LOCATION)) });
        appointment.insert("supportingInformation", json!([location, { "reference": "#e" }]));
    });
    let id = world.book(&body).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    let before = world.appointment(&id).await;
    let mut expected = before.clone();
    expected.as_object_mut().unwrap().insert("status", "arrived");
    let arrived = with(booking("15:00", "15:20"), |appointment| appointment.insert("status", "arrived"));
    world.change(&id, &arrived).await.unwrap();
    assert_eq!(world.appointment(&id).await, expected);
}

#[tokio::test]
async fn what_was_read_can_be_written_back() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    let read = world.appointment(&id).await;
    world.change(&id, &read).await.unwrap();
    assert_eq!(world.appointment(&id).await, read);
}

#[tokio::test]
async fn the_practitioners_meeting_room_is_not_pinned_by_writing_back_what_was_read() {
    let world = World::demo().await;
    let body = with(booking("15:00", "15:20"), |appointment| {
        let telemedicine = json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "448337001" }] });
        appointment.insert("appointmentType", telemedicine);
    });
    let id = world.book(&body).await.unwrap();
    let link = async || {
        let read = world.appointment(&id).await;
        read.at(&["contained", "0", "address"]).and_then(Json::as_str).map(str::to_owned)
    };
    assert_eq!(link().await.as_deref(), Some("https://meet.demo-clinic.example/okafor"));
    let moved = with(world.appointment(&id).await, |appointment| {
        let participants = appointment.get_mut("participant").and_then(Json::as_array_mut).unwrap();
        let other = format!("Practitioner/{}", PRACTITIONERS[1]);
        participants[0] = json!({ "actor": { "reference": other }, "status": "accepted" });
    });
    world.change(&id, &moved).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(link().await.as_deref(), Some("https://meet.demo-clinic.example/whitfield"));
    let own = with(world.appointment(&id).await, |appointment| {
        let endpoint = appointment.get_mut("contained").and_then(Json::as_array_mut).unwrap();
        endpoint[0].as_object_mut().unwrap().insert("address", "https://meet.example/own");
    });
    world.change(&id, &own).await.unwrap();
    world.change(&id, &body).await.unwrap();
    assert_eq!(link().await.as_deref(), Some("https://meet.example/own"), "it stays when it is left out");
}

#[tokio::test]
async fn an_appointment_moves_onto_its_own_time_and_frees_the_old() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:40")).await.unwrap();
    world.change(&id, &booking("15:20", "16:00")).await.expect("it overlaps nobody but itself");
    world.book(&booking("15:00", "15:20")).await.expect("the old time is free");
    assert_eq!(told(&world.book(&booking("15:40", "16:20")).await.unwrap_err()).0, 422);
}

#[tokio::test]
async fn an_update_onto_someone_elses_time_is_refused_and_changes_nothing() {
    let world = World::demo().await;
    world.book(&booking("15:00", "15:20")).await.unwrap();
    let id = world.book(&booking("16:00", "16:20")).await.unwrap();
    let before = world.appointment(&id).await;
    assert_eq!(told(&world.change(&id, &booking("15:10", "15:30")).await.unwrap_err()).0, 422);
    assert_eq!(world.appointment(&id).await, before);
}

#[tokio::test]
async fn an_overlap_from_before_does_not_block_what_keeps_its_time() {
    let lenient = World::with(Clinic { double_booking: true, ..Clinic::demo() }).await;
    lenient.book(&booking("15:00", "15:20")).await.unwrap();
    let id = lenient.book(&booking("15:00", "15:20")).await.unwrap();
    let strict = lenient.under(Clinic::demo());
    let arrived = with(booking("15:00", "15:20"), |appointment| appointment.insert("status", "arrived"));
    strict.change(&id, &arrived).await.expect("it can be checked in");
    assert_eq!(told(&strict.change(&id, &booking("15:00", "15:21")).await.unwrap_err()).0, 422);
}

#[tokio::test]
async fn practitioner_and_location_change_and_the_patient_does_not() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    let moved = |patient: &str| {
        with(booking("15:00", "15:20"), |appointment| {
            let actor = |name: &str, id: &str| json!({ "actor": { "reference": (format!("{name}/{id}")) }, "status": "accepted" });
            appointment.insert(
                "participant",
                vec![actor("Practitioner", PRACTITIONERS[1]), actor("Patient", patient)],
            );
            appointment.insert(
                "supportingInformation",
                json!([{ "reference": (format!("Location/{}", LOCATIONS[1])) }]),
            );
        })
    };
    world.change(&id, &moved(demo::PATIENT)).await.unwrap();
    let read = world.appointment(&id).await;
    let practitioner = read.at(&["participant", "0", "actor", "reference"]).and_then(Json::as_str);
    assert_eq!(practitioner, Some(format!("Practitioner/{}", PRACTITIONERS[1]).as_str()));
    let (status, issues) = told(&world.change(&id, &moved(PATIENTS[1])).await.unwrap_err());
    assert_eq!(status, 422);
    assert_eq!(
        issues,
        ["business-rule Appointment.participant: The patient of an appointment cannot be changed"]
    );
}

#[tokio::test]
async fn an_event_may_get_a_patient_and_not_lose_one() {
    let world = World::demo().await;
    let event = || json!({ "coding": [{ "system": "INTERNAL", "code": "OUT_OF_OFFICE" }] });
    let alone = with(booking("15:00", "15:20"), |appointment| {
        appointment.insert("appointmentType", event());
        appointment.get_mut("participant").and_then(Json::as_array_mut).unwrap().truncate(1);
    });
    let both = with(booking("15:00", "15:20"), |appointment| appointment.insert("appointmentType", event()));
    let id = world.book(&alone).await.unwrap();
    world.change(&id, &both).await.unwrap();
    assert_eq!(told(&world.change(&id, &alone).await.unwrap_err()).0, 422);
}

#[tokio::test]
async fn what_is_cancelled_stays_cancelled_and_may_otherwise_change() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    let cancelled = |from: &str, to: &str| {
        with(booking(from, to), |appointment| appointment.insert("status", "cancelled"))
    };
    world.change(&id, &cancelled("15:00", "15:20")).await.unwrap();
    world.change(&id, &cancelled("16:00", "16:20")).await.unwrap();
    let (status, issues) = told(&world.change(&id, &booking("16:00", "16:20")).await.unwrap_err());
    assert_eq!(status, 422);
    assert_eq!(
        issues,
        ["business-rule Appointment.status: A cancelled appointment cannot be updated to a different status"]
    );
}

#[tokio::test]
async fn a_stale_date_is_refused_before_rules_of_business() {
    let world = World::demo().await;
    world.book(&booking("15:00", "15:20")).await.unwrap();
    let id = world.book(&booking("16:00", "16:20")).await.unwrap();
    let stale = parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT");
    let body = booking("15:00", "15:20").to_bytes();
    let refusal = world.door.update(ResourceType::APPOINTMENT, &id, &body, stale).await.unwrap_err();
    let text = "conflict : The resource has been modified since the precondition was specified.";
    assert_eq!(told(&refusal), (412, vec![text.to_owned()]));
    let ahead = parse_http_date("Sat, 01 Jan 2050 00:00:00 GMT");
    let body = booking("17:00", "17:20").to_bytes();
    world.door.update(ResourceType::APPOINTMENT, &id, &body, ahead).await.unwrap();
}

#[tokio::test]
async fn an_unknown_id_is_404_and_nothing_is_created() {
    let world = World::demo().await;
    let refusal = world.change("0123", &booking("15:00", "15:20")).await.unwrap_err();
    assert_eq!(told(&refusal), (404, vec!["not-found : Unknown Appointment resource '0123'".to_owned()]));
    world.book(&booking("15:00", "15:20")).await.expect("the time is free");
}

#[tokio::test]
async fn participants_and_elements_of_the_r4_door_survive() {
    let world = World::demo().await;
    let of_r4 = with(booking("15:00", "15:20"), |appointment| {
        appointment.insert("priority", 5i64);
        appointment.insert("minutesDuration", 20i64);
        let participants = appointment.get_mut("participant").and_then(Json::as_array_mut).unwrap();
        let second = format!("Practitioner/{}", PRACTITIONERS[1]);
        participants
            .push(json!({ "actor": { "reference": second }, "required": "optional", "status": "tentative" }));
    });
    world.put(ResourceType::APPOINTMENT, "r4", of_r4).await;
    world.change("r4", &booking("15:00", "15:30")).await.unwrap();
    let stored = world.stored(ResourceType::APPOINTMENT, "r4").await;
    assert!(stored.get("priority").is_some());
    assert_eq!(stored.get("minutesDuration"), None, "it is 30 now");
    let second = stored.at(&["participant", "2"]).unwrap();
    assert_eq!(second.str("status"), Some("tentative"));
    let slots = format!(
        "schedule=Location.1-Staff.{}&start=2031-03-03&end=2031-03-03&duration=480",
        PRACTITIONERS[1]
    );
    assert_eq!(world.find(ResourceType::SLOT, &slots).await.len(), 1, "their time from nine to five is free");
}

#[tokio::test]
async fn what_was_deleted_stays_deleted() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    let mut stored = world.appointment(&id).await;
    stored.as_object_mut().unwrap().insert("status", "entered-in-error");
    world.put(ResourceType::APPOINTMENT, &id, stored).await;
    let (status, problems) = told(&world.change(&id, &booking("15:00", "15:20")).await.unwrap_err());
    assert_eq!(status, 422);
    assert_eq!(
        problems,
        [
            "business-rule Appointment.status: An entered-in-error appointment cannot be updated to a different status"
        ]
    );
}

#[tokio::test]
async fn an_appointment_that_is_moved_is_no_longer_at_the_location_that_it_was_invited_to() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    let at = async |location: &str| {
        let pairs = [("location".to_owned(), format!("Location/{location}")), ("_id".to_owned(), id.clone())];
        let bundle =
            world.door.search(ResourceType::APPOINTMENT, &pairs, false, crate::world::NOW).await.unwrap();
        String::from_utf8(bundle.to_vec()).unwrap().contains(&format!("\"id\":\"{id}\""))
    };
    let mut stored = world.appointment(&id).await;
    let members = stored.as_object_mut().unwrap();
    members.remove("supportingInformation");
    let invited =
        json!({ "actor": { "reference": (format!("Location/{}", LOCATIONS[1])) }, "status": "accepted" });
    members.get_mut("participant").and_then(Json::as_array_mut).unwrap().push(invited);
    world.put(ResourceType::APPOINTMENT, &id, stored).await;
    assert!(at(LOCATIONS[1]).await);
    world.change(&id, &booking("15:00", "15:20")).await.unwrap();
    assert!(!at(LOCATIONS[1]).await && at(demo::LOCATION).await);
}
