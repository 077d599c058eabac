//! What was done about an issue, in the order in which it was done, and the status that follows from it.

use super::ACTION;
use crate::finding::Findings;
use crate::write::Write;
use fhir::datetime::PartialDateTime;
use fhir::{Json, Object};
use interactions::Refusal;

/// One mitigation: its place in the list, and the code of its action.
pub struct Mitigation<'a> {
    index: usize,
    action: &'a str,
}

/// The mitigations by date, those of one date in the order of the list.
fn in_order<'a>(write: &Write<'_, '_>, body: &'a Object) -> Vec<Mitigation<'a>> {
    let zone = &write.sent.clinic.time_zone;
    let date = |mitigation: &Json| {
        mitigation.str("date").and_then(PartialDateTime::parse).map(|date| date.start(zone))
    };
    let mut dated: Vec<(Option<i64>, Mitigation<'a>)> = Vec::new();
    for (index, mitigation) in body.items("mitigation").iter().enumerate() {
        let codings = mitigation.at(&["action", "coding"]).map(Json::items).unwrap_or_default();
        let of_system = codings.iter().find(|coding| coding.str("system") == Some(ACTION));
        let action = of_system.and_then(|coding| coding.str("code")).unwrap_or_default();
        dated.push((date(mitigation), Mitigation { index, action }));
    }
    dated.sort_by_key(|(date, _)| *date);
    dated.into_iter().map(|(_, mitigation)| mitigation).collect()
}

/// What is sent, as rules about the mitigations see it.
pub enum Case<'a> {
    /// There is none.
    None,
    /// There is one.
    One(Mitigation<'a>),
    /// There are several: the earliest, those between, the latest.
    Several(Mitigation<'a>, Vec<Mitigation<'a>>, Mitigation<'a>),
}

fn case<'a>(write: &Write<'_, '_>, body: &'a Object) -> Case<'a> {
    let mut all = in_order(write, body);
    match (all.pop(), all.is_empty()) {
        (None, _) => Case::None,
        (Some(only), true) => Case::One(only),
        (Some(latest), false) => {
            let earliest = all.remove(0);
            Case::Several(earliest, all, latest)
        }
    }
}

/// Finds a status other than `expected` where the mitigations are of this case. A record that is entered in error is
/// exempt.
fn status(
    write: &Write<'_, '_>,
    findings: &mut Findings,
    expected: &str,
    is_it: impl Fn(&Case<'_>) -> bool,
) -> Result<(), Refusal> {
    let body = write.sent.body;
    let status = body.str("status");
    if status != Some(expected) && status != Some("entered-in-error") && is_it(&case(write, body)) {
        findings.add("DetectedIssue.status", &[]);
    }
    Ok(())
}

/// Finds actions that the mitigations must not have where they are.
fn actions(
    write: &Write<'_, '_>,
    findings: &mut Findings,
    wrong: impl Fn(Case<'_>) -> Vec<usize>,
) -> Result<(), Refusal> {
    for index in wrong(case(write, write.sent.body)) {
        findings.add(&format!("DetectedIssue.mitigation[{index}].action"), &[]);
    }
    Ok(())
}

fn unless(mitigation: &Mitigation<'_>, allowed: &[&str]) -> Vec<usize> {
    if allowed.contains(&mitigation.action) { Vec::new() } else { vec![mitigation.index] }
}

/// Rule: without mitigation it is registered.
pub fn registered(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    status(write, findings, "registered", |case| matches!(case, Case::None))
}

/// Rule: a valid one alone makes it preliminary.
pub fn preliminary(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    status(write, findings, "preliminary", |case| matches!(case, Case::One(one) if one.action == "valid"))
}

/// Rule: an invalid one alone makes it cancelled.
pub fn cancelled(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    status(write, findings, "cancelled", |case| matches!(case, Case::One(one) if one.action == "invalid"))
}

/// Rule: one alone is valid or invalid.
pub fn first(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    actions(write, findings, |case| match case {
        Case::One(one) => unless(&one, &["valid", "invalid"]),
        _ => Vec::new(),
    })
}

/// Rule: the earliest of several is valid.
pub fn earliest(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    actions(write, findings, |case| match case {
        Case::Several(earliest, ..) => unless(&earliest, &["valid"]),
        _ => Vec::new(),
    })
}

/// Rule: those between the first and the last are deferred.
pub fn between(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    actions(write, findings, |case| match case {
        Case::Several(_, between, _) => between.iter().flat_map(|one| unless(one, &["deferred"])).collect(),
        _ => Vec::new(),
    })
}

/// Rule: the latest of several decides or defers.
pub fn latest(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    actions(write, findings, |case| match case {
        Case::Several(_, _, latest) => unless(&latest, &["deferred", "accepted", "refuted", "corrected"]),
        _ => Vec::new(),
    })
}

/// Rule: a latest one that is deferred makes it amended.
pub fn amended(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    status(write, findings, "amended", |case| is_latest(case, &["deferred"]))
}

/// Rule: a latest one that is accepted or refuted makes it final.
pub fn is_final(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    status(write, findings, "final", |case| is_latest(case, &["accepted", "refuted"]))
}

/// Rule: a latest one that is corrected makes it corrected.
pub fn corrected(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    status(write, findings, "corrected", |case| is_latest(case, &["corrected"]))
}

fn is_latest(case: &Case<'_>, actions: &[&str]) -> bool {
    matches!(case, Case::Several(_, _, latest) if actions.contains(&latest.action))
}
