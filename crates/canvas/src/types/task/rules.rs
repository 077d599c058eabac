//! The rules of Task (Task.json, `rules`). None has a text documented by the vendor.

use super::elements::GROUP;
use crate::finding::Findings;
use crate::references::{leads_to, only};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use fhir::{IssueCode, ResourceType};

/// The rules, in the order of the facts.
pub const RULES: &[Rule] = &[
    rule("task-intent", IssueCode::Value, "Task intent must be unknown")
        .when("intent is not unknown")
        .check(Check::Listed(&["intent"]))
        .broken_by(&[set("intent", "\"order\"")], "Task.intent", "Task intent must be unknown")
        .kept_by(&[]),
    rule("task-status", IssueCode::Value, "Task status is not supported: {status}")
        .when("status is not requested, completed or cancelled")
        .check(Check::Listed(&["status"]))
        .broken_by(
            &[set("status", "\"in-progress\"")],
            "Task.status",
            "Task status is not supported: in-progress",
        )
        .kept_by(&[set("status", "\"cancelled\"")]),
    rule("task-people", IssueCode::Value, "{element} must reference a Practitioner")
        .when("requester, owner or note.authorReference refers to something else than a Practitioner")
        .check(Check::Body(people))
        .broken_by(
            &[set("owner", r#"{"reference":"Patient/{demo-patient}"}"#)],
            "Task.owner.reference",
            "owner must reference a Practitioner",
        )
        .kept_by(&[set("owner", r#"{"reference":"Practitioner/{demo-practitioner}"}"#)]),
    rule("task-for", IssueCode::Value, "for must reference a Patient")
        .when("for refers to something else than a Patient")
        .check(Check::Body(|sent, findings| only(sent, "for", &[ResourceType::PATIENT], findings)))
        .broken_by(
            &[set("for", r#"{"reference":"Practitioner/{demo-practitioner}"}"#)],
            "Task.for.reference",
            "for must reference a Patient",
        )
        .kept_by(&[set("for", r#"{"reference":"Patient/{demo-patient}"}"#)]),
    rule("task-group", IssueCode::Value, "task-group extension must reference a Group")
        .when("the task-group extension does not refer to a Group")
        .check(Check::Body(group))
        .broken_by(
            &[set("extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/task-group","valueReference":{"reference":"Practitioner/{demo-practitioner}"}}]"#)],
            "Task.extension[0]",
            "task-group extension must reference a Group",
        )
        .kept_by(&[]),
    rule("task-required", IssueCode::Required, "{element} is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("description")], "Task.description", "description is required")
        .kept_by(&[set(
            "note",
            r#"[{"text":"Called twice.","authorReference":{"reference":"Practitioner/{demo-practitioner}"}}]"#,
        )]),
    rule("task-label", IssueCode::Value, "Task input type must be label")
        .when("input.type.text is not label")
        .check(Check::Listed(&["input.type.text"]))
        .broken_by(
            &[set("input", r#"[{"type":{"text":"tag"},"valueString":"Urgent"}]"#)],
            "Task.input[0].type.text",
            "Task input type must be label",
        )
        .kept_by(&[set("input", r#"[{"type":{"text":"label"},"valueString":"Urgent"}]"#)]),
];

fn people(sent: &Sent<'_>, findings: &mut Findings) {
    for path in ["requester", "owner", "note.authorReference"] {
        only(sent, path, &[ResourceType::PRACTITIONER], findings);
    }
}

fn group(sent: &Sent<'_>, findings: &mut Findings) {
    for found in sent.extensions(GROUP) {
        if found.extension.get("valueReference").and_then(leads_to) != Some(ResourceType::GROUP) {
            findings.add(&found.expression, &[]);
        }
    }
}
