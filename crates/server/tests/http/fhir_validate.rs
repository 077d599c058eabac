//! /fhir/{type}/$validate and the definitions that resources are held to.

use crate::support::{Reply, Request, Site};
use fhir::{Json, json};

const PROFILE: &str = "http://example.org/StructureDefinition/named-basic";

/// Basic with a code text and an author.
fn profile() -> Json {
    json!({
        "resourceType": "StructureDefinition", "id": "named-basic", "url": PROFILE, "name": "NamedBasic",
        "status": "active", "kind": "resource", "abstract": false, "type": "Basic",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Basic", "derivation": "constraint",
        "differential": { "element": [
            { "id": "Basic", "path": "Basic" },
            { "id": "Basic.author", "path": "Basic.author", "min": 1 }
        ] }
    })
}

fn claiming() -> Json {
    json!({ "resourceType": "Basic", "meta": { "profile": [PROFILE] }, "code": { "text": "x" } })
}

#[test]
fn everything_wrong_is_told_and_nothing_is_stored() {
    let site = Site::new();
    let before = site.search("/fhir/Observation").len();
    let outcome =
        site.post("/fhir/Observation/$validate", &json!({ "resourceType": "Observation", "status": "x" }));
    let issues = outcome.expect(200).issues();
    let places: Vec<&str> = issues.iter().map(|(_, _, place)| place.as_str()).collect();
    assert!(places.contains(&"Observation.status") && places.contains(&"Observation.code"), "{issues:?}");
    assert_eq!(site.search("/fhir/Observation").len(), before);
}

#[test]
fn a_valid_resource_is_said_to_be_valid() {
    let site = Site::new();
    let basic = json!({ "resourceType": "Basic", "text": { "status": "empty", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>" }, "code": { "text": "x" } });
    let reply = site.post("/fhir/Basic/$validate", &basic).expect(200);
    assert_eq!(reply.issues(), [("informational".into(), "No problems were found".into(), String::new())]);
    assert!(!reply.text().contains("error"));
}

#[test]
fn a_resource_in_parameters_has_its_place_there() {
    let site = Site::new();
    let body = json!({ "resourceType": "Parameters", "parameter": [
        { "name": "mode", "valueCode": "create" },
        { "name": "resource", "resource": { "resourceType": "Basic" } }
    ] });
    let issues = site.post("/fhir/Basic/$validate", &body).expect(200).issues();
    assert!(issues.iter().any(|issue| issue.2 == "Parameters.parameter[1].resource.code"), "{issues:?}");
}

#[test]
fn modes_are_about_new_or_stored_resources() {
    let site = Site::new();
    let basic = json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } });
    site.put("/fhir/Basic/x", &basic).expect(201);
    site.get("/fhir/Basic/x/$validate").expect(200);
    site.get("/fhir/Basic/none/$validate").expect(404);
    let delete = site.get("/fhir/Basic/x/$validate?mode=delete").expect(200);
    assert_eq!(delete.problem(), "The resource can be deleted");
    site.get("/fhir/Basic/x").expect(200);
    let other = json!({ "resourceType": "Basic", "id": "y", "code": { "text": "x" } });
    let update = site.post("/fhir/Basic/x/$validate?mode=update", &other).expect(200).issues();
    assert!(update.iter().any(|issue| issue.2 == "Basic.id"), "{update:?}");
    for (path, problem) in [
        (
            "/fhir/Basic/$validate?mode=update",
            "mode 'update' is about a stored resource: POST to /{type}/{id}/$validate",
        ),
        (
            "/fhir/Basic/x/$validate?mode=create",
            "mode 'create' is about a new resource: POST to /{type}/$validate",
        ),
        ("/fhir/Basic/$validate?mode=x", "mode 'x' is not one of create, update, delete, profile"),
    ] {
        assert_eq!(site.post(path, &basic).expect(400).issues()[1].1, problem);
    }
    assert_eq!(
        site.get("/fhir/Basic/$validate").expect(400).issues()[1].1,
        "parameter 'resource' of $validate is required"
    );
}

#[test]
fn a_stored_profile_is_enforced_from_the_answer_on_and_until_it_is_deleted() {
    let site = Site::new();
    site.post("/fhir/Basic", &claiming()).expect(201);
    site.put("/fhir/StructureDefinition/named-basic", &profile()).expect(201);
    let refused = site.post("/fhir/Basic", &claiming()).expect(400);
    assert_eq!(refused.issues()[1].2, "Basic.author");
    let plain = json!({ "resourceType": "Basic", "code": { "text": "x" } });
    site.post("/fhir/Basic", &plain).expect(201);
    let asked = site.post(&format!("/fhir/Basic/$validate?profile={PROFILE}"), &plain).expect(200);
    assert!(asked.issues().iter().any(|issue| issue.2 == "Basic.author"), "{}", asked.text());
    site.delete("/fhir/StructureDefinition/named-basic").expect(204);
    site.post("/fhir/Basic", &claiming()).expect(201);
}

