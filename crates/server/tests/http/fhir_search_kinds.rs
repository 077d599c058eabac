//! /fhir?…, /fhir/{type}/{id}/{other}?…, and what pages bring along.

use crate::support::{Request, Site, Store};
use fhir::{Json, json};

fn clinic(site: &Site) {
    for resource in [
        json!({ "resourceType": "Organization", "id": "top", "name": "Top" }),
        json!({ "resourceType": "Organization", "id": "low", "name": "Low", "partOf": { "reference": "Organization/top" } }),
        json!({ "resourceType": "Patient", "id": "ann", "name": [{ "family": "Berg" }], "gender": "female",
            "managingOrganization": { "reference": "Organization/low" } }),
        json!({ "resourceType": "Patient", "id": "bob", "name": [{ "family": "Bergman" }], "gender": "male" }),
        json!({ "resourceType": "Observation", "id": "o1", "status": "final", "subject": { "reference": "Patient/ann" },
            "code": { "coding": [{ "system": "http://l", "code": "1" }] },
            "valueQuantity": { "value": (Json::from(70i64)), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg" } }),
        json!({ "resourceType": "Observation", "id": "o2", "status": "final", "subject": { "reference": "Patient/bob" },
            "code": { "coding": [{ "system": "http://l", "code": "2" }] },
            "valueQuantity": { "value": (Json::from(80000i64)), "unit": "g", "system": "http://unitsofmeasure.org", "code": "g" } }),
        json!({ "resourceType": "Observation", "id": "o3", "status": "final", "code": { "text": "none" },
            "hasMember": [{ "reference": "Observation/o1" }] }),
        json!({ "resourceType": "Provenance", "id": "p", "target": [{ "reference": "Observation/o1" }, { "reference": "Patient/ann" }],
            "recorded": "2024-01-01T00:00:00Z", "agent": [{ "who": { "reference": "Patient/ann" } }] }),
    ] {
        let url = format!("/fhir/{}/{}", resource.str("resourceType").unwrap(), resource.str("id").unwrap());
        site.put(&url, &resource).expect(201);
    }
}

/// `mode Type/id` of the entries of a page, sorted.
fn entries(bundle: &Json) -> Vec<String> {
    let entries = bundle.get("entry").map(Json::items).unwrap_or_default().iter();
    let mut shown: Vec<String> = entries
        .map(|entry| {
            let of = |path: &[&str]| entry.at(path).and_then(Json::as_str).unwrap_or("?").to_owned();
            format!(
                "{} {}/{}",
                of(&["search", "mode"]),
                of(&["resource", "resourceType"]),
                of(&["resource", "id"])
            )
        })
        .collect();
    shown.sort();
    shown
}

fn page(site: &Site, path: &str) -> Json {
    site.get(path).expect(200).json()
}

#[test]
fn every_kind_of_search_finds_what_it_should_on_every_store() {
    for store in Store::all() {
        let site = Site::on(store);
        clinic(&site);
        for (path, expected) in [
            ("/fhir/Observation?subject:Patient.name=berg", vec!["o1", "o2"]),
            ("/fhir/Observation?patient.name:exact=Berg", vec!["o1"]),
            ("/fhir/Observation?patient.organization.partof.name=top", vec!["o1"]),
            ("/fhir/Patient?_has:Observation:patient:code=http://l%7C2", vec!["bob"]),
            ("/fhir/Patient?_has:Observation:patient:_has:Provenance:target:agent=Patient/ann", vec!["ann"]),
            ("/fhir/Observation?value-quantity=ge75%7Chttp://unitsofmeasure.org%7Ckg", vec!["o2"]),
            ("/fhir/Observation?value-quantity=70000%7Chttp://unitsofmeasure.org%7Cg", vec!["o1"]),
            ("/fhir/Observation?value-quantity=70%7C%7Ckg", vec!["o1"]),
            ("/fhir/Observation?code-value-quantity=http://l%7C1$70", vec!["o1"]),
            ("/fhir/Observation?code:text=none", vec!["o3"]),
            ("/fhir/Observation?subject:missing=true", vec!["o3"]),
            ("/fhir/Observation?patient:missing=false", vec!["o1", "o2"]),
            (
                "/fhir/Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status",
                vec!["o1", "o2", "o3"],
            ),
            ("/fhir/Observation?status:not-in=http://hl7.org/fhir/ValueSet/observation-status", vec![]),
            ("/fhir/Patient?_filter=name%20ew%20%22man%22%20or%20gender%20eq%20female", vec!["ann", "bob"]),
            ("/fhir/Patient?_content=bergman", vec!["bob"]),
            ("/fhir/Patient/ann/Observation", vec!["o1"]),
            ("/fhir/Patient/ann/Observation?code=http://l%7C2", vec![]),
            ("/fhir/Patient/ann/*", vec!["ann", "o1", "p"]),
            ("/fhir/Patient/ann/*?_type=Observation,Provenance", vec!["o1", "p"]),
            ("/fhir?_type=Patient,Organization&name=low", vec!["low"]),
            ("/fhir?_type=Patient,Organization&_id=ann,low", vec!["ann", "low"]),
            ("/fhir?_id=ann,o1,p", vec!["ann", "o1", "p"]),
            // Base parameters are for all types, also those that have no narrative.
            ("/fhir?_text=unheard", vec![]),
            ("/fhir?_text=unheard&_type=Patient,Binary", vec![]),
        ] {
            let bundle = page(&site, path);
            let mut ids: Vec<String> =
                entries(&bundle).iter().map(|entry| entry.rsplit('/').next().unwrap().to_owned()).collect();
            // The sandbox has people of its own.
            ids.retain(|id| id.len() < 5);
            ids.sort();
            assert_eq!(ids, expected, "{path} on {store:?}");
        }
        let sorted = page(&site, "/fhir/Observation?_id=o1,o2,o3&_sort=-value-quantity,_id");
        let ids: Vec<&str> = sorted
            .get("entry")
            .map(Json::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|entry| entry.at(&["resource", "id"])?.as_str())
            .collect();
        assert_eq!(ids, ["o2", "o1", "o3"], "{store:?}");
    }
}

/// Values at the edges of what can be compared.
fn edges(site: &Site) {
    let encounter = |id: &str, end: Option<&str>| {
        let mut period = json!({ "start": "2020-01-01" });
        end.into_iter().for_each(|end| period.as_object_mut().unwrap().insert("end", end));
        json!({ "resourceType": "Encounter", "id": id, "status": "planned", "class": { "code": "AMB" }, "period": period })
    };
    let numbers = r#"{ "resourceType": "RiskAssessment", "id": "r1", "status": "final", "subject": { "reference": "Patient/ann" },
        "prediction": [{ "probabilityDecimal": 0.12345678901234567 }] }"#;
    site.put("/fhir/RiskAssessment/r1", &fhir::json::parse(numbers.as_bytes(), 9).unwrap()).expect(201);
    for resource in [
        encounter("e1", None),
        encounter("e2", Some("9999-12-31T23:59:59Z")),
        encounter("e3", Some("2020-02-01")),
        json!({ "resourceType": "Person", "id": "n1", "name": [{ "family": "Carreno Quinones" }] }),
        json!({ "resourceType": "Person", "id": "n2", "name": [{ "family": "O'Brien-Müller", "given": ["Smyth"] }] }),
        json!({ "resourceType": "HealthcareService", "id": "h1", "name": (format!("{}the end", "very long ".repeat(40))) }),
        json!({ "resourceType": "HealthcareService", "id": "h2", "name": "the end is near" }),
        json!({ "resourceType": "CodeSystem", "id": "c1", "url": "http://cs/ci", "status": "active", "content": "complete",
            "caseSensitive": false, "concept": [{ "code": "Abc" }] }),
        json!({ "resourceType": "ValueSet", "id": "v1", "url": "http://sets/ci", "version": "1.0", "status": "active",
            "compose": { "include": [{ "system": "http://cs/ci" }] } }),
        json!({ "resourceType": "ValueSet", "id": "v2", "url": "http://sets/ci", "version": "2.0", "status": "active" }),
        json!({ "resourceType": "Condition", "id": "f1", "subject": { "reference": "Patient/ann" },
            "code": { "coding": [{ "system": "http://cs/ci", "code": "aBC" }] } }),
        json!({ "resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed", "questionnaire": "http://acme.org/Q|1.0" }),
        json!({ "resourceType": "QuestionnaireResponse", "id": "q2", "status": "completed", "questionnaire": "http://acme.org/Q|2" }),
    ] {
        let url = format!("/fhir/{}/{}", resource.str("resourceType").unwrap(), resource.str("id").unwrap());
        site.put(&url, &resource).expect(201);
    }
}

#[test]
fn values_at_the_edges_are_found_on_every_store() {
    for store in Store::all() {
        let site = Site::on(store);
        clinic(&site);
        edges(&site);
        for (path, expected) in [
            ("Encounter?date=gt9999-12-31T23:59:59Z&_id=e1,e2,e3", vec!["e1"]),
            ("Encounter?date=gt9999&_id=e1,e2,e3", vec!["e1"]),
            ("Encounter?date=ge9999&_id=e1,e2,e3", vec!["e1"]),
            ("Encounter?date=gt2024&_id=e1,e2,e3", vec!["e1", "e2"]),
            ("Encounter?date=eb2024&_id=e1,e2,e3", vec!["e3"]),
            ("Encounter?date=9999&_id=e1,e2,e3", vec![]),
            ("RiskAssessment?probability=0.12345678901234567", vec!["r1"]),
            ("RiskAssessment?probability=ne0.12345678901234567", vec![]),
            ("Organization?partof:below=top", vec!["low"]),
            ("Organization?partof:above=low", vec!["low"]),
            ("Patient?organization:below=top", vec!["ann"]),
            ("Patient?organization:below=Organization/top,nowhere", vec!["ann"]),
            ("Observation?patient.organization:below=top", vec!["o1"]),
            ("Person?name=quinones", vec!["n1"]),
            ("Person?name=m%C3%BCller&_sort=name", vec!["n2"]),
            ("Person?name:exact=Quinones", vec![]),
            ("Person?name=carreno,muller&_sort=-name&_total=accurate", vec!["n1", "n2"]),
            ("Person?phonetic=Schmidt", vec!["n2"]),
            ("HealthcareService?name:contains=the%20end", vec!["h1", "h2"]),
            ("HealthcareService?name:contains=the%20end&name:contains=LONG", vec!["h1"]),
            ("Condition?code=http://cs/ci%7Cabc", vec!["f1"]),
            ("Condition?code:below=http://cs/ci%7CAbc", vec!["f1"]),
            ("Condition?code:in=http://sets/ci%7C1.0", vec!["f1"]),
            ("Condition?code=http://cs/ci%7Cabd", vec![]),
            ("ValueSet?url=http://sets/ci%7C2.0", vec!["v2"]),
            ("ValueSet?url=http://sets/ci%7C3.0", vec![]),
            ("QuestionnaireResponse?questionnaire:below=http://acme.org/Q", vec!["q1", "q2"]),
            ("QuestionnaireResponse?questionnaire:below=http://acme.org/Q%7C1", vec!["q1"]),
        ] {
            let mut ids: Vec<String> = entries(&page(&site, &format!("/fhir/{path}")))
                .iter()
                .map(|entry| entry.rsplit('/').next().unwrap().to_owned())
                .collect();
            ids.sort();
            assert_eq!(ids, expected, "{path} on {store:?}");
        }
    }
}

#[test]
fn a_value_set_is_named_by_its_url_or_by_where_it_is() {
    let site = Site::new();
    clinic(&site);
    let of = |id: &str, url: Option<&str>, version: Option<&str>, code: &str| {
        let mut set = json!({ "resourceType": "ValueSet", "id": id, "status": "active",
            "compose": { "include": [{ "system": "http://l", "concept": [{ "code": code }] }] } });
        let members = set.as_object_mut().unwrap();
        url.into_iter().for_each(|url| members.insert("url", url));
        version.into_iter().for_each(|version| members.insert("version", version));
        site.put(&format!("/fhir/ValueSet/{id}"), &set).expect(201);
    };
    of("v1", Some("http://sets/a"), Some("1"), "1");
    of("v2", Some("http://sets/a"), Some("2"), "2");
    // Stored twice: one of them is meant by the URL, each by its id.
    of("same1", Some("http://sets/b"), None, "1");
    of("same2", Some("http://sets/b"), None, "2");
    of("bare", None, None, "2");
    for (name, expected) in [
        ("http://sets/a%7C1", vec!["match Observation/o1"]),
        ("http://sets/a%7C2", vec!["match Observation/o2"]),
        ("ValueSet/v1", vec!["match Observation/o1"]),
        ("ValueSet/v2", vec!["match Observation/o2"]),
        ("ValueSet/same1", vec!["match Observation/o1"]),
        ("ValueSet/same2", vec!["match Observation/o2"]),
        ("ValueSet/bare", vec!["match Observation/o2"]),
        ("BASE/ValueSet/v1", vec!["match Observation/o1"]),
        ("BASE/ValueSet/bare", vec!["match Observation/o2"]),
        ("ValueSet/v1,ValueSet/bare", vec!["match Observation/o1", "match Observation/o2"]),
    ] {
        let name = name.replace("BASE", &format!("{}/fhir", site.base_url));
        let path = format!("Observation?code:in={name}");
        assert_eq!(entries(&page(&site, &format!("/fhir/{path}"))), expected, "{path}");
        let batch = json!({ "resourceType": "Bundle", "type": "batch",
            "entry": [{ "request": { "method": "GET", "url": (path.as_str()) } }] });
        let answers = site.post("/fhir", &batch).expect(200).json();
        let found = answers.get("entry").unwrap().items()[0].get("resource").unwrap();
        assert_eq!(entries(found), expected, "{path} in a batch");
    }
    site.delete("/fhir/ValueSet/bare").expect(204);
    let refused = site.get("/fhir/Observation?code:in=ValueSet/bare").expect(400).json().to_string();
    assert!(refused.contains("'ValueSet/bare' is not stored here"), "{refused}");
}

#[test]
fn pages_bring_along_what_is_asked_for_each_once() {
    let site = Site::new();
    clinic(&site);
    for (query, expected) in [
        ("_id=o1&_include=Observation:subject", vec!["include Patient/ann", "match Observation/o1"]),
        ("_id=o1&_include=Observation:*", vec!["include Patient/ann", "match Observation/o1"]),
        (
            "_id=o1&_include=Observation:subject&_include:iterate=Patient:organization&_include:iterate=Organization:partof",
            vec![
                "include Organization/low",
                "include Organization/top",
                "include Patient/ann",
                "match Observation/o1",
            ],
        ),
        ("_id=o1&_include=Observation:subject:Group", vec!["match Observation/o1"]),
        ("_id=o1&_revinclude=Provenance:target", vec!["include Provenance/p", "match Observation/o1"]),
        (
            "_id=o1,o3&_revinclude=Observation:has-member",
            vec!["match Observation/o1", "match Observation/o3"],
        ),
        (
            "_id=o3&_include:iterate=Observation:has-member&_revinclude:iterate=Provenance:target",
            vec!["include Observation/o1", "include Provenance/p", "match Observation/o3"],
        ),
    ] {
        assert_eq!(entries(&page(&site, &format!("/fhir/Observation?{query}"))), expected, "{query}");
    }
}

#[test]
fn parts_of_resources_are_tagged() {
    let site = Site::new();
    clinic(&site);
    for (query, members) in [
        ("_elements=gender", "resourceType id meta gender"),
        ("_summary=true", "resourceType id meta name gender managingOrganization"),
        ("_summary=text", "resourceType id meta"),
        ("_summary=data", "resourceType id meta name gender managingOrganization"),
        ("_summary=false", "resourceType id meta name gender managingOrganization"),
    ] {
        let bundle = page(&site, &format!("/fhir/Patient?_id=ann&{query}"));
        let resource = bundle.at(&["entry", "0", "resource"]).and_then(Json::as_object).unwrap();
        let names: Vec<&str> = resource.iter().map(|(name, _)| name).collect();
        assert_eq!(names.join(" "), members, "{query}");
        let is_tagged = resource.get("meta").and_then(|meta| meta.get("tag")).is_some();
        assert_eq!(is_tagged, query != "_summary=false", "{query}");
    }
    let count = page(&site, "/fhir/Patient?_id=ann,bob&_summary=count");
    assert_eq!(count.get("total").and_then(Json::as_number).and_then(|total| total.as_i64()), Some(2));
    assert!(count.get("entry").is_none());
}

#[test]
fn a_page_of_a_counted_search_links_to_the_last() {
    let site = Site::new();
    clinic(&site);
    let bundle = page(&site, "/fhir/Observation?_id=o1,o2,o3&_count=2&_total=accurate");
    let last = bundle.get("link").map(Json::items).unwrap_or_default().iter();
    let last =
        last.clone().find(|link| link.str("relation") == Some("last")).and_then(|link| link.str("url"));
    let path = last.unwrap().split_once("/fhir").map(|(_, path)| format!("/fhir{path}")).unwrap();
    assert_eq!(entries(&page(&site, &path)).len(), 1);
}

#[test]
fn what_cannot_be_searched_for_is_refused_by_name() {
    let site = Site::new();
    for (path, status, text) in [
        ("/fhir/Patient/1/Organization", 404, "Unknown path"),
        ("/fhir/Organization/1/Patient", 404, "Unknown path"),
        ("/fhir?name=x", 400, "has no search parameter 'name'"),
        ("/fhir?_type=Patiens", 400, "'Patiens' is not a resource type of R4; did you mean 'Patient'?"),
        ("/fhir/Patient?_type=Patient", 400, "'_type' is for searches of several types"),
        ("/fhir/Patient?_contained=true", 400, "contained resources are not searched for"),
        ("/fhir/Patient?_summary=all", 400, "the value 'all' of '_summary' is not one of"),
        ("/fhir/Patient?_elements=nam", 400, "Patient has no element 'nam'; did you mean 'name'?"),
        ("/fhir/Patient?gender:in=http://nowhere", 400, "nowhere"),
        ("/fhir/Patient?gender:in=ValueSet/none", 400, "'ValueSet/none' is not stored here"),
    ] {
        let answer = site.get(path).expect(status);
        let body = answer.json().to_string();
        assert!(body.contains(text), "{path}: {body}");
    }
}

#[test]
fn forms_search_the_system_and_compartments_too() {
    let site = Site::new();
    clinic(&site);
    for (path, expected) in [
        ("/fhir/_search", vec!["match Patient/ann"]),
        ("/fhir/Patient/ann/_search", vec!["match Patient/ann"]),
        ("/fhir/Patient/ann/Patient/_search", vec!["match Patient/ann"]),
    ] {
        let form = Request::new("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("_id=ann");
        assert_eq!(entries(&site.ask_with(form).expect(200).json()), expected, "{path}");
    }
}
