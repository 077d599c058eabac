//! POST /fhir: transaction.

use crate::support::bundle::{
    at, basic, batch, entry, identified, named, referring, statuses, target, transaction,
};
use crate::support::{Site, Store};
use fhir::{Json, json};

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
fn references_among_entries_lead_to_what_they_became() {
    for store in Store::all() {
        let site = Site::on(store);
        let (person, photo) = ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "urn:oid:1.2.3.4");
        let referring = json!({
            "resourceType": "DocumentReference", "status": "current",
            "text": { "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"urn:oid:1.2.3.4\">urn:oid:1.2.3.4</a><img alt='x' src='urn:oid:1.2.3.4'/></div>" },
            "identifier": [{ "system": "urn:x", "value": person }],
            "subject": { "reference": person },
            "extension": [{ "url": "http://example.org/see", "valueUri": photo }, { "url": "http://example.org/text", "valueString": photo }],
            "content": [{ "attachment": { "url": photo } }]
        });
        let binary = json!({ "resourceType": "Binary", "contentType": "image/gif", "data": "R0lGODlhAQ==" });
        let reply = transaction(
            &site,
            vec![
                entry("POST", "DocumentReference").with(referring).full_url("urn:uuid:doc"),
                entry("POST", "Patient").with(json!({ "resourceType": "Patient", "link": [{ "other": { "reference": "Patient/p2" }, "type": "seealso" }] })).full_url(person),
                entry("POST", "Binary").with(binary).full_url(photo),
                entry("PUT", "Patient/p2").with(json!({ "resourceType": "Patient", "id": "p2", "link": [{ "other": { "reference": person }, "type": "seealso" }] })),
            ],
        )
        .expect(200);
        let (patient, binary) = (target(&reply, 1), target(&reply, 2));
        let document = site.get(&format!("/fhir/{}", target(&reply, 0))).expect(200).json();
        let text = |path: &[&str]| document.at(path).and_then(Json::as_str).unwrap().to_owned();
        assert_eq!(text(&["subject", "reference"]), patient);
        assert_eq!(text(&["content", "0", "attachment", "url"]), binary);
        assert_eq!(text(&["extension", "0", "valueUri"]), binary);
        assert_eq!(text(&["extension", "1", "valueString"]), photo, "a string is no reference");
        assert_eq!(text(&["identifier", "0", "value"]), person, "a string is no reference");
        let div = text(&["text", "div"]);
        assert!(
            div.contains(&format!("<a href=\"{binary}\">{photo}</a><img alt='x' src='{binary}'/>")),
            "{div}"
        );
        let found = site.search(&format!("/fhir/DocumentReference?subject={patient}"));
        assert_eq!(found.len(), 1, "the index has it too");
        let linked = site.get("/fhir/Patient/p2").json();
        assert_eq!(linked.at(&["link", "0", "other", "reference"]), Some(&patient.as_str().into()));
    }
}

#[test]
fn entries_exported_elsewhere_refer_to_each_other_by_their_urls_there() {
    let site = Site::new();
    let reply = transaction(
        &site,
        vec![
            entry("POST", "Patient")
                .with(json!({ "resourceType": "Patient" }))
                .full_url("http://other/r4/Patient/1"),
            entry("POST", "Basic").with(referring("Patient/1")).full_url("http://other/r4/Basic/1"),
            entry("POST", "Basic").with(referring("http://other/r4/Patient/1")).full_url("urn:uuid:a"),
            entry("POST", "Basic").with(referring("Patient/1")).full_url("http://third/Basic/1"),
            entry("PUT", "Patient/kept")
                .with(json!({ "resourceType": "Patient", "id": "kept" }))
                .full_url("http://other/r4/Patient/kept"),
            entry("POST", "Basic").with(referring("Patient/kept")).full_url("http://other/r4/Basic/2"),
        ],
    )
    .expect(200);
    let patient = target(&reply, 0);
    for (index, expected) in [(1, patient.as_str()), (2, &patient), (3, "Patient/1"), (5, "Patient/kept")] {
        let stored = site.get(&format!("/fhir/{}", target(&reply, index))).json();
        assert_eq!(stored.at(&["subject", "reference"]), Some(&expected.into()), "entry {index}");
    }
}

