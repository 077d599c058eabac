//! What a token may not read is told to it in no other way, and what it may not write it cannot change.

use crate::support::bundle::{batch, bundle, entry, named, statuses};
use crate::support::{Reply, Request, Site};
use fhir::json;

fn with(site: &Site, scopes: &str, request: Request) -> Reply {
    let token = site.token_for(scopes);
    site.ask_with(request.header("authorization", &format!("Bearer {token}")))
}

fn get(site: &Site, scopes: &str, path: &str) -> Reply {
    with(site, scopes, Request::new("GET", path))
}

fn observation(site: &Site) {
    let subject = json!({ "reference": "Patient/p" });
    let code = json!({ "coding": [{ "system": "urn:c", "code": "secret" }] });
    for (path, resource) in [
        ("/fhir/Patient/p", json!({ "resourceType": "Patient", "id": "p" })),
        ("/fhir/Basic/x", named("x", "hidden")),
        (
            "/fhir/Encounter/e",
            json!({
                "resourceType": "Encounter", "id": "e", "status": "planned",
                "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" },
                "subject": (subject.clone())
            }),
        ),
        (
            "/fhir/Observation/o",
            json!({ "resourceType": "Observation", "id": "o", "status": "final", "code": code, "subject": subject }),
        ),
    ] {
        site.put(path, &resource).expect(201);
    }
}

#[test]
fn who_may_search_no_type_searches_nothing() {
    let site = Site::new();
    observation(&site);
    for scopes in ["system/Binary.read", "system/Patient.write", "system/Claim.add-activity-log-item"] {
        for path in ["/fhir?_id=x", "/fhir?_count=1", "/fhir?_foo=1", "/fhir", "/fhir/_history"] {
            let refused = get(&site, scopes, path).expect(403);
            let wanted = refused.header("www-authenticate").unwrap();
            assert!(wanted.contains("scope=\"system/*.read\""), "{scopes} {path}: {wanted}");
        }
        let form = Request::new("POST", "/fhir/_search")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("_id=x");
        with(&site, scopes, form).expect(403);
        let entries = bundle("batch", vec![entry("GET", "?_id=x"), entry("GET", "_history")]);
        let answer = with(&site, scopes, Request::new("POST", "/fhir").body(entries.to_string())).expect(200);
        assert_eq!(statuses(&answer), ["403 Forbidden", "403 Forbidden"]);
        assert!(!answer.text().contains("hidden"));
    }
    assert!(get(&site, "system/Basic.read", "/fhir?_id=x").expect(200).text().contains("hidden"));
}

#[test]
fn a_type_that_is_named_must_be_allowed() {
    let site = Site::new();
    observation(&site);
    for (scopes, path, scope) in [
        ("system/Patient.read", "/fhir?_type=Basic", "system/Basic.read"),
        ("system/Patient.read", "/fhir?_type=Patient,Basic&_foo=1", "system/Basic.read"),
        ("system/Patient.read", "/fhir/Patient/p/*?_type=Observation", "system/Observation.read"),
        ("system/Binary.read", "/fhir?_type=Binary", "system/*.read"),
        (
            "system/Encounter.read",
            "/fhir/Encounter/e/$everything?_type=Observation",
            "system/Observation.read",
        ),
    ] {
        let refused = get(&site, scopes, path).expect(403);
        let wanted = refused.header("www-authenticate").unwrap();
        assert!(wanted.contains(&format!("scope=\"{scope}\"")), "{path}: {wanted}");
    }
    let found = get(&site, "system/Encounter.read", "/fhir/Encounter/e/$everything").expect(200);
    assert!(!found.text().contains("hidden") && found.text().contains("Encounter/e"));
}

#[test]
fn a_patch_tells_of_what_is_stored_and_needs_the_right_to_read_it() {
    let site = Site::new();
    observation(&site);
    let json_patch = |path: &str, document: &str| {
        Request::new("PATCH", path).header("content-type", "application/json-patch+json").body(document)
    };
    let test = r#"[{"op":"test","path":"/status","value":"final"}]"#;
    for request in [
        json_patch("/fhir/Observation/o", "[]"),
        json_patch("/fhir/Observation/o", test),
        json_patch("/fhir/Observation?code=secret", "[]"),
    ] {
        let refused = with(&site, "system/Observation.write", request.clone()).expect(403);
        assert!(refused.header("www-authenticate").unwrap().contains("system/Observation.read"));
        with(&site, "system/Observation.write system/Observation.read", request).expect(200);
    }
    let patch = json!({
        "resourceType": "Binary", "contentType": "application/json-patch+json",
        "data": (fhir::base64::encode(test.as_bytes()))
    });
    for kind in ["batch", "transaction"] {
        let entries = bundle(kind, vec![entry("PATCH", "Observation/o").with(patch.clone())]);
        let request =
            Request::new("POST", "/fhir").header("prefer", "return=representation").body(entries.to_string());
        let answer = with(&site, "system/Observation.write", request);
        assert!(!answer.text().contains("secret"), "{}", answer.text());
        match kind {
            "batch" => assert_eq!(statuses(&answer), ["403 Forbidden"]),
            _ => assert_eq!(answer.status, 403),
        }
    }
}

