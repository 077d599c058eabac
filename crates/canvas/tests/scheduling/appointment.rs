//! Appointments booked and read through the door.

use crate::world::{World, booking, told, with};
use canvas::Clinic;
use canvas::clinic::demo::{self, LOCATIONS, PRACTITIONERS};
use fhir::{Json, ResourceType, json};

/// Reads back what `change` makes of a booking.
async fn read_back(change: impl FnOnce(&mut fhir::Object)) -> Json {
    let world = World::demo().await;
    let id = world
        .book(&with(booking("15:00", "15:20"), change))
        .await
        .unwrap_or_else(|refusal| panic!("{refusal}"));
    world.appointment(&id).await
}

fn coding<'a>(appointment: &'a Json, element: &str) -> Option<&'a Json> {
    let element = appointment.get(element)?;
    element.items().first().unwrap_or(element).at(&["coding", "0"])
}

#[tokio::test]
async fn a_plain_booking_reads_back_in_the_vendors_shape() {
    let world = World::demo().await;
    let id = world.book(&booking("15:00", "15:20")).await.unwrap();
    assert!(fhir::primitive::is_uuid(&id));
    let expected = json!({
        "resourceType": "Appointment",
        "id": (id.as_str()),
        "status": "booked",
        "appointmentType": { "coding": [
            { "system": "http://snomed.info/sct", "code": "308335008", "display": "Office Visit" }
        ] },
        "reasonCode": [{ "text": "No description given" }],
        "description": "No description given",
        "supportingInformation": [{ "reference": (format!("Location/{}", demo::LOCATION)), "type": "Location" }],
        "start": "2031-03-03T15:00:00+00:00",
        "end": "2031-03-03T15:20:00+00:00",
        "participant": [
            { "actor": { "reference": (format!("Practitioner/{}", demo::PRACTITIONER)), "type": "Practitioner" }, "status": "accepted" },
            { "actor": { "reference": (format!("Patient/{}", demo::PATIENT)), "type": "Patient" }, "status": "accepted" }
        ]
    });
    let read = world.appointment(&id).await;
    assert_eq!(read, expected, "{read}");
}

#[tokio::test]
async fn what_is_stored_is_valid_r4() {
    let world = World::demo().await;
    let body = with(booking("15:00", "15:20"), |appointment| {
        appointment.insert("identifier", json!([{ "system": "S", "value": "1" }]));
        appointment.insert("contained", json!([{
            "resourceType": "Endpoint", "id": "x", "connectionType": {}, "payloadType": [], "address": "https://meet.example/1"
        }]));
        let location = json!({ "reference": (format!("Location/{}", demo::LOCATION)) });
        appointment.insert("supportingInformation", json!([{ "reference": "#x" }, location]));
    });
    let id = world.book(&body).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    let stored = world.stored(ResourceType::APPOINTMENT, &id).await;
    let problems = interactions::validation::validate(&stored, &interactions::validation::Options::default());
    assert_eq!(problems, [], "{stored}");
}

#[tokio::test]
async fn every_placeholder_of_an_endpoint_is_accepted() {
    for (connection, payload) in [
        (json!({}), json!([])),
        (json!({}), json!([{ "coding": [] }])),
        (json!({ "code": "https" }), json!([{}])),
    ] {
        let read = read_back(|appointment| {
            appointment.insert("contained", json!([{
                "resourceType": "Endpoint", "id": "any-id", "status": "active",
                "connectionType": (connection.clone()), "payloadType": (payload.clone()), "address": "https://meet.example/1"
            }]));
            let location = json!({ "reference": (format!("Location/{}", demo::LOCATION)) });
            appointment.insert("supportingInformation", json!([{ "reference": "#any-id", "type": "Endpoint" }, location]));
        })
        .await;
        let expected = json!([{
            "resourceType": "Endpoint",
            "id": "appointment-meeting-endpoint-0",
            "status": "active",
            "connectionType": { "code": "https" },
            "payloadType": [{ "coding": [{ "code": "video-call" }] }],
            "address": "https://meet.example/1"
        }]);
        assert_eq!(read.get("contained"), Some(&expected));
        let link = json!({ "reference": "#appointment-meeting-endpoint-0", "type": "Endpoint" });
        assert_eq!(read.at(&["supportingInformation", "1"]), Some(&link), "the location comes first");
    }
}

