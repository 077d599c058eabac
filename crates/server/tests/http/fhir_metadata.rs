//! /fhir/metadata and /metadata

use crate::support::{Request, Site};
use canvas::types::TYPES;
use fhir::{Json, ResourceType, json};

fn types(statement: &Json) -> Vec<(String, Json)> {
    let resources = statement.at(&["rest", "0", "resource"]).expect("resources").items();
    resources.iter().map(|resource| (resource.str("type").unwrap().to_owned(), resource.clone())).collect()
}

#[test]
fn the_r4_door_claims_every_type_and_serves_it() {
    let site = Site::new();
    // No token: a client must be able to find out how to get one.
    let statement = site.send(Request::new("GET", "/fhir/metadata")).expect(200).json();
    let options = validation::Options::default();
    assert_eq!(validation::validate(&statement, &options), []);
    let claimed = types(&statement);
    assert_eq!(claimed.len(), ResourceType::all().count());
    for (name, resource) in claimed {
        let codes: Vec<&str> =
            resource.get("interaction").unwrap().items().iter().filter_map(|i| i.str("code")).collect();
        assert_eq!(
            codes,
            [
                "read",
                "vread",
                "update",
                "patch",
                "delete",
                "history-instance",
                "history-type",
                "create",
                "search-type"
            ],
            "{name}"
        );
        site.get(&format!("/fhir/{name}?_count=1")).expect(200);
    }
}

#[test]
fn every_claimed_search_parameter_is_served() {
    let site = Site::new();
    let statement = site.get("/fhir/metadata").json();
    for (name, resource) in types(&statement) {
        for parameter in resource.get("searchParam").map(Json::items).unwrap_or_default() {
            let (code, kind) = (parameter.str("name").unwrap(), parameter.str("type").unwrap());
            let value = match kind {
                "date" => "2020-01-01",
                "reference" => "Patient/1",
                _ => "x",
            };
            let reply = site.get(&format!("/fhir/{name}?{code}={value}&_count=0"));
            assert!(reply.status == 200 || refuses_value(&reply), "{name}?{code}={value}: {}", reply.text());
        }
    }
}

#[test]
fn every_claimed_operation_is_served_where_it_is_claimed() {
    let site = Site::new();
    let statement = site.get("/fhir/metadata").json();
    let names = |claimed: Option<&Json>| -> Vec<String> {
        let operations = claimed.and_then(|one| one.get("operation")).map(Json::items).unwrap_or_default();
        operations.iter().map(|one| one.str("name").unwrap().to_owned()).collect()
    };
    assert_eq!(names(statement.at(&["rest", "0"])), ["meta"]);
    site.get("/fhir/$meta").expect(200);
    let is_path = |path: String| {
        let reply = site.post(&path, &json!({ "resourceType": "Parameters" }));
        reply.status != 404 || reply.problem() != format!("Unknown path '{path}'")
    };
    for (resource_type, claimed) in types(&statement) {
        for name in names(Some(&claimed)) {
            let of_type = is_path(format!("/fhir/{resource_type}/${name}"));
            assert!(
                of_type || is_path(format!("/fhir/{resource_type}/x/${name}")),
                "{resource_type} ${name}"
            );
        }
    }
}

#[test]
fn what_else_is_claimed_is_true() {
    let site = Site::new();
    let statement = site.get("/fhir/metadata").json();
    let compartments = statement.at(&["rest", "0", "compartment"]).unwrap().items();
    let named = compartments.iter().map(|one| one.as_str().unwrap().rsplit('/').next().unwrap().to_owned());
    assert_eq!(
        named.collect::<Vec<_>>(),
        ["device", "encounter", "patient", "practitioner", "relatedperson"]
    );
    for of in ["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"] {
        site.get(&format!("/fhir/{of}/x/Observation")).expect(200);
    }
    let formats = statement.get("patchFormat").unwrap().items();
    assert_eq!(formats.len(), 4);
    for format in formats {
        let patch = Request::new("PATCH", "/fhir/Basic/x").header("content-type", format.as_str().unwrap());
        assert_ne!(site.ask_with(patch.body("x")).status, 415, "{format}");
    }
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    for (_, resource) in types(&statement) {
        assert_eq!(resource.str("conditionalRead"), Some("full-support"));
    }
    let changed = site.get("/fhir/Basic/x").header("last-modified").unwrap().to_owned();
    for (header, value) in [("if-none-match", "W/\"1\""), ("if-modified-since", changed.as_str())] {
        site.ask_with(Request::new("GET", "/fhir/Basic/x").header(header, value)).expect(304);
    }
}