#[test]
fn conditional_references_find_what_is_stored_and_what_the_transaction_stores() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p", "identifier": [{ "system": "urn:t", "value": "old" }] })).expect(201);
        let patient = |value: &str| json!({ "resourceType": "Patient", "identifier": [{ "system": "urn:t", "value": value }] });
        let observation = |subject: &str, encounter: &str| {
            json!({
                "resourceType": "Observation", "status": "final", "code": { "text": "x" },
                "subject": { "reference": subject }, "encounter": { "reference": encounter }
            })
        };
        let visit = json!({
            "resourceType": "Encounter", "status": "finished", "class": { "code": "AMB" },
            "identifier": [{ "system": "urn:t", "value": "visit" }],
            "subject": { "reference": "Patient?identifier=urn:t|new" }
        });
        let reply = transaction(
            &site,
            vec![
                entry("POST", "Observation")
                    .with(observation("Patient?identifier=urn:t|old", "Encounter?identifier=urn:t|visit")),
                entry("POST", "Encounter").with(visit),
                entry("POST", "Patient").with(patient("new")),
            ],
        )
        .expect(200);
        let stored = site.get(&format!("/fhir/{}", target(&reply, 0))).json();
        assert_eq!(stored.at(&["subject", "reference"]), Some(&"Patient/p".into()));
        assert_eq!(stored.at(&["encounter", "reference"]), Some(&target(&reply, 1).as_str().into()));
        let stored = site.get(&format!("/fhir/{}", target(&reply, 1))).json();
        assert_eq!(stored.at(&["subject", "reference"]), Some(&target(&reply, 2).as_str().into()));
        // In a batch, too.
        let reply =
            batch(&site, vec![entry("POST", "Basic").with(referring("Patient?identifier=urn:t|old"))]);
        let stored = site.get(&format!("/fhir/{}", target(&reply.expect(200), 0))).json();
        assert_eq!(stored.at(&["subject", "reference"]), Some(&"Patient/p".into()));
    }
}

#[test]
fn conditional_references_that_find_none_or_several_are_told_with_their_places() {
    let site = Site::new();
    for id in ["a", "b"] {
        let patient = json!({ "resourceType": "Patient", "id": id, "identifier": [{ "system": "urn:t", "value": "two" }] });
        site.put(&format!("/fhir/Patient/{id}"), &patient).expect(201);
    }
    let entries = || {
        vec![
            entry("POST", "Basic").with(referring("Patient?identifier=urn:t|two")),
            entry("POST", "Basic").with(basic("x")),
            entry("POST", "Basic").with(referring("Patient?identifier=urn:t|none")),
        ]
    };
    let issues = transaction(&site, entries()).expect(400).issues();
    let told = |code: &str, text: &str, place: &str| (code.to_owned(), text.to_owned(), place.to_owned());
    assert_eq!(
        issues[1..],
        [
            told(
                "multiple-matches",
                "'Patient?identifier=urn:t|two' matches several Patient resources; name more criteria",
                "Bundle.entry[0].resource.subject.reference"
            ),
            told(
                "not-found",
                "'Patient?identifier=urn:t|none' matches no Patient",
                "Bundle.entry[2].resource.subject.reference"
            ),
        ]
    );
    assert_eq!(site.search("/fhir/Basic").len(), 0);
    assert_eq!(statuses(&batch(&site, entries())), ["400 Bad Request", "201 Created", "400 Bad Request"]);
    let wrong =
        transaction(&site, vec![entry("POST", "Basic").with(referring("Patient?idenifier=x"))]).expect(400);
    assert_eq!(wrong.issues()[1].2, "Bundle.entry[0].resource.subject.reference");
}

