//! POST /fhir: transaction.

use crate::support::bundle::{at, basic, batch, entry, identified, named, referring, statuses, transaction};
use crate::support::{Site, Store};
use fhir::json;

#[test]
fn a_transaction_deletes_creates_updates_and_reads_in_this_order_and_answers_in_its_own() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Basic/gone", &named("gone", "x")).expect(201);
        site.put("/fhir/Basic/old", &named("old", "x")).expect(201);
        let reply = transaction(
            &site,
            vec![
                entry("GET", "Basic/old"),
                entry("GET", "Basic?_count=10"),
                entry("PUT", "Basic/old").with(named("old", "new")),
                entry("POST", "Basic").with(basic("created")),
                entry("DELETE", "Basic/gone"),
                entry("PUT", "Basic/fresh").with(named("fresh", "x")),
                entry("HEAD", "/Basic/old"),
            ],
        )
        .expect(200);
        assert_eq!(at(&reply, &["type"]), "transaction-response");
        let expected =
            ["200 OK", "200 OK", "200 OK", "201 Created", "204 No Content", "201 Created", "200 OK"];
        assert_eq!(statuses(&reply), expected);
        assert_eq!(at(&reply, &["entry", "0", "resource", "code", "text"]), "new");
        let found = reply.json().at(&["entry", "1", "resource", "entry"]).unwrap().items().len();
        assert_eq!(found, 3, "old, fresh and the created one");
        let location = at(&reply, &["entry", "3", "response", "location"]);
        assert!(location.starts_with(&format!("{}/fhir/Basic/", site.base_url)), "{location}");
        assert!(location.ends_with("/_history/1"), "{location}");
        assert_eq!(at(&reply, &["entry", "2", "response", "etag"]), "W/\"2\"");
        assert!(at(&reply, &["entry", "2", "response", "lastModified"]).ends_with('Z'));
        assert_eq!(reply.json().at(&["entry", "3", "resource"]), None);
        assert_eq!(reply.json().at(&["entry", "6", "resource"]), None);
        site.get("/fhir/Basic/gone").expect(410);
        let issues = validation::validate(&reply.json(), &validation::Options::default());
        assert_eq!(issues, []);
    }
}

#[test]
fn a_transaction_that_fails_keeps_nothing_and_names_every_entry_that_failed() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Basic/a", &named("a", "x")).expect(201);
        let invalid = transaction(
            &site,
            vec![
                entry("POST", "Basic").with(basic("kept?")),
                entry("POST", "Patient")
                    .with(json!({ "resourceType": "Patient", "birthDate": "1980-13-01" })),
                entry("PUT", "Basic/b").with(named("c", "x")),
                entry("POST", "Basic").with(json!({ "resourceType": "Patient" })),
                entry("GET", "Patient?birhtdate=1980"),
                entry("POST", "Basic"),
            ],
        )
        .expect(400);
        let places: Vec<String> = invalid.issues()[1..].iter().map(|issue| issue.2.clone()).collect();
        assert_eq!(
            places,
            [
                "Bundle.entry[1].resource.birthDate",
                "Bundle.entry[2].resource.id",
                "Bundle.entry[3].resource.resourceType",
                "Bundle.entry[4].request.url",
                "Bundle.entry[5].resource",
            ]
        );
        let stale = transaction(
            &site,
            vec![
                entry("POST", "Basic").with(basic("kept?")),
                entry("PUT", "Basic/a").with(named("a", "y")).saying("ifMatch", "W/\"7\""),
                entry("PUT", "Basic/b").with(named("b", "y")).saying("ifMatch", "W/\"1\""),
            ],
        )
        .expect(412);
        let issues = stale.issues();
        assert!(issues.iter().all(|issue| issue.1 == issues[0].1), "nothing but the documented text");
        let places: Vec<&str> = issues.iter().map(|issue| issue.2.as_str()).collect();
        assert_eq!(places, ["Bundle.entry[1]", "Bundle.entry[2]"]);
        let unknown = transaction(
            &site,
            vec![entry("POST", "Basic").with(basic("kept?")), entry("DELETE", "Basic/never")],
        )
        .expect(404);
        assert_eq!(unknown.issues()[0].1, "Unknown Basic resource 'never'");
        assert_eq!(site.search("/fhir/Basic").len(), 1);
    }
}

#[test]
fn two_entries_about_one_resource_fail_a_transaction() {
    let site = Site::new();
    let mut known = identified("known");
    known.as_object_mut().unwrap().insert("id", "k");
    site.put("/fhir/Basic/k", &known).expect(201);
    for (case, entries, place) in [
        (
            "put twice",
            vec![
                entry("PUT", "Basic/a").with(named("a", "x")),
                entry("PUT", "Basic/a").with(named("a", "y")),
            ],
            "Bundle.entry[1].request.url",
        ),
        (
            "put and delete",
            vec![entry("PUT", "Basic/k").with(named("k", "x")), entry("DELETE", "Basic/k")],
            "Bundle.entry[0].request.url",
        ),
        (
            "by id and by criteria",
            vec![
                entry("PUT", "Basic?identifier=urn:t%7Cknown").with(identified("known")),
                entry("PUT", "Basic/k").with(named("k", "x")),
            ],
            "Bundle.entry[1].request.url",
        ),
        (
            "one fullUrl",
            vec![
                entry("POST", "Basic").with(basic("x")).full_url("urn:uuid:1"),
                entry("POST", "Basic").with(basic("y")).full_url("urn:uuid:1"),
            ],
            "Bundle.entry[1].fullUrl",
        ),
    ] {
        let refused = transaction(&site, entries).expect(400);
        let issues = refused.issues();
        assert_eq!((issues[1].0.as_str(), issues[1].2.as_str()), ("duplicate", place), "{case}");
    }
    assert_eq!(site.search("/fhir/Basic").len(), 1);
}

