//! `DiagnosticReport/$create-lab-report`: a report, its tests and values, and its document, in one write.

use crate::support::{Door, block_on, changed, entries, parse, remove, set, told};
use canvas::clinic::demo;
use canvas::contract::Level;
use canvas::types::diagnostic_report::CONTRACT;
use fhir::{Json, ResourceType};
use interactions::Refusal;

const REPORT: ResourceType = ResourceType::DIAGNOSTIC_REPORT;
const OBSERVATION: ResourceType = ResourceType::OBSERVATION;
const DOCUMENT: ResourceType = ResourceType::DOCUMENT_REFERENCE;

fn body() -> Json {
    changed(CONTRACT.operation("create-lab-report", Level::Type).unwrap().minimal, &[], "")
}

fn send(door: &Door, body: &Json) -> Result<(), Refusal> {
    block_on(door.canvas.operate(REPORT, None, "create-lab-report", &body.to_bytes()))
}

/// The reports of another patient than the demo clinic has reports of.
fn reports(door: &Door) -> Vec<Json> {
    entries(&door.search(REPORT, &format!("patient=Patient/{}", demo::PATIENT)).unwrap())
}

fn text<'a>(json: &'a Json, path: &[&str]) -> &'a str {
    json.at(path).and_then(Json::as_str).unwrap_or_else(|| panic!("no {path:?} in {json}"))
}

