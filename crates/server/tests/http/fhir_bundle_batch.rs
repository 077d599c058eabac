//! POST /fhir: batch, and what holds for both sorts of Bundle.

use crate::support::bundle::{at, basic, batch, bundle, entry, named, referring, statuses, transaction};
use crate::support::{Request, Site, Store};
use fhir::{Json, json};

#[test]
fn the_entries_of_a_batch_succeed_and_fail_each_by_itself() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Basic/a", &named("a", "x")).expect(201);
        let reply = batch(
            &site,
            vec![
                entry("POST", "Basic").with(basic("x")),
                entry("POST", "Patient").with(json!({ "resourceType": "Patient", "gender": "x" })),
                entry("GET", "Basic/never"),
                entry("PUT", "Basic/a").with(named("a", "y")).saying("ifMatch", "W/\"7\""),
                entry("GET", "Nonsense/1"),
                entry("POST", "Basic/a").with(basic("x")),
                entry("DELETE", "Basic/a").saying("ifMatch", "W/\"1\""),
                entry("GET", "Basic/a/_history/1"),
                entry("FETCH", "Basic/a"),
                entry("GET", "Basic/a/_history/1").saying("ifNoneMatch", "W/\"1\""),
            ],
        )
        .expect(200);
        assert_eq!(at(&reply, &["type"]), "batch-response");
        assert_eq!(
            statuses(&reply),
            [
                "201 Created",
                "400 Bad Request",
                "404 Not Found",
                "412 Precondition Failed",
                "404 Not Found",
                "405 Method Not Allowed",
                "204 No Content",
                "200 OK",
                "400 Bad Request",
                "304 Not Modified",
            ]
        );
        let outcome =
            |index: &str| reply.json().at(&["entry", index, "response", "outcome"]).unwrap().to_string();
        assert!(
            outcome("1").contains("\"expression\":[\"Bundle.entry[1].resource.gender\"]"),
            "{}",
            outcome("1")
        );
        let alone = site.get("/fhir/Basic/never").text();
        assert_eq!(outcome("2"), alone, "a failure reads the same wherever it happens");
        assert_eq!(site.search("/fhir/Basic").len(), 1);
        let issues = validation::validate(&reply.json(), &validation::Options::default());
        assert_eq!(issues, []);
    }
}

#[test]
fn the_entries_of_a_batch_cannot_refer_to_one_another() {
    let site = Site::new();
    let reply = batch(
        &site,
        vec![
            entry("POST", "Patient").with(json!({ "resourceType": "Patient" })).full_url("urn:uuid:1"),
            entry("POST", "Basic").with(referring("urn:uuid:1")),
        ],
    );
    assert_eq!(statuses(&reply), ["201 Created", "400 Bad Request"]);
}

