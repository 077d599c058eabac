//! POST /fhir: operations as entries of batches and transactions.

use crate::support::bundle::{basic, batch, entry, named, statuses, transaction};
use crate::support::{Reply, Request, Site, Store};
use fhir::{Json, json};

const GENDERS: &str = "http://hl7.org/fhir/ValueSet/administrative-gender";
const GENDER: &str = "http://hl7.org/fhir/administrative-gender";

fn observation(id: &str) -> Json {
    json!({
        "resourceType": "Observation", "id": id, "status": "final", "code": { "text": id },
        "subject": { "reference": "Patient/p" }, "effectiveDateTime": "2026-01-01"
    })
}

fn record(site: &Site) {
    for (path, resource) in [
        ("Patient/p", json!({ "resourceType": "Patient", "id": "p" })),
        ("Observation/o", observation("o")),
        ("Basic/x", named("x", "x")),
        (
            "Composition/c",
            json!({
                "resourceType": "Composition", "id": "c", "status": "final", "type": { "text": "t" },
                "subject": { "reference": "Patient/p" }, "date": "2026-01-01", "title": "T",
                "author": [{ "reference": "Patient/p" }]
            }),
        ),
    ] {
        site.put(&format!("/fhir/{path}"), &resource).expect(201);
    }
}

fn parameters(parameter: Json) -> Json {
    json!({ "resourceType": "Parameters", "parameter": (parameter) })
}

fn tagged(code: &str) -> Json {
    parameters(json!([{ "name": "meta", "valueMeta": { "tag": [{ "code": code }] } }]))
}

/// The resource of an answered entry.
fn resource(reply: &Reply, index: usize) -> Json {
    reply
        .json()
        .at(&["entry", &index.to_string(), "resource"])
        .unwrap_or_else(|| panic!("{}", reply.text()))
        .clone()
}

/// The ids of the resources in a Bundle, sorted.
fn ids(bundle: &Json) -> Vec<String> {
    let entries = bundle.get("entry").map(Json::items).unwrap_or_default();
    let id = |entry: &Json| entry.at(&["resource", "id"]).and_then(Json::as_str).unwrap().to_owned();
    let mut ids: Vec<String> = entries.iter().map(id).collect();
    ids.sort();
    ids
}

#[test]
fn operations_answer_in_a_bundle_as_they_do_by_themselves() {
    for store in Store::all() {
        let site = Site::on(store);
        record(&site);
        let map = json!({
            "resourceType": "ConceptMap", "status": "active", "group": [{
                "source": GENDER, "target": "urn:t", "element": [{ "code": "male", "target": [{ "code": "M", "equivalence": "equal" }] }]
            }]
        });
        let asked = [
            ("GET", "Patient/p/$everything".to_owned(), None),
            (
                "POST",
                "Patient/p/$everything".to_owned(),
                Some(parameters(json!([{ "name": "_type", "valueCode": "Observation" }]))),
            ),
            ("GET", "Observation/o/$validate".to_owned(), None),
            (
                "POST",
                "Observation/$lastn".to_owned(),
                Some(parameters(json!([{ "name": "patient", "valueString": "p" }]))),
            ),
            ("GET", format!("CodeSystem/$lookup?system={GENDER}&code=male"), None),
            ("GET", format!("ValueSet/$validate-code?url={GENDERS}&system={GENDER}&code=male"), None),
            ("GET", format!("CodeSystem/$subsumes?system={GENDER}&codeA=male&codeB=male"), None),
            (
                "POST",
                "ConceptMap/$translate".to_owned(),
                Some(parameters(json!([
                    { "name": "conceptMap", "resource": map },
                    { "name": "system", "valueUri": GENDER }, { "name": "code", "valueCode": "male" }
                ]))),
            ),
            ("GET", "Basic/x/$meta".to_owned(), None),
            ("GET", "Basic/$meta".to_owned(), None),
            ("GET", "$meta".to_owned(), None),
            ("POST", "$meta".to_owned(), Some(json!({ "resourceType": "Parameters" }))),
        ];
        for kind in [batch, transaction] {
            let entries = asked.iter().map(|(method, url, body)| {
                let entry = entry(method, url);
                body.iter().cloned().fold(entry, crate::support::bundle::Entry::with)
            });
            let reply = kind(&site, entries.collect()).expect(200);
            assert_eq!(statuses(&reply), vec!["200 OK"; asked.len()], "{}", reply.text());
            for (index, (method, url, body)) in asked.iter().enumerate() {
                let alone = match body {
                    Some(body) => site.post(&format!("/fhir/{url}"), body),
                    None => site.get(&format!("/fhir/{url}")),
                };
                assert_eq!(resource(&reply, index).to_string(), alone.expect(200).text(), "{method} {url}");
            }
            let issues = validation::validate(&reply.json(), &validation::Options::default());
            assert_eq!(issues, []);
        }
    }
}

