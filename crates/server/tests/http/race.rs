//! Many clients want the same thing at once, a practitioner's time or to create what is not there yet: one gets it.

use crate::support::{Reply, Request, Site, Store};
use canvas::clinic::demo;
use std::sync::Barrier;

const CLIENTS: usize = 64;
const ROUNDS: usize = 20;

fn appointment(start: &str, end: &str) -> String {
    format!(
        r#"{{"resourceType":"Appointment","status":"booked","supportingInformation":[{{"reference":"Location/{}"}}],"start":"{start}","end":"{end}","participant":[{{"actor":{{"reference":"Practitioner/{}"}},"status":"accepted"}},{{"actor":{{"reference":"Patient/{}"}},"status":"accepted"}}]}}"#,
        demo::LOCATION,
        demo::PRACTITIONER,
        demo::PATIENT
    )
}

#[test]
fn of_64_clients_booking_overlapping_unequal_intervals_one_is_served() {
    for store in Store::all() {
        let site = Site::on(store);
        for round in 0..ROUNDS {
            let replies = book_at_once(&site, round);
            let booked = replies.iter().filter(|reply| reply.status == 201).count();
            assert_eq!(booked, 1, "round {round} on {store:?}");
            for reply in replies.iter().filter(|reply| reply.status != 201) {
                assert_eq!(
                    (reply.status, reply.text().as_str()),
                    (
                        422,
                        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"business-rule","details":{"text":"This appointment time is no longer available."}}]}"#
                    ),
                    "round {round} on {store:?}"
                );
            }
        }
        assert_eq!(site.search("/fhir/Appointment?date=2032&_count=100").len(), ROUNDS);
    }
}

/// Every interval of a round holds 12:30, and no two are the same; zones differ, instants count.
fn book_at_once(site: &Site, round: usize) -> Vec<Reply> {
    let barrier = Barrier::new(CLIENTS);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let day = format!("2032-{:02}-{:02}", round / 20 + 1, round % 20 + 1);
                    let start = format!("{day}T12:{:02}:00Z", client % 30);
                    let (end_hour, end_minute) = (14 + client / 60, client % 60);
                    // 12:31 to 13:34 UTC, written in a zone one hour ahead of it.
                    let end = match client % 2 {
                        0 => format!("{day}T{end_hour:02}:{end_minute:02}:00+01:00"),
                        _ => format!("{day}T12:{:02}:00Z", 31 + client % 29),
                    };
                    let request = Request::new("POST", "/Appointment")
                        .header("authorization", &format!("Bearer {}", site.token))
                        .header("content-type", "application/json")
                        .body(appointment(&start, &end));
                    barrier.wait();
                    site.send(request)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

#[test]
fn of_100_clients_creating_what_is_not_there_yet_one_creates_it() {
    for store in Store::all() {
        let site = Site::on(store);
        let barrier = Barrier::new(100);
        let replies: Vec<Reply> = std::thread::scope(|scope| {
            let create = |client: usize| {
                let request = Request::new("POST", "/fhir/Basic")
                    .header("authorization", &format!("Bearer {}", site.token))
                    .header("content-type", "application/fhir+json")
                    .header("if-none-exist", "identifier=urn:race|1")
                    .body(format!(
                        r#"{{"resourceType":"Basic","identifier":[{{"system":"urn:race","value":"1"}}],"code":{{"text":"{client}"}}}}"#
                    ));
                barrier.wait();
                site.send(request)
            };
            let clients: Vec<_> = (0..100).map(|client| scope.spawn(move || create(client))).collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        let created = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(
            (created, replies.iter().filter(|reply| reply.status == 200).count()),
            (1, 99),
            "{store:?}"
        );
        let id = replies[0].location_id();
        assert!(replies.iter().all(|reply| reply.location_id() == id), "{store:?}");
        assert_eq!(site.search("/fhir/Basic?identifier=urn:race%7C1").len(), 1, "{store:?}");
    }
}
