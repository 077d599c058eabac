//! Bundles that nest, are too large, name one resource twice, lead elsewhere or ask for more than the token allows.

use super::{cut, refused, statuses, stored};
use crate::support::{Request, Site};
use std::time::{Duration, Instant};

/// A batch of entries, each a method, a url and a resource.
fn bundle(kind: &str, entries: &[(&str, &str, &str)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(method, url, resource)| {
            let resource =
                if resource.is_empty() { String::new() } else { format!(r#""resource":{resource},"#) };
            format!(r#"{{{resource}"request":{{"method":"{method}","url":"{url}"}}}}"#)
        })
        .collect();
    format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","))
}

const BASIC: &str = r#"{"resourceType":"Basic","code":{"text":"x"}}"#;

#[test]
fn a_bundle_in_a_bundle_is_stored_and_not_carried_out() {
    let site = Site::new();
    let inner = bundle("transaction", &[("POST", "Basic", BASIC)]);
    let stored = site.ask("POST", "/fhir", &bundle("transaction", &[("POST", "Bundle", &inner)])).expect(200);
    assert_eq!(statuses(&stored), ["201 Created"]);
    assert_eq!(site.search("/fhir/Basic").len(), 0);
    assert_eq!(site.search("/fhir/Bundle").len(), 1);
    for url in ["", "/", "?x=y"] {
        let reply = site.ask("POST", "/fhir", &bundle("batch", &[("POST", url, &inner)])).expect(200);
        assert!(statuses(&reply)[0].starts_with('4'), "{}", reply.text());
    }
    assert_eq!(site.search("/fhir/Basic").len(), 0);
}

#[test]
fn a_bundle_of_100_000_entries_is_refused_at_once() {
    let site = Site::new();
    let entry = format!(r#"{{"resource":{BASIC},"request":{{"method":"POST","url":"Basic"}}}}"#);
    let body =
        format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{}]}}"#, vec![entry; 100_000].join(","));
    let begun = Instant::now();
    let refused = site.ask("POST", "/fhir", &body).expect(413);
    assert_eq!(refused.problem(), "The Bundle has 100000 entries; the limit is 20000: send several");
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(site.search("/fhir/Basic").len(), 0);
}

#[test]
fn a_bundle_that_asks_for_more_than_can_be_held_is_refused_by_the_entries_that_are_too_much() {
    let site = Site::new();
    let large = "x".repeat(1024 * 1024);
    let basic = fhir::json!({ "resourceType": "Basic", "id": "a", "code": { "text": (large.as_str()) } });
    site.put("/fhir/Basic/a", &basic).expect(201);
    let limit = interactions::bundle::ANSWER_BYTES / large.len();
    let mut entries = vec![("GET", "Basic/a", ""); limit];
    entries[0] = ("POST", "Basic", BASIC);
    entries.push(("GET", "Basic/a", ""));
    let refused = site.ask("POST", "/fhir", &bundle("transaction", &entries)).expect(400);
    let issues = refused.issues();
    assert_eq!(issues.len(), 2, "{issues:?}");
    assert_eq!(issues[1].0, "too-costly");
    assert_eq!(issues[1].2, format!("Bundle.entry[{limit}]"));
    assert_eq!(site.search("/fhir/Basic?_elements=id").len(), 1);
    let reply = site.ask("POST", "/fhir", &bundle("batch", &entries)).expect(200);
    assert_eq!(statuses(&reply).iter().filter(|status| *status == "400 Bad Request").count(), 1);
}

#[test]
fn urls_of_entries_lead_nowhere_but_to_resources_of_this_server() {
    let site = Site::new();
    site.put("/fhir/Basic/a", &fhir::json!({ "resourceType": "Basic", "id": "a", "code": { "text": "x" } }))
        .expect(201);
    let own = format!("{}/fhir/Basic/a", site.base_url);
    let foreign = format!("{}.evil.example/fhir/Basic/a", site.base_url);
    let outside = format!("{}/Patient", site.base_url);
    for (url, status) in [
        (own.as_str(), "200"),
        ("Basic/a", "200"),
        (foreign.as_str(), "400"),
        (outside.as_str(), "400"),
        ("http://127.0.0.1/fhir/Basic/a", "400"),
        ("//127.0.0.1/fhir/Basic/a", "400"),
        ("file:///etc/passwd", "400"),
        ("javascript:alert(1)", "404"),
        ("../Basic/a", "404"),
        ("Basic/../Basic/a", "404"),
        ("Basic/..%2Fa", "404"),
        ("Basic/%2e%2e", "404"),
        ("%ff", "404"),
        ("metadata", "404"),
        ("auth/token", "404"),
        ("sandbox/reset", "404"),
        ("$everything", "404"),
        ("Basic/a/$meta", "200"),
        ("Basic/a/$meta-add", "405"),
        ("Basic/a/$%6deta-add", "405"),
        ("Basic/$lastn", "404"),
    ] {
        let reply = site.ask("POST", "/fhir", &bundle("batch", &[("GET", url, "")])).expect(200);
        assert!(statuses(&reply)[0].starts_with(status), "{url}: {}", reply.text());
        if status != "200" {
            let reply = site.ask("POST", "/fhir", &bundle("transaction", &[("GET", url, "")]));
            assert!((400..500).contains(&reply.status), "{url}");
        }
    }
}

