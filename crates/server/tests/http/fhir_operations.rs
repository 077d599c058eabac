//! /fhir/{type}/$name and /fhir/{type}/{id}/$name: operations.

use crate::support::{Request, Site, Store};
use fhir::{Json, json};

fn basic(site: &Site) {
    let tag = json!({ "system": "http://example.org/tags", "code": "a", "display": "A" });
    let basic =
        json!({ "resourceType": "Basic", "id": "x", "meta": { "tag": [tag] }, "code": { "text": "x" } });
    site.put("/fhir/Basic/x", &basic).expect(201);
}

fn labels(meta: Json) -> Json {
    json!({ "resourceType": "Parameters", "parameter": [{ "name": "meta", "valueMeta": (meta) }] })
}

/// The codes of the tags that an operation returned.
fn tags(returned: &Json) -> Vec<String> {
    let meta = returned.at(&["parameter", "0", "valueMeta"]).unwrap();
    let tags = meta.get("tag").map(Json::items).unwrap_or_default();
    tags.iter().map(|tag| tag.str("code").unwrap().to_owned()).collect()
}

#[test]
fn meta_is_that_of_the_resource() {
    let site = Site::new();
    basic(&site);
    let meta = site.get("/fhir/Basic/x/$meta").expect(200).json();
    assert_eq!(tags(&meta), ["a"]);
    assert_eq!(meta.at(&["parameter", "0", "valueMeta", "versionId"]), Some(&"1".into()));
    site.get("/fhir/Basic/none/$meta").expect(404);
    let refused = site.get("/fhir/Basic/x/$meta?mode=x").expect(400);
    assert_eq!(refused.issues()[1].1, "$meta has no parameter 'mode' (supported: none)");
}

#[test]
fn meta_of_a_type_and_of_the_server_are_the_labels_in_use() {
    for store in Store::all() {
        let site = Site::on(store);
        basic(&site);
        let labelled = |resource_type: &str, id: &str, meta: Json| {
            let mut resource = json!({ "resourceType": (resource_type), "id": (id), "meta": (meta) });
            if resource_type == "Basic" {
                resource.as_object_mut().unwrap().insert("code", json!({ "text": "x" }));
            }
            site.put(&format!("/fhir/{resource_type}/{id}"), &resource).expect(201);
        };
        labelled(
            "Basic",
            "y",
            json!({ "profile": ["http://example.org/p"], "tag": [
            { "system": "http://example.org/tags", "code": "a", "version": "2" }, { "code": "b" }, { "display": "C" }
        ] }),
        );
        labelled("Basic", "gone", json!({ "tag": [{ "code": "gone" }] }));
        site.delete("/fhir/Basic/gone").expect(204);
        let restricted = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        labelled("Device", "d", json!({ "security": [{ "system": (restricted), "code": "R" }] }));
        let of_type = site.get("/fhir/Basic/$meta").expect(200).json();
        let expected = json!({
            "profile": ["http://example.org/p"],
            "tag": [{ "code": "C" }, { "code": "b" }, { "system": "http://example.org/tags", "code": "a" }]
        });
        assert_eq!(of_type.at(&["parameter", "0", "name"]), Some(&"return".into()));
        assert_eq!(labels_of(&of_type), expected);
        let parameters = json!({ "resourceType": "Parameters" });
        assert_eq!(site.post("/fhir/Basic/$meta", &parameters).expect(200).json(), of_type);
        let device = labels_of(&site.get("/fhir/Device/$meta").expect(200).json());
        assert_eq!(device, json!({ "security": [{ "system": (restricted), "code": "R" }] }));
        let system = labels_of(&site.get("/fhir/$meta").expect(200).json());
        assert_eq!(
            (system.get("security"), system.get("tag")),
            (device.get("security"), expected.get("tag"))
        );
        // Where nothing is in use the answer is valid still.
        let none = site.get("/fhir/Flag/$meta").expect(200).json();
        assert_eq!(validation::validate(&none, &validation::Options::default()), []);
        assert_eq!(labels_of(&none), json!({}));
    }
}

