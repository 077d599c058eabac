//! /fhir/{type}?… by what resources refer to: ids without a type, versions, contained resources, the server's own URLs.

use crate::support::{Request, Site, Store};
use fhir::{Json, json};

fn put(site: &Site, resource: Json) {
    let url = format!("/fhir/{}/{}", resource.str("resourceType").unwrap(), resource.str("id").unwrap());
    site.put(&url, &resource);
}

fn observation(id: &str, subject: &str) -> Json {
    json!({ "resourceType": "Observation", "id": id, "status": "final", "code": { "text": "x" },
        "subject": { "reference": subject } })
}

fn patient(id: &str, family: &str) -> Json {
    json!({ "resourceType": "Patient", "id": id, "name": [{ "family": family }] })
}

/// `mode Type/id/version` of the entries of a page, sorted.
fn entries(page: &Json) -> Vec<String> {
    let entries = page.get("entry").map(Json::items).unwrap_or_default().iter();
    let mut shown: Vec<String> = entries
        .map(|entry| {
            let of = |path: &[&str]| entry.at(path).and_then(Json::as_str).unwrap_or("?").to_owned();
            let (mode, name) = (of(&["search", "mode"]), of(&["resource", "resourceType"]));
            match mode.as_str() {
                "outcome" => mode,
                _ => format!(
                    "{mode} {name}/{}/{}",
                    of(&["resource", "id"]),
                    of(&["resource", "meta", "versionId"])
                ),
            }
        })
        .collect();
    shown.sort();
    shown
}

fn page(site: &Site, path: &str) -> Json {
    site.get(path).expect(200).json()
}

