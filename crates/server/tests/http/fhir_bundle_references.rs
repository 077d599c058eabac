//! POST /fhir: what entries of a transaction call one another by, and conditional references.

use crate::support::bundle::{
    basic, batch, entry, identified, named, referring, statuses, target, transaction,
};
use crate::support::{Reply, Request, Site, Store};
use fhir::{Json, base64, json};

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
fn names_of_systems_and_definitions_are_no_links_to_entries() {
    let site = Site::new();
    let (set, system) = ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1", "urn:oid:1.2.3.4.5");
    let code_system = json!({
        "resourceType": "CodeSystem", "url": system, "status": "draft", "content": "complete", "caseSensitive": true,
        "valueSet": set, "concept": [{ "code": "a" }]
    });
    let value_set = json!({
        "resourceType": "ValueSet", "url": set, "status": "draft",
        "compose": { "include": [{ "system": system }, { "valueSet": ["http://a/ValueSet/1"] }] }
    });
    let referring = json!({
        "resourceType": "Observation", "status": "final", "identifier": [{ "system": system, "value": "1" }],
        "code": { "coding": [{ "system": system, "code": "a" }] }, "subject": { "reference": "urn:uuid:p" },
        "instantiatesCanonical": set,
        "extension": [
            { "url": "http://a/ValueSet/1", "valueUuid": set },
            { "url": "http://example.org/c", "valueCanonical": "http://a/ValueSet/1" },
            { "url": "http://example.org/u", "valueUri": "http://a/ValueSet/1" },
            { "url": "http://example.org/l", "valueUrl": "http://a/ValueSet/1" }
        ]
    });
    let mut referring = referring;
    referring.as_object_mut().unwrap().remove("instantiatesCanonical");
    let named = json!({
        "resourceType": "ValueSet", "url": "http://a/ValueSet/1", "status": "draft", "compose": { "include": [{ "system": system }] }
    });
    let patient = json!({ "resourceType": "Patient" });
    let sent = [code_system, value_set, referring, named];
    let reply = transaction(
        &site,
        vec![
            entry("POST", "CodeSystem").with(sent[0].clone()).full_url(system),
            entry("POST", "ValueSet").with(sent[1].clone()).full_url(set),
            entry("POST", "Observation").with(sent[2].clone()),
            entry("POST", "ValueSet").with(sent[3].clone()).full_url("http://a/ValueSet/1"),
            entry("POST", "Patient").with(patient).full_url("urn:uuid:p"),
        ],
    )
    .expect(200);
    let link = target(&reply, 3);
    for (index, sent) in sent.iter().enumerate() {
        let mut expected = sent.clone();
        if index == 2 {
            expected.as_object_mut().unwrap().insert("subject", json!({ "reference": (target(&reply, 4)) }));
            let extensions = expected.as_object_mut().unwrap().get_mut("extension").unwrap();
            let Json::Array(extensions) = extensions else { panic!() };
            extensions[3].as_object_mut().unwrap().insert("valueUrl", link.as_str());
        }
        let mut stored = site.get(&format!("/fhir/{}", target(&reply, index))).expect(200).json();
        for own in ["id", "meta"] {
            stored.as_object_mut().unwrap().remove(own);
        }
        assert!(stored.same_content(&expected), "{stored}\n{expected}");
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
fn conditional_references_that_nobody_resolves_are_refused() {
    let site = Site::new();
    site.put("/fhir/Basic/x", &named("x", "x")).expect(201);
    let conditional = "Patient?identifier=urn:t|1";
    let told = |reply: Reply, place: &str| {
        let issues = reply.issues();
        let is_told = |(_, text, at): &(String, String, String)| {
            at == place && text.contains("is a conditional reference") && text.contains("send such a Bundle")
        };
        assert!(issues.iter().any(is_told), "{issues:?}");
    };
    told(site.post("/fhir/Basic", &referring(conditional)).expect(400), "Basic.subject.reference");
    told(site.post("/fhir/Basic/$validate", &referring(conditional)).expect(200), "Basic.subject.reference");
    let patch =
        json!([{ "op": "add", "path": "/subject", "value": { "reference": conditional } }]).to_string();
    let alone = Request::new("PATCH", "/fhir/Basic/x").header("content-type", "application/json-patch+json");
    told(site.ask_with(alone.body(patch.clone())).expect(422), "Basic.subject.reference");
    let binary = json!({
        "resourceType": "Binary", "contentType": "application/json-patch+json", "data": (base64::encode(patch.as_bytes()))
    });
    let within = transaction(&site, vec![entry("PATCH", "Basic/x").with(binary)]).expect(422);
    told(within, "Bundle.entry[0].resource.subject.reference");
    let parameters = json!({
        "resourceType": "Parameters",
        "parameter": [{ "name": "operation", "part": [
            { "name": "type", "valueCode": "add" },
            { "name": "path", "valueString": "Basic" },
            { "name": "name", "valueString": "subject" },
            { "name": "value", "valueReference": { "reference": conditional } }
        ] }]
    });
    let within = transaction(&site, vec![entry("PATCH", "Basic/x").with(parameters)]).expect(422);
    told(within, "Bundle.entry[0].resource.subject.reference");
}
