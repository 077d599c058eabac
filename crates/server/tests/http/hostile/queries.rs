//! Searches that speak SQL, flood, go deep, go round, or never end.

use super::{PATIENCE, cut, refused, stored};
use crate::support::{Request, Site, Store, in_parallel};
use fhir::definitions::search_parameters_of;
use fhir::{Json, ResourceType, json};
use std::time::Instant;

const FORM: &str = "application/x-www-form-urlencoded";

/// What means something to SQL, to LIKE, to regular expressions, to FHIRPath, to a shell or to a path; percent-encoded.
const METACHARACTERS: [&str; 8] = [
    "'%3B%20DROP%20TABLE%20version%3B--",
    "%25",
    "_",
    ".*",
    "a'%20OR%20'1'='1",
    "%00",
    "(a%2B)%2B%24",
    "%24%7Bjndi:x%7D%5C%22%F0%9F%98%80",
];

/// Answers of 200 without a match, or of 400.
#[track_caller]
fn finds_nothing(site: &Site, path: &str) {
    let begun = Instant::now();
    let reply = site.get(path);
    assert!(begun.elapsed() < PATIENCE, "{path}: {:?}", begun.elapsed());
    match reply.status {
        400 => assert!(reply.issues().len() > 1, "{path}: {}", reply.text()),
        200 => assert!(reply.json().get("entry").is_none(), "{path}: {}", reply.text()),
        status => panic!("{path}: {status} {}", cut(&reply.text())),
    }
}

#[test]
fn metacharacters_are_text_in_every_parameter_of_every_type() {
    let site = Site::new();
    let mut paths = Vec::new();
    for (number, resource_type) in ResourceType::all().enumerate() {
        for (index, parameter) in search_parameters_of(resource_type).enumerate() {
            let value = METACHARACTERS[(number + index) % METACHARACTERS.len()];
            // Nothing of these types is stored, so that whatever is found was not meant.
            paths.push(format!("/fhir/{resource_type}?_id=none&{}={value}", parameter.code));
        }
    }
    assert!(paths.len() > 1_400, "{}", paths.len());
    in_parallel(&paths, |path| finds_nothing(&site, path));
}

#[test]
fn metacharacters_are_text_wherever_a_search_takes_text() {
    for store in Store::all() {
        let site = Site::on(store);
        let patient = json!({ "resourceType": "Patient", "id": "p", "name": [{ "family": "Known" }] });
        site.put("/fhir/Patient/p", &patient).expect(201);
        let before = stored(&site);
        for value in METACHARACTERS {
            for parameter in [
                "name",
                "name:exact",
                "name:contains",
                "identifier",
                "identifier:not-in",
                "gender:text",
                "_id",
                "_lastUpdated",
                "_tag",
                "_profile:below",
                "_source",
                "_text",
                "_content",
                "_list",
                "_filter",
                "general-practitioner",
                "general-practitioner:Practitioner.name",
                "_has:Observation:patient:code",
                "organization.partof.name",
                "link:identifier",
            ] {
                if !matches!(parameter, "identifier:not-in") {
                    finds_nothing(&site, &format!("/fhir/Patient?{parameter}={value}&_id=none"));
                }
                finds_nothing(&site, &format!("/Patient?{parameter}={value}&_id=none"));
            }
            for parameter in [
                "_sort",
                "_elements",
                "_include",
                "_revinclude",
                "_summary",
                "_total",
                "_count",
                "_cursor",
                value,
            ] {
                let told =
                    refused(&site, Request::new("GET", &format!("/fhir/Patient?{parameter}={value}")), 400);
                assert!(!told.contains("SELECT"), "{told}");
            }
        }
        assert_eq!(site.search("/fhir/Patient?_id=p").len(), 1);
        assert_eq!(stored(&site), before);
    }
}

