//! /fhir/{type}/{id}/_history, /fhir/{type}/_history, /fhir/_history: history.

use crate::support::{Request, Site, Store};
use fhir::{Json, json};

fn basic(id: &str, text: &str) -> Json {
    json!({ "resourceType": "Basic", "id": id, "code": { "text": text } })
}

/// `b` deleted and back, `a` changed once in between; and another type.
fn site(store: Store) -> Site {
    let site = Site::on(store);
    site.put("/fhir/Basic/b", &basic("b", "1")).expect(201);
    site.put("/fhir/Basic/a", &basic("a", "1")).expect(201);
    site.delete("/fhir/Basic/b").expect(204);
    site.put("/fhir/Basic/a", &basic("a", "2")).expect(200);
    site.put("/fhir/Basic/b", &basic("b", "3")).expect(201);
    site.put("/fhir/Flag/f", &json!({
        "resourceType": "Flag", "id": "f", "status": "active", "code": { "text": "x" }, "subject": { "reference": "Patient/x" }
    }))
    .expect(201);
    site
}

/// Method, URL and status of each entry, and whether it has a resource.
fn entries(bundle: &Json) -> Vec<String> {
    let text = |entry: &Json, path: &[&str]| entry.at(path).and_then(Json::as_str).unwrap_or("?").to_owned();
    let entries = bundle.get("entry").map(Json::items).unwrap_or_default().iter();
    entries
        .map(|entry| {
            let has = if entry.get("resource").is_some() { "" } else { " (none)" };
            let (method, url) = (text(entry, &["request", "method"]), text(entry, &["request", "url"]));
            format!("{method} {url} {}{has}", text(entry, &["response", "status"]))
        })
        .collect()
}

fn link(site: &Site, bundle: &Json, relation: &str) -> Option<String> {
    let links = bundle.get("link")?.items();
    let url = links.iter().find(|link| link.str("relation") == Some(relation))?.str("url")?;
    Some(url.strip_prefix(&site.base_url).unwrap().to_owned())
}

#[test]
fn a_type_and_the_system_have_histories_newest_first() {
    for store in Store::all() {
        let site = site(store);
        let of_type = site.get("/fhir/Basic/_history").expect(200).json();
        let expected = [
            "PUT Basic/b 201 Created",
            "PUT Basic/a 200 OK",
            "DELETE Basic/b 204 No Content (none)",
            "PUT Basic/a 201 Created",
            "PUT Basic/b 201 Created",
        ];
        assert_eq!(entries(&of_type), expected);
        assert_eq!(of_type.get("total").unwrap().to_string(), "5");
        let system = site.get("/fhir/_history?_count=2").expect(200).json();
        assert_eq!(entries(&system), ["PUT Flag/f 201 Created", expected[0]]);
    }
}

#[test]
fn an_instance_has_its_own() {
    let site = site(Store::Sqlite);
    let history = site.get("/fhir/Basic/b/_history").expect(200).json();
    assert_eq!(
        entries(&history),
        ["PUT Basic/b 201 Created", "DELETE Basic/b 204 No Content (none)", "PUT Basic/b 201 Created"]
    );
    assert_eq!(history.at(&["entry", "0", "response", "etag"]), Some(&"W/\"3\"".into()));
    site.get("/fhir/Basic/none/_history").expect(404);
}

#[test]
fn pages_show_each_version_once_whatever_is_written_meanwhile() {
    for store in Store::all() {
        let site = site(store);
        let mut path = Some("/fhir/Basic/_history?_count=2".to_owned());
        let (mut seen, mut pages) = (Vec::new(), 0);
        while let Some(next) = path {
            let page = site.get(&next).expect(200).json();
            seen.extend(entries(&page));
            path = link(&site, &page, "next");
            pages += 1;
            assert!(pages < 10);
            site.put("/fhir/Basic/new", &basic("new", &pages.to_string()));
        }
        assert_eq!((seen.len(), pages), (5, 3));
        assert!(seen.iter().all(|entry| !entry.contains("new")));
    }
}

#[test]
fn since_and_at_confine_a_history() {
    let site = site(Store::Sqlite);
    let all = site.get("/fhir/Basic/a/_history").expect(200).json();
    let time = |index: &str| {
        all.at(&["entry", index, "response", "lastModified"]).and_then(Json::as_str).unwrap().to_owned()
    };
    let (newer, older) = (time("0"), time("1"));
    let count = |path: &str| entries(&site.get(path).expect(200).json()).len();
    assert_eq!(count(&format!("/fhir/Basic/a/_history?_since={newer}")), if newer == older { 2 } else { 1 });
    assert_eq!(count("/fhir/Basic/_history?_since=2000-01-01"), 5);
    assert_eq!(count("/fhir/Basic/_history?_since=2999"), 0);
    assert_eq!(count("/fhir/Basic/_history?_at=2000"), 0);
    assert!(count(&format!("/fhir/Basic/a/_history?_at={older}")) >= 1);
    assert_eq!(count("/fhir/Basic/_history?_count=0"), 0);
}