#[test]
fn operations_of_which_each_answer_is_another_are_entries_too() {
    let site = Site::new();
    record(&site);
    let reply = batch(
        &site,
        vec![
            entry("GET", "Composition/c/$document"),
            entry("GET", &format!("ValueSet/$expand?url={GENDERS}")),
            entry("HEAD", "Basic/x/$meta"),
        ],
    )
    .expect(200);
    assert_eq!(statuses(&reply), ["200 OK"; 3]);
    assert_eq!(ids(&resource(&reply, 0)), ["c", "p"]);
    assert_eq!(resource(&reply, 1).at(&["expansion", "total"]).map(ToString::to_string), Some("4".into()));
    assert_eq!(reply.json().at(&["entry", "2", "resource"]), None);
}

#[test]
fn what_is_wrong_with_a_validated_resource_is_told_with_its_place_in_the_bundle() {
    let site = Site::new();
    let wrong = json!({ "resourceType": "Patient", "gender": "x" });
    let mode = json!({ "name": "mode", "valueCode": "create" });
    let wrapped = parameters(json!([mode, { "name": "resource", "resource": (wrong.clone()) }]));
    let update = json!({ "resourceType": "Patient", "id": "q", "active": true });
    let reply = transaction(
        &site,
        vec![
            entry("POST", "Patient/$validate").with(wrong),
            entry("POST", "Patient/$validate").with(wrapped),
            entry("POST", "Patient/p/$validate?mode=update").with(update),
        ],
    )
    .expect(200);
    assert_eq!(statuses(&reply), ["200 OK"; 3]);
    for (index, place) in [
        (0, "Bundle.entry[0].resource.gender"),
        (1, "Bundle.entry[1].resource.parameter[1].resource.gender"),
        (2, "Bundle.entry[2].resource.id"),
    ] {
        let outcome = resource(&reply, index);
        let issues = outcome.get("issue").unwrap().items();
        let places: Vec<Option<&Json>> = issues.iter().map(|issue| issue.at(&["expression", "0"])).collect();
        assert!(places.contains(&Some(&place.into())), "{place}: {outcome}");
    }
    assert!(site.search("/fhir/Patient?gender=x").is_empty(), "nothing is stored");
}

#[test]
fn operations_are_carried_out_with_the_entries_of_their_method() {
    for store in Store::all() {
        let site = Site::on(store);
        record(&site);
        let created = json!({
            "resourceType": "Observation", "status": "final", "code": { "text": "created" },
            "identifier": [{ "system": "urn:t", "value": "created" }], "subject": { "reference": "Patient/p" }
        });
        let all = parameters(json!([{ "name": "_type", "valueCode": "Observation" }]));
        let reply = transaction(
            &site,
            vec![
                entry("GET", "Patient/p/$everything?_type=Observation"),
                entry("PUT", "Observation/put").with(observation("put")),
                entry("POST", "Patient/p/$everything").with(all),
                entry("POST", "Observation").with(created),
                entry("DELETE", "Observation/o"),
                entry("GET", "Basic/x/$meta"),
                entry("POST", "Basic/x/$meta-add").with(tagged("a")),
            ],
        )
        .expect(200);
        let (ok, made) = ("200 OK", "201 Created");
        assert_eq!(statuses(&reply), [ok, made, ok, made, "204 No Content", ok, ok]);
        let id = crate::support::bundle::target(&reply, 3).replace("Observation/", "");
        assert_eq!(ids(&resource(&reply, 2)), [id.as_str()], "after deletes and creates, before updates");
        let mut both = [id, "put".to_owned()];
        both.sort();
        assert_eq!(ids(&resource(&reply, 0)), both);
        let meta = |index| resource(&reply, index).at(&["parameter", "0", "valueMeta"]).unwrap().clone();
        assert_eq!(meta(6).at(&["tag", "0", "code"]), Some(&"a".into()));
        assert_eq!(meta(5), meta(6), "reads come last");
    }
}

#[test]
fn labels_in_use_are_those_that_the_entries_before_leave() {
    for store in Store::all() {
        let site = Site::on(store);
        record(&site);
        site.post("/fhir/Basic/x/$meta-add", &tagged("old")).expect(200);
        let labelled = json!({
            "resourceType": "Basic", "id": "y", "code": { "text": "y" }, "meta": { "tag": [{ "code": "put" }] }
        });
        let reply = transaction(
            &site,
            vec![
                entry("GET", "Basic/$meta"),
                entry("GET", "$meta"),
                entry("PUT", "Basic/y").with(labelled),
                entry("POST", "Patient/p/$meta-add").with(tagged("new")),
                entry("DELETE", "Basic/x"),
            ],
        )
        .expect(200);
        assert_eq!(tags(&resource(&reply, 0)), ["put"]);
        assert_eq!(tags(&resource(&reply, 1)), ["new", "put"]);
    }
}