#[test]
fn floods_are_refused() {
    let site = Site::new();
    let form =
        |body: String| Request::new("POST", "/fhir/Patient/_search").header("content-type", FORM).body(body);
    let list = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let many = |count: usize| (0..count).map(|n| format!("name=a{n}")).collect::<Vec<_>>().join("&");
    refused(&site, form(format!("identifier={}", list(10_000))), 400);
    refused(&site, form(many(1_000)), 400);
    let short = "a,".repeat(2_000);
    assert!(refused(&site, form(format!("identifier={short}a")), 400).contains("at most 1000"));
    assert!(refused(&site, form("a=&".repeat(1_000) + "name=x"), 400).contains("at most 100"));
    refused(&site, Request::new("GET", &format!("/fhir/Patient?{}", many(1_000))), 414);
    refused(&site, Request::new("GET", &format!("/fhir/Patient?{}", many(500))), 400);
    refused(&site, form(format!("_filter={}name eq x{}", "(".repeat(3_000), ")".repeat(3_000))), 400);
    refused(&site, form(format!("_filter={}name eq x", "not ".repeat(1_500))), 400);
    refused(&site, form(format!("_sort={}", "name,".repeat(1_000) + "name")), 400);
    refused(&site, form(format!("_include={}", "Patient:organization&_include=".repeat(200))), 400);
    for (count, status) in [
        ("-1", 400),
        ("x", 400),
        ("", 200),
        ("0", 200),
        ("2147483648", 200),
        ("9223372036854775808", 200),
        ("99999999999999999999", 200),
        ("1e9", 400),
        ("+1", 400),
        ("%EF%BC%91", 400),
    ] {
        for path in ["/fhir/Patient", "/fhir", "/fhir/_history", "/fhir/Patient/_history", "/Patient"] {
            let reply = site.get(&format!("{path}?_count={count}"));
            let page = reply.json().get("entry").map(Json::items).unwrap_or_default().len();
            assert!(reply.status == status || reply.status == 400, "{path} {count}: {}", cut(&reply.text()));
            assert!(page <= 1_000, "{path} {count}: {page}");
        }
    }
}

#[test]
fn chains_and_has_have_a_depth() {
    let site = Site::new();
    let chain = |levels: usize| format!("/fhir/Organization?partof{}.name=x", ".partof".repeat(levels));
    let has =
        |levels: usize| format!("/fhir/Organization?{}name=x", "_has:Organization:partof:".repeat(levels));
    for deep in [chain(500), has(200)] {
        let told = refused(&site, Request::new("GET", &deep), 400);
        assert!(told.contains("nests deeper than 10 levels"), "{told}");
    }
    site.get(&chain(8)).expect(200);
    site.get(&has(8)).expect(200);
}

#[test]
fn includes_of_circles_and_of_everything_end() {
    for store in Store::all() {
        let site = Site::on(store);
        for n in 0..30 {
            let (id, next) = (format!("o{n}"), format!("Organization/o{}", (n + 1) % 30));
            let circle = json!({ "resourceType": "Organization", "id": (id.as_str()), "name": "x", "partOf": { "reference": next } });
            site.put(&format!("/fhir/Organization/{id}"), &circle).expect(201);
        }
        for query in [
            "_include:iterate=Organization:partof",
            "_revinclude:iterate=Organization:partof",
            "_include:iterate=*",
            "_revinclude:iterate=*",
            "_include:iterate=*&_revinclude:iterate=*",
        ] {
            let begun = Instant::now();
            let reply = site.get(&format!("/fhir/Organization?_id=o0&{query}"));
            assert!(begun.elapsed() < PATIENCE, "{query}: {:?}", begun.elapsed());
            match reply.status {
                200 => {
                    assert_eq!(reply.json().get("entry").unwrap().items().len(), 30, "{query} on {store:?}")
                }
                400 => assert!(query.contains('*'), "{query}: {}", reply.text()),
                status => panic!("{query}: {status} {}", reply.text()),
            }
        }
    }
}

