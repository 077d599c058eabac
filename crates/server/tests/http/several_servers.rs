//! Several servers on one PostgreSQL: what one has acknowledged holds at all of them.

use crate::support::{Reply, Request, Site, Store};
use fhir::{Json, json};
use std::time::{Duration, Instant};

/// Two servers of one store, where such a store can be tested.
fn both() -> Option<(Site, Site)> {
    let store = Store::all().into_iter().find(|store| *store == Store::Postgres)?;
    let one = Site::on(store);
    let other = one.beside(|_| {}).unwrap();
    Some((one, other))
}

fn search_parameter(expression: &str) -> Json {
    json!({
        "resourceType": "SearchParameter", "id": "hair", "url": "http://example.org/hair", "name": "hair",
        "status": "active", "description": "x", "code": "hair", "base": ["Patient"], "type": "string",
        "expression": (expression)
    })
}

fn patient(id: &str, text: &str) -> Json {
    json!({ "resourceType": "Patient", "id": (id), "name": [{ "text": (text), "family": "f" }] })
}

/// Asks until the answer has this status.
fn when(site: &Site, path: &str, status: u16) -> Reply {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let reply = site.get(path);
        if reply.status == status || Instant::now() > until {
            return reply.expect(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ids(site: &Site, path: &str) -> Vec<String> {
    let mut ids: Vec<String> =
        site.search(path).iter().map(|found| found.str("id").unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn a_search_parameter_of_one_server_is_indexed_by_at_the_other() {
    let Some((one, other)) = both() else { return };
    other.put("/fhir/Patient/before", &patient("before", "red")).expect(201);
    one.put("/fhir/SearchParameter/hair", &search_parameter("Patient.name.text")).expect(201);
    // Whoever indexes what was there before: what comes from now on is indexed wherever it is stored.
    for number in 0..10 {
        let id = format!("p{number}");
        other.put(&format!("/fhir/Patient/{id}"), &patient(&id, "red")).expect(201);
    }
    for site in [&one, &other] {
        when(site, "/fhir/Patient?hair=red", 200);
        assert_eq!(ids(site, "/fhir/Patient?hair=red").len(), 11);
        assert!(ids(site, "/fhir/Patient?hair:missing=true&_id=before,p0,p9").is_empty());
    }
    other.put("/fhir/SearchParameter/hair", &search_parameter("Patient.name.family")).expect(200);
    one.put("/fhir/Patient/after", &patient("after", "red")).expect(201);
    for site in [&one, &other] {
        when(site, "/fhir/Patient?hair=f", 200);
        assert_eq!(ids(site, "/fhir/Patient?hair=f").len(), 12);
        assert!(ids(site, "/fhir/Patient?hair=red").is_empty());
    }
    other.delete("/fhir/SearchParameter/hair").expect(204);
    one.get("/fhir/Patient?hair=f").expect(400);
}

#[test]
fn definitions_of_one_server_hold_at_once_at_the_other() {
    let Some((one, other)) = both() else { return };
    let url = "http://example.org/strict";
    let profile = json!({
        "resourceType": "StructureDefinition", "id": "strict", "url": (url), "name": "strict", "status": "active",
        "kind": "resource", "abstract": false, "type": "Patient", "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "differential": { "element": [
            { "id": "Patient", "path": "Patient" },
            { "id": "Patient.birthDate", "path": "Patient.birthDate", "min": 1 }
        ] }
    });
    let claiming = json!({ "resourceType": "Patient", "meta": { "profile": [(url)] } });
    other.post("/fhir/Patient", &claiming).expect(201);
    one.put("/fhir/StructureDefinition/strict", &profile).expect(201);
    other.post("/fhir/Patient", &claiming).expect(400);
    let value_set = |code: &str| {
        json!({
            "resourceType": "ValueSet", "id": "v", "url": "http://example.org/v", "status": "active",
            "compose": { "include": [{ "system": "http://example.org/s", "concept": [{ "code": (code) }] }] }
        })
    };
    for code in ["a", "b"] {
        one.put("/fhir/ValueSet/v", &value_set(code));
        let expanded = other.get("/fhir/ValueSet/$expand?url=http://example.org/v").expect(200).json();
        let found = expanded.at(&["expansion", "contains", "0", "code"]).and_then(Json::as_str);
        assert_eq!(found, Some(code));
    }
}

#[test]
fn a_walk_that_began_at_one_server_goes_on_at_the_other_and_after_a_restart() {
    for store in Store::all() {
        let base = "https://fhir.example.org";
        let mut one = Site::with(store, &[("base_url", base)]);
        for id in ["a", "b", "c"] {
            let basic = json!({ "resourceType": "Basic", "id": (id), "code": { "text": "x" } });
            one.put(&format!("/fhir/Basic/{id}"), &basic).expect(201);
        }
        let next = |page: &Json| {
            let links = page.get("link").unwrap().items();
            let next = links.iter().find(|link| link.str("relation") == Some("next")).unwrap();
            next.str("url").unwrap().strip_prefix(base).unwrap().to_owned()
        };
        let first = one.get("/fhir/Basic?_count=1").expect(200).json();
        // Of SQLite there is one server at a time.
        if store == Store::Sqlite {
            one.stop();
        }
        let other = one.beside(|_| {}).unwrap();
        let second = other.get(&next(&first)).expect(200).json();
        let third = other.get(&next(&second)).expect(200).json();
        let mut ids = [&first, &second, &third].map(|page| {
            page.at(&["entry", "0", "resource", "id"]).and_then(Json::as_str).unwrap().to_owned()
        });
        ids.sort();
        assert_eq!(ids, ["a", "b", "c"]);
    }
}

#[test]
fn a_reset_at_one_server_is_a_reset_at_all() {
    let Some((one, other)) = both() else { return };
    one.put("/fhir/SearchParameter/hair", &search_parameter("Patient.name.text")).expect(201);
    when(&other, "/fhir/Patient?hair=red", 200);
    let location = |name: &str| json!({ "resourceType": "Location", "id": "again", "name": (name), "description": "d", "status": "active" });
    one.put("/fhir/Location/again", &location("Before")).expect(201);
    for _ in 0..3 {
        assert_eq!(other.get("/Location/again").expect(200).json().str("name"), Some("Before"));
    }
    one.ask("POST", "/sandbox/reset", "").expect(204);
    one.put("/fhir/Location/again", &location("After")).expect(201);
    assert_eq!(other.get("/Location/again").expect(200).json().str("name"), Some("After"));
    other.get("/fhir/Patient?hair=red").expect(400);
}

#[test]
fn a_server_that_would_index_otherwise_does_not_start_beside_others() {
    let Some((one, other)) = both() else { return };
    let otherwise = |config: &mut server::config::Config| {
        config.base_url = Some("https://fhir.example.org".to_owned());
    };
    let refused = one.beside(otherwise).err().expect("it would index the store anew");
    assert!(refused.to_string().contains("another server uses this store"), "{refused}");
    one.put("/fhir/Basic/a", &json!({ "resourceType": "Basic", "id": "a", "code": { "text": "x" } }))
        .expect(201);
    assert_eq!(ids(&other, "/fhir/Basic?_id=a"), ["a"]);
}

#[test]
fn what_one_server_left_half_indexed_another_finishes() {
    let Some((mut one, other)) = both() else { return };
    for number in 0..30 {
        let id = format!("p{number}");
        other.put(&format!("/fhir/Patient/{id}"), &patient(&id, "red")).expect(201);
    }
    one.put("/fhir/SearchParameter/hair", &search_parameter("Patient.name.text")).expect(201);
    one.stop();
    when(&other, "/fhir/Patient?hair=red", 200);
    let found = other.ask_with(Request::new("GET", "/fhir/Patient?hair=red&_count=100")).expect(200).json();
    assert_eq!(found.get("entry").unwrap().items().len(), 30);
}
