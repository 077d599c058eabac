//! Eligibility requests and the answers that they leave.

use crate::support::{Door, block_on, changed, fact, parse, set, told};
use crate::vendor::place_what_it_refers_to;
use canvas::clinic::demo;
use canvas::types::coverage_eligibility_request::CONTRACT;
use fhir::{Json, ResourceType};
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;
use interactions::validation::{Options, validate};

const REQUEST: ResourceType = ResourceType::COVERAGE_ELIGIBILITY_REQUEST;
const RESPONSE: ResourceType = ResourceType::COVERAGE_ELIGIBILITY_RESPONSE;

/// The responses that a search at either door finds by a reference.
fn responses(door: &Door, parameter: &'static str, value: String) -> Vec<Json> {
    let registry = door.engine.registry();
    let criterion = reference_criterion(&registry, RESPONSE, parameter, &value).unwrap();
    let query = Query::all(RESPONSE).and(criterion);
    let found = block_on(door.engine.snapshot(move |reader| Ok(reader.search(&query)?))).unwrap();
    found.resources.iter().map(|version| stored_json(version).unwrap()).collect()
}

fn answer(door: &Door, body: &Json) -> (String, Json) {
    let id = door.create(body).unwrap_or_else(|refusal| panic!("{refusal}"));
    let mut found = responses(door, "request", format!("CoverageEligibilityRequest/{id}"));
    assert_eq!(found.len(), 1);
    let answer = found.remove(0);
    for (resource_type, resource) in [(REQUEST, door.stored(REQUEST, &id)), (RESPONSE, answer.clone())] {
        let options = Options { expected: Some(resource_type), ..Options::default() };
        assert_eq!(validate(&resource, &options), [], "{resource}");
    }
    (id, answer)
}

fn text<'a>(json: &'a Json, path: &[&str]) -> Option<&'a str> {
    json.at(path).and_then(Json::as_str)
}

#[test]
fn a_request_is_answered_from_the_record_where_the_clinic_has_that_set() {
    let door = Door::of_demo_clinic();
    let (id, answer) = answer(&door, &changed(CONTRACT.minimal, &[], ""));
    assert_eq!(answer.str("outcome"), Some("complete"));
    assert_eq!(text(&answer, &["insurer", "identifier", "value"]), Some("62308"));
    assert_eq!(
        text(&answer, &["insurance", "0", "item", "0", "benefit", "0", "type", "text"]),
        Some("Active Coverage")
    );
    assert_eq!(text(&answer, &["insurance", "0", "extension", "0", "valueString"]), Some("Bayside Gold"));
    let coverage = format!("Coverage/{}", demo::COVERAGE);
    assert_eq!(text(&answer, &["insurance", "0", "coverage", "reference"]), Some(coverage.as_str()));
    let patient = format!("Patient/{}", demo::PATIENT);
    assert_eq!(responses(&door, "patient", patient), [answer]);
    let request = door.stored(REQUEST, &id);
    assert_eq!(text(&request, &["insurer", "reference"]), Some(&*format!("Organization/{}", demo::INSURER)));
    assert_ne!(request.str("created"), Some("2024-05-06"), "the time of the create");
    assert_eq!(text(&request, &["facility", "type"]), Some("Location"));
    assert_eq!(request.get("provider"), None, "the insurer demands none");
}

#[test]
fn the_answer_to_a_request_is_read_and_found_at_this_door() {
    let door = Door::of_demo_clinic();
    let (id, answer) = answer(&door, &changed(CONTRACT.minimal, &[], ""));
    let answer_id = answer.str("id").unwrap();
    let read = door.read(RESPONSE, answer_id).unwrap();
    let request = format!("CoverageEligibilityRequest/{id}");
    assert_eq!(text(&read, &["request", "reference"]), Some(request.as_str()));
    assert_eq!(text(&read, &["insurer", "identifier"]), Some("62308"));
    assert_eq!(
        text(&read, &["insurance", "0", "item", "0", "benefit", "0", "type", "text"]),
        Some("Active Coverage")
    );
    let patient = demo::PATIENT;
    for query in [format!("patient=Patient/{patient}"), format!("request={request}")] {
        assert!(door.found(RESPONSE, &query).contains(&answer_id.to_owned()), "{query}");
    }
    assert_eq!(door.found(RESPONSE, &format!("request={request}")), [answer_id]);
    assert_eq!(door.found(RESPONSE, "request=CoverageEligibilityRequest/another"), [""; 0]);
    let stranger = demo::UNPROVIDED_PATIENT;
    assert!(!door.found(RESPONSE, &format!("patient=Patient/{stranger}")).contains(&answer_id.to_owned()));
}