#[tokio::test]
async fn placeholders_are_accepted_nowhere_else() {
    let world = World::demo().await;
    let body =
        with(booking("15:00", "15:20"), |appointment| appointment.insert("appointmentType", json!({})));
    assert_eq!(told(&world.book(&body).await.unwrap_err()).0, 400);
    let endpoint = json!({ "resourceType": "Endpoint", "id": "e", "status": "active", "connectionType": {}, "payloadType": [], "address": "https://e" });
    let problems =
        interactions::validation::validate(&endpoint, &interactions::validation::Options::default());
    assert!(!problems.is_empty(), "the R4 door refuses them");
}

#[tokio::test]
async fn a_telehealth_appointment_without_a_link_shows_the_practitioners_meeting_room() {
    let telemedicine = || json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "448337001" }] });
    let read = read_back(|appointment| appointment.insert("appointmentType", telemedicine())).await;
    let address = read.at(&["contained", "0", "address"]).and_then(Json::as_str);
    assert_eq!(address, Some("https://meet.demo-clinic.example/okafor"));
    assert_eq!(read.get("supportingInformation").unwrap().items().len(), 2);

    let read = read_back(|appointment| {
        appointment.insert("appointmentType", telemedicine());
        appointment.insert("participant", json!([
            { "actor": { "reference": (format!("Patient/{}", demo::PATIENT)) }, "status": "accepted" },
            { "actor": { "reference": (format!("Practitioner/{}", PRACTITIONERS[2])) }, "status": "accepted" }
        ]));
    })
    .await;
    assert_eq!(read.get("contained"), None, "she has no meeting room");
}

#[tokio::test]
async fn participants_are_read_practitioner_first_with_their_types() {
    let read = read_back(|appointment| {
        let participants = appointment.get_mut("participant").and_then(Json::as_array_mut).unwrap();
        participants.reverse();
        participants[0].as_object_mut().unwrap().insert("status", "active");
        participants[1].as_object_mut().unwrap().insert("status", "tentative");
    })
    .await;
    let types: Vec<Option<&str>> = read
        .get("participant")
        .unwrap()
        .items()
        .iter()
        .map(|p| p.at(&["actor", "type"]).and_then(Json::as_str))
        .collect();
    assert_eq!(types, [Some("Practitioner"), Some("Patient")]);
    assert!(read.get("participant").unwrap().items().iter().all(|p| p.str("status") == Some("accepted")));
}

#[tokio::test]
async fn identifiers_get_ids_and_defaults_and_lose_their_assigner() {
    let read = read_back(|appointment| {
        appointment.insert("identifier", json!([
            { "id": "mine", "system": "AssigningSystem", "value": "test123", "assigner": { "display": "Us" } }
        ]));
    })
    .await;
    let identifier = read.at(&["identifier", "0"]).unwrap();
    assert!(identifier.str("id").is_some_and(fhir::primitive::is_uuid));
    assert_eq!(identifier.str("use"), Some("usual"));
    assert_eq!(identifier.get("period"), Some(&json!({ "start": "1970-01-01", "end": "2100-12-31" })));
    assert_eq!(identifier.get("assigner"), None);
}

#[tokio::test]
async fn displays_are_those_of_the_settings() {
    let read = read_back(|appointment| {
        appointment.insert("appointmentType", json!({ "coding": [
            { "system": "http://snomed.info/sct", "code": "448337001", "display": "Telemedicine consultation with patient (procedure)" }
        ] }));
        appointment.insert("reasonCode", json!([{ "coding": [
            { "system": "whatever", "code": "FLU", "display": "something", "userSelected": true }
        ], "text": "Shot" }]));
    })
    .await;
    assert_eq!(coding(&read, "appointmentType").unwrap().str("display"), Some("Telemedicine"));
    let expected = json!({ "system": "INTERNAL", "code": "FLU", "display": "Influenza Vaccination", "userSelected": false });
    assert_eq!(coding(&read, "reasonCode"), Some(&expected));
    assert_eq!(read.str("description"), Some("Shot"));
}