/// The labels that an operation returned, without their versions and displays; one without a code is told by its display.
fn labels_of(returned: &Json) -> Json {
    let meta = returned.at(&["parameter", "0", "valueMeta"]).unwrap();
    let mut labels = fhir::Object::new();
    for name in ["profile", "security", "tag"] {
        let all = meta.get(name).map(Json::items).unwrap_or_default();
        let plain = all.iter().map(|label| match label.as_object() {
            None => label.clone(),
            Some(coding) => {
                let mut plain = fhir::Object::new();
                if let Some(system) = coding.str("system") {
                    plain.insert("system", system);
                }
                plain.insert("code", coding.str("code").or_else(|| coding.str("display")).unwrap());
                plain.into()
            }
        });
        let plain: Vec<Json> = plain.collect();
        if !plain.is_empty() {
            labels.insert(name, plain);
        }
    }
    labels.into()
}

#[test]
fn labels_in_use_are_those_that_the_caller_may_read() {
    let site = Site::new();
    basic(&site);
    let ask = |scopes: &str, path: &str| {
        let token = format!("Bearer {}", site.token_for(scopes));
        site.ask_with(Request::new("GET", path).header("authorization", &token))
    };
    ask("system/Device.read", "/fhir/Basic/$meta").expect(403);
    ask("system/Binary.read", "/fhir/Binary/$meta").expect(403);
    assert_eq!(labels_of(&ask("system/Device.read", "/fhir/$meta").expect(200).json()), json!({}));
    assert_eq!(tags(&ask("system/Basic.read", "/fhir/$meta").expect(200).json()), ["a"]);
    assert_eq!(site.send(Request::new("GET", "/fhir/$meta")).status, 401);
    let refused = site.get("/fhir/$meta?mode=x").expect(400);
    assert_eq!(refused.issues()[1].1, "$meta has no parameter 'mode' (supported: none)");
    site.get("/fhir/$meta-add").expect(404);
}

#[test]
fn labels_are_sets_that_are_added_to_and_taken_from() {
    let site = Site::new();
    basic(&site);
    let more = labels(json!({
        "tag": [{ "system": "http://example.org/tags", "code": "a", "version": "2" }, { "code": "b" }],
        "profile": ["http://example.org/p"]
    }));
    let added = site.post("/fhir/Basic/x/$meta-add", &more).expect(200).json();
    assert_eq!(tags(&added), ["a", "b"]);
    assert_eq!(site.get("/fhir/Basic/x").header("etag"), Some("W/\"2\""));
    assert_eq!(site.search("/fhir/Basic?_tag=b&_profile=http://example.org/p").len(), 1);

    let same = site.post("/fhir/Basic/x/$meta-add", &more).expect(200).json();
    assert_eq!(same.at(&["parameter", "0", "valueMeta", "versionId"]), Some(&"2".into()));

    let fewer = labels(json!({ "tag": [{ "code": "b" }, { "code": "never-there" }] }));
    let left = site.post("/fhir/Basic/x/$meta-delete", &fewer).expect(200).json();
    assert_eq!(tags(&left), ["a"]);
    assert!(site.search("/fhir/Basic?_tag=b").is_empty());
}

#[test]
fn labels_are_changed_only_as_asked_and_allowed() {
    let site = Site::new();
    basic(&site);
    let one = labels(json!({ "tag": [{ "code": "b" }] }));
    assert_eq!(site.get("/fhir/Basic/x/$meta-add").expect(405).header("allow"), Some("POST"));
    site.post("/fhir/Basic/none/$meta-add", &one).expect(404);
    let nothing = json!({ "resourceType": "Parameters" });
    let refused = site.post("/fhir/Basic/x/$meta-add", &nothing).expect(400);
    assert_eq!(refused.issues()[1].1, "parameter 'meta' of $meta-add is required");
    let stale = Request::new("POST", "/fhir/Basic/x/$meta-add").header("if-match", "W/\"9\"");
    site.ask_with(stale.body(one.to_string())).expect(412);
    let reader = site.token_for("system/Basic.read");
    let by_reader = Request::new("POST", "/fhir/Basic/x/$meta-add")
        .header("authorization", &format!("Bearer {reader}"))
        .body(one.to_string());
    site.ask_with(by_reader).expect(403);
}