#[test]
fn what_cannot_be_honoured_is_refused() {
    let site = site(Store::Sqlite);
    for (query, problem) in [
        (
            "_cout=1",
            "the parameter '_cout' is not supported on histories; did you mean '_count'? (supported: _count, _since, _at, _summary, _elements)",
        ),
        ("_count=x", "the value 'x' of '_count' is not a number from 0 on"),
        ("_count=1&_count=2", "parameter '_count' is given more than once"),
        (
            "_cursor=1.2.3.4.5",
            "_cursor does not belong to this request of this client; follow the links of its answers unchanged",
        ),
    ] {
        let refused = site.get(&format!("/fhir/Basic/_history?{query}")).expect(400);
        assert_eq!(refused.issues()[1].1, problem);
    }
    site.get("/fhir/Basic/_history?_since=yesterday").expect(400);
    for (path, problem) in [
        ("/fhir/_history?_elements=nothing", "none of the types asked for has an element 'nothing'"),
        ("/fhir/Basic/a/_history?_elements=cod", "Basic has no element 'cod'; did you mean 'code'?"),
        ("/fhir/Basic/_history?_summary=all", "the value 'all' of '_summary' is not one of"),
        ("/fhir/Basic/_history?_summary=text&_elements=code", "cannot be used together"),
    ] {
        let refused = site.get(path).expect(400);
        assert!(refused.issues()[1].1.contains(problem), "{path}: {}", refused.text());
    }
}

#[test]
fn a_history_shows_only_what_its_reader_may_read() {
    let site = site(Store::Sqlite);
    let with = |scopes: &str, path: &str| {
        let token = site.token_for(scopes);
        site.ask_with(Request::new("GET", path).header("authorization", &format!("Bearer {token}")))
    };
    let seen = entries(&with("system/Flag.read", "/fhir/_history").expect(200).json());
    assert_eq!(seen, ["PUT Flag/f 201 Created"]);
    with("system/Flag.read", "/fhir/Basic/_history").expect(403);
}

#[test]
fn histories_show_the_part_that_is_asked_for() {
    for store in Store::all() {
        let site = site(store);
        for path in ["/fhir/Basic/a/_history", "/fhir/Basic/_history", "/fhir/_history"] {
            let whole = site.get(path).expect(200).json();
            let part = site.get(&format!("{path}?_elements=author")).expect(200).json();
            assert_eq!(entries(&part), entries(&whole), "{path}");
            let resources = |bundle: &Json| -> Vec<Json> {
                let entries = bundle.get("entry").map(Json::items).unwrap_or_default().iter();
                entries.filter_map(|entry| entry.get("resource").cloned()).collect()
            };
            assert!(!resources(&part).is_empty());
            for (part, whole) in resources(&part).iter().zip(resources(&whole)) {
                assert_eq!(part.at(&["meta", "tag", "0", "code"]), Some(&"SUBSETTED".into()), "{path}");
                assert_eq!(part.at(&["meta", "versionId"]), whole.at(&["meta", "versionId"]), "{path}");
                assert_eq!(whole.at(&["meta", "tag"]), None, "{path}");
            }
            assert!(
                site.get(&format!("{path}?_summary=false")).expect(200).text().contains("\"text\":\"1\"")
            );
            let counted = site.get(&format!("{path}?_summary=count&_count=1")).expect(200).json();
            assert_eq!(counted.get("total"), whole.get("total"), "{path}");
            assert_eq!((counted.get("entry"), link(&site, &counted, "next")), (None, None), "{path}");
        }
        let summary = site.get("/fhir/Basic/a/_history?_summary=text&_count=1").expect(200).json();
        assert!(link(&site, &summary, "next").unwrap().contains("_summary=text"), "{summary}");
    }
}

#[test]
fn a_lenient_client_is_told_what_its_history_was_read_without() {
    let site = site(Store::Sqlite);
    let ask = |handling: &str, path: &str| {
        site.ask_with(Request::new("GET", path).header("prefer", &format!("handling={handling}")))
    };
    for path in ["/fhir/Basic/_history", "/fhir/Basic/a/_history", "/fhir/_history"] {
        let query = format!("{path}?color=red&_count=1&_since=yesterday");
        let refused = ask("strict", &query).expect(400).issues();
        assert_eq!(refused.len(), 3, "{refused:?}");
        assert!(refused[1].1.contains("'color' is not supported on histories"), "{refused:?}");
        let lenient = ask("lenient", &query).expect(200).json();
        assert_eq!(link(&site, &lenient, "self").as_deref(), Some(format!("{path}?_count=1").as_str()));
        assert_eq!(lenient.get("entry").unwrap().items().len(), 2, "{lenient}");
        let outcome = lenient.at(&["entry", "1", "resource"]).unwrap();
        assert_eq!(outcome.str("resourceType"), Some("OperationOutcome"));
        let told = outcome.get("issue").unwrap().items();
        let text = |issue: &Json| issue.at(&["details", "text"]).and_then(Json::as_str).unwrap().to_owned();
        assert!(told.iter().all(|issue| issue.str("severity") == Some("warning")), "{outcome}");
        assert!(text(&told[0]).ends_with("; the history was read without 'color'"), "{outcome}");
        assert!(text(&told[1]).ends_with("; the history was read without '_since'"), "{outcome}");
        // Such a Bundle is a valid one.
        assert_eq!(validation::validate(&lenient, &validation::Options::default()), []);
        let next = link(&site, &lenient, "next").unwrap();
        let second = site.get(&next).expect(200).json();
        assert_eq!(second.get("entry").unwrap().items().len(), 1, "its links leave out what was left out");
    }
    let nothing_wrong = ask("lenient", "/fhir/Basic/_history").expect(200).json();
    assert_eq!(nothing_wrong.get("entry").unwrap().items().len(), 5);
}