#[test]
fn conditional_entries_create_update_and_delete_what_matches() {
    for store in Store::all() {
        let site = Site::on(store);
        for (id, value) in [("a", "found"), ("b", "updated"), ("c", "deleted")] {
            let mut resource = identified(value);
            resource.as_object_mut().unwrap().insert("id", id);
            site.put(&format!("/fhir/Basic/{id}"), &resource).expect(201);
        }
        let reply = transaction(
            &site,
            vec![
                entry("POST", "Basic").with(identified("found")).saying("ifNoneExist", "identifier=urn:t|found").full_url("urn:uuid:1"),
                entry("POST", "Basic").with(identified("new")).saying("ifNoneExist", "identifier=urn:t|new").full_url("urn:uuid:2"),
                entry("POST", "Basic").with(identified("new")).saying("ifNoneExist", "identifier=urn:t|new").full_url("urn:uuid:3"),
                entry("PUT", "Basic?identifier=urn:t%7Cupdated").with(identified("updated-now")).full_url("urn:uuid:4"),
                entry("PUT", "Basic?identifier=urn:t%7Cput").with(identified("put")).full_url("urn:uuid:5"),
                entry("DELETE", "Basic?identifier=urn:t%7Cdeleted"),
                entry("DELETE", "Basic?identifier=urn:t%7Cnever"),
                entry("POST", "Patient").with(json!({ "resourceType": "Patient" })),
                entry("POST", "Provenance").with(json!({
                    "resourceType": "Provenance", "recorded": "2020-01-01T00:00:00Z",
                    "target": [
                        { "reference": "urn:uuid:1" }, { "reference": "urn:uuid:2" }, { "reference": "urn:uuid:3" },
                        { "reference": "urn:uuid:4" }, { "reference": "urn:uuid:5" }
                    ],
                    "agent": [{ "who": { "display": "x" } }]
                })),
            ],
        )
        .expect(200);
        let (ok, created, gone) = ("200 OK", "201 Created", "204 No Content");
        assert_eq!(statuses(&reply), [ok, created, ok, ok, created, gone, gone, created, created]);
        assert_eq!((target(&reply, 0), target(&reply, 3)), ("Basic/a".into(), "Basic/b".into()));
        assert_eq!(target(&reply, 1), target(&reply, 2));
        let provenance = site.get(&format!("/fhir/{}", target(&reply, 8))).json();
        for index in 0..5 {
            let reference = provenance.at(&["target", &index.to_string(), "reference"]);
            assert_eq!(reference, Some(&target(&reply, index).as_str().into()), "target {index}");
        }
        site.get("/fhir/Basic/c").expect(410);
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
fn a_reference_to_an_entry_of_the_wrong_type_is_told_as_it_was_sent() {
    let site = Site::new();
    let observation = json!({
        "resourceType": "Observation", "status": "final", "code": { "text": "x" },
        "subject": { "reference": "urn:uuid:practitioner" }
    });
    let refused = transaction(
        &site,
        vec![
            entry("POST", "Practitioner")
                .with(json!({ "resourceType": "Practitioner" }))
                .full_url("urn:uuid:practitioner"),
            entry("POST", "Observation").with(observation),
        ],
    );
    let (_, text, place) = refused.expect(400).issues().swap_remove(1);
    assert!(text.contains("'urn:uuid:practitioner'") && text.contains("Patient"), "{text}");
    assert_eq!(place, "Bundle.entry[1].resource.subject.reference");
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
fn patches_refer_to_entries_that_are_new_or_found() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Basic/found", &{
            let mut found = identified("found");
            found.as_object_mut().unwrap().insert("id", "found");
            found
        })
        .expect(201);
        for id in ["a", "b"] {
            site.put(&format!("/fhir/Basic/{id}"), &named(id, "urn:uuid:new")).expect(201);
        }
        let operations = r#"[{"op":"add","path":"/subject","value":{"reference":"urn:uuid:new"}}]"#;
        let json_patch = json!({
            "resourceType": "Binary", "contentType": "application/json-patch+json",
            "data": (fhir::base64::encode(operations.as_bytes()))
        });
        let parameters = json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": [
            { "name": "type", "valueCode": "add" }, { "name": "path", "valueString": "Basic" },
            { "name": "name", "valueString": "subject" }, { "name": "value", "valueReference": { "reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0" } }
        ] }] });
        let reply = transaction(
            &site,
            vec![
                entry("PATCH", "Basic/a").with(json_patch),
                entry("PATCH", "Basic/b").with(parameters),
                entry("POST", "Basic").with(basic("new")).full_url("urn:uuid:new"),
                entry("POST", "Basic")
                    .with(identified("found"))
                    .saying("ifNoneExist", "identifier=urn:t|found")
                    .full_url("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"),
            ],
        )
        .expect(200);
        for (id, index, expected) in [("a", 2, None), ("b", 3, Some("Basic/found"))] {
            let patched = site.get(&format!("/fhir/Basic/{id}")).json();
            let pointed = patched.at(&["subject", "reference"]).and_then(Json::as_str).unwrap();
            assert_eq!(pointed, target(&reply, index));
            assert!(expected.is_none_or(|expected| expected == pointed));
            assert_eq!(
                patched.at(&["code", "text"]),
                Some(&"urn:uuid:new".into()),
                "a string is no reference"
            );
        }
    }
}

