//! Searches for appointments.

use crate::world::{World, booking, told, with};
use canvas::clinic::demo::{self, LOCATIONS, PATIENTS, PRACTITIONERS};
use fhir::{Json, ResourceType, json};

/// A clinic with four appointments of its own, named by their identifier: a and b of the demo patient and practitioner, c and
/// d of others; those of the demo clinic itself lie before 2030.
async fn world() -> World {
    let world = World::demo().await;
    let add = async |value: &str, from: &str, to: &str, more: &dyn Fn(&mut fhir::Object)| {
        let body = with(booking(from, to), |appointment| {
            appointment.insert("identifier", json!([{ "system": "NIST-MPI-1", "value": value }]));
            more(appointment);
        });
        world.book(&body).await.unwrap_or_else(|refusal| panic!("{value}: {refusal}"));
    };
    let people = |practitioner: &str, patient: &str| {
        let actor = |text: String| json!({ "actor": { "reference": text }, "status": "accepted" });
        vec![actor(format!("Practitioner/{practitioner}")), actor(format!("Patient/{patient}"))]
    };
    add("a", "15:00", "15:20", &|_| {}).await;
    add("b", "16:00", "16:20", &|appointment| {
        appointment.insert(
            "appointmentType",
            json!({ "coding": [{ "system": "http://snomed.info/sct", "code": "448337001" }] }),
        );
    })
    .await;
    add("c", "17:00", "17:20", &|appointment| {
        appointment.insert("status", "cancelled");
        appointment.insert("start", "2031-03-04T23:30:00-08:00");
        appointment.insert("end", "2031-03-05T08:30:00Z");
        appointment.insert("participant", people(PRACTITIONERS[1], PATIENTS[1]));
    })
    .await;
    add("d", "18:00", "18:20", &|appointment| {
        appointment.insert(
            "supportingInformation",
            json!([{ "reference": (format!("Location/{}", LOCATIONS[1])) }]),
        );
        appointment.insert("participant", people(PRACTITIONERS[2], PATIENTS[2]));
    })
    .await;
    world
}

/// The identifiers that a search for appointments from 2030 on finds, in order.
async fn found(world: &World, query: &str) -> String {
    let found = world.find(ResourceType::APPOINTMENT, &format!("date=ge2030-01-01&{query}")).await;
    found
        .iter()
        .filter_map(|one| one.at(&["identifier", "0", "value"])?.as_str())
        .collect::<Vec<_>>()
        .join("")
}

async fn check(world: &World, query: &str, expected: &str) {
    let mut letters: Vec<char> = found(world, query).await.chars().collect();
    letters.sort_unstable();
    assert_eq!(letters.iter().collect::<String>(), expected, "{query}");
}

#[tokio::test]
async fn each_parameter_finds_what_it_should_and_nothing_else() {
    let world = world().await;
    check(&world, "", "abcd").await;
    check(&world, "status=booked", "abd").await;
    check(&world, "status=cancelled", "c").await;
    check(&world, "status=noshow", "").await;
    check(&world, &format!("patient=Patient/{}", demo::PATIENT), "ab").await;
    check(&world, &format!("patient={}", PATIENTS[1]), "c").await;
    check(&world, &format!("practitioner=Practitioner/{}", demo::PRACTITIONER), "ab").await;
    check(&world, &format!("practitioner={}", PRACTITIONERS[2]), "d").await;
    check(&world, &format!("practitioner=Practitioner/{}", demo::PATIENT), "").await;
    check(&world, &format!("location=Location/{}", LOCATIONS[0]), "abc").await;
    check(&world, &format!("location={}", LOCATIONS[1]), "d").await;
    check(&world, &format!("location={},Location/{}", LOCATIONS[0], LOCATIONS[1]), "abcd").await;
    check(&world, "appointment-type=448337001", "b").await;
    check(&world, "appointment-type=http://snomed.info/sct|308335008", "acd").await;
    check(&world, "appointment-type=INTERNAL|308335008", "").await;
    check(&world, "identifier=a", "a").await;
    check(&world, "identifier=NIST-MPI-1|b", "b").await;
    check(&world, "identifier=other|b", "").await;
    check(&world, &format!("patient={}&practitioner={}", demo::PATIENT, PRACTITIONERS[1]), "").await;
    check(&world, "_id=0123", "").await;
}

