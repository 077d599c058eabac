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
