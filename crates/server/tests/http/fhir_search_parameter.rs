//! /fhir/SearchParameter: search parameters that clients define.

use crate::support::{Site, Store};
use fhir::{Json, json};
use std::time::{Duration, Instant};

fn patient(id: &str, color: &str) -> Json {
    json!({
        "resourceType": "Patient", "id": id,
        "extension": [{ "url": "http://x/eye-color", "valueCode": color }]
    })
}

fn definition(expression: &str) -> Json {
    json!({
        "resourceType": "SearchParameter", "id": "eye", "url": "http://x/eye", "name": "eye", "status": "active",
        "description": "By the colour of the eyes", "code": "eye-color", "base": ["Patient"], "type": "token",
        "expression": expression
    })
}

const COLOR: &str = "Patient.extension.where(url = 'http://x/eye-color').value";

/// The ids that a search finds, once its parameter is in use.
fn found(site: &Site, query: &str) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let answer = site.get(&format!("/fhir/Patient?{query}"));
        if answer.status == 200 {
            let bundle = answer.json();
            let entries = bundle.get("entry").map(Json::items).unwrap_or_default().iter();
            let mut ids: Vec<String> = entries
                .filter_map(|entry| Some(entry.at(&["resource", "id"])?.as_str()?.to_owned()))
                .collect();
            ids.sort();
            return ids;
        }
        assert!(answer.text().contains("resources are still being indexed"), "{}", answer.text());
        assert!(begun.elapsed() < Duration::from_secs(30), "never indexed");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_parameter_that_a_client_defines_finds_what_was_there_before_and_what_comes() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Patient/p1", &patient("p1", "green")).expect(201);
        site.put("/fhir/Patient/p2", &patient("p2", "blue")).expect(201);
        site.get("/fhir/Patient?eye-color=green").expect(400);
        site.put("/fhir/SearchParameter/eye", &definition(COLOR)).expect(201);
        site.put("/fhir/Patient/p3", &patient("p3", "green")).expect(201);
        assert_eq!(found(&site, "eye-color=green"), ["p1", "p3"], "{store:?}");
        assert_eq!(found(&site, "eye-color:not=green&_id=p1,p2"), ["p2"]);
        let statement = site.get("/fhir/metadata").expect(200).text();
        assert!(statement.contains("http://x/eye"), "it is advertised");
        // Another expression under the same code: nothing may be found by the old rows.
        site.put("/fhir/SearchParameter/eye", &definition("Patient.gender")).expect(200);
        assert_eq!(found(&site, "eye-color=green"), Vec::<String>::new(), "{store:?}");
        site.delete("/fhir/SearchParameter/eye").expect(204);
        let gone = site.get("/fhir/Patient?eye-color=green").expect(400).text();
        assert!(gone.contains("Patient has no search parameter 'eye-color'"), "{gone}");
        assert!(!site.get("/fhir/metadata").expect(200).text().contains("http://x/eye"));
    }
}

#[test]
fn what_cannot_be_searched_by_is_refused_when_it_is_defined() {
    let site = Site::new();
    let refused = site.put("/fhir/SearchParameter/eye", &definition("Patient.nmae")).expect(400).issues();
    assert_eq!(refused[1].2, "SearchParameter.expression");
    assert!(refused[1].1.contains("Patient has no element 'nmae'"), "{refused:?}");
    let mut taken = definition(COLOR);
    taken.as_object_mut().unwrap().insert("code", "gender");
    let refused = site.put("/fhir/SearchParameter/eye", &taken).expect(400).issues();
    assert_eq!((refused[1].0.as_str(), refused[1].2.as_str()), ("duplicate", "SearchParameter.code"));
    // A draft is a resource like any other.
    let mut draft = definition("Patient.nmae");
    draft.as_object_mut().unwrap().insert("status", "draft");
    site.put("/fhir/SearchParameter/eye", &draft).expect(201);
}