fn ids(site: &Site, path: &str) -> Vec<String> {
    let mut ids: Vec<String> =
        site.search(path).iter().map(|resource| resource.str("id").unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn an_id_that_resources_of_several_types_have_is_refused_without_its_type() {
    for store in Store::all() {
        let site = Site::on(store);
        put(&site, patient("x1", "Berg"));
        put(&site, patient("x2", "Sand"));
        put(&site, json!({ "resourceType": "Group", "id": "x1", "type": "person", "actual": true }));
        put(&site, observation("o1", "Patient/x1"));
        put(&site, observation("o2", "Group/x1"));
        put(&site, observation("o3", "Patient/x2"));
        let text = "the id 'x1' of search parameter 'subject' is that of several resources; say which: \
                    'subject=Group/x1' or 'subject=Patient/x1'";
        for path in [
            "/fhir/Observation?subject=x1",
            "/fhir/Observation?subject=x2,x1",
            "/fhir/Observation?_filter=subject%20re%20x1",
            "/fhir/Provenance?target:Observation.subject=x1",
            "/fhir/Patient?_has:Observation:patient:subject=x1",
        ] {
            let refused = site.get(path).expect(400).issues();
            assert_eq!(
                (refused[1].0.as_str(), refused[1].1.as_str()),
                ("multiple-matches", text),
                "{path} on {store:?}"
            );
        }
        for (path, expected) in [
            ("/fhir/Observation?subject=x2", vec!["o3"]),
            ("/fhir/Observation?subject=Patient/x1", vec!["o1"]),
            ("/fhir/Observation?subject:Group=x1", vec!["o2"]),
            ("/fhir/Observation?patient=x1", vec!["o1"]),
            ("/fhir/Observation?subject=nobody", vec![]),
        ] {
            assert_eq!(ids(&site, path), expected, "{path} on {store:?}");
        }
        let lenient = site.ask_with(
            Request::new("GET", "/fhir/Observation?subject=x1").header("prefer", "handling=lenient"),
        );
        let lenient = lenient.expect(200).json();
        assert_eq!(entries(&lenient), ["match Observation/o1/1", "match Observation/o2/1", "outcome"]);
        // Whoever may not read Groups is not told of them.
        let token = site.token_for("system/Observation.read system/Patient.read");
        let asked = Request::new("GET", "/fhir/Observation?subject=x1")
            .header("authorization", &format!("Bearer {token}"));
        site.ask_with(asked).expect(200);
        let update = Request::new("PUT", "/fhir/Observation?subject=x1")
            .body(observation("o9", "Patient/x1").to_string());
        assert!(site.ask_with(update).expect(400).text().contains("is that of several resources"));
    }
}

#[test]
fn a_reference_that_names_a_version_includes_that_version() {
    for store in Store::all() {
        let site = Site::on(store);
        for family in ["First", "Second", "Third"] {
            put(&site, patient("p", family));
        }
        put(&site, observation("o1", "Patient/p/_history/1"));
        put(&site, observation("o2", "Patient/p/_history/3"));
        put(&site, observation("o3", "Patient/p"));
        put(&site, observation("o9", "Patient/p/_history/9"));
        for (path, expected) in [
            ("_id=o1", vec!["include Patient/p/1", "match Observation/o1/1"]),
            ("_id=o2", vec!["include Patient/p/3", "match Observation/o2/1"]),
            ("_id=o2,o3", vec!["include Patient/p/3", "match Observation/o2/1", "match Observation/o3/1"]),
            (
                "_id=o1,o3",
                vec![
                    "include Patient/p/1",
                    "include Patient/p/3",
                    "match Observation/o1/1",
                    "match Observation/o3/1",
                ],
            ),
            ("_id=o9", vec!["include Patient/p/3", "match Observation/o9/1", "outcome"]),
        ] {
            let path = format!("/fhir/Observation?{path}&_include=Observation:subject");
            assert_eq!(entries(&page(&site, &path)), expected, "{path} on {store:?}");
        }
        let told = site.get("/fhir/Observation?_id=o9&_include=Observation:subject").expect(200).text();
        assert!(told.contains("version 9 of Patient/p that a reference names is not there"), "{told}");
    }
}

#[test]
fn chains_look_into_contained_resources_on_every_store() {
    for store in Store::all() {
        let site = Site::on(store);
        put(&site, json!({ "resourceType": "Organization", "id": "acme", "name": "Acme" }));
        put(
            &site,
            json!({ "resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order",
                "subject": { "reference": "#p" }, "medicationReference": { "reference": "#m" },
                "contained": [
                    { "resourceType": "Patient", "id": "p", "name": [{ "family": "Berg-Sand" }] },
                    { "resourceType": "Medication", "id": "m", "manufacturer": { "reference": "Organization/acme" },
                      "ingredient": [{ "itemCodeableConcept": { "coding": [{ "code": "abc" }] } }] }
                ] }),
        );
        for (query, expected) in [
            ("medication.ingredient-code=abc", vec!["m1"]),
            ("medication.ingredient-code=abd", vec![]),
            ("medication.manufacturer.name=acme", vec!["m1"]),
            ("patient.family=sand", vec!["m1"]),
            ("patient.phonetic=burg", vec!["m1"]),
            ("subject:Group.code=x", vec![]),
        ] {
            assert_eq!(
                ids(&site, &format!("/fhir/MedicationRequest?{query}")),
                expected,
                "{query} on {store:?}"
            );
        }
    }
}

#[test]
fn urls_under_the_servers_own_address_are_references_to_its_resources() {
    let site = Site::new();
    let door = format!("{}/fhir", site.base_url);
    put(&site, patient("x1", "Berg"));
    put(&site, observation("o1", "Patient/x1"));
    put(&site, observation("o2", &format!("{door}/Patient/x1")));
    put(&site, observation("o3", "http://elsewhere/fhir/Patient/x1"));
    for query in [
        format!("subject={door}/Patient/x1"),
        "patient=x1".into(),
        "subject=Patient/x1".into(),
        "patient.name=berg".into(),
    ] {
        assert_eq!(ids(&site, &format!("/fhir/Observation?{query}")), ["o1", "o2"], "{query}");
    }
    let included = page(&site, "/fhir/Observation?_id=o2&_include=Observation:subject");
    assert_eq!(entries(&included), ["include Patient/x1/1", "match Observation/o2/1"]);
}
