//! The rules of Group (Group.json, `rules`). None has a text documented by the vendor.

use super::{RESPONSIBILITY, TYPES};
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::escaped;
use crate::sent::Sent;
use crate::write::Write;
use fhir::{IssueCode, Json, Reference, ResourceType};
use interactions::Refusal;
use interactions::search::{Query, token_criterion};

const HELD: &str =
    r#"[{"code":{"text":"responsibility"},"valueCodeableConcept":{"text":"REVIEW_COVERAGES"}}]"#;

/// The rules, in the order of the facts, then those that they are silent on.
pub const RULES: &[Rule] = &[
    rule("group-type", IssueCode::Value, "Invalid group type: {type}")
        .when("type missing or outside person, practitioner")
        .check(Check::Body(group_type))
        .broken_by(&[set("type", "\"animal\"")], "Group.type", "Invalid group type: animal")
        .kept_by(&[]),
    rule("group-actual", IssueCode::Required, "actual is required")
        .when("actual missing")
        .check(Check::Required(&["actual"]))
        .broken_by(&[remove("actual")], "Group.actual", "actual is required")
        .kept_by(&[set("actual", "false")]),
    rule("group-name", IssueCode::Required, "name is required")
        .when("name missing")
        .check(Check::Required(&["name"]))
        .broken_by(&[remove("name")], "Group.name", "name is required")
        .kept_by(&[]),
    rule("group-characteristic", IssueCode::Required, "characteristic.{attribute} is required")
        .when("characteristic without code.text, valueCodeableConcept or its text")
        .check(Check::Body(characteristic_parts))
        .broken_by(
            &[remove("characteristic.0.valueCodeableConcept")],
            "Group.characteristic[0].value",
            "characteristic.valueCodeableConcept is required",
        )
        .kept_by(&[remove("characteristic.0.exclude")]),
    rule("group-characteristic-code", IssueCode::Value, "Invalid characteristic code: {text}")
        .when("characteristic.code.text other than responsibility")
        .check(Check::Listed(&["characteristic.code.text"]))
        .broken_by(
            &[set("characteristic.0.code.text", "\"gender\"")],
            "Group.characteristic[0].code.text",
            "Invalid characteristic code: gender",
        )
        .kept_by(&[]),
    rule("group-responsibility", IssueCode::Value, "Invalid responsibility: {text}")
        .when("a responsibility outside the value set")
        .check(Check::Listed(&["characteristic.valueCodeableConcept.text"]))
        .broken_by(
            &[set("characteristic.0.valueCodeableConcept.text", "\"MAKE_COFFEE\"")],
            "Group.characteristic[0].valueCodeableConcept.text",
            "Invalid responsibility: MAKE_COFFEE",
        )
        .kept_by(&[set("characteristic.0.valueCodeableConcept.text", "\"REVIEW_COVERAGES\"")]),
    rule(
        "group-responsibility-free",
        IssueCode::BusinessRule,
        "Responsibilities already assigned to another team: {responsibilities}",
    )
    .when("another team has a responsibility")
    .check(Check::Write(responsibilities_are_free))
    .after(&[&[set("characteristic", HELD)], &[]])
    .broken_by(
        &[set("characteristic", HELD)],
        "Group.characteristic[0].valueCodeableConcept.text",
        "Responsibilities already assigned to another team: REVIEW_COVERAGES",
    )
    .kept_by(&[set("characteristic.0.valueCodeableConcept.text", "\"PROCESS_REFILL_REQUESTS\"")]),
    rule("group-member", IssueCode::Required, "member.entity.reference is required")
        .when("member without entity.reference")
        .check(Check::Body(member_reference))
        .broken_by(
            &[set("member.0.entity", r#"{"display":"Dr. Okafor"}"#)],
            "Group.member[0].entity.reference",
            "member.entity.reference is required",
        )
        .kept_by(&[]),
    rule(
        "group-member-type",
        IssueCode::Value,
        "member.entity must reference a {type} in a group of type {group}",
    )
    .when("a member of a group of patients is no Patient, or one of a team no Practitioner")
    .check(Check::Body(member_type))
    .broken_by(
        &[set("member.1", r#"{"entity":{"reference":"Patient/{demo-patient}"}}"#)],
        "Group.member[1].entity.reference",
        "member.entity must reference a Practitioner in a group of type practitioner",
    )
    .kept_by(&[
        set("type", "\"person\""),
        remove("characteristic"),
        set("member", r#"[{"entity":{"reference":"Patient/{demo-patient}"}}]"#),
    ])
    .note("not the vendor's: the facts are silent on it"),
    rule(
        "group-teams-only",
        IssueCode::Value,
        "characteristic is supported in groups of type practitioner alone",
    )
    .when("a group of patients has responsibilities")
    .check(Check::Body(teams_only))
    .broken_by(
        &[set("type", "\"person\""), remove("member")],
        "Group.characteristic",
        "characteristic is supported in groups of type practitioner alone",
    )
    .kept_by(&[remove("member")])
    .note("not the vendor's: the facts say that it is not applicable"),
];

fn group_type(sent: &Sent<'_>, findings: &mut Findings) {
    let own = sent.body.str("type").unwrap_or("(none)");
    if !TYPES.contains(&own) {
        findings.add("Group.type", &[("type", own)]);
    }
}

fn characteristic_parts(sent: &Sent<'_>, findings: &mut Findings) {
    let is_missing = |concept: Option<&Json>| match concept {
        Some(Json::Object(concept)) => concept.is_empty(),
        concept => concept.is_none(),
    };
    let lacks_text = |concept: Option<&Json>| {
        concept.and_then(Json::as_object).is_some_and(|concept| !concept.contains("text"))
    };
    for (place, characteristic) in sent.objects("characteristic") {
        let (code, value) = (characteristic.get("code"), characteristic.get("valueCodeableConcept"));
        // The place of a value of several types is called value in R4.
        for (is_broken, step, attribute) in [
            (is_missing(code), "code", "code.text"),
            (!is_missing(code) && lacks_text(code), "code.text", "code.text"),
            (is_missing(value), "value", "valueCodeableConcept"),
            (
                !is_missing(value) && lacks_text(value),
                "valueCodeableConcept.text",
                "valueCodeableConcept.text",
            ),
        ] {
            if is_broken {
                findings.add(&format!("{place}.{step}"), &[("attribute", attribute)]);
            }
        }
    }
}

fn member_reference(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, member) in sent.objects("member") {
        match member.get("entity") {
            None => findings.add(&format!("{place}.entity"), &[]),
            Some(Json::Object(entity)) if entity.is_empty() => findings.add(&format!("{place}.entity"), &[]),
            Some(Json::Object(entity)) if !entity.contains("reference") => {
                findings.add(&format!("{place}.entity.reference"), &[]);
            }
            Some(_) => {}
        }
    }
}

fn member_type(sent: &Sent<'_>, findings: &mut Findings) {
    let (group, wanted) = match sent.body.str("type") {
        Some("person") => ("person", ResourceType::PATIENT),
        Some("practitioner") => ("practitioner", ResourceType::PRACTITIONER),
        _ => return,
    };
    for (place, text) in sent.values("member.entity.reference") {
        if let Some(Reference::Local { resource_type, .. }) = text.as_str().and_then(Reference::local)
            && resource_type != wanted
        {
            findings.add(&place, &[("type", wanted.name()), ("group", group)]);
        }
    }
}

fn teams_only(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.str("type") == Some("person") && !sent.body.items("characteristic").is_empty() {
        findings.add("Group.characteristic", &[]);
    }
}

fn responsibilities_are_free(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.str("type") != Some("practitioner") {
        return Ok(());
    }
    let mut taken: Vec<(String, &str)> = Vec::new();
    for (place, text) in write.sent.values("characteristic.valueCodeableConcept.text") {
        let Some(text) = text.as_str() else { continue };
        if taken.iter().all(|(_, known)| *known != text) && is_taken(text, write)? {
            taken.push((place, text));
        }
    }
    if let Some((first, _)) = taken.first() {
        let names: Vec<&str> = taken.iter().map(|(_, text)| *text).collect();
        findings.add(first, &[("responsibilities", &names.join(", "))]);
    }
    Ok(())
}

/// Whether another team has the responsibility.
fn is_taken(responsibility: &str, write: &mut Write<'_, '_>) -> Result<bool, Refusal> {
    let registry = write.engine.registry();
    let criterion = token_criterion(&registry, ResourceType::GROUP, RESPONSIBILITY, &escaped(responsibility));
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    for version in write.unit.search(&Query::all(ResourceType::GROUP).and(criterion))? {
        let group = interactions::unit::stored_json(&version)?;
        let is_team = group.str("type") == Some("practitioner")
            && group.get("actual").and_then(Json::as_bool) == Some(true)
            && group.get("active").and_then(Json::as_bool) != Some(false);
        if version.id != write.id && is_team {
            return Ok(true);
        }
    }
    Ok(false)
}