#[test]
fn entries_do_no_more_than_the_token_allows_and_tell_nothing_of_what_there_is() {
    let site = Site::new();
    site.put("/fhir/Patient/p", &fhir::json!({ "resourceType": "Patient", "id": "p", "identifier": [{ "system": "urn:t", "value": "1" }] })).expect(201);
    let token = format!("Bearer {}", site.token_for("system/Basic.* system/Observation.write"));
    let ask = |body: String| {
        site.ask_with(Request::new("POST", "/fhir").header("authorization", &token).body(body))
    };
    let patient = r#"{"resourceType":"Patient"}"#;
    let refers = |to: &str| {
        format!(r#"{{"resourceType":"Basic","code":{{"text":"x"}},"subject":{{"reference":"{to}"}}}}"#)
    };
    let (known, unknown) = (refers("Patient?identifier=urn:t|1"), refers("Patient?identifier=urn:t|2"));
    let entries = [
        ("POST", "Basic", BASIC),
        ("POST", "Patient", patient),
        ("GET", "Patient/p", ""),
        ("GET", "Patient/none", ""),
        ("GET", "Patient?identifier=urn:t|1", ""),
        ("DELETE", "Patient/p", ""),
        ("PUT", "Patient?identifier=urn:t|1", patient),
        ("POST", "Basic", known.as_str()),
        ("POST", "Basic", unknown.as_str()),
        ("DELETE", "Observation?identifier=urn:t|1", ""),
        ("GET", "Observation/none", ""),
        ("DELETE", "Basic?subject:Patient.identifier=urn:t|1", ""),
        ("GET", "Basic?subject:Patient.identifier=urn:t|1", ""),
        ("GET", "Patient/p/_history", ""),
        ("GET", "Patient/_history", ""),
    ];
    let reply = ask(bundle("batch", &entries)).expect(200);
    let forbidden = "403 Forbidden".to_owned();
    assert_eq!(statuses(&reply)[0], "201 Created");
    assert_eq!(statuses(&reply)[1..], vec![forbidden; entries.len() - 1]);
    let outcomes: Vec<String> = (7..9)
        .map(|index| reply.json().at(&["entry", &index.to_string(), "response"]).unwrap().to_string())
        .collect();
    assert_eq!(outcomes[0], outcomes[1], "a reference by criteria tells nothing");
    for entry in &entries[1..] {
        let refused = ask(bundle("transaction", &[("POST", "Basic", BASIC), *entry])).expect(403);
        assert_eq!(
            refused.issues()[0],
            ("forbidden".into(), "Authorization failed".into(), "Bundle.entry[1]".into())
        );
        assert!(refused.header("www-authenticate").unwrap().contains("insufficient_scope"));
    }
    assert_eq!(site.search("/fhir/Basic").len(), 1);
    site.get("/fhir/Patient/p").expect(200);
}

#[test]
fn identities_that_overlap_fail_a_transaction_and_store_nothing() {
    let site = Site::new();
    let basic = |id: &str, value: &str| {
        format!(
            r#"{{"resourceType":"Basic","id":"{id}","identifier":[{{"system":"urn:t","value":"{value}"}}],"code":{{"text":"x"}}}}"#
        )
    };
    site.ask("PUT", "/fhir/Basic/a", &basic("a", "1")).expect(201);
    let before = stored(&site);
    let by_id = basic("a", "2");
    let by_criteria = basic("a", "1");
    for entries in [
        vec![("PUT", "Basic/a", by_id.as_str()), ("PUT", "Basic/a", by_criteria.as_str())],
        vec![("PUT", "Basic/a", &by_id), ("DELETE", "Basic/a", "")],
        vec![("DELETE", "Basic/a", ""), ("DELETE", "Basic/a", "")],
        vec![("PUT", "Basic/a", &by_id), ("PUT", "Basic?identifier=urn:t|1", &by_criteria)],
        vec![("DELETE", "Basic?identifier=urn:t|1", ""), ("PUT", "Basic/a", &by_id)],
        vec![("PUT", "Basic?identifier=urn:t|1", &by_criteria), ("PUT", "Basic?_id=a", &by_criteria)],
    ] {
        let request = Request::new("POST", "/fhir").body(bundle("transaction", &entries));
        let told = refused(&site, request, 400);
        assert!(told.contains("Basic/a") || told.contains("entry"), "{entries:?}: {told}");
    }
    let same_url = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#,
        [0, 1].map(|_| format!(r#"{{"fullUrl":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0","resource":{BASIC},"request":{{"method":"POST","url":"Basic"}}}}"#)).join(",")
    );
    refused(&site, Request::new("POST", "/fhir").body(same_url), 400);
    assert_eq!(stored(&site), before);
}

#[test]
fn bundles_that_are_deep_or_twisted_are_answered() {
    let site = Site::new();
    let before = stored(&site);
    let deep = (0..40).fold(String::from(BASIC), |inner, _| {
        format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{{"resource":{inner}}}]}}"#)
    });
    let refused_at_depth = site.ask("POST", "/fhir", &bundle("transaction", &[("POST", "Bundle", &deep)]));
    assert!(matches!(refused_at_depth.status, 200 | 400), "{}", cut(&refused_at_depth.text()));
    let before = if refused_at_depth.status == 200 { stored(&site) } else { before };
    // Everybody refers to everybody, in a circle and to themselves.
    let circle: Vec<String> = (0..200)
        .map(|n| {
            let subject = format!("urn:uuid:00000000-0000-0000-0000-{:012}", (n * 7) % 200);
            format!(
                r#"{{"fullUrl":"urn:uuid:00000000-0000-0000-0000-{n:012}","resource":{{"resourceType":"Basic","code":{{"text":"x"}},"subject":{{"reference":"{subject}"}}}},"request":{{"method":"POST","url":"Basic"}}}}"#
            )
        })
        .collect();
    let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, circle.join(","));
    let begun = Instant::now();
    site.ask("POST", "/fhir", &body).expect(200);
    assert!(begun.elapsed() < super::PATIENCE, "{:?}", begun.elapsed());
    let after: u32 = stored(&site).parse().unwrap();
    assert_eq!(after, before.parse::<u32>().unwrap() + 200);
}