#[test]
fn composites_do_not_multiply() {
    let site = Site::new();
    let codings: Vec<Json> =
        (0..2_000).map(|n: i64| json!({ "system": "urn:c", "code": (n.to_string()) })).collect();
    let component = json!({
        "code": { "coding": (codings.clone()) }, "valueCodeableConcept": { "coding": (codings.clone()) }
    });
    let observation = json!({
        "resourceType": "Observation", "id": "many", "status": "final", "code": { "coding": (codings.clone()) },
        "component": (vec![component; 10])
    });
    let begun = Instant::now();
    let body = observation.to_string();
    site.ask("PUT", "/fhir/Observation/many", &body).expect(201);
    assert!(begun.elapsed() < PATIENCE * 2, "{:?}", begun.elapsed());
    let pairs: Vec<String> = (0..60).map(|n| format!("urn:c%7C{n}$urn:c%7C{}", n + 1)).collect();
    let query = format!("/fhir/Observation?component-code-value-concept={}", pairs.join(","));
    let begun = Instant::now();
    assert_eq!(site.search(&query).len(), 1);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

/// FHIRPath that a client brings: in the constraints of a profile, and in a patch.
const ENDLESS: [&str; 6] = [
    "descendants().select(%resource.descendants().select(%resource.descendants().select(%resource.descendants()))).empty()",
    "repeat($this | $this.repeat($this)).empty()",
    "repeat(children() | %resource).empty()",
    "(1 | 2 | 3).repeat($this + 1).empty()",
    "descendants().all(%resource.descendants().all(%resource.descendants().all(%resource.descendants().exists())))",
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')",
];

fn profile(number: usize, expression: &str) -> Json {
    json!({
        "resourceType": "StructureDefinition", "id": (format!("endless-{number}")),
        "url": (format!("http://example.org/endless-{number}")), "name": "Endless", "status": "active", "kind": "resource",
        "abstract": false, "type": "Basic", "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic",
        "derivation": "constraint",
        "differential": { "element": [{ "id": "Basic", "path": "Basic", "constraint": [{
            "key": "end-1", "severity": "error", "human": "x", "expression": expression
        }] }] }
    })
}

#[test]
fn fhirpath_that_a_client_brings_ends() {
    let site = Site::new();
    let extensions: Vec<Json> =
        (0..300).map(|n: i64| json!({ "url": (format!("http://e/{n}")), "valueString": "x" })).collect();
    for (number, expression) in ENDLESS.iter().enumerate() {
        let defined =
            site.put(&format!("/fhir/StructureDefinition/endless-{number}"), &profile(number, expression));
        assert!(matches!(defined.status, 201 | 400), "{expression}: {}", defined.text());
        let resource = json!({
            "resourceType": "Basic", "meta": { "profile": [(format!("http://example.org/endless-{number}"))] },
            "code": { "text": "x" }, "extension": (extensions.clone())
        });
        for path in ["/fhir/Basic", "/fhir/Basic/$validate"] {
            let begun = Instant::now();
            let reply = site.post(path, &resource);
            assert!(
                matches!(reply.status, 200..=201 | 400..=422),
                "{expression}: {} {}",
                reply.status,
                cut(&reply.text())
            );
            assert!(begun.elapsed() < PATIENCE, "{path} {expression}: {:?}", begun.elapsed());
        }
    }
    site.put(
        "/fhir/Basic/many",
        &json!({
            "resourceType": "Basic", "id": "many", "code": { "text": "x" }, "extension": extensions
        }),
    )
    .expect(201);
    let before = stored(&site);
    for expression in ENDLESS {
        let path = format!("Basic.where({expression}).extension");
        let patch = json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": [
            { "name": "type", "valueCode": "delete" }, { "name": "path", "valueString": path }
        ] }] });
        let request = Request::new("PATCH", "/fhir/Basic/many").body(patch.to_string());
        let begun = Instant::now();
        let reply = site.ask_with(request);
        // What is found nowhere is deleted already.
        assert!(
            matches!(reply.status, 200 | 400 | 422),
            "{expression}: {} {}",
            reply.status,
            cut(&reply.text())
        );
        assert!(begun.elapsed() < PATIENCE, "{expression}: {:?}", begun.elapsed());
    }
    assert_eq!(stored(&site), before);
}