#[test]
fn a_booked_time_is_taken_for_the_entries_after_it() {
    use canvas::clinic::demo;
    for store in Store::all() {
        let site = Site::on(store);
        let appointment = json!({
            "resourceType": "Appointment", "status": "booked",
            "start": "2031-03-03T15:00:00Z", "end": "2031-03-03T15:20:00Z",
            "participant": [
                { "actor": { "reference": (format!("Practitioner/{}", demo::PRACTITIONER)) }, "status": "accepted" },
                { "actor": { "reference": (format!("Patient/{}", demo::PATIENT)) }, "status": "accepted" }
            ]
        });
        let entries =
            || (0..2).map(|_| entry("POST", "Appointment").with(appointment.clone())).collect::<Vec<_>>();
        let refused = transaction(&site, entries()).expect(422);
        let told = (
            "business-rule".into(),
            "This appointment time is no longer available.".into(),
            "Bundle.entry[1]".into(),
        );
        assert_eq!(refused.issues(), [told]);
        assert_eq!(site.search("/fhir/Appointment?date=2031-03-03").len(), 0);
        assert_eq!(statuses(&batch(&site, entries())), ["201 Created", "422 Unprocessable Content"]);
    }
}

#[test]
fn a_refused_transaction_names_every_entry_that_fails_and_none_that_fails_for_want_of_another() {
    let stale =
        |id: &str| entry("PUT", &format!("Basic/{id}")).with(named(id, "y")).saying("ifMatch", "W/\"7\"");
    let invalid = || json!({ "resourceType": "Patient", "birthDate": "1980-13-01", "identifier": [{ "system": "urn:t", "value": "new" }] });
    let patient = |value: &str| json!({ "resourceType": "Patient", "identifier": [{ "system": "urn:t", "value": value }] });
    let to = |value: &str| referring(&format!("Patient?identifier=urn:t|{value}"));
    let patch = || {
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": [
            { "name": "type", "valueCode": "delete" }, { "name": "path", "valueString": "Patient.gender" }
        ] }] })
    };
    for store in Store::all() {
        let site = Site::on(store);
        for id in ["a", "b"] {
            site.put(&format!("/fhir/Basic/{id}"), &named(id, "x")).expect(201);
        }
        for (entries, status, places) in [
            (vec![stale("a"), entry("POST", "Basic").with(to("none"))], 400, vec![0, 1]),
            (vec![entry("POST", "Patient").with(invalid()), stale("a")], 400, vec![0, 1]),
            (vec![stale("a"), entry("POST", "Patient").with(invalid())], 400, vec![0, 1]),
            (
                vec![
                    entry("POST", "Basic").with(basic("kept?")),
                    stale("a"),
                    stale("b"),
                    entry("DELETE", "Basic/never"),
                    entry("GET", "Basic/absent"),
                ],
                404,
                vec![1, 2, 3, 4],
            ),
            (vec![stale("a"), entry("GET", "Patient/absent"), stale("b")], 404, vec![0, 1, 2]),
            (vec![stale("a"), stale("b"), entry("GET", "Basic/a")], 412, vec![0, 1]),
            (vec![entry("PUT", "Patiens/1").with(patient("x")), stale("a")], 404, vec![0, 1]),
            // What follows from a refused entry is not told.
            (
                vec![entry("POST", "Patient").with(invalid()), entry("POST", "Basic").with(to("new"))],
                400,
                vec![0],
            ),
            (
                vec![
                    entry("PUT", "Patient/n").with(json!({ "resourceType": "Patient", "id": "m" })),
                    entry("GET", "Patient/n"),
                    entry("PATCH", "Patient?identifier=urn:t%7Cnew").with(patch()),
                ],
                400,
                vec![0],
            ),
            (
                vec![
                    entry("POST", "Encounter").with(json!({
                        "resourceType": "Encounter", "status": "planned", "class": { "code": "AMB" },
                        "identifier": [{ "system": "urn:t", "value": "e" }],
                        "subject": { "reference": "Patient?identifier=urn:t|none" }
                    })),
                    entry("POST", "Basic").with(referring("Encounter?identifier=urn:t|e")),
                ],
                400,
                vec![0],
            ),
            // Another entry does what it finds.
            (
                vec![
                    stale("a"),
                    entry("POST", "Patient").with(patient("made")),
                    entry("POST", "Basic").with(to("made")),
                ],
                412,
                vec![0],
            ),
        ] {
            let refused = transaction(&site, entries).expect(status);
            let mut told: Vec<String> = refused.issues().into_iter().map(|issue| issue.2).collect();
            told.retain(|place| !place.is_empty());
            told.sort();
            told.dedup();
            let told: Vec<&str> = told.iter().map(|place| place.split(['[', ']']).nth(1).unwrap()).collect();
            let expected: Vec<String> = places.iter().map(|place: &i32| place.to_string()).collect();
            assert_eq!(told, expected, "{}", refused.text());
        }
        assert_eq!(site.search("/fhir/Basic?_id=a,b").len(), 2);
        assert!(site.search("/fhir/Patient?identifier=urn:t|").is_empty());
        assert!(site.get("/fhir/Basic/a").header("etag").is_some_and(|tag| tag == "W/\"1\""));
    }
}
