//! What the R4 door stored, read at the Canvas door.

use crate::world::{World, booking, with};
use canvas::clinic::demo::{self, LOCATIONS};
use fhir::{Json, ResourceType, json};

async fn read(resource: Json) -> Json {
    let world = World::demo().await;
    world.put(ResourceType::APPOINTMENT, "r4", resource).await;
    world.appointment("r4").await
}

#[tokio::test]
async fn any_valid_appointment_can_be_read() {
    let shown = read(json!({
        "resourceType": "Appointment", "status": "waitlist", "participant": [{ "status": "needs-action", "type": [{ "text": "x" }] }]
    }))
    .await;
    assert_eq!(shown, json!({ "resourceType": "Appointment", "id": "r4", "status": "waitlist" }));
}

#[tokio::test]
async fn it_takes_the_vendors_shape() {
    let shown = read(json!({
        "resourceType": "Appointment",
        "extension": [{ "url": "http://schemas.canvasmedical.com/fhir/extensions/note-id", "valueId": "a" }],
        "identifier": [{ "value": "1", "assigner": { "display": "x" } }],
        "status": "booked",
        "serviceType": [{ "text": "x" }],
        "appointmentType": { "coding": [
            { "system": "http://example.com", "code": "y" }, { "system": "http://snomed.info/sct", "code": "31108002", "display": "lab" }
        ], "text": "lab" },
        "description": "Blood",
        "start": "2031-03-03T07:00:00-08:00",
        "end": "2031-03-03T15:20:00.5Z",
        "participant": [
            { "actor": { "reference": (format!("Patient/{}", demo::PATIENT)), "display": "Dana" }, "status": "accepted" },
            { "actor": { "reference": (format!("Location/{}", LOCATIONS[1])) }, "status": "accepted" },
            { "actor": { "reference": (format!("Practitioner/{}", demo::PRACTITIONER)) }, "status": "tentative" }
        ]
    }))
    .await;
    let expected = json!({
        "resourceType": "Appointment",
        "id": "r4",
        "identifier": [{ "use": "usual", "value": "1", "period": { "start": "1970-01-01", "end": "2100-12-31" } }],
        "status": "booked",
        "appointmentType": { "coding": [{ "system": "http://snomed.info/sct", "code": "31108002", "display": "Lab Visit" }] },
        "reasonCode": [{ "text": "Blood" }],
        "description": "Blood",
        "supportingInformation": [{ "reference": (format!("Location/{}", LOCATIONS[1])), "type": "Location" }],
        "start": "2031-03-03T15:00:00+00:00",
        "end": "2031-03-03T15:20:00.500+00:00",
        "participant": [
            { "actor": { "reference": (format!("Practitioner/{}", demo::PRACTITIONER)), "type": "Practitioner" }, "status": "accepted" },
            { "actor": { "reference": (format!("Patient/{}", demo::PATIENT)), "type": "Patient" }, "status": "accepted" }
        ]
    });
    assert_eq!(shown, expected, "{shown}");
}

#[tokio::test]
async fn supporting_information_is_in_the_order_of_the_examples() {
    let world = World::demo().await;
    let other = world.book(&booking("14:00", "14:20")).await.unwrap();
    let reference = |text: String| json!({ "reference": text });
    let appointment = with(booking("15:00", "15:20"), |appointment| {
        appointment.insert("contained", json!([{
            "resourceType": "Endpoint", "id": "meet", "status": "active", "connectionType": { "code": "hl7-fhir-rest" },
            "payloadType": [{ "text": "video" }], "address": "https://meet.example/1"
        }]));
        let rescheduled = json!({ "reference": (format!("Appointment/{other}")), "display": "Previously Rescheduled Appointment" });
        appointment.insert(
            "supportingInformation",
            vec![
                rescheduled,
                reference("#meet".into()),
                reference(format!("Organization/{}", demo::ORGANIZATION)),
                reference(format!("Location/{}", demo::LOCATION)),
            ],
        );
    });
    world.put(ResourceType::APPOINTMENT, "r4", appointment).await;
    let encounter = json!({
        "resourceType": "Encounter", "id": "e", "status": "in-progress", "class": { "code": "AMB" },
        "appointment": [(reference("Appointment/r4".into()))]
    });
    world.put(ResourceType::ENCOUNTER, "e", encounter).await;
    let shown = world.appointment("r4").await;
    let expected = json!([
        { "reference": (format!("Location/{}", demo::LOCATION)), "type": "Location" },
        { "reference": "#appointment-meeting-endpoint-0", "type": "Endpoint" },
        { "reference": "Encounter/e", "type": "Encounter" },
        { "reference": (format!("Appointment/{other}")), "type": "Appointment", "display": "Previously Rescheduled Appointment" }
    ]);
    assert_eq!(shown.get("supportingInformation"), Some(&expected));
    let found = world.find(ResourceType::APPOINTMENT, "_id=r4").await;
    assert_eq!(found, [shown], "a search shows what a read shows");
}
