//! What caches may keep, and conditions on times of whole seconds (RFC 9110, 13.1; RFC 9111, 5.2).

use crate::support::{Reply, Request, Site};
use fhir::json;

#[test]
fn what_is_shown_to_the_bearer_of_a_token_is_for_them_alone() {
    let site = Site::new();
    let demo = site.search("/Patient")[0].str("id").unwrap().to_owned();
    for path in ["/fhir/Patient", "/Patient", &format!("/fhir/Patient/{demo}"), &format!("/Patient/{demo}")] {
        assert_eq!(site.get(path).expect(200).header("cache-control"), Some("private, no-cache"), "{path}");
    }
    let tag = site.get(&format!("/fhir/Patient/{demo}")).header("etag").unwrap().to_owned();
    let known = Request::new("GET", &format!("/fhir/Patient/{demo}")).header("if-none-match", &tag);
    assert_eq!(site.ask_with(known).expect(304).header("cache-control"), Some("private, no-cache"));
    for (path, status) in [("/fhir/Patient/none", 404), ("/Patient/none", 404), ("/fhir/Patient?x=1", 400)] {
        assert_eq!(site.get(path).expect(status).header("cache-control"), Some("no-store"), "{path}");
    }
    let nobody = site.send(Request::new("GET", "/fhir/Patient")).expect(401);
    assert_eq!(nobody.header("cache-control"), Some("no-store"));
    assert_eq!(site.send(Request::new("GET", "/fhir/metadata")).expect(200).header("cache-control"), None);
}

/// A resource of two versions, made in one second; the `Last-Modified` that both have.
fn changed_within_a_second(site: &Site) -> String {
    for attempt in 0..20 {
        let path = format!("/fhir/Basic/x{attempt}");
        let text = |text: &str| {
            let resource =
                json!({ "resourceType": "Basic", "id": (format!("x{attempt}")), "code": { "text": text } });
            site.put(&path, &resource).header("last-modified").unwrap().to_owned()
        };
        let (first, second) = (text("one"), text("two"));
        if first == second {
            return path;
        }
    }
    panic!("no two changes fell into one second");
}

#[test]
fn a_version_of_the_same_second_as_the_one_before_it_is_news() {
    let site = Site::new();
    let path = changed_within_a_second(&site);
    let modified = site.get(&path).header("last-modified").unwrap().to_owned();
    let since = |path: &str| -> Reply {
        site.ask_with(Request::new("GET", path).header("if-modified-since", &modified))
    };
    since(&path).expect(200);
    since(&format!("{path}/_history/1")).expect(304);
    let later = Request::new("GET", &path).header("if-modified-since", "Wed, 21 Oct 2099 07:28:00 GMT");
    site.ask_with(later).expect(304);
}

#[test]
fn a_change_that_may_rest_on_an_earlier_version_of_the_same_second_is_not_made() {
    let site = Site::new();
    let path = changed_within_a_second(&site);
    let modified = site.get(&path).header("last-modified").unwrap().to_owned();
    let id = path.rsplit('/').next().unwrap();
    let resource = json!({ "resourceType": "Basic", "id": id, "code": { "text": "three" } }).to_string();
    let patch = r#"[{"op":"replace","path":"/code/text","value":"three"}]"#;
    for (method, kind, body) in [
        ("PUT", "application/fhir+json", resource.as_str()),
        ("PATCH", "application/json-patch+json", patch),
        ("DELETE", "application/fhir+json", ""),
    ] {
        let request = Request::new(method, &path).header("content-type", kind).body(body);
        site.ask_with(request.header("if-unmodified-since", &modified)).expect(412);
    }
    assert!(site.get(&path).expect(200).text().contains("two"));
    let after = Request::new("PUT", &path).header("if-unmodified-since", "Wed, 21 Oct 2099 07:28:00 GMT");
    site.ask_with(after.body(resource)).expect(200);
}