#[test]
fn operations_that_are_not_there_are_unknown_paths() {
    let site = Site::new();
    basic(&site);
    for path in
        ["/fhir/$metta", "/fhir/Basic/x/$metta", "/fhir/Basic/x/$lastn", "/fhir/Basic/x/_history/1/$metta"]
    {
        assert_eq!(site.get(path).expect(404).problem(), format!("Unknown path '{path}'"));
    }
    for (path, told) in [
        ("/fhir/Basic/$meta-add", "Basic/{id}/$meta-add"),
        ("/fhir/Patient/$everything", "Patient/{id}/$everything"),
    ] {
        let text = site.get(path).expect(400).issues()[1].1.clone();
        assert!(text.ends_with(told), "{text}");
    }
    let put = site.put("/fhir/Basic/x/$meta", &json!({})).expect(405);
    assert_eq!(put.header("allow"), Some("GET, HEAD, POST"));
}

fn composition(site: &Site) {
    for (path, resource) in [
        ("/fhir/Patient/p", json!({ "resourceType": "Patient", "id": "p" })),
        ("/fhir/Practitioner/a", json!({ "resourceType": "Practitioner", "id": "a" })),
        (
            "/fhir/Basic/b",
            json!({ "resourceType": "Basic", "id": "b", "code": { "text": "b" }, "subject": { "reference": "Patient/p" } }),
        ),
        (
            "/fhir/Composition/c",
            json!({
                "resourceType": "Composition", "id": "c", "status": "final", "type": { "text": "t" },
                "subject": { "reference": "Patient/p" }, "date": "2026-01-01", "title": "T",
                "author": [{ "reference": "Practitioner/a" }],
                "section": [{ "title": "S", "entry": [{ "reference": "Basic/b" }, { "display": "told elsewhere" }] }]
            }),
        ),
    ] {
        site.put(path, &resource).expect(201);
    }
}

#[test]
fn a_document_begins_with_the_composition_and_holds_what_it_refers_to() {
    let site = Site::new();
    composition(&site);
    let document = site.get("/fhir/Composition/c/$document").expect(200).json();
    assert_eq!(document.str("type"), Some("document"));
    assert!(document.str("timestamp").is_some() && document.at(&["identifier", "value"]).is_some());
    let entries = document.get("entry").unwrap().items();
    let urls: Vec<&str> = entries.iter().filter_map(|entry| entry.str("fullUrl")).collect();
    let expected = ["Composition/c", "Patient/p", "Practitioner/a", "Basic/b"];
    assert_eq!(urls, expected.map(|path| format!("{}/fhir/{path}", site.base_url)));
    site.get("/fhir/Composition/none/$document").expect(404);
    site.get("/fhir/Composition/c/$document?persist=true").expect(400);
    let held = document.get("entry").unwrap().to_string();
    let own = format!("{}/fhir/Composition/c", site.base_url);
    for id in ["c", "Composition/c", &own] {
        let named = site.get(&format!("/fhir/Composition/$document?id={id}")).expect(200).json();
        assert_eq!(named.get("entry").unwrap().to_string(), held, "{id}");
    }
    for (path, status) in [
        ("/fhir/Composition/$document", 400),
        ("/fhir/Composition/$document?id=none", 404),
        ("/fhir/Composition/$document?id=http://elsewhere.example.org/Composition/c", 400),
        ("/fhir/Composition/c/$document?id=c", 400),
    ] {
        assert_eq!(site.get(path).status, status, "{path}");
    }
    let claimed = site.get("/fhir/metadata").expect(200).text();
    assert!(claimed.contains("OperationDefinition/Composition-document"));
}