#[tokio::test]
async fn a_location_may_be_named_by_its_key() {
    let read = read_back(|appointment| {
        appointment.insert("supportingInformation", json!([{ "reference": "Location/2" }]));
    })
    .await;
    let expected = json!([{ "reference": (format!("Location/{}", LOCATIONS[1])), "type": "Location" }]);
    assert_eq!(read.get("supportingInformation"), Some(&expected));
}

#[tokio::test]
async fn a_location_with_a_number_for_its_id_goes_before_the_key() {
    let world = World::demo().await;
    world
        .put(ResourceType::LOCATION, "2", json!({ "resourceType": "Location", "id": "2", "name": "Two" }))
        .await;
    let named = json!([{ "reference": "Location/2" }]);
    let body =
        with(booking("15:00", "15:20"), |appointment| appointment.insert("supportingInformation", named));
    let id = world.book(&body).await.unwrap();
    let read = world.appointment(&id).await;
    assert_eq!(
        read.at(&["supportingInformation", "0", "reference"]).and_then(Json::as_str),
        Some("Location/2")
    );
}

#[tokio::test]
async fn references_that_lead_nowhere_are_all_told_with_their_place() {
    let world = World::demo().await;
    let body = with(booking("15:00", "15:20"), |appointment| {
        let gone = json!([{ "reference": "Location/7c1f6f0e-0000-4000-8000-000000000000" }]);
        appointment.insert("supportingInformation", gone);
        let actor =
            |name: &str| json!({ "actor": { "reference": (format!("{name}/0123")) }, "status": "accepted" });
        appointment.insert("participant", vec![actor("Practitioner"), actor("Patient")]);
    });
    let (status, issues) = told(&world.book(&body).await.unwrap_err());
    assert_eq!(status, 400);
    assert_eq!(
        issues[1..],
        [
            "not-found Appointment.supportingInformation[0].reference: 'Location/7c1f6f0e-0000-4000-8000-000000000000' does not exist",
            "not-found Appointment.participant[0].actor.reference: 'Practitioner/0123' does not exist",
            "not-found Appointment.participant[1].actor.reference: 'Patient/0123' does not exist",
        ]
    );
}

#[tokio::test]
async fn all_problems_of_a_body_are_told_in_document_order() {
    let world = World::demo().await;
    let body = json!({
        "resourceType": "Appointment",
        "contained": [{ "resourceType": "Endpoint", "id": "e" }],
        "status": "entered-in-error",
        "supportingInformation": [{ "reference": "#f" }],
        "start": "2031-03-03",
        "participant": [{ "actor": { "reference": (format!("Patient/{}", demo::PATIENT)) } }]
    });
    let (status, issues) = told(&world.book(&body).await.unwrap_err());
    assert_eq!(status, 400);
    assert_eq!(issues[0], "invalid : The request was malformed or failed validation.");
    for expected in [
        "required Appointment.contained[0].address: contained Endpoint requires id and address",
        "value Appointment.status: Appointment status entered-in-error is not accepted",
        "required Appointment.supportingInformation: supportingInformation must include a Location reference",
        "value Appointment.supportingInformation[0].reference: supportingInformation reference #f does not match a contained resource",
        "value Appointment.start: start must be a date and time with at least minute precision",
        "required Appointment.end: end is required",
        "required Appointment.participant: Appointment must have a Practitioner participant",
        "required Appointment.participant[0].status: participant.status is required",
    ] {
        assert!(issues.contains(&expected.to_owned()), "{expected}\nis not in {issues:#?}");
    }
}

#[tokio::test]
async fn all_broken_rules_of_business_are_told() {
    let world = World::demo().await;
    let body = with(booking("15:20", "15:00"), |appointment| {
        appointment.insert(
            "appointmentType",
            json!({ "coding": [{ "system": "INTERNAL", "code": "CHART_REVIEW" }] }),
        );
        appointment.insert("reasonCode", json!([{ "coding": [{ "code": "NOPE" }] }]));
    });
    let (status, issues) = told(&world.book(&body).await.unwrap_err());
    assert_eq!(status, 422);
    assert_eq!(
        issues,
        [
            "business-rule Appointment.appointmentType.coding[0].code: Note type: Chart Review is not scheduleable",
            "business-rule Appointment.reasonCode[0].coding[0].code: structured reason for visit with code NOPE does not exist",
            "business-rule Appointment.end: Appointment duration must be greater than 0 minutes",
        ]
    );
}

