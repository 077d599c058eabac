//! What a client makes of the protocol itself: headers in paths, hosts that are not ours.

use crate::support::{Request, Site};

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