#[test]
fn a_document_that_lacks_something_is_refused_naming_all_that_it_lacks() {
    let site = Site::new();
    composition(&site);
    let mut composition = site.get("/fhir/Composition/c").json();
    let entries = ["Basic/b", "Basic/never", "Basic/deleted", "http://elsewhere.example.org/fhir/Basic/1"];
    let entries: Vec<Json> = entries.iter().map(|reference| json!({ "reference": (*reference) })).collect();
    let section = json!([{ "title": "S", "entry": entries }]);
    composition.as_object_mut().unwrap().insert("section", section);
    site.put(
        "/fhir/Basic/deleted",
        &json!({ "resourceType": "Basic", "id": "deleted", "code": { "text": "x" } }),
    )
    .expect(201);
    site.delete("/fhir/Basic/deleted").expect(204);
    site.put("/fhir/Composition/c", &composition).expect(200);
    let issues = site.get("/fhir/Composition/c/$document").expect(422).issues();
    let lacks: Vec<&str> = issues.iter().map(|issue| issue.1.split(", but ").nth(1).unwrap()).collect();
    assert_eq!(
        lacks,
        [
            "'http://elsewhere.example.org/fhir/Basic/1' is not on this server",
            "Basic/never does not exist",
            "Basic/deleted has been deleted",
        ]
    );
    assert!(issues.iter().all(|issue| issue.0 == "business-rule"));
}

#[test]
fn the_labels_of_a_version_are_read_and_never_changed() {
    let site = Site::new();
    for code in ["one", "two"] {
        let resource = json!({ "resourceType": "Basic", "id": "v", "meta": { "tag": [{ "code": code }] }, "code": { "text": "x" } });
        assert!(matches!(site.put("/fhir/Basic/v", &resource).status, 200 | 201));
    }
    let tag = |path: &str| {
        let meta = site.get(path).expect(200).json();
        meta.at(&["parameter", "0", "valueMeta", "tag", "0", "code"])
            .and_then(Json::as_str)
            .unwrap()
            .to_owned()
    };
    assert_eq!(tag("/fhir/Basic/v/_history/1/$meta"), "one");
    assert_eq!(tag("/fhir/Basic/v/$meta"), "two");
    site.get("/fhir/Basic/v/_history/9/$meta").expect(404);
    let labels = json!({ "resourceType": "Parameters", "parameter": [{ "name": "meta", "valueMeta": { "tag": [{ "code": "x" }] } }] });
    site.post("/fhir/Basic/v/_history/1/$meta-add", &labels).expect(405);
    let batch = crate::support::bundle::batch(
        &site,
        vec![crate::support::bundle::entry("GET", "Basic/v/_history/1/$meta")],
    );
    assert!(batch.text().contains("\"one\""), "{}", batch.text());
}

#[test]
fn a_document_is_for_those_who_may_read_all_of_it() {
    let site = Site::new();
    composition(&site);
    let token = site.token_for("system/Composition.read system/Patient.read");
    let request = Request::new("GET", "/fhir/Composition/c/$document");
    let refused = site.ask_with(request.header("authorization", &format!("Bearer {token}"))).expect(403);
    assert!(refused.header("www-authenticate").unwrap().contains("system/Practitioner.read"));
}