/// The codes of the tags that an operation returned.
fn tags(returned: &Json) -> Vec<String> {
    let tags = returned.at(&["parameter", "0", "valueMeta", "tag"]).map(Json::items).unwrap_or_default();
    tags.iter().filter_map(|tag| tag.str("code")).map(str::to_owned).collect()
}

#[test]
fn labels_are_changed_with_a_transaction_or_not_at_all() {
    for store in Store::all() {
        let site = Site::on(store);
        record(&site);
        let refused = transaction(
            &site,
            vec![
                entry("POST", "Basic/x/$meta-add").with(tagged("a")),
                entry("POST", "Basic").with(basic("new")),
                entry("POST", "Basic/none/$meta-add").with(tagged("a")),
            ],
        )
        .expect(404);
        assert_eq!(refused.problem(), "Unknown Basic resource 'none'");
        assert_eq!(site.get("/fhir/Basic/x").header("etag"), Some("W/\"1\""));
        assert_eq!(site.search("/fhir/Basic").len(), 1);

        let stale = || entry("POST", "Basic/x/$meta-add").with(tagged("a")).saying("ifMatch", "W/\"7\"");
        transaction(&site, vec![stale(), entry("POST", "Basic").with(basic("new"))]).expect(412);
        let reply = batch(
            &site,
            vec![
                stale(),
                entry("POST", "Basic/x/$meta-add").with(tagged("b")).saying("ifMatch", "W/\"1\""),
                entry("POST", "Basic/x/$meta-delete").with(tagged("never")),
            ],
        );
        assert_eq!(statuses(&reply), ["412 Precondition Failed", "200 OK", "200 OK"]);
        assert_eq!(site.get("/fhir/Basic/x").header("etag"), Some("W/\"2\""));

        let twice = transaction(
            &site,
            vec![
                entry("PUT", "Basic/x").with(named("x", "y")),
                entry("POST", "Basic/x/$meta-delete").with(tagged("b")),
            ],
        )
        .expect(400);
        let (code, _, place) = twice.issues().swap_remove(1);
        assert_eq!((code.as_str(), place.as_str()), ("duplicate", "Bundle.entry[0].request.url"));
        assert_eq!(site.search("/fhir/Basic?_tag=b").len(), 1);
    }
}

#[test]
fn operations_that_cannot_be_honoured_are_refused_as_by_themselves() {
    let site = Site::new();
    record(&site);
    let nothing = || json!({ "resourceType": "Parameters" });
    let wrong = || parameters(json!([{ "name": "count", "valueInteger": 1 }]));
    let cases = [
        (entry("GET", "Basic/x/$metta"), "404 Not Found", "Unknown path 'Basic/x/$metta'", None),
        (entry("GET", "$everything"), "404 Not Found", "Unknown path '$everything'", None),
        (entry("GET", "$meta-add"), "404 Not Found", "Unknown path '$meta-add'", None),
        (
            entry("GET", "$meta?mode=x"),
            "400 Bad Request",
            "$meta has no parameter 'mode' (supported: none)",
            Some("request.url"),
        ),
        (
            entry("GET", "Observation/$lastn?patient=p&_count=1"),
            "400 Bad Request",
            "the parameter '_count' has no meaning with $lastn",
            Some("request.url"),
        ),
        (entry("GET", "Basic/x/$meta-add"), "405 Method Not Allowed", "Operation is not supported", None),
        (entry("DELETE", "Basic/x/$meta"), "405 Method Not Allowed", "Operation is not supported", None),
        (entry("GET", "Basic/none/$meta"), "404 Not Found", "Unknown Basic resource 'none'", None),
        (
            entry("GET", "Patient/p/$everything?from=2020"),
            "400 Bad Request",
            "$everything has no parameter 'from' (supported: _since, _type, _count, start, end)",
            Some("request.url"),
        ),
        (
            entry("POST", "Basic/x/$meta-add").with(nothing()),
            "400 Bad Request",
            "parameter 'meta' of $meta-add is required",
            Some(""),
        ),
        (
            entry("POST", "Basic/x/$meta").with(wrong()),
            "400 Bad Request",
            "$meta has no parameter 'count' (supported: none)",
            Some("resource.parameter[0]"),
        ),
        (
            entry("POST", "Basic/x/$meta").with(basic("x")),
            "400 Bad Request",
            "resourceType 'Basic' is not Parameters",
            Some("resource.resourceType"),
        ),
        (
            entry("POST", "Basic/x/$meta?_since=2020").with(nothing()),
            "400 Bad Request",
            "$meta has no parameter '_since' (supported: none)",
            Some(""),
        ),
        (
            entry("POST", "Basic/x/$meta").with(nothing()).saying("ifMatch", "W/\"1\""),
            "400 Bad Request",
            "ifMatch has no meaning with POST; leave it out",
            Some("request.ifMatch"),
        ),
        (
            entry("GET", "ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/observation-codes"),
            "400 Bad Request",
            "CodeSystem 'http://loinc.org' is not known",
            None,
        ),
    ];
    let (entries, expected): (Vec<_>, Vec<_>) =
        cases.into_iter().map(|(entry, status, text, place)| (entry, (status, text, place))).unzip();
    let reply = batch(&site, entries).expect(200);
    for (index, (status, text, place)) in expected.into_iter().enumerate() {
        let response = reply.json().at(&["entry", &index.to_string(), "response"]).unwrap().clone();
        assert_eq!(response.str("status"), Some(status), "{response}");
        let issues = response.at(&["outcome", "issue"]).unwrap().items();
        let told = issues.last().unwrap();
        let found = told.at(&["details", "text"]).and_then(Json::as_str).unwrap();
        assert!(found.contains(text), "{found}");
        if let Some(place) = place {
            let whole = format!("Bundle.entry[{index}].{place}");
            let expected = whole.trim_end_matches('.');
            assert_eq!(told.at(&["expression", "0"]), Some(&expected.into()), "{response}");
        }
    }
}