#[tokio::test]
async fn a_taken_time_is_refused_with_the_documented_body() {
    let world = World::demo().await;
    world.book(&booking("15:00", "15:20")).await.unwrap();
    let refusal = world.book(&booking("15:19", "15:40")).await.unwrap_err();
    assert_eq!(
        String::from_utf8(refusal.to_bytes()).unwrap(),
        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","details":{"text":"This appointment time is no longer available."}}]}"#
    );
    assert_eq!(refusal.row().status, 422);
    world.book(&booking("15:20", "15:40")).await.expect("touching ends do not overlap");
    world.book(&booking("14:40", "15:00")).await.expect("nor do touching starts");
}

#[tokio::test]
async fn overlaps_are_found_whatever_the_offsets() {
    let world = World::demo().await;
    let at = |start: &str, end: &str| {
        with(booking("15:00", "15:20"), |appointment| {
            appointment.insert("start", start);
            appointment.insert("end", end);
        })
    };
    world.book(&at("2031-03-03T20:30:00+05:30", "2031-03-03T07:20:00-08:00")).await.unwrap();
    assert!(world.book(&at("2031-03-03T10:19:59-05:00", "2031-03-03T16:40:00+01:00")).await.is_err());
    assert!(
        world.book(&at("2031-03-03T07:10", "2031-03-03T07:15")).await.is_err(),
        "without offset: the clinic's"
    );
    world.book(&at("2031-03-03T16:20:00+01:00", "2031-03-03T10:40:00-05:00")).await.expect("touching");
}

#[tokio::test]
async fn history_may_be_created_and_takes_no_time() {
    let world = World::demo().await;
    for status in ["cancelled", "noshow"] {
        let past = with(booking("15:00", "15:20"), |appointment| appointment.insert("status", status));
        world.book(&past).await.unwrap();
        world.book(&past).await.unwrap();
    }
    world.book(&booking("15:00", "15:20")).await.expect("the time is free");
}

#[tokio::test]
async fn double_booking_is_allowed_where_the_setting_says_so() {
    let world = World::with(Clinic { double_booking: true, ..Clinic::demo() }).await;
    world.book(&booking("15:00", "15:20")).await.unwrap();
    world.book(&booking("15:00", "15:20")).await.unwrap();
}

#[tokio::test]
async fn the_r4_door_cannot_double_book_either() {
    let world = World::demo().await;
    world.book(&booking("15:00", "15:20")).await.unwrap();
    let (status, issues) =
        told(&world.try_put(ResourceType::APPOINTMENT, "r4", booking("15:10", "15:30")).await.unwrap_err());
    assert_eq!(
        (status, issues),
        (422, vec!["business-rule : This appointment time is no longer available.".to_owned()])
    );
    world.put(ResourceType::APPOINTMENT, "r4", booking("16:00", "16:30")).await;
    assert_eq!(told(&world.book(&booking("16:10", "16:20")).await.unwrap_err()).0, 422);
    world
        .engine
        .delete(ResourceType::APPOINTMENT, "r4", interactions::Preconditions::default())
        .await
        .unwrap();
    world.book(&booking("16:10", "16:20")).await.expect("what is deleted holds nothing");
}

#[tokio::test]
async fn in_a_clinic_without_structured_reasons_no_code_exists() {
    let world = World::with(Clinic { structured_reason_for_visit: false, ..Clinic::demo() }).await;
    let body = with(booking("15:00", "15:20"), |appointment| {
        appointment.insert("reasonCode", json!([{ "coding": [{ "code": "INIV" }], "text": "x" }]));
    });
    let (status, issues) = told(&world.book(&body).await.unwrap_err());
    assert_eq!(status, 422);
    assert!(issues[0].ends_with("structured reason for visit with code INIV does not exist"), "{issues:?}");
}
