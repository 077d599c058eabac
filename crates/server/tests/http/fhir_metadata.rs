//! /fhir/metadata and /metadata

use crate::support::{Request, Site};
use canvas::types::TYPES;
use fhir::{Json, ResourceType};

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
    let mut served: Vec<&str> = TYPES.iter().map(|served| served.contract().resource_type.name()).collect();
    served.sort_unstable();
    assert_eq!(names, served);
    for name in &names {
        // Some searches demand parameters; what is not served is not even a path.
        assert!(matches!(site.get(&format!("/{name}")).status, 200 | 400), "{name}");
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
