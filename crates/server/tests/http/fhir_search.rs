//! /fhir/{type}?…

use crate::support::{Request, Site, Store};
use fhir::{Json, json};

/// A few people whose names, dates and identifiers differ.
fn people(site: &Site) {
    for (id, family, given, gender, birth_date, identifier) in [
        ("p1", "Müller", "Anna", "female", "1980-02-29", "A1"),
        ("p2", "Muller", "Bernd", "male", "1980-03", "A2"),
        ("p3", "Smith", "Cleo", "other", "1979", "B1"),
        ("p4", "Smithers", "Dan", "male", "2001-12-31", "B2"),
    ] {
        let person = json!({
            "resourceType": "Person", "id": id, "gender": gender, "birthDate": birth_date,
            "name": [{ "family": family, "given": [given] }],
            "identifier": [{ "system": "urn:test", "value": identifier }]
        });
        site.put(&format!("/fhir/Person/{id}"), &person).expect(201);
    }
}

fn ids(site: &Site, query: &str) -> Vec<String> {
    let found = site.search(&format!("/fhir/Person?{query}"));
    found.iter().map(|resource| resource.str("id").unwrap().to_owned()).collect()
}

#[test]
fn searches_find_what_they_should_and_nothing_else() {
    for store in Store::all() {
        let site = Site::on(store);
        people(&site);
        for (query, expected) in [
            ("", vec!["p1", "p2", "p3", "p4"]),
            ("name=mul", vec!["p1", "p2"]),
            ("name:exact=Müller", vec!["p1"]),
            ("name:contains=ITH", vec!["p3", "p4"]),
            ("gender=male", vec!["p2", "p4"]),
            ("gender=male,other", vec!["p2", "p3", "p4"]),
            ("gender:not=male", vec!["p1", "p3"]),
            ("gender=male&name=smith", vec!["p4"]),
            ("identifier=A1", vec!["p1"]),
            ("identifier=urn:test%7CA1", vec!["p1"]),
            ("identifier=urn:test%7C", vec!["p1", "p2", "p3", "p4"]),
            ("identifier=%7CA1", vec![]),
            ("identifier=urn:other%7CA1", vec![]),
            ("birthdate=1980", vec!["p1", "p2"]),
            ("birthdate=1980-02-29", vec!["p1"]),
            ("birthdate=ge1980-03-01", vec!["p2", "p4"]),
            ("birthdate=lt1980&birthdate=ge1979", vec!["p3"]),
            ("_id=p1,p4", vec!["p1", "p4"]),
            ("_lastUpdated=gt2000-01-01", vec!["p1", "p2", "p3", "p4"]),
            ("_lastUpdated=lt2000-01-01", vec![]),
            ("_sort=-birthdate", vec!["p4", "p2", "p1", "p3"]),
            ("_sort=gender:x", vec![]),
        ] {
            if query.contains("gender:x") {
                site.get(&format!("/fhir/Person?{query}")).expect(400);
                continue;
            }
            assert_eq!(ids(&site, query), expected, "{query} on {store:?}");
        }
    }
}

#[test]
fn a_search_reads_what_was_acknowledged_before_it() {
    let site = Site::new();
    people(&site);
    let moved = json!({ "resourceType": "Person", "id": "p1", "name": [{ "family": "Nguyen" }] });
    site.put("/fhir/Person/p1", &moved).expect(200);
    assert_eq!(ids(&site, "name=mul"), ["p2"]);
    assert_eq!(ids(&site, "name=nguyen"), ["p1"]);
    site.delete("/fhir/Person/p1").expect(204);
    assert_eq!(ids(&site, "name=nguyen"), Vec::<String>::new());
}

