//! /openapi.json

use crate::support::{Request, Site};
use canvas::types::TYPES;
use fhir::Json;
use interactions::Interaction;

fn document(site: &Site) -> Json {
    let answer = site.send(Request::new("GET", "/openapi.json")).expect(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

/// Every `$ref` in the tree.
fn references<'a>(tree: &'a Json, found: &mut Vec<&'a str>) {
    match tree {
        Json::Object(object) => {
            found.extend(object.str("$ref"));
            object.iter().for_each(|(_, value)| references(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_document_offers_what_the_contracts_offer_and_nothing_else() {
    let site = Site::new();
    let document = document(&site);
    assert_eq!(document.str("openapi"), Some("3.1.0"));
    let paths = document.get("paths").and_then(Json::as_object).unwrap();
    for contract in TYPES.iter().map(|served| served.contract()) {
        let at = |path: String, method: &str| paths.get(&path).is_some_and(|path| path.get(method).is_some());
        let name = contract.name;
        for (path, method, interaction) in [
            (format!("/{name}"), "get", Interaction::SearchType),
            (format!("/{name}"), "post", Interaction::Create),
            (format!("/{name}/{{id}}"), "get", Interaction::Read),
            (format!("/{name}/{{id}}"), "put", Interaction::Update),
        ] {
            assert_eq!(at(path, method), contract.offers(interaction), "{name} {interaction:?}");
        }
    }
    let known = |path: &str| {
        let name = path.split('/').nth(1).unwrap_or_default();
        ["auth", "metadata"].contains(&name) || TYPES.iter().any(|served| served.contract().name == name)
    };
    assert!(paths.iter().all(|(path, _)| known(path)));
}

#[test]
fn everything_that_the_document_refers_to_is_in_it() {
    let site = Site::new();
    let document = document(&site);
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let steps: Vec<&str> = reference.strip_prefix("#/").unwrap().split('/').collect();
        assert!(document.at(&steps).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn the_document_is_got_and_nothing_else() {
    let site = Site::new();
    site.send(Request::new("POST", "/openapi.json")).expect(405);
    site.send(Request::new("GET", "/openapi.json").header("accept", "text/html")).expect(406);
}
