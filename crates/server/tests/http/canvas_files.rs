//! `/{Type}/{id}/files/{element}`: with a token a redirect to a link, which needs none, tells the bytes and expires.

use crate::support::{Request, Site};
use server::links::LINK_SECONDS;

fn patient_with_photo(site: &Site) -> String {
    let body = r#"{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}],"gender":"female","name":[{"use":"official","family":"Roe","given":["Ada"]}],"birthDate":"1949-11-13","photo":[{"data":"R0lGODlhAQ=="}]}"#;
    let post = Request::new("POST", "/Patient").header("content-type", "application/json").body(body);
    let location = site.ask_with(post).expect(201).header("location").unwrap().to_owned();
    location.rsplit('/').next().unwrap().to_owned()
}

/// The path and query of a link.
fn path_of<'a>(site: &Site, link: &'a str) -> &'a str {
    link.strip_prefix(&site.base_url).unwrap_or_else(|| panic!("{link} is elsewhere"))
}

#[test]
fn a_token_gets_a_link_that_needs_none() {
    let site = Site::new();
    let id = patient_with_photo(&site);
    let photo = format!("/Patient/{id}/files/photo");
    let redirect = site.ask_with(Request::new("GET", &photo)).expect(307);
    assert_eq!((redirect.header("cache-control"), redirect.body.len()), (Some("no-store"), 0));
    let link = redirect.header("location").unwrap().to_owned();
    let file = site.send(Request::new("GET", path_of(&site, &link))).expect(200);
    assert_eq!((file.header("content-type"), &file.body[..]), (Some("image/gif"), &b"GIF89a\x01"[..]));
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    let read = site.ask_with(Request::new("GET", &format!("/Patient/{id}"))).expect(200).json();
    let shown = read.at(&["photo", "0", "extension", "0", "valueUri"]).unwrap().as_str().unwrap().to_owned();
    site.send(Request::new("GET", path_of(&site, &shown))).expect(200);
    site.send(Request::new("GET", &photo)).expect(401);
}

#[test]
fn a_link_that_is_altered_is_none() {
    let site = Site::new();
    let (id, other) = (patient_with_photo(&site), patient_with_photo(&site));
    let redirect = site.ask_with(Request::new("GET", &format!("/Patient/{id}/files/photo"))).expect(307);
    let link = path_of(&site, redirect.header("location").unwrap()).to_owned();
    let (path, query) = link.split_once('?').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    let later = expires.trim_start_matches("expires=").parse::<i64>().unwrap() + 1;
    for altered in [
        link.replace(&id, &other),
        format!("{path}?expires={later}&{signature}"),
        format!("{path}?{expires}&signature=x"),
        format!("{path}?{expires}"),
        format!("{path}?expires=9223372036854775808&{signature}"),
        format!("{path}?{signature}"),
    ] {
        site.send(Request::new("GET", &altered)).expect(401);
        // With a token it is asked for as without parameters.
        site.ask_with(Request::new("GET", &altered)).expect(307);
    }
    site.send(Request::new("PUT", &link)).expect(405);
    site.send(Request::new("GET", &link.replace("photo", "name"))).expect(401);
}

#[test]
fn a_link_is_good_for_a_quarter_of_an_hour_and_for_its_store() {
    let site = Site::new();
    let id = patient_with_photo(&site);
    let redirect = site.ask_with(Request::new("GET", &format!("/Patient/{id}/files/photo"))).expect(307);
    let link = redirect.header("location").unwrap();
    let expires = link.split("expires=").nth(1).unwrap().split('&').next().unwrap();
    let left = expires.parse::<i64>().unwrap() - server::clock::now() / 1000;
    assert!((LINK_SECONDS - 60..=LINK_SECONDS).contains(&left), "{left}");
    let elsewhere = Site::new();
    elsewhere.send(Request::new("GET", path_of(&site, link))).expect(401);
}

#[test]
fn what_a_token_may_not_read_it_gets_no_link_to() {
    let site = Site::new();
    let id = patient_with_photo(&site);
    let token = site.token_for("system/Practitioner.read");
    let request = Request::new("GET", &format!("/Patient/{id}/files/photo"));
    site.send(request.header("authorization", &format!("Bearer {token}"))).expect(403);
    let nobody = Request::new("GET", "/Patient/00000000000000000000000000000000/files/photo");
    site.ask_with(nobody).expect(404);
}

#[test]
fn documents_images_and_consents_are_got_the_same_way() {
    let site = Site::new();
    for (contract, element, content_type, start) in [
        (&canvas::types::document_reference::CONTRACT, "content", "application/pdf", &b"%PDF-"[..]),
        (&canvas::types::media::CONTRACT, "content", "image/png", &b"\x89PNG"[..]),
        (&canvas::types::consent::CONTRACT, "sourceAttachment", "application/pdf", &b"%PDF-"[..]),
    ] {
        let name = contract.name;
        let body = contract.minimal.replace("{demo-patient}", canvas::clinic::demo::PATIENT);
        let body = body.replace("{demo-practitioner}", canvas::clinic::demo::PRACTITIONER);
        let post = Request::new("POST", &format!("/{name}"))
            .header("content-type", "application/json")
            .body(body.as_str());
        let location = site.ask_with(post).expect(201).header("location").unwrap().to_owned();
        let id = location.rsplit('/').next().unwrap();
        let path = format!("/{name}/{id}/files/{element}");
        site.send(Request::new("GET", &path)).expect(401);
        let redirect = site.ask_with(Request::new("GET", &path)).expect(307);
        let link = redirect.header("location").unwrap().to_owned();
        let file = site.send(Request::new("GET", path_of(&site, &link))).expect(200);
        assert_eq!(file.header("content-type"), Some(content_type), "{name}");
        assert!(file.body.starts_with(start), "{name}");
        let other = site.token_for("system/Practitioner.read");
        site.send(Request::new("GET", &path).header("authorization", &format!("Bearer {other}"))).expect(403);
        let nobody = format!("/{name}/00000000-0000-4000-8000-00000000dead/files/{element}");
        site.ask_with(Request::new("GET", &nobody)).expect(404);
        let put = Request::new("PUT", &format!("/{name}/{id}")).header("content-type", "application/json");
        site.ask_with(put.body(body.as_str())).expect(405);
    }
}