#[test]
fn the_statement_can_be_asked_for_in_part_and_in_no_other_mode() {
    let site = Site::new();
    let get = |query: &str| site.send(Request::new("GET", &format!("/fhir/metadata?{query}")));
    let summary = get("_summary=true").expect(200).json();
    assert_eq!(summary.at(&["meta", "tag", "0", "code"]), Some(&"SUBSETTED".into()));
    assert!(get("_elements=format").expect(200).json().get("rest").is_none());
    assert_eq!(get("mode=full").expect(200).body, site.get("/fhir/metadata").body);
    let refused = get("mode=terminology").expect(400);
    assert_eq!(refused.issues()[1].1, "the mode 'terminology' is not supported; full is, or leave it out");
    get("x=1").expect(400);
}

/// A reference parameter may not take a Patient: that is told, and is no refusal of the parameter.
fn refuses_value(reply: &crate::support::Reply) -> bool {
    reply.status == 400 && reply.issues()[1..].iter().all(|issue| issue.0 == "value")
}

#[test]
fn the_canvas_door_claims_what_it_serves_and_nothing_else() {
    let site = Site::new();
    let statement = site.send(Request::new("GET", "/metadata")).expect(200).json();
    assert_eq!(statement.str("fhirVersion"), Some("4.0.1"));
    let claimed = types(&statement);
    let names: Vec<&str> = claimed.iter().map(|(name, _)| name.as_str()).collect();
    let live = TYPES.iter().map(|served| served.contract()).filter(|contract| contract.is_live);
    let mut served: Vec<&str> = live.map(|contract| contract.name).collect();
    served.sort_unstable();
    assert_eq!(names, served);
    for (name, resource) in &claimed {
        // Some searches demand parameters; what is not served is not even a path.
        let interactions = resource.get("interaction").map(Json::items).unwrap_or_default();
        let is_searched = interactions.iter().any(|one| one.str("code") == Some("search-type"));
        let status = site.get(&format!("/{name}")).status;
        assert!(if is_searched { matches!(status, 200 | 400) } else { status == 405 }, "{name}: {status}");
    }
    for resource_type in ResourceType::all().filter(|t| !names.contains(&t.name())) {
        let path = format!("/{resource_type}");
        assert_eq!(site.get(&path).expect(404).problem(), format!("Unknown path '{path}'"));
    }
}

#[test]
fn an_interaction_that_a_type_lacks_is_405_with_the_methods_it_has() {
    let site = Site::new();
    for (method, path, allow) in [
        ("DELETE", "/Patient/7162fd82487e4dc8aa2581ddbca91892", "GET, HEAD, PUT"),
        ("POST", "/Location", "GET, HEAD"),
        ("POST", "/Goal", "GET, HEAD"),
        ("PUT", "/Encounter/1", "GET, HEAD"),
        ("GET", "/Slot/1", ""),
        ("GET", "/Patient/1/_history", ""),
        ("POST", "/Patient/_search", ""),
        ("PATCH", "/fhir/Patient/1/_history", "GET, HEAD"),
        ("POST", "/metadata", "GET, HEAD"),
    ] {
        let reply = site.ask(method, path, "{}").expect(405);
        assert_eq!(reply.problem(), "Operation is not supported", "{method} {path}");
        assert_eq!(reply.header("allow"), Some(allow), "{method} {path}");
    }
}