#[test]
fn a_profile_that_is_not_there_is_told() {
    let site = Site::new();
    let basic = json!({ "resourceType": "Basic", "code": { "text": "x" } });
    let refused = site.post("/fhir/Basic/$validate?profile=http://example.org/none", &basic).expect(400);
    assert_eq!(
        refused.issues()[1].1,
        "profile 'http://example.org/none' is not loaded; store its StructureDefinition or start the server with its package"
    );
    site.post("/fhir/Basic/$validate?profile=http://hl7.org/fhir/StructureDefinition/Basic", &basic)
        .expect(200);
}

#[test]
fn a_body_that_cannot_be_parsed_cannot_be_validated() {
    let site = Site::new();
    site.ask("POST", "/fhir/Basic/$validate", "{").expect(400);
    site.ask_with(
        Request::new("POST", "/fhir/Basic/$validate").header("content-type", "text/plain").body("x"),
    )
    .expect(415);
}

#[test]
fn what_cannot_be_read_of_xml_is_told_with_all_else() {
    let site = Site::new();
    let patient = "<Patient xmlns=\"http://hl7.org/fhir\"><foo value=\"1\"/><gender value=\"x\"/>\
                   <birthDate value=\"1980-13-01\"/></Patient>";
    let within = format!(
        "<Parameters xmlns=\"http://hl7.org/fhir\"><parameter><name value=\"resource\"/>\
         <resource>{patient}</resource></parameter></Parameters>"
    );
    let xml = |path: &str, body: &str| {
        site.ask_with(
            Request::new("POST", path).header("content-type", "application/fhir+xml").body(body.to_owned()),
        )
    };
    let places = |reply: Reply| -> Vec<String> {
        reply
            .issues()
            .into_iter()
            .map(|(_, _, place)| place)
            .filter(|place| place.contains('.') && !place.ends_with("resource"))
            .collect()
    };
    let of = |root: &str| ["foo", "gender", "birthDate"].map(|name| format!("{root}.{name}"));
    assert_eq!(places(xml("/fhir/Patient", patient).expect(400)), of("Patient"));
    assert_eq!(places(xml("/fhir/Patient/$validate", patient).expect(200)), of("Patient"));
    assert_eq!(
        places(xml("/fhir/Patient/$validate", &within).expect(200)),
        of("Parameters.parameter[0].resource")
    );
    let outside = within.replace("<parameter>", "<parameter><nam value=\"x\"/>");
    assert!(places(xml("/fhir/Patient/$validate", &outside).expect(400))[0].ends_with("parameter[0].nam"));
    let bundle = format!(
        "<Bundle xmlns=\"http://hl7.org/fhir\"><type value=\"batch\"/><entry><resource>{patient}</resource>\
         <request><method value=\"POST\"/><url value=\"Patient\"/></request></entry></Bundle>"
    );
    assert_eq!(places(xml("/fhir", &bundle).expect(400)), of("Bundle.entry[0].resource"));
}

#[test]
fn the_definition_of_a_type_is_a_profile_of_that_type_alone() {
    let site = Site::new();
    let basic = || json!({ "resourceType": "Basic", "code": { "text": "x" } });
    let url = |name: &str| format!("http://hl7.org/fhir/StructureDefinition/{name}");
    let told = |name: &str| format!("profile '{}' is one of {name}, not of Basic", url(name));
    for (name, is_own) in [
        ("Basic", true),
        ("DomainResource", true),
        ("Resource", true),
        ("Observation", false),
        ("HumanName", false),
    ] {
        let has = |reply: &Reply| reply.issues().iter().any(|(_, text, _)| *text == told(name));
        let asked = site.post(&format!("/fhir/Basic/$validate?profile={}", url(name)), &basic()).expect(200);
        assert_eq!(has(&asked), !is_own, "{name} asked for: {}", asked.text());
        let body = json!({ "resourceType": "Parameters", "parameter": [
            { "name": "resource", "resource": (basic()) }, { "name": "profile", "valueUri": (url(name)) }
        ] });
        assert_eq!(
            has(&site.post("/fhir/Basic/$validate", &body).expect(200)),
            !is_own,
            "{name} in Parameters"
        );
        let mut claiming = basic();
        claiming.as_object_mut().unwrap().insert("meta", json!({ "profile": [(url(name))] }));
        let stored = site.post("/fhir/Basic", &claiming);
        assert_eq!(stored.status == 400, !is_own, "{name} claimed: {}", stored.text());
        assert!(!site.post("/fhir/Basic/$validate", &claiming).text().contains("is not loaded"), "{name}");
    }
}

#[test]
fn what_has_no_type_is_placed_by_that_of_the_url() {
    let site = Site::new();
    let issues = site.post("/fhir/Patient/$validate", &json!({})).expect(200).issues();
    assert!(issues.iter().any(|(_, _, place)| place == "Patient.resourceType"), "{issues:?}");
}

#[test]
fn no_body_is_needed_where_nothing_is_sent() {
    let site = Site::new();
    site.put("/fhir/Basic/x", &json!({ "resourceType": "Basic", "id": "x", "code": { "text": "x" } }))
        .expect(201);
    let reply = site.ask_with(Request::new("POST", "/fhir/Basic/x/$validate?mode=delete")).expect(200);
    assert_eq!(reply.problem(), "The resource can be deleted");
}