#[test]
fn pages_show_each_match_once_while_another_client_writes() {
    for store in Store::all() {
        let site = Site::on(store);
        people(&site);
        let first = site.get("/fhir/Person?_count=2&_total=accurate").expect(200).json();
        assert_eq!(first.get("total").unwrap().to_string(), "4");
        // p1 is on the first page; changed, it must not come again. p3 must not be lost.
        site.put("/fhir/Person/p1", &json!({ "resourceType": "Person", "id": "p1", "gender": "female" }))
            .expect(200);
        site.put("/fhir/Person/p9", &json!({ "resourceType": "Person", "id": "p9" })).expect(201);
        let next = link(&first, "next").expect("a next page");
        let path = next.strip_prefix(&site.base_url).unwrap();
        let second = site.get(path).expect(200).json();
        let page = |bundle: &Json| -> Vec<String> {
            bundle
                .get("entry")
                .unwrap()
                .items()
                .iter()
                .map(|e| e.at(&["resource", "id"]).unwrap().as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(
            (page(&first), page(&second)),
            (vec!["p1".into(), "p2".into()], vec!["p3".into(), "p4".into()]),
            "{store:?}"
        );
        assert_eq!(link(&second, "next"), None);
    }
}

fn link(bundle: &Json, relation: &str) -> Option<String> {
    let links = bundle.get("link")?.items();
    links
        .iter()
        .find(|link| link.str("relation") == Some(relation))
        .and_then(|link| link.str("url"))
        .map(str::to_owned)
}

#[test]
fn a_changed_cursor_is_refused() {
    let site = Site::new();
    people(&site);
    let bundle = site.get("/fhir/Person?_count=2").json();
    let next = link(&bundle, "next").unwrap();
    let path = next.strip_prefix(&site.base_url).unwrap();
    let other_search = path.replace("_count=2", "_count=3");
    for forged in [path.replace("_cursor=", "_cursor=f"), other_search] {
        assert_eq!(site.get(&forged).expect(400).issues()[1].0, "value", "{forged}");
    }
}

#[test]
fn what_cannot_be_honoured_is_refused_and_all_of_it_is_named() {
    let site = Site::new();
    let issues = site
        .get("/fhir/Patient?brithdate=2020&name:fuzzy=x&birthdate=yesterday&_count=-1")
        .expect(400)
        .issues();
    let texts: Vec<&str> = issues[1..].iter().map(|issue| issue.1.as_str()).collect();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(
        texts.iter().any(|text| text.contains("brithdate") && text.contains("did you mean 'birthdate'?")),
        "{texts:?}"
    );
    assert!(texts.iter().any(|text| text.contains("fuzzy")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("'yesterday'")), "{texts:?}");
    assert!(texts.iter().any(|text| text.contains("_count")), "{texts:?}");
}

#[test]
fn a_lenient_search_runs_without_what_it_does_not_know_and_says_so() {
    let site = Site::new();
    people(&site);
    let request =
        Request::new("GET", "/fhir/Person?gender=female&colour=red").header("prefer", "handling=lenient");
    let bundle = site.ask_with(request).expect(200).json();
    let entries = bundle.get("entry").unwrap().items();
    let modes: Vec<&str> =
        entries.iter().filter_map(|entry| entry.at(&["search", "mode"]).and_then(Json::as_str)).collect();
    assert_eq!(modes, ["match", "outcome"]);
    let self_link = link(&bundle, "self").unwrap();
    assert!(self_link.contains("gender=female") && !self_link.contains("colour"), "{self_link}");
}

#[test]
fn post_search_is_the_same_search() {
    let site = Site::new();
    people(&site);
    let form = Request::new("POST", "/fhir/Person/_search?gender=male")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=smith");
    let bundle = site.ask_with(form).expect(200).json();
    assert_eq!(bundle.at(&["entry", "0", "resource", "id"]), Some(&"p4".into()));
    assert_eq!(bundle.get("entry").unwrap().items().len(), 1);
}

#[test]
fn count_zero_is_a_count() {
    let site = Site::new();
    people(&site);
    let bundle = site.get("/fhir/Person?gender=male&_count=0").expect(200).json();
    assert_eq!(bundle.get("total").unwrap().to_string(), "2");
    assert_eq!(bundle.get("entry"), None);
}

#[test]
fn a_search_by_post_takes_a_long_form_or_none() {
    let site = Site::new();
    let token = format!("Bearer {}", site.token);
    let post = |kind: Option<&str>, body: &str| {
        let mut request =
            Request::new("POST", "/fhir/Basic/_search?_count=7").header("authorization", &token);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        site.send(request.body(body))
    };
    let form = Some("application/x-www-form-urlencoded");
    assert!(post(None, "").expect(200).text().contains("_count=7"));
    let ids: Vec<String> = (0..900).map(|n| format!("a-long-id-of-somebody-{n}")).collect();
    let long = format!("_id={}", ids.join(","));
    assert!(long.len() > 16 * 1024);
    post(form, &long).expect(200);
    let refused = post(form, &format!("_id={}", "x".repeat(256 * 1024))).expect(413).problem();
    assert!(refused.contains("262144"), "{refused}");
    for (kind, body) in [(Some("application/fhir+json"), "{}"), (None, "_id=x"), (Some("text/plain"), "")] {
        let told = post(kind, body).expect(415).problem();
        assert!(told.ends_with("send application/x-www-form-urlencoded"), "{told}");
    }
}