#[test]
fn the_latest_observations_of_each_code_are_found() {
    let site = Site::new();
    site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p" })).expect(201);
    for (id, code, date) in [
        ("a1", "a", "2026-01-01"),
        ("a2", "a", "2026-03-01"),
        ("a3", "a", "2026-02-01"),
        ("b1", "b", "2025-01-01"),
    ] {
        let observation = json!({
            "resourceType": "Observation", "id": id, "status": "final",
            "code": { "coding": [{ "system": "http://example.org", "code": code }] },
            "subject": { "reference": "Patient/p" }, "effectiveDateTime": date
        });
        site.put(&format!("/fhir/Observation/{id}"), &observation).expect(201);
    }
    let ids = |path: &str| -> Vec<String> {
        site.search(path).iter().map(|found| found.str("id").unwrap().to_owned()).collect()
    };
    assert_eq!(ids("/fhir/Observation/$lastn?patient=p"), ["a2", "b1"]);
    assert_eq!(ids("/fhir/Observation/$lastn?subject=Patient/p&max=2"), ["a2", "a3", "b1"]);
    assert_eq!(ids("/fhir/Observation/$lastn?patient=p&code=http://example.org|b"), ["b1"]);
    assert_eq!(ids("/fhir/Observation/$lastn?patient=other"), Vec::<String>::new());
    site.put("/fhir/Patient/q", &json!({ "resourceType": "Patient", "id": "q" })).expect(201);
    for (id, date) in [("q1", "2020-01-01"), ("q2", "2020-01-02")] {
        let observation = json!({
            "resourceType": "Observation", "id": id, "status": "final", "subject": { "reference": "Patient/q" },
            "code": { "coding": [{ "system": "http://example.org", "code": "a" }] }, "effectiveDateTime": date
        });
        site.put(&format!("/fhir/Observation/{id}"), &observation).expect(201);
    }
    assert_eq!(ids("/fhir/Observation/$lastn?patient=p,q"), ["a2", "b1", "q2"]);
    assert_eq!(ids("/fhir/Observation/$lastn?subject:Patient=p"), ["a2", "b1"]);
    for refused in [
        "?patient:missing=false",
        "?subject.name=x",
        "?subject:Patient.name=x",
        "?patient:identifier=urn:mrn|1",
        "",
        "?code=a",
        "?patient=p&max=0",
        "?patient=p&cod=a",
        "?patient=p&_count=1",
        "?patient=p&_sort=date",
        "?patient=p&_include=Observation:subject",
        "?patient=p&_summary=count",
    ] {
        site.get(&format!("/fhir/Observation/$lastn{refused}")).expect(400);
    }
    let part = site.search("/fhir/Observation/$lastn?patient=p&_elements=effective");
    assert!(part.iter().all(|one| one.get("subject").is_none() && one.get("effectiveDateTime").is_some()));
    let lenient =
        Request::new("GET", "/fhir/Observation/$lastn?patient=p&cod=a").header("prefer", "handling=lenient");
    let lenient = site.ask_with(lenient).expect(200).json();
    assert_eq!(lenient.at(&["entry", "2", "search", "mode"]), Some(&"outcome".into()), "{lenient}");
}

fn record(site: &Site) {
    for (path, resource) in [
        ("Organization/o", json!({ "resourceType": "Organization", "id": "o", "name": "O" })),
        (
            "PractitionerRole/r",
            json!({ "resourceType": "PractitionerRole", "id": "r", "organization": { "reference": "Organization/o" } }),
        ),
        ("Patient/p", json!({ "resourceType": "Patient", "id": "p" })),
        (
            "Patient/q",
            json!({ "resourceType": "Patient", "id": "q", "link": [{ "other": { "reference": "Patient/p" }, "type": "seealso" }] }),
        ),
        (
            "Encounter/e",
            json!({
                "resourceType": "Encounter", "id": "e", "status": "finished", "class": { "code": "AMB" },
                "subject": { "reference": "Patient/p" }, "period": { "start": "2020-01-01", "end": "2020-01-01" },
                "participant": [{ "individual": { "reference": "PractitionerRole/r" } }]
            }),
        ),
        (
            "Observation/x",
            json!({
                "resourceType": "Observation", "id": "x", "status": "final", "code": { "text": "x" },
                "subject": { "reference": "Patient/p" }, "encounter": { "reference": "Encounter/e" },
                "effectiveDateTime": "2026-01-01"
            }),
        ),
        (
            "Observation/other",
            json!({
                "resourceType": "Observation", "id": "other", "status": "final", "code": { "text": "x" },
                "subject": { "reference": "Patient/q" }
            }),
        ),
    ] {
        site.put(&format!("/fhir/{path}"), &resource).expect(201);
    }
}

/// What the Bundle holds, sorted.
fn held(bundle: &Json) -> Vec<String> {
    let entries = bundle.get("entry").map(Json::items).unwrap_or_default();
    let name = |entry: &Json| {
        let resource = entry.get("resource").unwrap();
        format!("{}/{}", resource.str("resourceType").unwrap(), resource.str("id").unwrap())
    };
    let mut held: Vec<String> = entries.iter().map(name).collect();
    held.sort();
    held
}