#[tokio::test]
async fn dates_compare_as_instants_and_days_are_the_clinics() {
    let world = world().await;
    check(&world, "date=2031-03-03", "abd").await;
    check(&world, "date=eq2031-03-04", "c").await;
    check(&world, "date=2031-03-05", "").await;
    check(&world, "date=ne2031-03-03", "c").await;
    check(&world, "date=gt2031-03-03", "c").await;
    check(&world, "date=le2031-03-03", "abd").await;
    check(&world, "date=lt2031-03-03T16:00:00Z", "a").await;
    check(&world, "date=ge2031-03-03T08:00:00-08:00&date=le2031-03-03T17:30:00Z", "b").await;
    let refusal = world.search(ResourceType::APPOINTMENT, "date=ap2031-03-03").await.unwrap_err();
    assert_eq!(told(&refusal).0, 400);
}

#[tokio::test]
async fn an_appointment_of_the_r4_door_is_found_by_its_location_among_the_participants() {
    let world = World::demo().await;
    let body = with(booking("15:00", "15:20"), |appointment| {
        appointment.remove("supportingInformation");
        let place =
            json!({ "actor": { "reference": (format!("Location/{}", LOCATIONS[1])) }, "status": "accepted" });
        appointment.get_mut("participant").and_then(Json::as_array_mut).unwrap().push(place);
    });
    world.put(ResourceType::APPOINTMENT, "r4", body).await;
    let found = world.find(ResourceType::APPOINTMENT, &format!("location=Location/{}", LOCATIONS[1])).await;
    assert_eq!(found.iter().filter_map(|one| one.str("id")).collect::<Vec<_>>(), ["r4"]);
}

#[tokio::test]
async fn results_are_sorted_either_way() {
    let world = world().await;
    assert_eq!(found(&world, "_sort=date").await, "abdc");
    assert_eq!(found(&world, "_sort=-date").await, "cdba");
    // Patients a031…, ee1c…, 7162…: by id; practitioners 4150…, 5509…, e766….
    assert_eq!(found(&world, "_sort=patient,date").await, "cdab");
    assert_eq!(found(&world, "_sort=-patient,-date").await, "badc");
    assert_eq!(found(&world, "_sort=practitioner,date").await, "abcd");
    assert_eq!(found(&world, "_sort=-practitioner,date").await, "dcab");
    assert_eq!(told(&world.search(ResourceType::APPOINTMENT, "_sort=status").await.unwrap_err()).0, 400);
}

#[tokio::test]
async fn pages_have_the_vendors_links() {
    let world = world().await;
    let query = format!("patient=Patient/{}&_sort=-date&_count=1", demo::PATIENT);
    let bundle = world.search(ResourceType::APPOINTMENT, &query).await.unwrap();
    let relations: Vec<&str> =
        bundle.get("link").unwrap().items().iter().filter_map(|link| link.str("relation")).collect();
    assert_eq!(relations, ["self", "first", "next", "last"]);
    assert_eq!(bundle.get("total").and_then(Json::as_number).and_then(|total| total.as_i64()), Some(3));
    let shown = bundle.at(&["entry", "0", "resource", "identifier", "0", "value"]).and_then(Json::as_str);
    assert_eq!(shown, Some("b"), "the latest of the patient's");
}

#[tokio::test]
async fn values_that_cannot_be_honoured_are_refused() {
    let world = World::demo().await;
    for query in [
        "status=entered-in-error",
        "status=open",
        "location=Lo cation",
        "date=soon",
        "patient:name=x",
        "slot=1",
    ] {
        let refusal = world.search(ResourceType::APPOINTMENT, query).await.err();
        assert_eq!(refusal.map(|refusal| told(&refusal).0), Some(400), "{query}");
    }
}
