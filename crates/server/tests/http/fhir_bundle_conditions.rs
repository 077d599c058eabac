//! POST /fhir: entries on conditions: criteria instead of an id, versions, times.

use crate::support::bundle::{batch, entry, identified, named, statuses, target, transaction};
use crate::support::{Site, Store};
use fhir::json;

#[test]
fn conditional_entries_create_update_and_delete_what_matches() {
    for store in Store::all() {
        let site = Site::on(store);
        for (id, value) in [("a", "found"), ("b", "updated"), ("c", "deleted")] {
            let mut resource = identified(value);
            resource.as_object_mut().unwrap().insert("id", id);
            site.put(&format!("/fhir/Basic/{id}"), &resource).expect(201);
        }
        let reply = transaction(
            &site,
            vec![
                entry("POST", "Basic").with(identified("found")).saying("ifNoneExist", "identifier=urn:t|found").full_url("urn:uuid:1"),
                entry("POST", "Basic").with(identified("new")).saying("ifNoneExist", "identifier=urn:t|new").full_url("urn:uuid:2"),
                entry("POST", "Basic").with(identified("new")).saying("ifNoneExist", "identifier=urn:t|new").full_url("urn:uuid:3"),
                entry("PUT", "Basic?identifier=urn:t%7Cupdated").with(identified("updated-now")).full_url("urn:uuid:4"),
                entry("PUT", "Basic?identifier=urn:t%7Cput").with(identified("put")).full_url("urn:uuid:5"),
                entry("DELETE", "Basic?identifier=urn:t%7Cdeleted"),
                entry("DELETE", "Basic?identifier=urn:t%7Cnever"),
                entry("POST", "Patient").with(json!({ "resourceType": "Patient" })),
                entry("POST", "Provenance").with(json!({
                    "resourceType": "Provenance", "recorded": "2020-01-01T00:00:00Z",
                    "target": [
                        { "reference": "urn:uuid:1" }, { "reference": "urn:uuid:2" }, { "reference": "urn:uuid:3" },
                        { "reference": "urn:uuid:4" }, { "reference": "urn:uuid:5" }
                    ],
                    "agent": [{ "who": { "display": "x" } }]
                })),
            ],
        )
        .expect(200);
        let (ok, created, gone) = ("200 OK", "201 Created", "204 No Content");
        assert_eq!(statuses(&reply), [ok, created, ok, ok, created, gone, gone, created, created]);
        assert_eq!((target(&reply, 0), target(&reply, 3)), ("Basic/a".into(), "Basic/b".into()));
        assert_eq!(target(&reply, 1), target(&reply, 2));
        let provenance = site.get(&format!("/fhir/{}", target(&reply, 8))).json();
        for index in 0..5 {
            let reference = provenance.at(&["target", &index.to_string(), "reference"]);
            assert_eq!(reference, Some(&target(&reply, index).as_str().into()), "target {index}");
        }
        site.get("/fhir/Basic/c").expect(410);
    }
}

#[test]
fn conditions_of_requests_hold_in_both_kinds() {
    for store in Store::all() {
        for kind in [transaction, batch] {
            let site = Site::on(store);
            for id in ["a", "b", "c", "d"] {
                let mut resource = identified(id);
                resource.as_object_mut().unwrap().insert("id", id);
                site.put(&format!("/fhir/Basic/{id}"), &resource).expect(201);
            }
            let patch = || {
                json!({ "resourceType": "Parameters", "parameter": [{ "name": "operation", "part": [
                    { "name": "type", "valueCode": "replace" }, { "name": "path", "valueString": "Basic.code.text" },
                    { "name": "value", "valueString": "patched" }
                ] }] })
            };
            let by = |value: &str| format!("Basic?identifier=urn:t%7C{value}");
            let reply = kind(
                &site,
                vec![
                    entry("GET", "Basic/d").saying("ifModifiedSince", "2999-01-01T00:00:00Z"),
                    entry("GET", "Basic/d").saying("ifModifiedSince", "2000-01-01T00:00:00Z"),
                    entry("HEAD", "Basic/d").saying("ifNoneMatch", "W/\"1\""),
                    entry("PATCH", &by("c")).with(patch()).saying("ifMatch", "W/\"1\""),
                    entry("PUT", &by("b")).with(identified("b")).saying("ifMatch", "W/\"3\", W/\"1\""),
                    entry("PUT", "Basic/new").with(named("new", "x")).saying("ifNoneMatch", "*"),
                    entry("POST", "Basic").with(identified("d")).saying("ifNoneExist", "identifier=urn:t|d"),
                    entry("POST", "Basic").with(identified("e")).saying("ifNoneExist", "identifier=urn:t|e"),
                    entry("DELETE", &by("a")).saying("ifMatch", "W/\"1\""),
                ],
            )
            .expect(200);
            let (ok, known, made) = ("200 OK", "304 Not Modified", "201 Created");
            assert_eq!(statuses(&reply), [known, ok, known, ok, ok, made, ok, made, "204 No Content"]);
            assert_eq!(site.get("/fhir/Basic/c").json().at(&["code", "text"]), Some(&"patched".into()));

            let refused = || {
                vec![
                    entry("PUT", "Basic/new").with(named("new", "y")).saying("ifNoneMatch", "*"),
                    entry("PATCH", "Basic/c").with(patch()).saying("ifMatch", "W/\"1\""),
                    entry("DELETE", &by("d")).saying("ifMatch", "W/\"7\""),
                    entry("PUT", &by("b")).with(identified("b")).saying("ifMatch", "W/\"7\""),
                ]
            };
            assert_eq!(statuses(&batch(&site, refused())), ["412 Precondition Failed"; 4]);
            for one in refused() {
                transaction(&site, vec![entry("POST", "Basic").with(identified("f")), one]).expect(412);
            }
            assert!(site.search("/fhir/Basic?identifier=urn:t|f").is_empty());
            let two =
                || vec![entry("DELETE", "Basic?_id=b,c"), entry("PATCH", "Basic?_id=b,c").with(patch())];
            assert_eq!(statuses(&batch(&site, two())), ["412 Precondition Failed"; 2]);
            transaction(&site, two()).expect(412);
            let none = || vec![entry("PATCH", &by("none")).with(patch())];
            assert_eq!(statuses(&batch(&site, none())), ["404 Not Found"]);
            transaction(&site, none()).expect(404);
        }
    }
}