#[test]
fn everything_of_a_patient_is_the_compartment_and_what_it_refers_to() {
    let site = Site::new();
    record(&site);
    let of = |path: &str| held(&site.get(path).expect(200).json());
    // Whoever points to the patient is in the compartment, too.
    assert_eq!(
        of("/fhir/Patient/p/$everything"),
        ["Encounter/e", "Observation/x", "Organization/o", "Patient/p", "Patient/q", "PractitionerRole/r"]
    );
    assert_eq!(
        of("/fhir/Encounter/e/$everything"),
        ["Encounter/e", "Observation/x", "Organization/o", "Patient/p", "PractitionerRole/r"]
    );
    assert_eq!(of("/fhir/Patient/p/$everything?_type=Observation"), ["Observation/x"]);
    assert_eq!(
        of("/fhir/Patient/p/$everything?_type=Observation,Organization"),
        ["Observation/x", "Organization/o"]
    );
    assert_eq!(of("/fhir/Patient/p/$everything?_type=Organization"), ["Organization/o"]);
    assert_eq!(of("/fhir/Patient/p/$everything?_type=Location"), Vec::<String>::new());
    assert_eq!(
        of("/fhir/Patient/p/$everything?_type=Encounter,PractitionerRole"),
        ["Encounter/e", "PractitionerRole/r"]
    );
    site.get("/fhir/Patient/p/$everything?_type=Encountre").expect(400);
    assert!(!of("/fhir/Patient/p/$everything?start=2025-01-01").contains(&"Encounter/e".to_owned()));
    assert!(!of("/fhir/Patient/p/$everything?end=2025-01-01").contains(&"Observation/x".to_owned()));
    assert_eq!(of("/fhir/Patient/p/$everything?_since=2999-01-01"), Vec::<String>::new());
    site.get("/fhir/Patient/none/$everything").expect(404);
    site.get("/fhir/Patient/p/$everything?from=2020").expect(400);
}

#[test]
fn everything_is_refused_in_the_words_of_whoever_asked() {
    let site = Site::new();
    record(&site);
    let issues = site
        .get("/fhir/Patient/p/$everything?_since=x&start=ge2020&end=2020-13&_count=y")
        .expect(400)
        .issues();
    for name in ["'_since'", "'start'", "'end'", "'_count'"] {
        assert!(issues.iter().any(|issue| issue.1.contains(name)), "{name}: {issues:?}");
    }
    assert!(issues.iter().all(|issue| !issue.1.contains("_lastUpdated") && !issue.1.contains("period")));
}

#[test]
fn everything_follows_attachments_to_the_content_that_its_reader_may_see() {
    let site = Site::new();
    site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p" })).expect(201);
    for (id, context) in [("open", None), ("kept", Some("Practitioner/a"))] {
        let mut binary = json!({ "resourceType": "Binary", "id": id, "contentType": "text/plain" });
        if let Some(context) = context {
            binary.as_object_mut().unwrap().insert("securityContext", json!({ "reference": context }));
        }
        site.put(&format!("/fhir/Binary/{id}"), &binary).expect(201);
    }
    let own = format!("{}/fhir/Binary/kept", site.base_url);
    let document = json!({
        "resourceType": "DocumentReference", "id": "d", "status": "current", "subject": { "reference": "Patient/p" },
        "content": [{ "attachment": { "url": "Binary/open" } }, { "attachment": { "url": own } }]
    });
    site.put("/fhir/DocumentReference/d", &document).expect(201);
    for (scopes, binaries) in [
        ("system/*.read", vec!["Binary/kept", "Binary/open"]),
        ("system/Patient.read system/DocumentReference.read system/Binary.read", vec!["Binary/open"]),
        ("system/Patient.read system/DocumentReference.read", vec![]),
    ] {
        let token = site.token_for(scopes);
        let request = Request::new("GET", "/fhir/Patient/p/$everything");
        let reply = site.ask_with(request.header("authorization", &format!("Bearer {token}"))).expect(200);
        let found: Vec<String> =
            held(&reply.json()).into_iter().filter(|name| name.starts_with("Binary/")).collect();
        assert_eq!(found, binaries, "{scopes}");
    }
}