#[test]
fn a_reference_to_a_version_of_a_new_resource_becomes_one_to_its_first_version() {
    let site = Site::new();
    let reply = transaction(
        &site,
        vec![
            entry("POST", "Patient")
                .with(json!({ "resourceType": "Patient" }))
                .full_url("http://other/r4/Patient/1"),
            entry("POST", "Basic")
                .with(referring("Patient/1/_history/7"))
                .full_url("http://other/r4/Basic/1"),
            entry("POST", "Basic").with(referring("http://other/r4/Patient/1/_history/7")),
            entry("POST", "Basic").with(referring("http://other/r4/Patient/2/_history/7")),
        ],
    )
    .expect(200);
    let new = format!("{}/_history/1", target(&reply, 0));
    let left = "http://other/r4/Patient/2/_history/7";
    for (index, expected) in [(1, new.as_str()), (2, &new), (3, left)] {
        let stored = site.get(&format!("/fhir/{}", target(&reply, index))).json();
        assert_eq!(stored.at(&["subject", "reference"]), Some(&expected.into()), "entry {index}");
    }
    site.get(&format!("/fhir/{new}")).expect(200);
}

#[test]
fn conditions_of_requests_hold_in_both_kinds() {
    for store in Store::all() {
        for kind in [transaction, batch] {
            let site = Site::on(store);
            for id in ["a", "b", "c", "d"] {
                let mut resource = identified(id);
                resource.as_object_mut().unwrap().insert("id", id);
                site.put(&format!("/fhir/Basic/{id}"), &resource).expect(201);
            }
            let patch = || {
                json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": [
                    { "name": "type", "valueCode": "replace" }, { "name": "path", "valueString": "Basic.code.text" },
                    { "name": "value", "valueString": "patched" }
                ] }] })
            };
            let by = |value: &str| format!("Basic?identifier=urn:t%7C{value}");
            let reply = kind(
                &site,
                vec![
                    entry("GET", "Basic/d").saying("ifModifiedSince", "2999-01-01T00:00:00Z"),
                    entry("GET", "Basic/d").saying("ifModifiedSince", "2000-01-01T00:00:00Z"),
                    entry("HEAD", "Basic/d").saying("ifNoneMatch", "W/\"1\""),
                    entry("PATCH", &by("c")).with(patch()).saying("ifMatch", "W/\"1\""),
                    entry("PUT", &by("b")).with(identified("b")).saying("ifMatch", "W/\"3\", W/\"1\""),
                    entry("PUT", "Basic/new").with(named("new", "x")).saying("ifNoneMatch", "*"),
                    entry("POST", "Basic").with(identified("d")).saying("ifNoneExist", "identifier=urn:t|d"),
                    entry("POST", "Basic").with(identified("e")).saying("ifNoneExist", "identifier=urn:t|e"),
                    entry("DELETE", &by("a")).saying("ifMatch", "W/\"1\""),
                ],
            )
            .expect(200);
            let (ok, known, made) = ("200 OK", "304 Not Modified", "201 Created");
            assert_eq!(statuses(&reply), [known, ok, known, ok, ok, made, ok, made, "204 No Content"]);
            assert_eq!(site.get("/fhir/Basic/c").json().at(&["code", "text"]), Some(&"patched".into()));

            let refused = || {
                vec![
                    entry("PUT", "Basic/new").with(named("new", "y")).saying("ifNoneMatch", "*"),
                    entry("PATCH", "Basic/c").with(patch()).saying("ifMatch", "W/\"1\""),
                    entry("DELETE", &by("d")).saying("ifMatch", "W/\"7\""),
                    entry("PUT", &by("b")).with(identified("b")).saying("ifMatch", "W/\"7\""),
                ]
            };
            assert_eq!(statuses(&batch(&site, refused())), ["412 Precondition Failed"; 4]);
            for one in refused() {
                transaction(&site, vec![entry("POST", "Basic").with(identified("f")), one]).expect(412);
            }
            assert!(site.search("/fhir/Basic?identifier=urn:t|f").is_empty());
            let two =
                || vec![entry("DELETE", "Basic?_id=b,c"), entry("PATCH", "Basic?_id=b,c").with(patch())];
            assert_eq!(statuses(&batch(&site, two())), ["412 Precondition Failed"; 2]);
            transaction(&site, two()).expect(412);
            let none = || vec![entry("PATCH", &by("none")).with(patch())];
            assert_eq!(statuses(&batch(&site, none())), ["404 Not Found"]);
            transaction(&site, none()).expect(404);
        }
    }
}
