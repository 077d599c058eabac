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

#[test]
fn two_parameters_of_one_code_and_type_are_refused_also_in_one_transaction() {
    for store in Store::all() {
        let site = Site::on(store);
        let of = |id: &str, bases: &[&str], status: &str| {
            let mut parameter = definition("Patient.gender | Person.gender");
            let members = parameter.as_object_mut().unwrap();
            members.insert("id", id);
            members.insert("url", format!("http://x/{id}"));
            members.insert("base", bases.iter().map(|base| Json::from(*base)).collect::<Vec<_>>());
            members.insert("status", status);
            parameter
        };
        let both = |a: Json, b: Json| {
            let entry = |resource: Json| {
                let url = format!("SearchParameter/{}", resource.str("id").unwrap());
                json!({ "resource": resource, "request": { "method": "PUT", "url": url } })
            };
            json!({ "resourceType": "Bundle", "type": "transaction", "entry": [(entry(a)), (entry(b))] })
        };
        let refused = site
            .post("/fhir", &both(of("a", &["Patient"], "active"), of("b", &["Person", "Patient"], "active")));
        let issues = refused.expect(400).issues();
        let text = "Patient has a search parameter 'eye-color' already: http://x/a defines it, so http://x/b cannot; give it \
                    another code, or retire the other one first";
        let told = issues.iter().find(|issue| issue.0 == "duplicate").unwrap_or_else(|| panic!("{issues:?}"));
        assert_eq!((told.1.as_str(), told.2.as_str()), (text, "Bundle.entry[1].resource.code"));
        site.get("/fhir/SearchParameter/a").expect(404);
        site.post("/fhir", &both(of("a", &["Patient"], "active"), of("b", &["Person"], "active")))
            .expect(200);
        site.post("/fhir", &both(of("c", &["Patient"], "draft"), of("d", &["Person"], "retired")))
            .expect(200);
        assert_eq!(found(&site, "eye-color=unheard"), Vec::<String>::new(), "{store:?}");
    }
}

#[test]
fn a_parameter_that_costs_too_much_hides_no_resource() {
    let site = Site::new();
    let named = |id: &str, length: usize| json!({ "resourceType": "Patient", "id": id, "name": [{ "text": ("long ".repeat(length)) }] });
    let sum = ["text"; 12].join(" & ");
    let mut costly = definition(&format!("Patient.name.select({sum})"));
    costly.as_object_mut().unwrap().insert("type", "string");
    // What is written while the parameter is in use must be found by it.
    site.put("/fhir/SearchParameter/eye", &costly).expect(201);
    site.put("/fhir/Patient/short", &named("short", 2)).expect(201);
    let text = "Patient/long cannot be indexed by search parameter 'eye-color' (http://x/eye): the evaluation of its expression \
                takes too much on this resource; simplify the resource or SearchParameter.expression";
    let refused = site.put("/fhir/Patient/long", &named("long", 100_000)).expect(422).issues();
    assert_eq!((refused[0].0.as_str(), refused[0].1.as_str()), ("business-rule", text));
    assert_eq!(found(&site, "eye-color=long"), ["short"]);
    // What was there before keeps the parameter from being used.
    site.delete("/fhir/SearchParameter/eye").expect(204);
    site.put("/fhir/Patient/long", &named("long", 100_000)).expect(201);
    site.put("/fhir/SearchParameter/eye", &costly).expect(201);
    let begun = Instant::now();
    let told = loop {
        let told = site.get("/fhir/Patient?eye-color=long").expect(400).text();
        if !told.contains("resources are still being indexed") {
            break told;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "never indexed");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(
        told.contains("takes too much on a stored resource; simplify SearchParameter.expression"),
        "{told}"
    );
    assert!(!site.get("/fhir/metadata").expect(200).text().contains("http://x/eye"));
    site.put("/fhir/Patient/long", &named("long", 90_000)).expect(200);
    costly.as_object_mut().unwrap().insert("expression", "Patient.name.text");
    site.put("/fhir/SearchParameter/eye", &costly).expect(200);
    assert_eq!(found(&site, "eye-color=long"), ["long", "short"]);
}