#[test]
fn a_transaction_names_every_operation_that_cannot_be_honoured() {
    let site = Site::new();
    record(&site);
    let refused = transaction(
        &site,
        vec![
            entry("GET", "Patient/p/$everything?from=2020"),
            entry("POST", "Patient").with(json!({ "resourceType": "Patient", "gender": "x" })),
            entry("POST", "Observation/$lastn").with(json!({ "resourceType": "Parameters" })),
            entry("GET", "CodeSystem/$lookup?system=urn:x"),
        ],
    )
    .expect(400);
    let places: Vec<String> = refused.issues()[1..].iter().map(|issue| issue.2.clone()).collect();
    assert_eq!(
        places,
        [
            "Bundle.entry[0].request.url",
            "Bundle.entry[1].resource.gender",
            "Bundle.entry[2]",
            "Bundle.entry[3].request.url"
        ]
    );
}

#[test]
fn operations_of_entries_do_no_more_than_the_token_allows() {
    let site = Site::new();
    record(&site);
    let secret = json!({ "resourceType": "Binary", "id": "b", "contentType": "text/plain", "securityContext": { "reference": "Patient/p" } });
    site.put("/fhir/Binary/b", &secret).expect(201);
    let scopes = "system/Basic.read system/Composition.read system/Observation.read system/Binary.read";
    let token = format!("Bearer {}", site.token_for(scopes));
    let ask = |kind: &str, entries| {
        let body = crate::support::bundle::bundle(kind, entries).to_string();
        site.ask_with(Request::new("POST", "/fhir").header("authorization", &token).body(body))
    };
    let forbidden = || {
        vec![
            entry("POST", "Basic/x/$meta-add").with(tagged("a")),
            entry("GET", "Patient/p/$everything"),
            entry("GET", "Patient/none/$meta"),
            entry("GET", "Composition/c/$document"),
            entry("GET", "Binary/b/$meta"),
            entry("GET", "Binary/$meta"),
            entry("GET", "Patient/$meta"),
            entry("GET", "Observation/$lastn?patient=p&subject:Patient.identifier=urn:t|1"),
            entry("POST", "Patient/$validate").with(json!({ "resourceType": "Patient" })),
        ]
    };
    let reply = ask("batch", forbidden()).expect(200);
    assert_eq!(statuses(&reply), vec!["403 Forbidden"; forbidden().len()], "{}", reply.text());
    for one in forbidden() {
        ask("transaction", vec![entry("GET", "Basic/x/$meta"), one]).expect(403);
    }
    let alone = |path: &str| site.ask_with(Request::new("GET", path).header("authorization", &token));
    alone("/fhir/Binary/b/$meta").expect(403);
    alone("/fhir/Observation/$lastn?patient=p&subject:Patient.identifier=urn:t|1").expect(403);
    for (path, code) in [("Basic/x", "shown"), ("Patient/p", "hidden"), ("Binary/b", "hidden too")] {
        site.post(&format!("/fhir/{path}/$meta-add"), &tagged(code)).expect(200);
    }
    let reply = ask("batch", vec![entry("GET", "Basic/x/$meta"), entry("GET", "$meta")]);
    assert_eq!(statuses(&reply), ["200 OK"; 2]);
    assert_eq!(tags(&resource(&reply, 0)), ["shown"]);
    assert_eq!(tags(&resource(&reply, 1)), ["shown"]);
}
