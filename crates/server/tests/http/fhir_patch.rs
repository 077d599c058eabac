//! PATCH /fhir/{type}/{id} and /fhir/{type}?…

use crate::support::{Reply, Request, Site, Store};
use fhir::{Json, base64, json};

const JSON_PATCH: &str = "application/json-patch+json";
const XML_PATCH: &str = "application/xml-patch+xml";
const FHIR: &str = "application/fhir+json";

fn site_with_a_patient(store: Store) -> Site {
    let site = Site::on(store);
    let patient = json!({
        "resourceType": "Patient", "id": "p", "active": true, "birthDate": "1980-01-01",
        "identifier": [{ "system": "urn:t", "value": "1" }]
    });
    site.put("/fhir/Patient/p", &patient).expect(201);
    site
}

fn patch(site: &Site, path: &str, media_type: &str, body: &str) -> Reply {
    site.ask_with(Request::new("PATCH", path).header("content-type", media_type).body(body))
}

fn birth_date(date: &str) -> String {
    format!(r#"[{{"op":"replace","path":"/birthDate","value":"{date}"}}]"#)
}

fn parameters(date: &str) -> Json {
    json!({
        "resourceType": "Parameters",
        "parameter": [{
            "name": "operation",
            "part": [
                { "name": "type", "valueCode": "replace" },
                { "name": "path", "valueString": "Patient.birthDate" },
                { "name": "value", "valueDate": date }
            ]
        }]
    })
}

fn diff(date: &str) -> String {
    format!(
        r#"<diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Patient/f:birthDate/@value">{date}</replace></diff>"#
    )
}

#[test]
fn each_kind_of_patch_changes_the_resource_and_its_index() {
    for store in Store::all() {
        let site = site_with_a_patient(store);
        let patches = [
            (JSON_PATCH, birth_date("1981-01-01"), "1981-01-01"),
            (FHIR, parameters("1982-01-01").to_string(), "1982-01-01"),
            (XML_PATCH, diff("1983-01-01"), "1983-01-01"),
        ];
        for (number, (media_type, body, date)) in patches.into_iter().enumerate() {
            let reply = patch(&site, "/fhir/Patient/p", media_type, &body).expect(200);
            assert_eq!(reply.json().str("birthDate"), Some(date), "{media_type}");
            assert_eq!(reply.header("etag"), Some(format!("W/\"{}\"", number + 2).as_str()));
            assert_eq!(site.search(&format!("/fhir/Patient?birthdate={date}&_id=p")).len(), 1);
        }
        let same = patch(&site, "/fhir/Patient/p", JSON_PATCH, &birth_date("1983-01-01")).expect(200);
        assert_eq!(same.header("etag"), Some("W/\"4\""), "what changes nothing makes no version");
        let meta = r#"[{"op":"add","path":"/meta/versionId","value":"77"},{"op":"add","path":"/active","value":false}]"#;
        assert_eq!(
            patch(&site, "/fhir/Patient/p", JSON_PATCH, meta).expect(200).header("etag"),
            Some("W/\"5\"")
        );
    }
}

#[test]
fn a_patch_that_does_not_fit_or_leaves_an_invalid_resource_changes_nothing() {
    let site = site_with_a_patient(Store::Sqlite);
    let absent =
        r#"[{"op":"replace","path":"/active","value":false},{"op":"remove","path":"/maritalStatus"}]"#;
    let failed = patch(&site, "/fhir/Patient/p", JSON_PATCH, absent).expect(422).issues();
    assert_eq!((failed.len(), failed[0].0.as_str()), (1, "business-rule"));
    assert!(failed[0].1.starts_with("operation[1] (remove '/maritalStatus') failed:"), "{failed:?}");
    let invalid = patch(&site, "/fhir/Patient/p", JSON_PATCH, &birth_date("1980-13-01")).expect(422).issues();
    assert_eq!(invalid[0].1, "The patch would leave a resource that is not valid; nothing was changed");
    assert_eq!((invalid[1].0.as_str(), invalid[1].2.as_str()), ("value", "Patient.birthDate"));
    for path in ["/id", "/resourceType"] {
        let identity = format!(r#"[{{"op":"replace","path":"{path}","value":"Practitioner"}}]"#);
        patch(&site, "/fhir/Patient/p", JSON_PATCH, &identity).expect(422);
    }
    assert_eq!(site.get("/fhir/Patient/p").header("etag"), Some("W/\"1\""));
}

#[test]
fn what_is_no_patch_or_patches_nothing_is_refused() {
    let site = site_with_a_patient(Store::Sqlite);
    for (media_type, body) in [
        (JSON_PATCH, r#"[{"op":"fly","path":"/a"}]"#),
        (JSON_PATCH, "{}"),
        (JSON_PATCH, "["),
        (FHIR, r#"{"resourceType":"Patient"}"#),
        (FHIR, r#"{"resourceType":"Parameters","parameter":[{"name":"operation"}]}"#),
        (XML_PATCH, "<diff"),
        (XML_PATCH, "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><diff>&a;</diff>"),
    ] {
        let refused = patch(&site, "/fhir/Patient/p", media_type, body).expect(400);
        assert!(refused.issues().len() > 1, "{body}");
    }
    for media_type in ["application/json", "application/merge-patch+json", "text/plain", ""] {
        let refused = patch(&site, "/fhir/Patient/p", media_type, "[]").expect(415);
        assert!(refused.header("accept-patch").unwrap().contains(JSON_PATCH), "{media_type}");
    }
    patch(&site, "/fhir/Patient/never", JSON_PATCH, "[]").expect(404);
    site.delete("/fhir/Patient/p").expect(204);
    patch(&site, "/fhir/Patient/p", JSON_PATCH, &birth_date("1981-01-01")).expect(410);
}

#[test]
fn preconditions_hold_of_what_is_patched() {
    let site = site_with_a_patient(Store::Sqlite);
    let ask = |header: &str, value: &str, path: &str| {
        let request = Request::new("PATCH", path).header("content-type", JSON_PATCH).header(header, value);
        site.ask_with(request.body(birth_date("1981-01-01")))
    };
    for path in ["/fhir/Patient/p", "/fhir/Patient?identifier=urn:t%7C1"] {
        ask("if-match", "W/\"7\"", path).expect(412);
        ask("if-unmodified-since", "Wed, 21 Oct 2015 07:28:00 GMT", path).expect(412);
        ask("if-match", "x", path).expect(400);
    }
    ask("if-match", "W/\"1\"", "/fhir/Patient/p").expect(200);
}

#[test]
fn a_conditional_patch_changes_the_one_match() {
    for store in Store::all() {
        let site = site_with_a_patient(store);
        let ask = |query: &str| {
            patch(&site, &format!("/fhir/Patient?{query}"), JSON_PATCH, &birth_date("1981-01-01"))
        };
        let reply = ask("identifier=urn:t%7C1").expect(200);
        assert_eq!((reply.json().str("id"), reply.header("etag")), (Some("p"), Some("W/\"2\"")));
        let none = ask("identifier=urn:t%7C2").expect(404);
        assert_eq!(none.problem(), "Unknown Patient resource 'identifier=urn:t|2'");
        let second = json!({ "resourceType": "Patient", "id": "q", "identifier": [{ "system": "urn:t", "value": "1" }] });
        site.put("/fhir/Patient/q", &second).expect(201);
        ask("identifier=urn:t%7C1").expect(412);
        ask("").expect(400);
    }
}

#[test]
fn of_many_clients_patching_at_once_none_overwrites_another() {
    const CLIENTS: usize = 16;
    for store in Store::all() {
        let site = site_with_a_patient(store);
        let barrier = std::sync::Barrier::new(CLIENTS);
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (site, barrier) = (&site, &barrier);
                scope.spawn(move || {
                    let add = format!(
                        r#"[{{"op":"add","path":"/identifier/-","value":{{"system":"urn:client","value":"{client}"}}}}]"#
                    );
                    barrier.wait();
                    patch(site, "/fhir/Patient/p", JSON_PATCH, &add).expect(200);
                });
            }
        });
        let patient = site.get("/fhir/Patient/p");
        assert_eq!(patient.json().get("identifier").unwrap().items().len(), CLIENTS + 1, "{store:?}");
        assert_eq!(patient.header("etag"), Some(format!("W/\"{}\"", CLIENTS + 1).as_str()));
    }
}

#[test]
fn patches_are_entries_of_bundles() {
    for store in Store::all() {
        let site = site_with_a_patient(store);
        let binary = |media_type: &str, body: &str| json!({ "resourceType": "Binary", "contentType": media_type, "data": (base64::encode(body.as_bytes())) });
        let send = |kind: &str, url: &str, resource: Json| {
            let request = json!({ "method": "PATCH", "url": url });
            let bundle = json!({ "resourceType": "Bundle", "type": kind, "entry": [{ "resource": resource, "request": request }] });
            site.post("/fhir", &bundle)
        };
        for (resource, date) in [
            (binary(JSON_PATCH, &birth_date("1981-01-01")), "1981-01-01"),
            (parameters("1982-01-01"), "1982-01-01"),
            (binary(XML_PATCH, &diff("1983-01-01")), "1983-01-01"),
        ] {
            send("transaction", "Patient/p", resource).expect(200);
            assert_eq!(site.get("/fhir/Patient/p").json().str("birthDate"), Some(date));
        }
        send("transaction", "Patient?identifier=urn:t|1", parameters("1984-01-01")).expect(200);
        assert_eq!(site.get("/fhir/Patient/p").json().str("birthDate"), Some("1984-01-01"));
        send("transaction", "Patient?identifier=urn:t|2", parameters("1985-01-01")).expect(404);
        let invalid =
            send("transaction", "Patient/p", binary(JSON_PATCH, &birth_date("1980-13-01"))).expect(422);
        assert_eq!(invalid.issues()[1].2, "Bundle.entry[0].resource.birthDate");
        send("transaction", "Patient/p", binary("text/plain", "x")).expect(415);
        send("transaction", "Patient/p", json!({ "resourceType": "Patient" })).expect(400);
        assert_eq!(site.get("/fhir/Patient/p").header("etag"), Some("W/\"5\""));
    }
}

#[test]
fn paths_are_told_the_time() {
    let site = site_with_a_patient(Store::Sqlite);
    let delete = json!({
        "resourceType": "Parameters",
        "parameter": [{ "name": "operation", "part": [
            { "name": "type", "valueCode": "delete" },
            { "name": "path", "valueString": "Patient.birthDate.where($this < today())" }
        ] }]
    });
    let reply = patch(&site, "/fhir/Patient/p", FHIR, &delete.to_string()).expect(200);
    assert_eq!(reply.json().str("birthDate"), None);
}