#[test]
fn a_coverage_that_is_over_or_cancelled_is_told_as_inactive() {
    for (path, value) in [("period", r#"{"end":"2024-01-01"}"#), ("status", "\"cancelled\"")] {
        let door = Door::of_demo_clinic();
        let mut coverage = door.stored(ResourceType::COVERAGE, demo::COVERAGE);
        set(&mut coverage, path, parse(value));
        door.put(ResourceType::COVERAGE, demo::COVERAGE, coverage);
        let (_, answer) = answer(&door, &changed(CONTRACT.minimal, &[], ""));
        assert_eq!(
            text(&answer, &["insurance", "0", "item", "0", "benefit", "0", "type", "text"]),
            Some("Inactive (Incomplete information)")
        );
        assert_eq!(answer.at(&["insurance", "0", "extension"]), None);
    }
}

#[test]
fn other_insurers_have_not_answered_yet_and_unknown_ones_never_will() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(
        &mut body,
        "insurance.0.coverage.reference",
        Json::from(format!("Coverage/{}", demo::OTHER_COVERAGE)),
    );
    let (id, queued) = answer(&door, &body);
    assert_eq!(queued.str("outcome"), Some("queued"));
    assert_eq!(queued.at(&["insurance", "0", "item"]), None);
    assert_eq!(text(&door.stored(REQUEST, &id), &["provider", "type"]), Some("Practitioner"));
    let mut coverage = door.stored(ResourceType::COVERAGE, demo::OTHER_COVERAGE);
    set(&mut coverage, "payor.0.reference", Json::from(format!("Organization/{}", demo::ORGANIZATION)));
    door.put(ResourceType::COVERAGE, demo::OTHER_COVERAGE, coverage);
    let (_, failed) = answer(&door, &body);
    assert_eq!(failed.str("outcome"), Some("error"));
    assert!(text(&failed, &["error", "0", "code", "text"]).is_some());
}

#[test]
fn the_vendors_request_is_accepted_and_a_refused_one_leaves_nothing() {
    let door = Door::of_demo_clinic();
    if let Some(request) = fact("examples/CoverageEligibilityRequest/create-request.json") {
        place_what_it_refers_to(&door, &request);
        answer(&door, &request);
    }
    let before = (door.count(REQUEST), door.count(RESPONSE));
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(
        &mut body,
        "insurance.0.coverage.reference",
        Json::from(format!("Coverage/{}", demo::STRANGERS_COVERAGE)),
    );
    assert_eq!(told(&door.create(&body).unwrap_err()).0, 422);
    assert_eq!((door.count(REQUEST), door.count(RESPONSE)), before);
}

#[test]
fn a_request_cannot_be_read_searched_or_updated() {
    let door = Door::of_demo_clinic();
    let body = changed(CONTRACT.minimal, &[], "");
    let id = door.create(&body).unwrap();
    assert_eq!(door.read(REQUEST, &id).unwrap_err().row().status, 405);
    assert_eq!(door.search(REQUEST, "").unwrap_err().row().status, 405);
    assert_eq!(door.update(&id, &body).unwrap_err().row().status, 405);
}

#[test]
fn an_insurer_that_is_sent_has_no_effect() {
    let door = Door::of_demo_clinic();
    let mut body = changed(CONTRACT.minimal, &[], "");
    set(&mut body, "insurer", parse(r#"{"reference":"Organization/gone"}"#));
    let (id, _) = answer(&door, &body);
    assert_eq!(
        text(&door.stored(REQUEST, &id), &["insurer", "reference"]),
        Some(&*format!("Organization/{}", demo::INSURER))
    );
}
