//! What a hostile client sends: the right 4xx in bounded time, with nothing written.

use crate::support::{Request, Site, Store};
use std::time::{Duration, Instant};

fn refused(site: &Site, body: impl Into<Vec<u8>>) -> String {
    let begun = Instant::now();
    let request = Request::new("POST", "/fhir/Basic").body(body);
    let reply = site.ask_with(request);
    assert!((400..500).contains(&reply.status), "{}: {}", reply.status, reply.text());
    assert!(begun.elapsed() < Duration::from_secs(5));
    reply.issues().iter().map(|issue| issue.1.clone()).collect::<Vec<_>>().join("; ")
}

#[test]
fn hostile_bodies_are_refused() {
    let site = Site::new();
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(refused(&site, nested).contains("nested deeper than the limit of 100 levels"));
    let basic = |rest: &str| format!(r#"{{"resourceType":"Basic","code":{{"text":"x"}},{rest}}}"#);
    let number =
        |literal: &str| basic(&format!(r#""extension":[{{"url":"http://a","valueDecimal":{literal}}}]"#));
    assert!(refused(&site, number("1e999999")).contains("is not a decimal"));
    assert!(refused(&site, number(&"9".repeat(400))).contains("is not a decimal"));
    assert!(refused(&site, r#"{"resourceType":"Basic","resourceType":"Patient"}"#).contains("appears twice"));
    assert!(
        refused(&site, r#"{"resourceType":"Basic","code":{"text":"\ud800"}}"#).contains("lone surrogate")
    );
    assert!(
        refused(&site, r#"{"resourceType":"Basic","code":{"text":"a\u0000b"}}"#).contains("is not a string")
    );
    assert!(
        refused(&site, "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"a\u{1}b\"}}")
            .contains("control character")
    );
    assert!(refused(&site, "\u{feff}{}").contains("byte order mark"));
    assert!(refused(&site, b"{\"a\":\"\xff\"}".to_vec()).contains("not valid UTF-8"));
    assert!(refused(&site, "").contains("empty"));
    assert!(refused(&site, "[]").contains("object"));
    assert!(refused(&site, r#"{"code":{}}"#).contains("resourceType"));
    assert!(refused(&site, r#"{"resourceType":["Basic"]}"#).contains("resourceType"));
    assert!(refused(&site, r#"{"resourceType":"Patient"}"#).contains("Basic"));
    assert!(refused(&site, basic(r#""text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>"}"#)).contains("script"));
    assert_eq!(site.search("/fhir/Basic").len(), 0);
}

#[test]
fn hostile_ids_find_nothing_and_are_told_like_any_other() {
    let site = Site::new();
    for id in ["..%2F..%2Fetc%2Fpasswd", "%2e%2e", &"a".repeat(65), "%D0%B0bc", "a'%20OR%201=1--", "a%00b"] {
        let reply = site.get(&format!("/fhir/Patient/{id}")).expect(404);
        assert_eq!(reply.issues().len(), 1);
        site.get(&format!("/Patient/{id}")).expect(404);
    }
    site.get("/fhir/Patient/%ff").expect(404);
}

#[test]
fn metacharacters_are_text_and_floods_of_parameters_are_refused() {
    for store in Store::all() {
        let site = Site::on(store);
        for value in
            ["'%3B%20DROP%20TABLE%20version%3B--", "%25", "_", ".*", "%00", "a%5C%7Cb", "%F0%9F%98%80"]
        {
            let reply = site.get(&format!("/fhir/Patient?name={value}"));
            assert!(reply.status == 200 || reply.status == 400, "{value}: {}", reply.text());
            if reply.status == 200 {
                assert_eq!(reply.json().get("entry"), None, "{value}");
            }
            let reply = site.get(&format!("/Patient?family={value}"));
            assert!(reply.status == 200 || reply.status == 400, "{value}: {}", reply.text());
        }
        let values: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        let many = Request::new("POST", "/fhir/Patient/_search")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("identifier={}", values.join(",")));
        let reply = site.ask_with(many);
        assert!(matches!(reply.status, 400 | 413), "{}", reply.status);
        let parameters: Vec<String> = (0..500).map(|number| format!("name=a{number}")).collect();
        site.get(&format!("/fhir/Patient?{}", parameters.join("&"))).expect(400);
        for (count, status) in [("-1", 400), ("x", 400), ("99999999999999999999", 200)] {
            site.get(&format!("/fhir/Patient?_count={count}")).expect(status);
            site.get(&format!("/Patient?_count={count}")).expect(status);
        }
    }
}

#[test]
fn lines_cannot_be_broken_into_headers() {
    let site = Site::new();
    let reply = site.get("/fhir/Patient/x%0d%0aset-cookie:%20a=b").expect(404);
    assert_eq!(reply.header("set-cookie"), None);
}

#[test]
fn links_name_the_configured_host_whatever_the_client_says() {
    let site = Site::new();
    let request = Request::new("GET", "/fhir/Patient")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example");
    assert!(!site.ask_with(request).expect(200).text().contains("evil.example"));
}

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

fn statuses(reply: &crate::support::Reply) -> Vec<String> {
    let status = |entry: &fhir::Json| {
        entry.at(&["response", "status"]).and_then(fhir::Json::as_str).unwrap_or_default().to_owned()
    };
    reply.json().get("entry").unwrap().items().iter().map(status).collect()
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
        ("$everything", "400"),
        ("Basic/a/$meta", "400"),
        ("Basic/$lastn", "400"),
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
