//! `_cursor` in the links of searches, histories and `$everything`: whose it is.

use crate::support::bundle::{at, batch, entry, named};
use crate::support::{Reply, Request, Site};
use fhir::{Json, json};

const READ: &str = "system/*.read";

/// What has several pages.
const WALKS: [&str; 5] = [
    "/fhir/Basic?_count=1",
    "/fhir?_type=Basic&_count=1",
    "/fhir/Basic/_history?_count=1",
    "/fhir/_history?_count=1",
    "/fhir/Patient/p/$everything?_count=1",
];

fn site() -> Site {
    let site = Site::new();
    site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p" })).expect(201);
    for id in ["a", "b", "c"] {
        let mut basic = named(id, "x");
        basic.as_object_mut().unwrap().insert("subject", json!({ "reference": "Patient/p" }));
        site.put(&format!("/fhir/Basic/{id}"), &basic).expect(201);
    }
    site
}

fn get(site: &Site, token: &str, path: &str) -> Reply {
    site.ask_with(Request::new("GET", path).header("authorization", &format!("Bearer {token}")))
}

/// The path of the next page.
fn next(site: &Site, bundle: &Json) -> String {
    let mut links = bundle.get("link").unwrap().items().iter();
    let next = links.find(|link| link.str("relation") == Some("next")).and_then(|link| link.str("url"));
    next.unwrap().strip_prefix(&site.base_url).unwrap().to_owned()
}

#[test]
fn a_cursor_is_good_for_the_client_that_it_was_made_for() {
    let site = site();
    let (first, again) = (site.token_of("one", READ), site.token_of("one", READ));
    let other = site.token_of("two", READ);
    for path in WALKS {
        let next = next(&site, &get(&site, &first, path).expect(200).json());
        get(&site, &first, &next).expect(200);
        // Another token of the same client goes on with its walk.
        get(&site, &again, &next).expect(200);
        let refused = get(&site, &other, &next).expect(400).issues();
        assert_eq!(
            refused[1].1,
            "_cursor does not belong to this request of this client; follow the links of its answers unchanged",
            "{path}"
        );
        let made_up = get(&site, &other, &next.replace("_cursor=", "_cursor=1")).expect(400);
        assert_eq!(made_up.issues(), refused, "{path}");
    }
}

#[test]
fn cursors_inside_bundles_are_their_clients_too() {
    let site = site();
    let other = site.token_of("two", READ);
    let inside = |path: &str| {
        let url = path.strip_prefix("/fhir").unwrap();
        batch(&site, vec![entry("GET", url.strip_prefix('/').unwrap_or(url))]).expect(200)
    };
    for path in &WALKS {
        let mine = next(&site, inside(path).json().at(&["entry", "0", "resource"]).unwrap());
        site.get(&mine).expect(200);
        get(&site, &other, &mine).expect(400);
        assert_eq!(at(&inside(&mine), &["entry", "0", "response", "status"]), "200 OK", "{path}");
        let others = next(&site, &get(&site, &other, path).expect(200).json());
        assert_eq!(at(&inside(&others), &["entry", "0", "response", "status"]), "400 Bad Request", "{path}");
    }
}
