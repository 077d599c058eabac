//! GET and HEAD /fhir/{type}/{id}: read, its validators and conditions.

use crate::support::{Reply, Request, Site};
use fhir::{Json, json};

fn site() -> Site {
    let site = Site::new();
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    site
}

fn read(site: &Site, path: &str, header: &str, value: &str) -> Reply {
    site.ask_with(Request::new("GET", path).header(header, value))
}

#[test]
fn a_client_that_has_the_version_gets_no_body() {
    let site = site();
    for tag in ["W/\"1\"", "\"1\"", "W/\"7\", W/\"1\"", "*"] {
        let reply = read(&site, "/fhir/Basic/x", "if-none-match", tag).expect(304);
        assert!(reply.body.is_empty());
        assert_eq!(reply.header("etag"), Some("W/\"1\""), "{tag}");
        assert!(reply.header("last-modified").is_some());
    }
    read(&site, "/fhir/Basic/x/_history/1", "if-none-match", "W/\"1\"").expect(304);
    for tag in ["W/\"2\"", "1", "nonsense"] {
        read(&site, "/fhir/Basic/x", "if-none-match", tag).expect(200);
    }
}

#[test]
fn a_resource_that_has_not_changed_since_is_not_sent_again() {
    let site = site();
    let changed = site.get("/fhir/Basic/x").header("last-modified").unwrap().to_owned();
    read(&site, "/fhir/Basic/x", "if-modified-since", &changed).expect(304);
    read(&site, "/fhir/Basic/x", "if-modified-since", "Wed, 21 Oct 2015 07:28:00 GMT").expect(200);
    read(&site, "/fhir/Basic/x", "if-modified-since", "yesterday").expect(200);
    let both = Request::new("GET", "/fhir/Basic/x")
        .header("if-modified-since", &changed)
        .header("if-none-match", "W/\"9\"");
    site.ask_with(both).expect(200);
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    let site = site();
    for (path, status) in [("/fhir/Basic/x", 200), ("/fhir/Basic/none", 404), ("/fhir/Basic?_id=x", 200)] {
        let head = site.ask("HEAD", path, "").expect(status);
        let get = site.get(path).expect(status);
        assert!(head.body.is_empty(), "{path}");
        for header in ["content-type", "content-length", "etag"] {
            assert_eq!(head.header(header), get.header(header), "{path}: {header}");
        }
    }
}

/// The members of what a read answers, and its tags.
fn members(reply: &Reply) -> (String, Vec<String>) {
    let json = reply.json();
    let names: Vec<&str> = json.as_object().unwrap().iter().map(|(name, _)| name).collect();
    let tags = json.at(&["meta", "tag"]).map(Json::items).unwrap_or_default();
    (names.join(" "), tags.iter().filter_map(|tag| tag.str("code")).map(str::to_owned).collect())
}

fn observation(site: &Site) {
    let observation = json!({
        "resourceType": "Observation", "id": "o", "text": { "status": "generated", "div":
            "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>" },
        "status": "final", "code": { "text": "x" }, "valueString": "v", "note": [{ "text": "n" }]
    });
    site.put("/fhir/Observation/o", &observation).expect(201);
}

#[test]
fn a_part_of_a_resource_is_tagged_and_has_its_mandatory_elements() {
    let site = Site::new();
    observation(&site);
    let whole = "resourceType id meta text status code valueString note";
    for path in ["/fhir/Observation/o", "/fhir/Observation/o/_history/1"] {
        for (query, expected) in [
            ("_summary=true", "resourceType id meta status code valueString"),
            ("_summary=text", "resourceType id meta text status code"),
            ("_summary=data", "resourceType id meta status code valueString note"),
            ("_elements=note", "resourceType id meta status code note"),
            (
                "_elements=value,Observation.text&_summary=false",
                "resourceType id meta text status code valueString",
            ),
        ] {
            let reply = site.get(&format!("{path}?{query}")).expect(200);
            assert_eq!(
                members(&reply),
                (expected.to_owned(), vec!["SUBSETTED".to_owned()]),
                "{path} {query}"
            );
            assert_eq!(reply.header("etag"), Some("W/\"1\""), "{path} {query}");
            assert!(reply.header("last-modified").is_some(), "{path} {query}");
        }
        for query in ["_summary=false", "_summary=", "_elements="] {
            let reply = site.get(&format!("{path}?{query}")).expect(200);
            assert_eq!(members(&reply), (whole.to_owned(), vec![]), "{path} {query}");
            assert_eq!(reply.body, site.get(path).expect(200).body, "the stored bytes: {query}");
        }
    }
}

#[test]
fn parts_have_the_validators_the_head_and_the_forms_of_the_whole() {
    let site = Site::new();
    observation(&site);
    let part = "/fhir/Observation/o?_elements=note";
    read(&site, part, "if-none-match", "W/\"1\"").expect(304);
    let (head, get) = (site.ask("HEAD", part, "").expect(200), site.get(part).expect(200));
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), get.header("content-length"));
    let xml = site.get(&format!("{part}&_format=xml")).expect(200);
    assert_eq!(xml.header("content-type"), Some("application/fhir+xml"));
    assert!(xml.text().contains("SUBSETTED") && !xml.text().contains("valueString"), "{}", xml.text());
    assert!(site.get(&format!("{part}&_pretty=true")).expect(200).text().lines().count() > 5);
    let content = Request::new("PUT", "/fhir/Binary/b").header("content-type", "text/plain").body("x");
    site.ask_with(content).expect(201);
    let (names, _) = members(&site.get("/fhir/Binary/b?_summary=true").expect(200));
    assert_eq!(names, "resourceType id meta contentType");
}

#[test]
fn parts_that_a_read_does_not_have_are_refused() {
    let site = Site::new();
    observation(&site);
    for (query, problem) in [
        (
            "_summary=count",
            "'_summary=count' counts what a search or a history has; a read has one resource: send true, text, data or false",
        ),
        ("_summary=all", "the value 'all' of '_summary' is not one of true, text, data, count, false"),
        ("_elements=notes", "'_elements': Observation has no element 'notes'; did you mean 'note'?"),
        ("_summary=true&_elements=note", "'_summary' and '_elements' cannot be used together"),
        ("_summary=true&_summary=true", "parameter '_summary' is given more than once"),
        (
            "_sumary=true",
            "the parameter '_sumary' is not supported on reads; did you mean '_summary'? (supported: _summary, _elements)",
        ),
        ("_pretty=yes", "the value 'yes' of '_pretty' is not true or false"),
    ] {
        for path in ["/fhir/Observation/o", "/fhir/Observation/o/_history/1"] {
            let refused = site.get(&format!("{path}?{query}")).expect(400);
            assert_eq!(refused.issues()[1].1, problem, "{path}");
        }
    }
}
