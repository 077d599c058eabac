//! `PUT /Task/{id}`: what an update prefers.

use crate::support::{Reply, Request, Site};
use canvas::clinic::demo;

fn task(notes: &[&str]) -> String {
    let practitioner = format!(r#"{{"reference":"Practitioner/{}"}}"#, demo::PRACTITIONER);
    let note = |text: &&str| format!(r#"{{"text":"{text}","authorReference":{practitioner}}}"#);
    let notes = notes.iter().map(note).collect::<Vec<_>>().join(",");
    format!(
        r#"{{"resourceType":"Task","status":"requested","description":"Call","requester":{practitioner},"intent":"unknown","note":[{notes}]}}"#
    )
}

fn put(site: &Site, id: &str, prefer: Option<&str>, notes: &[&str]) -> Reply {
    let body = task(notes);
    let request = Request::new("PUT", &format!("/Task/{id}"))
        .header("content-type", "application/json")
        .body(body.as_str());
    site.ask_with(match prefer {
        Some(prefer) => request.header("prefer", prefer),
        None => request,
    })
}

fn comments(site: &Site, id: &str) -> usize {
    let read = site.ask_with(Request::new("GET", &format!("/Task/{id}"))).expect(200).json();
    read.get("note").unwrap().items().len()
}

#[test]
fn comments_are_replaced_and_never_appended() {
    let site = Site::new();
    let body = task(&["one", "two"]);
    let post = Request::new("POST", "/Task").header("content-type", "application/json").body(body.as_str());
    let created = site.ask_with(post).expect(201);
    assert_eq!(created.body, b"");
    let id = created.header("location").unwrap().rsplit('/').next().unwrap().to_owned();
    let refused = put(&site, &id, Some("note-append"), &["three"]).expect(400).json();
    let text = refused.at(&["issue", "1", "details", "text"]).unwrap().as_str().unwrap().to_owned();
    assert!(text.starts_with("the preference note-append is not supported: send every comment"), "{text}");
    assert_eq!(comments(&site, &id), 2, "a refusal changes nothing");
    put(&site, &id, Some("return=minimal, note-append"), &["three"]).expect(400);
    assert_eq!(put(&site, &id, Some("note-replace"), &["one", "two", "three"]).expect(200).body, b"");
    assert_eq!(comments(&site, &id), 3);
    put(&site, &id, None, &["four"]).expect(200);
    assert_eq!(comments(&site, &id), 1);
}