#[test]
fn care_is_dated_by_what_says_when_it_was_given() {
    let site = Site::new();
    site.put("/fhir/Patient/p", &json!({ "resourceType": "Patient", "id": "p", "birthDate": "1950-01-01" }))
        .expect(201);
    let of = |text: &str| {
        let mut resource = fhir::json::parse(text.as_bytes(), 100).unwrap();
        let resource_type = resource.str("resourceType").unwrap().to_owned();
        let who = match resource_type.as_str() {
            "AllergyIntolerance" => "patient",
            _ => "subject",
        };
        let id = resource.str("id").unwrap().to_owned();
        resource.as_object_mut().unwrap().insert(who, json!({ "reference": "Patient/p" }));
        site.put(&format!("/fhir/{resource_type}/{id}"), &resource).expect(201);
        (format!("{resource_type}/{id}"), text.contains("\"id\":\"in"))
    };
    let medication = r#""medicationCodeableConcept":{"text":"m"}"#;
    let stored: Vec<(String, bool)> = [
        r#"{"resourceType":"MedicationRequest","id":"in","status":"active","intent":"order",M,"authoredOn":"2024-05-01","dosageInstruction":[{"timing":{"event":["2019-01-01"]}}]}"#,
        r#"{"resourceType":"MedicationRequest","id":"out","status":"active","intent":"order",M,"authoredOn":"1990-05-01"}"#,
        r#"{"resourceType":"ServiceRequest","id":"in","status":"active","intent":"order","authoredOn":"1990-01-01","occurrenceDateTime":"2024-02-02"}"#,
        r#"{"resourceType":"Condition","id":"in-recorded","recordedDate":"2024-03-03"}"#,
        r#"{"resourceType":"Condition","id":"in-age","onsetAge":{"value":40,"unit":"a","system":"http://unitsofmeasure.org","code":"a"}}"#,
        r#"{"resourceType":"Condition","id":"out","onsetDateTime":"1990","recordedDate":"1991-01-01"}"#,
        r#"{"resourceType":"AllergyIntolerance","id":"in-undated","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]}}"#,
        r#"{"resourceType":"MedicationStatement","id":"out","status":"active",M,"effectiveDateTime":"1990-01-01"}"#,
        r#"{"resourceType":"MedicationAdministration","id":"out","status":"completed",M,"effectiveDateTime":"1990-01-01"}"#,
        r#"{"resourceType":"MedicationDispense","id":"out","status":"completed",M,"whenHandedOver":"1990-01-01"}"#,
        r#"{"resourceType":"MedicationDispense","id":"in","status":"completed",M,"whenHandedOver":"2024-01-01"}"#,
    ]
    .iter()
    .map(|text| of(&text.replace(",M,", &format!(",{medication},"))))
    .collect();
    let found =
        held(&site.get("/fhir/Patient/p/$everything?start=2024-01-01&end=2024-12-31").expect(200).json());
    for (name, is_in) in &stored {
        assert_eq!(found.contains(name), *is_in, "{name}");
    }
    assert!(found.contains(&"Patient/p".to_owned()));
}

#[test]
fn everything_comes_in_pages_when_asked_for() {
    let site = Site::new();
    record(&site);
    let mut path = Some("/fhir/Patient/p/$everything?_count=1".to_owned());
    let (mut seen, mut pages) = (Vec::new(), 0);
    while let Some(next) = path {
        let page = site.get(&next).expect(200).json();
        seen.extend(held(&page));
        let links = page.get("link").unwrap().items();
        let next = links.iter().find(|link| link.str("relation") == Some("next"));
        path = next.map(|link| link.str("url").unwrap().strip_prefix(&site.base_url).unwrap().to_owned());
        pages += 1;
        assert!(pages < 20);
    }
    assert!(pages >= 3);
    for expected in ["Patient/p", "Encounter/e", "Observation/x", "Organization/o"] {
        assert!(seen.contains(&expected.to_owned()), "{expected}");
    }
}

#[test]
fn everything_leaves_out_what_its_reader_may_not_read() {
    let site = Site::new();
    record(&site);
    let token = site.token_for("system/Patient.read system/Observation.read");
    let request = Request::new("GET", "/fhir/Patient/p/$everything");
    let reply = site.ask_with(request.header("authorization", &format!("Bearer {token}"))).expect(200);
    assert!(
        held(&reply.json())
            .iter()
            .all(|name| name.starts_with("Patient/") || name.starts_with("Observation/"))
    );
}