#[test]
fn what_is_no_batch_or_transaction_is_refused() {
    let site = Site::new();
    for (body, place, problem) in [
        ("{}", "Bundle", "the body must be a Bundle of type batch or transaction"),
        ("[]", "Bundle", "the body must be a Bundle of type batch or transaction"),
        (r#"{"resourceType":"Patient"}"#, "Bundle.resourceType", "a Patient is sent to /Patient"),
        (r#"{"resourceType":"Bundle"}"#, "Bundle.type", "type is required: batch or transaction"),
        (r#"{"resourceType":"Bundle","type":"collection"}"#, "Bundle.type", "send it to /Bundle"),
        (r#"{"resourceType":"Bundle","type":"transactoin"}"#, "Bundle.type", "did you mean 'transaction'?"),
        (r#"{"resourceType":"Bundle","type":"batch","entry":{}}"#, "Bundle.entry", "must be a list"),
        (r#"{"resourceType":"Bundle","type":"batch","etnry":[]}"#, "Bundle.etnry", "etnry"),
        (
            r#"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"}}}]}"#,
            "Bundle.entry[0].request",
            "request is required",
        ),
        (
            r#"{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST"}}]}"#,
            "Bundle.entry[0].request.url",
            "url is required",
        ),
        (r#"{"resourceType":"Bundle","type":"transaction","entry":["x"]}"#, "Bundle.entry[0]", "object"),
    ] {
        let issues = site.ask("POST", "/fhir", body).expect(400).issues();
        assert_eq!(issues[1].2, place, "{body}");
        assert!(issues[1].1.contains(problem), "{body}: {issues:?}");
    }
    let empty = site.ask("POST", "/fhir/", r#"{"resourceType":"Bundle","type":"transaction"}"#).expect(200);
    assert_eq!(empty.text(), r#"{"resourceType":"Bundle","type":"transaction-response"}"#);
    site.ask_with(Request::new("POST", "/fhir").header("content-type", "text/plain").body("{}")).expect(415);
}

#[test]
fn searches_and_histories_of_every_kind_are_entries() {
    for store in Store::all() {
        let site = Site::on(store);
        site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p" })).expect(201);
        let observation = json!({
            "resourceType": "Observation", "status": "final", "code": { "text": "x" }, "subject": { "reference": "Patient/p" }
        });
        let reply = transaction(
            &site,
            vec![
                entry("POST", "Observation").with(observation),
                entry("GET", "Patient/p/Observation"),
                entry("GET", "Patient/p/*"),
                entry("GET", "?_type=Observation,Patient&_id=p"),
                entry("GET", "Patient/p/_history"),
                entry("GET", "Observation/_history?_count=1"),
                entry("GET", "_history?_count=2"),
                entry("HEAD", "Patient?_id=p"),
            ],
        )
        .expect(200);
        let lengths: Vec<usize> = (1..7)
            .map(|index: usize| {
                let found = reply.json();
                let bundle = found.at(&["entry", &index.to_string(), "resource"]).unwrap();
                bundle.get("entry").map(Json::items).unwrap_or_default().len()
            })
            .collect();
        assert_eq!(lengths, [1, 2, 1, 1, 1, 2], "a patient is in its own compartment");
        assert_eq!(reply.json().at(&["entry", "7", "resource"]), None);
        let reply =
            batch(&site, vec![entry("GET", "Patient/p/_history?x=y"), entry("POST", "Patient/_search")]);
        assert_eq!(statuses(&reply), ["400 Bad Request", "400 Bad Request"]);
        let place =
            reply.json().at(&["entry", "0", "response", "outcome", "issue", "1", "expression", "0"]).cloned();
        assert_eq!(place, Some("Bundle.entry[0].request.url".into()));
    }
}

#[test]
fn prefer_decides_what_entries_are_answered_with() {
    let site = Site::new();
    let ask = |prefer: &str| {
        let body = bundle("transaction", vec![entry("POST", "Basic").with(basic("x"))]);
        site.ask_with(Request::new("POST", "/fhir").header("prefer", prefer).body(body.to_string()))
            .expect(200)
    };
    assert_eq!(at(&ask("return=representation"), &["entry", "0", "resource", "code", "text"]), "x");
    assert_eq!(ask("return=minimal").json().at(&["entry", "0", "resource"]), None);
    let outcome = ask("return=OperationOutcome");
    assert_eq!(at(&outcome, &["entry", "0", "response", "outcome", "issue", "0", "code"]), "informational");
}

#[test]
fn value_sets_named_by_their_ids_mean_the_same_in_entries_as_elsewhere() {
    for store in Store::all() {
        let site = Site::on(store);
        let gender = "http://hl7.org/fhir/administrative-gender";
        let value_set = |id: &str, version: &str, code: &str| {
            json!({
                "resourceType": "ValueSet", "id": id, "url": "http://example.org/genders", "version": version,
                "status": "active", "compose": { "include": [{ "system": gender, "concept": [{ "code": code }] }] }
            })
        };
        site.put("/fhir/ValueSet/men", &value_set("men", "1", "male")).expect(201);
        site.put("/fhir/ValueSet/women", &value_set("women", "2", "female")).expect(201);
        for (id, code) in [("m", "male"), ("f", "female")] {
            let patient = json!({ "resourceType": "Patient", "id": id, "gender": code });
            site.put(&format!("/fhir/Patient/{id}"), &patient).expect(201);
        }
        let absolute = format!("Patient?gender:in={}/fhir/ValueSet/men", site.base_url);
        let cases = [
            ("Patient?gender:in=ValueSet/men", "m"),
            ("Patient?gender:in=ValueSet/women", "f"),
            ("Patient?gender:not-in=ValueSet/women&_id=m,f", "m"),
            (absolute.as_str(), "m"),
            ("Patient?_filter=gender%20in%20ValueSet/men", "m"),
            ("Patient?gender:below=http://hl7.org/fhir/administrative-gender|male", "m"),
            ("Patient?gender:above=http://hl7.org/fhir/administrative-gender|female", "f"),
        ];
        for kind in [batch, transaction] {
            let entries = cases.iter().map(|(url, _)| entry("GET", &format!("{url}&_elements=id&_id=m,f")));
            let reply = kind(&site, entries.collect()).expect(200);
            for (index, (url, id)) in cases.iter().enumerate() {
                let found =
                    at(&reply, &["entry", &index.to_string(), "resource", "entry", "0", "resource", "id"]);
                assert_eq!(found, *id, "{url}");
                let alone = site.search(&format!("/fhir/{url}&_id=m,f"));
                assert_eq!(
                    alone.iter().map(|one| one.str("id").unwrap()).collect::<Vec<_>>(),
                    [*id],
                    "{url}"
                );
            }
        }
        // Criteria of changes and of references, too.
        let reply = transaction(
            &site,
            vec![
                entry("POST", "Basic").with(referring("Patient?gender:in=ValueSet/men&_id=m,f")),
                entry("DELETE", "Patient?gender:in=ValueSet/women&_id=m,f"),
            ],
        );
        assert_eq!(statuses(&reply), ["201 Created", "204 No Content"], "{}", reply.text());
        site.get("/fhir/Patient/f").expect(410);
        let refused = batch(&site, vec![entry("GET", "Patient?gender:in=ValueSet/none")]);
        let alone = site.get("/fhir/Patient?gender:in=ValueSet/none").issues();
        let told = at(&refused, &["entry", "0", "response", "outcome", "issue", "1", "details", "text"]);
        assert_eq!(told, alone[1].1);
    }
}

#[test]
fn entries_get_the_parts_that_their_urls_ask_for() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &named("a", "x")).expect(201);
    let reply = batch(
        &site,
        vec![
            entry("GET", "Basic/a?_elements=author"),
            entry("GET", "Basic/a/_history/1?_summary=text"),
            entry("GET", "Basic/_history?_elements=author"),
            entry("GET", "Basic/a?_summary=false&_format=json"),
            entry("GET", "Basic/a?_summary=count"),
            entry("GET", "Basic/_history?_summary=count"),
            entry("HEAD", "Basic/a?_elements=author"),
            entry("GET", "Basic/a?_elements=author").saying("ifNoneMatch", "W/\"1\""),
        ],
    )
    .expect(200);
    let ok = "200 OK";
    let expected = [ok, ok, ok, ok, "400 Bad Request", ok, ok, "304 Not Modified"];
    assert_eq!(statuses(&reply), expected);
    let subsetted = |path: &[&str]| reply.json().at(path).is_some_and(|tag| *tag == "SUBSETTED".into());
    for entry in ["0", "1"] {
        assert!(subsetted(&["entry", entry, "resource", "meta", "tag", "0", "code"]), "{}", reply.text());
    }
    assert!(subsetted(&["entry", "2", "resource", "entry", "0", "resource", "meta", "tag", "0", "code"]));
    assert_eq!(at(&reply, &["entry", "3", "resource", "code", "text"]), "x");
    let problem = at(&reply, &["entry", "4", "response", "outcome", "issue", "1", "details", "text"]);
    assert!(problem.starts_with("'_summary=count' counts"), "{problem}");
    let json = reply.json();
    assert_eq!(json.at(&["entry", "5", "resource", "total"]).unwrap().to_string(), "1");
    assert_eq!(json.at(&["entry", "5", "resource", "entry"]), None);
    assert_eq!(json.at(&["entry", "6", "resource"]), None);
}

#[test]
fn conditions_of_entries_are_lists_of_tags_or_a_star() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &named("a", "1")).expect(201);
    let reply = batch(
        &site,
        vec![
            entry("PUT", "Basic/a").with(named("a", "2")).saying("ifMatch", "W/\"7\", W/\"1\""),
            entry("PUT", "Basic/b").with(named("b", "1")).saying("ifMatch", "*"),
            entry("PUT", "Basic/c").with(named("c", "1")).saying("ifNoneMatch", "*"),
            entry("GET", "Basic/a").saying("ifNoneMatch", "*"),
        ],
    )
    .expect(200);
    let expected = ["200 OK", "412 Precondition Failed", "201 Created", "304 Not Modified"];
    assert_eq!(statuses(&reply), expected, "{}", reply.text());
}

#[test]
fn a_lenient_client_is_lenient_in_the_entries_of_its_bundle() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &named("a", "x")).expect(201);
    let gets = || vec![entry("GET", "Basic?colour=red"), entry("GET", "Basic/a/_history?colour=red")];
    assert_eq!(statuses(&batch(&site, gets()).expect(200)), ["400 Bad Request", "400 Bad Request"]);
    let lenient = Request::new("POST", "/fhir")
        .header("content-type", "application/fhir+json")
        .header("prefer", "handling=lenient")
        .body(bundle("batch", gets()).to_string());
    let reply = site.ask_with(lenient).expect(200);
    assert_eq!(statuses(&reply), ["200 OK", "200 OK"]);
    let told = reply.json().at(&["entry", "0", "resource", "entry", "1", "search", "mode"]).cloned();
    assert_eq!(told, Some("outcome".into()), "{}", reply.text());
}
