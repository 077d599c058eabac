//! /fhir/CodeSystem, /fhir/ValueSet, /fhir/ConceptMap: the operations of a terminology service.

use crate::support::{Reply, Request, Site};
use fhir::{Json, json};

const GENDERS: &str = "http://hl7.org/fhir/ValueSet/administrative-gender";
const GENDER: &str = "http://hl7.org/fhir/administrative-gender";
const ACTS: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// The value of a parameter that is returned.
fn returned<'a>(answer: &'a Json, name: &str) -> Option<&'a Json> {
    let parameters = answer.get("parameter")?.items();
    let found = parameters.iter().find(|parameter| parameter.str("name") == Some(name))?;
    found.as_object()?.iter().find_map(|(member, value)| member.starts_with("value").then_some(value))
}

/// The codes of an expansion.
fn codes(value_set: &Json) -> Vec<String> {
    let contains = value_set.at(&["expansion", "contains"]).map(Json::items).unwrap_or_default();
    contains.iter().map(|one| one.str("code").unwrap().to_owned()).collect()
}

fn colours() -> Json {
    json!({
        "resourceType": "CodeSystem", "id": "colours", "url": "http://example.org/colours", "status": "active",
        "content": "complete", "hierarchyMeaning": "is-a", "name": "Colours",
        "concept": [{ "code": "red", "display": "Red", "concept": [{ "code": "pink", "display": "Pink" }] }, { "code": "blue" }]
    })
}

#[test]
fn a_value_set_is_expanded_in_pages_and_by_words() {
    let site = Site::new();
    let all = site.get(&format!("/fhir/ValueSet/$expand?url={GENDERS}")).expect(200).json();
    assert_eq!(codes(&all), ["male", "female", "other", "unknown"]);
    let page = site.get(&format!("/fhir/ValueSet/$expand?url={GENDERS}&offset=1&count=2")).expect(200).json();
    assert_eq!(codes(&page), ["female", "other"]);
    assert_eq!(page.at(&["expansion", "total"]).unwrap().to_string(), "4");
    let words = site.get(&format!("/fhir/ValueSet/$expand?url={GENDERS}&filter=fem")).expect(200).json();
    assert_eq!(codes(&words), ["female"]);
}

#[test]
fn a_stored_code_system_is_known_as_soon_as_it_is_stored() {
    let site = Site::new();
    let lookup = "/fhir/CodeSystem/$lookup?system=http://example.org/colours&code=pink";
    site.get(lookup).expect(400);
    site.put("/fhir/CodeSystem/colours", &colours()).expect(201);
    assert_eq!(returned(&site.get(lookup).expect(200).json(), "display"), Some(&"Pink".into()));
    let subsumes = |path: &str| {
        let answer = site.get(path).expect(200).json();
        returned(&answer, "outcome").and_then(Json::as_str).unwrap().to_owned()
    };
    assert_eq!(subsumes("/fhir/CodeSystem/colours/$subsumes?codeA=red&codeB=pink"), "subsumes");
    assert_eq!(
        subsumes("/fhir/CodeSystem/$subsumes?system=http://example.org/colours&codeA=pink&codeB=blue"),
        "not-subsumed"
    );
    let value_set = json!({ "resourceType": "Parameters", "parameter": [{ "name": "valueSet", "resource": {
        "resourceType": "ValueSet", "status": "active",
        "compose": { "include": [{ "system": "http://example.org/colours",
            "filter": [{ "property": "concept", "op": "is-a", "value": "red" }] }] }
    } }] });
    let expanded = site.post("/fhir/ValueSet/$expand", &value_set).expect(200).json();
    assert_eq!(codes(&expanded), ["red", "pink"]);
    site.delete("/fhir/CodeSystem/colours").expect(204);
    site.get(lookup).expect(400);
}

#[test]
fn a_code_is_validated_against_a_value_set_and_a_code_system() {
    let site = Site::new();
    for (path, expected) in [
        (format!("/fhir/ValueSet/$validate-code?url={GENDERS}&system={GENDER}&code=female"), true),
        (format!("/fhir/ValueSet/$validate-code?url={GENDERS}&system={GENDER}&code=femail"), false),
        (format!("/fhir/CodeSystem/$validate-code?url={GENDER}&code=other"), true),
        (format!("/fhir/CodeSystem/$validate-code?url={GENDER}&code=none"), false),
    ] {
        let answer = site.get(&path).expect(200).json();
        assert_eq!(returned(&answer, "result"), Some(&Json::Bool(expected)), "{path}");
    }
    let concept = json!({ "resourceType": "Parameters", "parameter": [
        { "name": "url", "valueUri": GENDERS },
        { "name": "codeableConcept", "valueCodeableConcept": { "coding": [
            { "system": "http://example.org/x", "code": "x" }, { "system": GENDER, "code": "male" }
        ] } }
    ] });
    let answer = site.post("/fhir/ValueSet/$validate-code", &concept).expect(200).json();
    assert_eq!(returned(&answer, "result"), Some(&Json::Bool(true)));
}

