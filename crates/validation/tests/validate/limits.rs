//! Bodies made to hurt.

use super::*;
use std::time::{Duration, Instant};
use validation::MAX_ISSUES;

#[track_caller]
fn ends_soon(body: &str) -> Vec<fhir::Issue> {
    // What the parser would have refused before is judged, too.
    let body = fhir::json::parse(body.as_bytes(), usize::MAX).unwrap();
    let start = Instant::now();
    let issues = validate(&body, &Options::default());
    assert!(start.elapsed() < Duration::from_secs(2), "took {:?}", start.elapsed());
    let bytes: usize = issues.iter().map(|issue| issue.text.len()).sum();
    assert!(bytes < 100_000, "{bytes} bytes of text");
    issues
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

#[test]
fn ten_thousand_problems_are_told_as_a_hundred_and_a_word_on_the_others() {
    let names = list(10_000, |_| String::from(r#"{"family":1}"#));
    let issues = ends_soon(&format!(r#"{{"resourceType":"Patient","name":[{names}]}}"#));
    assert_eq!(issues.len(), MAX_ISSUES + 1);
    assert_eq!(issues[99].expression.as_deref(), Some("Patient.name[99].family"));
    assert_eq!(
        issues[100].text,
        "there are more than 100 problems; the others are not listed: correct these and try again"
    );
}

#[test]
fn exactly_a_hundred_problems_are_all_told() {
    let names = list(MAX_ISSUES, |_| String::from(r#"{"family":1}"#));
    let issues = ends_soon(&format!(r#"{{"resourceType":"Patient","name":[{names}]}}"#));
    assert_eq!(issues.len(), MAX_ISSUES);
    assert!(issues.iter().all(|issue| issue.expression.is_some()));
}

#[test]
fn floods_of_every_kind_end_soon() {
    let unknown = list(100_000, |n| format!(r#""x{n}":1"#));
    let nulls = list(100_000, |_| String::from("null"));
    let strings = list(100_000, |_| String::from("\"\""));
    let contained = list(50_000, |n| format!(r#"{{"resourceType":"Patient","id":"{n}"}}"#));
    let references = list(50_000, |n| format!("{{\"reference\":\"#{n}\"}}"));
    let handlers = "<a onclick='x' onload='y'>".repeat(50_000);
    let codings = list(50_000, |n| format!(r#"{{"code":"{n}"}}"#));
    for members in [
        unknown,
        format!(r#""name":[{nulls}]"#),
        format!(r#""name":[{{"given":[{nulls}],"_given":[{nulls}]}}]"#),
        format!(r#""name":[{{"given":[{strings}]}}]"#),
        format!(r#""contained":[{contained}]"#),
        format!(r#""generalPractitioner":[{references}]"#),
        format!(r#""text":{{"status":"generated","div":"<div {handlers}</div>"}}"#),
        format!(r#""{}":1"#, "x".repeat(1_000_000)),
        format!(r#""gender":"{}""#, "x".repeat(1_000_000)),
    ] {
        assert!(!ends_soon(&format!(r#"{{"resourceType":"Patient",{members}}}"#)).is_empty());
    }
    let all = format!(
        r#"{{"resourceType":"List","status":"current","mode":"working","contained":[{contained}],"entry":[{}]}}"#,
        list(50_000, |n| format!("{{\"item\":{{\"reference\":\"#{n}\"}}}}"))
    );
    assert_eq!(ends_soon(&all), []);
    let condition = format!(
        r#"{{"resourceType":"Condition","subject":{{"display":"x"}},"clinicalStatus":{{"coding":[{codings}]}}}}"#
    );
    assert_eq!(ends_soon(&condition).len(), 1);
}

#[test]
fn the_deepest_body_that_can_be_parsed_is_walked() {
    let (open, close) = (r#"{"url":"a","extension":["#.repeat(48), "]}".repeat(48));
    let body = format!(r#"{{"resourceType":"Patient","extension":[{open}{{"url":"a"}}{close}]}}"#);
    assert_eq!(ends_soon(&body).len(), 1);
}