#[test]
fn the_report_its_values_and_its_document_are_there_afterwards() {
    let door = Door::of_demo_clinic();
    let before = reports(&door).len();
    let mut sent = body();
    let value = r#"{"name":"labValue","resource":{"resourceType":"Observation","status":"final","code":{"text":"Amended report:"},"valueString":"test"}}"#;
    set(&mut sent, "parameter.1.part.2", parse(value));
    let range = r#"[{"low":{"value":"100"},"high":{"value":"200"},"text":"100 - 200"}]"#;
    set(&mut sent, "parameter.1.part.1.resource.referenceRange", parse(range));
    let abnormal = r#"[{"text":"Abnormal","coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"A","display":"Abnormal"}]}]"#;
    set(&mut sent, "parameter.1.part.1.resource.interpretation", parse(abnormal));
    send(&door, &sent).unwrap_or_else(|refusal| panic!("{refusal}"));

    let found = reports(&door);
    assert_eq!(found.len(), before + 1);
    let report = found.iter().find(|report| report.get("presentedForm").is_some()).unwrap();
    assert_eq!(text(report, &["category", "0", "coding", "0", "code"]), "LAB");
    assert_eq!(
        report.get("code"),
        Some(&parse(
            r#"{"coding":[{"system":"http://loinc.org","code":"2093-3","display":"Cholesterol"}],"text":"Lipid panel"}"#
        ))
    );
    // Without an offset, the clinic's clock: Oakland is seven hours behind in September.
    let effective = text(report, &["effectiveDateTime"]);
    assert_eq!(
        fhir::datetime::PartialDateTime::parse(effective).unwrap().start(&jiff::tz::TimeZone::UTC),
        1_693_582_200_000
    );
    let [result] = report.get("result").unwrap().items() else { panic!("the tests are not shown: {report}") };
    let id = report.str("id").unwrap();
    let file = block_on(door.canvas.file(REPORT, id, "presentedForm")).unwrap().unwrap();
    assert_eq!((file.content_type.as_str(), file.content.as_slice()), ("application/pdf", &b"%PDF-1.2 "[..]));

    let group = door
        .read(OBSERVATION, result.str("reference").unwrap().strip_prefix("Observation/").unwrap())
        .unwrap();
    assert_eq!(text(&group, &["code", "extension", "0", "valueCode"]), "unsupported");
    assert_eq!(text(&group, &["dataAbsentReason", "coding", "0", "code"]), "not-performed");
    let members = group.get("hasMember").unwrap().items();
    assert_eq!(
        members.iter().map(|member| member.str("display").unwrap()).collect::<Vec<_>>(),
        ["Cholesterol", "Amended report:"]
    );
    let value = |index: usize| {
        let id = members[index].str("reference").unwrap().strip_prefix("Observation/").unwrap();
        (door.read(OBSERVATION, id).unwrap(), door.stored(OBSERVATION, id))
    };
    let (cholesterol, stored) = value(0);
    assert_eq!(
        cholesterol.get("valueQuantity"),
        Some(&parse(r#"{"value":180.0,"unit":"mg/dL","system":"http://unitsofmeasure.org"}"#))
    );
    assert_eq!(text(&cholesterol, &["category", "0", "coding", "0", "code"]), "laboratory");
    assert_eq!((cholesterol.get("interpretation"), cholesterol.get("derivedFrom")), (None, None));
    assert_eq!(text(&stored, &["interpretation", "0", "coding", "0", "code"]), "A");
    assert_eq!(stored.at(&["referenceRange", "0", "high", "value"]).unwrap().to_string(), "200");
    let (amended, _) = value(1);
    assert_eq!(
        amended.get("code"),
        Some(&parse(
            r#"{"coding":[{"system":"http://loinc.org","code":"N/A","display":"Amended report:"}]}"#
        ))
    );
    assert_eq!(amended.str("valueString"), Some("test"));

    let stored = door.stored(REPORT, id);
    assert_eq!(text(&stored, &["contained", "0", "code", "text"]), "Lipid panel", "the test is kept");
    let found = door.found(DOCUMENT, &format!("category=labreport&patient=Patient/{}", demo::PATIENT));
    let [document] = &found[..] else { panic!("{found:?}") };
    let shown = door.read(DOCUMENT, document).unwrap();
    assert_eq!(text(&shown, &["type", "coding", "0", "display"]), "Laboratory report");
    let file = block_on(door.canvas.file(DOCUMENT, document, "content")).unwrap().unwrap();
    assert_eq!(file.content.as_slice(), &b"%PDF-1.2 "[..]);
    let document = &door.stored(DOCUMENT, document);
    for stored in
        [&stored, document, &door.stored(OBSERVATION, group.str("id").unwrap()), &value(0).1, &value(1).1]
    {
        let problems = interactions::validation::validate(stored, &Default::default());
        assert!(problems.is_empty(), "{stored}\n{problems:#?}");
    }
    let tracked = |target: String| door.found(ResourceType::PROVENANCE, &format!("target={target}")).len();
    assert_eq!(tracked(format!("DiagnosticReport/{id}")), 1);
    assert_eq!(tracked(format!("Observation/{}", group.str("id").unwrap())), 1);
    assert_eq!(tracked(format!("DocumentReference/{}", document.str("id").unwrap())), 1);
}

#[test]
fn a_report_may_come_with_its_document_alone_or_with_several_tests() {
    let door = Door::of_demo_clinic();
    let before = reports(&door).len();
    let mut alone = body();
    remove(&mut alone, "parameter.1");
    send(&door, &alone).unwrap();
    let mut several = body();
    let second = several.at(&["parameter", "1"]).unwrap().clone();
    set(&mut several, "parameter.2", second);
    send(&door, &several).unwrap();
    let found = reports(&door);
    assert_eq!(found.len(), before + 2);
    let named = |name: &str| found.iter().find(|report| text(report, &["code", "text"]) == name).unwrap();
    assert_eq!(named("Laboratory report").get("result"), None);
    let group = text(named("Lipid panel, Lipid panel"), &["result", "0", "reference"]);
    let group = door.read(OBSERVATION, group.strip_prefix("Observation/").unwrap()).unwrap();
    assert_eq!(group.get("hasMember").unwrap().items().len(), 2);
}

#[test]
fn what_is_refused_leaves_nothing() {
    let door = Door::of_demo_clinic();
    let counts = || [REPORT, OBSERVATION, DOCUMENT].map(|resource_type| door.count(resource_type));
    let before = counts();
    for (path, value, status, place) in [
        (
            "parameter.0.resource.subject",
            r#"{"reference":"Group/1"}"#,
            422,
            "Parameters.parameter[0].resource.subject.reference",
        ),
        (
            "parameter.0.resource.effectiveDateTime",
            "\"yesterday\"",
            400,
            "Parameters.parameter[0].resource.effective",
        ),
        (
            "parameter.0.resource.presentedForm.0.data",
            "\"*\"",
            400,
            "Parameters.parameter[0].resource.presentedForm[0].data",
        ),
        ("parameter.0.resource.presentedForm", "[]", 400, "Parameters.parameter[0].resource.presentedForm"),
        (
            "parameter.1.part.1.resource.valueQuantity.value",
            "\"high\"",
            400,
            "Parameters.parameter[1].part[1].resource.value.value",
        ),
        ("parameter.1.part.1.name", "\"value\"", 422, "Parameters.parameter[1].part[1].name"),
        ("parameter.1.part", "[]", 400, "Parameters.parameter[1]"),
    ] {
        let mut sent = body();
        set(&mut sent, path, parse(value));
        let (found, problems) = told(&send(&door, &sent).unwrap_err());
        assert_eq!((found, problems[0].2.as_str()), (status, place), "{path} {value}: {problems:?}");
    }
    assert_eq!(counts(), before);
    let of_instance =
        block_on(door.canvas.operate(REPORT, Some("x"), "create-lab-report", &body().to_bytes()));
    assert_eq!(of_instance.unwrap_err().row().status, 404, "the operation is of the type");
}

#[test]
fn the_digits_of_a_value_are_kept() {
    let door = Door::of_demo_clinic();
    let mut sent = body();
    set(&mut sent, "parameter.1.part.1.resource.valueQuantity.value", Json::from("1.50"));
    send(&door, &sent).unwrap_or_else(|refusal| panic!("{refusal}"));
    let found = door.search(OBSERVATION, &format!("patient=Patient/{}&code=2093-3", demo::PATIENT)).unwrap();
    let numbers: Vec<String> = entries(&found)
        .iter()
        .filter_map(|value| value.at(&["valueQuantity", "value"]).map(ToString::to_string))
        .collect();
    assert!(numbers.contains(&"1.50".to_owned()), "{numbers:?}");
}