/// Binaries whose permissions are those of a Patient, said in several ways, and of something that is not here.
fn contexts(site: &Site) -> Vec<(String, bool)> {
    let own = format!("{}/fhir/Patient/p", site.base_url);
    [
        (json!({ "reference": "Patient/p" }), true),
        (json!({ "reference": own }), true),
        (json!({ "reference": "Patient/p/_history/1" }), true),
        (json!({ "reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0" }), false),
        (json!({ "reference": "http://elsewhere.example.org/fhir/Patient/p" }), false),
        (json!({ "identifier": { "system": "urn:mrn", "value": "1" } }), false),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (context, is_here))| {
        let path = format!("/fhir/Binary/b{index}");
        let binary = json!({
            "resourceType": "Binary", "id": (format!("b{index}")), "contentType": "text/plain",
            "securityContext": context, "data": "aGlkZGVu"
        });
        site.put(&path, &binary).expect(201);
        (path, is_here)
    })
    .collect()
}

#[test]
fn the_permissions_of_a_binary_are_those_of_its_security_context_for_writes_too() {
    let site = Site::new();
    observation(&site);
    let token = |scopes: &str| format!("Bearer {}", site.token_for(scopes));
    let (bare, of_patient) = (token("system/Binary.*"), token("system/Binary.* system/Patient.*"));
    let all = token("system/*.*");
    for (path, is_here) in contexts(&site) {
        let ask = |method: &str, path: &str, body: &str, token: &str| {
            let kind =
                if method == "PATCH" { "application/json-patch+json" } else { "application/fhir+json" };
            let request = Request::new(method, path).header("content-type", kind).body(body);
            site.ask_with(request.header("authorization", token)).status
        };
        let id = path.rsplit('/').next().unwrap();
        let plain =
            json!({ "resourceType": "Binary", "id": id, "contentType": "text/plain", "data": "eA==" });
        let put = |token: &str| ask("PUT", &path, &plain.to_string(), token);
        let patch = |token: &str| ask("PATCH", &path, "[]", token);
        let relabelled = r#"[{"op":"remove","path":"/securityContext"}]"#;
        let transaction = |token: &str| {
            let entries = vec![entry("DELETE", path.strip_prefix("/fhir/").unwrap())];
            ask("POST", "/fhir", &bundle("transaction", entries).to_string(), token)
        };
        let batched = |token: &str| {
            let entries = bundle("batch", vec![entry("PUT", &path[6..]).with(plain.clone())]).to_string();
            let request = Request::new("POST", "/fhir").header("authorization", token).body(entries);
            statuses(&site.ask_with(request)).remove(0)
        };
        let meta = r#"{"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"code":"x"}]}}]}"#;
        for token in [&bare].into_iter().chain((!is_here).then_some(&of_patient)) {
            assert_eq!(ask("GET", &path, "", token), 403, "{path}");
            assert_eq!(put(token), 403, "{path}");
            assert_eq!(patch(token), 403, "{path}");
            assert_eq!(ask("PATCH", &path, relabelled, token), 403, "{path}");
            assert_eq!(ask("DELETE", &path, "", token), 403, "{path}");
            assert_eq!(transaction(token), 403, "{path}");
            assert_eq!(batched(token), "403 Forbidden", "{path}");
            assert_eq!(ask("POST", &format!("{path}/$meta-add"), meta, token), 403, "{path}");
        }
        let token = if is_here { &of_patient } else { &all };
        assert_eq!(patch(token), 200, "{path}");
        assert_eq!(ask("POST", &format!("{path}/$meta-add"), meta, token), 200, "{path}");
        assert_eq!(put(token), 200, "{path}");
        assert_eq!(put(&bare), 200, "{path} has no context any more");
        assert_eq!(transaction(&bare), 200, "{path}");
    }
}

#[test]
fn a_security_context_is_given_by_those_who_have_its_permissions() {
    let site = Site::new();
    observation(&site);
    let upload = |context: &str| {
        Request::new("POST", "/fhir/Binary")
            .header("content-type", "text/plain")
            .header("x-security-context", context)
            .body("x")
    };
    for (scopes, context, status) in [
        ("system/Binary.write", "Patient/p", 403),
        ("system/Binary.write system/Patient.write", "Patient/p", 201),
        ("system/Binary.write system/Patient.write", "http://elsewhere.example.org/Patient/p", 403),
        ("system/*.write", "http://elsewhere.example.org/Patient/p", 201),
    ] {
        with(&site, scopes, upload(context)).expect(status);
    }
    let binary = json!({
        "resourceType": "Binary", "contentType": "text/plain", "securityContext": { "reference": "urn:uuid:p" }
    });
    let patient = json!({ "resourceType": "Patient" });
    let entries = bundle(
        "transaction",
        vec![
            entry("POST", "Binary").with(binary),
            entry("POST", "Patient").with(patient).full_url("urn:uuid:p"),
        ],
    );
    let request = || Request::new("POST", "/fhir").body(entries.to_string());
    with(&site, "system/Binary.write system/Patient.write", request()).expect(200);
    let batch = batch(&site, vec![entry("GET", "Binary?_summary=count")]);
    assert_eq!(statuses(&batch), ["200 OK"]);
}