#[test]
fn the_hierarchies_of_r4_are_there() {
    let site = Site::new();
    let path = format!("/fhir/CodeSystem/$subsumes?system={ACTS}&codeA=_ActEncounterCode&codeB=AMB");
    let answer = site.get(&path).expect(200).json();
    assert_eq!(returned(&answer, "outcome"), Some(&"subsumes".into()));
}

#[test]
fn a_code_is_translated_by_the_maps_of_r4() {
    let site = Site::new();
    let path = "/fhir/ConceptMap/$translate?url=http://hl7.org/fhir/ConceptMap/cm-address-use-v3\
                &system=http://hl7.org/fhir/address-use&code=home";
    let answer = site.get(path).expect(200).json();
    assert_eq!(returned(&answer, "result"), Some(&Json::Bool(true)));
    assert!(answer.to_string().contains("\"code\":\"H\""), "{answer}");
}

#[test]
fn what_cannot_be_told_is_refused_with_the_reason() {
    let site = Site::new();
    for (path, status, part) in [
        ("/fhir/ValueSet/$expand", 400, "parameter 'url' of $expand is required"),
        ("/fhir/ValueSet/$expand?url=http://example.org/none", 400, "is not known"),
        ("/fhir/ValueSet/$expand?ur=x", 400, "did you mean 'url'?"),
        (
            "/fhir/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/observation-codes",
            400,
            "http://loinc.org",
        ),
        ("/fhir/ValueSet/none/$expand", 404, "Unknown ValueSet resource 'none'"),
        ("/fhir/CodeSystem/$lookup?code=x", 400, ""),
        (
            "/fhir/CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=femal",
            422,
            "did you mean 'female'?",
        ),
        ("/fhir/ConceptMap/$translate?code=x", 400, "system"),
    ] {
        let refused = site.get(path).expect(status);
        assert!(refused.issues().iter().any(|issue| issue.1.contains(part)), "{path}: {}", refused.text());
    }
}

#[test]
fn a_code_is_said_in_exactly_one_way() {
    let site = Site::new();
    let coding = || json!({ "name": "coding", "valueCoding": { "system": GENDER, "code": "male" } });
    let concept = || json!({ "name": "codeableConcept", "valueCodeableConcept": { "coding": [{ "system": GENDER, "code": "male" }] } });
    let code = || json!({ "name": "code", "valueCode": "male" });
    let url = |url: &str| json!({ "name": "url", "valueUri": url });
    let [one, none, two] = [
        "",
        "$validate-code needs one of code, coding, codeableConcept",
        "$validate-code takes one of code, coding, codeableConcept, not ",
    ];
    for (path, parameters, problem) in [
        ("ValueSet", vec![url(GENDERS), coding()], one.to_owned()),
        ("ValueSet", vec![url(GENDERS), concept()], one.to_owned()),
        ("ValueSet", vec![url(GENDERS)], none.to_owned()),
        ("ValueSet", vec![url(GENDERS), coding(), concept()], format!("{two}coding and codeableConcept")),
        ("CodeSystem", vec![url(GENDER), code(), coding()], format!("{two}code and coding")),
        ("ValueSet", vec![url(GENDERS), code()], "parameter 'system' of $validate-code is required".into()),
    ] {
        let body = json!({ "resourceType": "Parameters", "parameter": (Json::Array(parameters)) });
        let reply = site.post(&format!("/fhir/{path}/$validate-code"), &body);
        match problem.as_str() {
            "" => assert_eq!(returned(&reply.expect(200).json(), "result"), Some(&Json::Bool(true))),
            problem => assert_eq!(reply.expect(400).issues()[1].1, problem),
        }
    }
}

#[test]
fn a_resource_and_a_url_must_mean_the_same() {
    let site = Site::new();
    let value_set = json!({
        "resourceType": "ValueSet", "id": "own", "url": "http://example.org/own", "status": "active",
        "compose": { "include": [{ "system": GENDER }] }
    });
    site.put("/fhir/ValueSet/own", &value_set).expect(201);
    site.get("/fhir/ValueSet/own/$expand?url=http://example.org/own").expect(200);
    let refused = site.get(&format!("/fhir/ValueSet/own/$expand?url={GENDERS}")).expect(400);
    assert_eq!(
        refused.issues()[1].1,
        format!(
            "parameter 'url' is '{GENDERS}', but the ValueSet that is asked about has the url \
             'http://example.org/own'; leave one of them out"
        )
    );
}

#[test]
fn parameters_are_those_of_the_url_and_of_the_body() {
    let site = Site::new();
    let path = format!("/fhir/ValueSet/$expand?url={GENDERS}");
    let count = |reply: Reply| codes(&reply.expect(200).json()).len();
    assert_eq!(count(site.ask_with(Request::new("POST", &path))), 4, "no body, no media type");
    let body = json!({ "resourceType": "Parameters", "parameter": [{ "name": "count", "valueInteger": 2 }] });
    assert_eq!(count(site.post(&path, &body)), 2);
    let twice =
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "url", "valueUri": GENDERS }] });
    assert_eq!(site.post(&path, &twice).expect(400).issues()[1].1, "parameter 'url' is given more than once");
    site.ask_with(Request::new("POST", &path).header("content-type", "text/turtle")).expect(415);
}
