//! `$add-activity-log-item` (Claim.json, `operations`).

use crate::contract::OperationFact;
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::write::Write;
use fhir::{IssueCode, Json, ResourceType, json};
use interactions::{Interaction, Refusal, State};

/// The operation.
pub const ADD_ACTIVITY_LOG_ITEM: OperationFact = OperationFact {
    writes: true,
    rules: RULES,
    minimal: r#"{"resourceType":"Parameters","parameter":[{"name":"comment","valueString":"Called the payer"}]}"#,
    ..OperationFact::of("add-activity-log-item", run)
};

const RULES: &[Rule] = &[
    rule(
        "claim-activity-parameter",
        IssueCode::Value,
        "Parameters must contain a single parameter named comment",
    )
    .on(&[Interaction::Operation])
    .when("the number of parameters is not one, or its name is not comment")
    .check(Check::Body(single_comment))
    .broken_by(
        &[set("parameter.1", r#"{"name":"comment","valueString":"Called again"}"#)],
        "Parameters.parameter",
        "Parameters must contain a single parameter named comment",
    )
    .kept_by(&[]),
    rule("claim-activity-comment", IssueCode::Required, "comment requires a valueString")
        .on(&[Interaction::Operation])
        .when("comment has no valueString")
        .check(Check::Body(has_text))
        .broken_by(
            &[remove("parameter.0.valueString"), set("parameter.0.valueInteger", "1")],
            "Parameters.parameter[0].valueString",
            "comment requires a valueString",
        )
        .kept_by(&[]),
];

fn single_comment(sent: &Sent<'_>, findings: &mut Findings) {
    let is_it = |parameters: &[Json]| matches!(parameters, [one] if one.str("name") == Some("comment"));
    if !is_it(sent.body.items("parameter")) {
        findings.add("Parameters.parameter", &[]);
    }
}

fn has_text(sent: &Sent<'_>, findings: &mut Findings) {
    if let [one] = sent.body.items("parameter")
        && one.str("name") == Some("comment")
        && one.get("valueString").is_none()
    {
        findings.add("Parameters.parameter[0].valueString", &[]);
    }
}

/// Stores the item: a List of the claim whose note is the comment, which the R4 door finds by `List?item=Claim/{id}`.
fn run(write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let comment = write.sent.body.items("parameter").first().and_then(|one| one.str("valueString"));
    let now = fhir::datetime::instant(write.unit.now());
    let author = write.sent.clinic.automation_user_reference();
    let mut note = json!({ "time": (now.as_str()), "text": (comment.unwrap_or_default()) });
    if let Some(note) = note.as_object_mut() {
        match author.str("display") {
            Some(name) => note.insert_at(0, "authorString", name),
            None => note.insert_at(0, "authorReference", author.clone()),
        }
    }
    let mut item = json!({
        "resourceType": "List",
        "status": "current",
        "mode": "snapshot",
        "title": "Claim activity log item",
        "date": (now.as_str()),
        "note": [(note)],
        "entry": [{ "item": { "reference": (format!("Claim/{}", write.id)), "type": "Claim" } }]
    });
    let patient = write.stored.and_then(|claim| claim.get("patient")).cloned();
    if let (Some(patient), Some(item)) = (patient, item.as_object_mut()) {
        item.insert("subject", patient);
    }
    let id = uuid::Uuid::new_v4().to_string();
    let prepared = write.unit.prepare(ResourceType::LIST, &id, item);
    write.unit.put(State::Absent, &prepared)?;
    Ok(())
}
