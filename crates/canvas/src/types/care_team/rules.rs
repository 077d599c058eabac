//! The rules of CareTeam (CareTeam.json, `rules`).

use super::{LEAD, members};
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::{self, Sent};
use crate::write::Write;
use fhir::{IssueCode, Json, Object, Reference, ResourceType};
use interactions::{Interaction, Refusal};

const ON_UPDATE: &[Interaction] = &[Interaction::Update];

const CARDIOLOGIST: &str =
    r#"[{"coding":[{"system":"http://snomed.info/sct","code":"17561000","display":"Cardiologist"}]}]"#;
const WHITFIELD_AS_CARDIOLOGIST: &str = r#"{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"17561000","display":"Cardiologist"}]}],"member":{"reference":"Practitioner/55096fbcdfb240fd8c999c325304de03"}}"#;
const WHITFIELD_AS_PRIMARY: &str = r#"{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"453231000124104","display":"Primary care provider"}]}],"member":{"reference":"Practitioner/55096fbcdfb240fd8c999c325304de03"}}"#;
const OKAFOR_AS_CARDIOLOGIST: &str = r#"{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"17561000","display":"Cardiologist"}]}],"member":{"reference":"Practitioner/{demo-practitioner}"}}"#;
const LEADS: &str =
    r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/careteam-lead","valueBoolean":true}]"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule("careteam-subject", IssueCode::Required, "subject is required")
        .on(ON_UPDATE)
        .when("subject or subject.reference is missing")
        .check(Check::Required(&["subject", "subject.reference"]))
        .broken_by(&[remove("subject")], "CareTeam.subject", "subject is required")
        .kept_by(&[]),
    rule("careteam-member", IssueCode::Required, "participant.member.reference is required")
        .on(ON_UPDATE)
        .when("a participant has no member.reference")
        .check(Check::Required(&["participant.member", "participant.member.reference"]))
        .broken_by(
            &[set("participant.0.member", r#"{"display":"Ines Okafor"}"#)],
            "CareTeam.participant[0].member.reference",
            "participant.member.reference is required",
        )
        .kept_by(&[]),
    rule("careteam-role", IssueCode::Required, "participant.role.coding is required")
        .on(ON_UPDATE)
        .when("a participant has no role.coding with system, code and display")
        .check(Check::Required(&[
            "participant.role",
            "participant.role.coding",
            "participant.role.coding.system",
            "participant.role.coding.code",
            "participant.role.coding.display",
        ]))
        .broken_by(
            &[remove("participant.0.role.0.coding.0.display")],
            "CareTeam.participant[0].role[0].coding[0].display",
            "participant.role.coding is required",
        )
        .kept_by(&[]),
    rule("careteam-lead-value", IssueCode::Required, "careteam-lead requires valueBoolean")
        .on(ON_UPDATE)
        .when("a careteam-lead extension has no valueBoolean")
        .check(Check::Body(lead_has_value))
        .broken_by(
            &[set("participant.0.extension", r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/careteam-lead","valueString":"yes"}]"#)],
            "CareTeam.participant[0].extension[0]",
            "careteam-lead requires valueBoolean",
        )
        .kept_by(&[set("participant.0.extension", LEADS)]),
    rule("careteam-id-of-url", IssueCode::BusinessRule, "CareTeam id must match the id in the URL")
        .on(ON_UPDATE)
        .when("the body has another id than the URL")
        .check(Check::Write(id_matches))
        .broken_by(&[set("id", "\"another\"")], "CareTeam.id", "CareTeam id must match the id in the URL")
        .kept_by(&[set("id", "\"{demo-patient}\"")]),
    rule("careteam-subject-of-url", IssueCode::BusinessRule, "CareTeam subject must match the id in the URL")
        .on(ON_UPDATE)
        .when("subject is another patient than that of the URL")
        .check(Check::Write(subject_matches))
        .broken_by(
            &[set("subject.reference", "\"Patient/7162fd82487e4dc8aa2581ddbca91892\"")],
            "CareTeam.subject.reference",
            "CareTeam subject must match the id in the URL",
        )
        .kept_by(&[]),
    rule("careteam-practitioners", IssueCode::BusinessRule, "CareTeam participants must be practitioners")
        .on(ON_UPDATE)
        .when("a member is no practitioner and was not on the team before")
        .check(Check::Write(practitioners))
        .broken_by(
            &[set("participant.0.member.reference", "\"Patient/{demo-patient}\"")],
            "CareTeam.participant[0].member.reference",
            "CareTeam participants must be practitioners",
        )
        .kept_by(&[]),
    rule(
        "careteam-role-exists",
        IssueCode::BusinessRule,
        "Care team role does not exist with code: {code} and system: {system}",
    )
    .on(ON_UPDATE)
    .when("no coding of a role is one of clinic.toml's care team roles")
    .check(Check::Write(role_exists))
    .broken_by(
        &[set("participant.0.role.0.coding.0.code", "\"1\"")],
        "CareTeam.participant[0].role[0]",
        "Care team role does not exist with code: 1 and system: http://snomed.info/sct",
    )
    .kept_by(&[set("participant.0.role", CARDIOLOGIST)]),
    rule(
        "careteam-one-role",
        IssueCode::BusinessRule,
        "A practitioner can have only one role on a care team",
    )
    .on(ON_UPDATE)
    .when("a member is listed twice, or with two roles")
    .check(Check::Write(one_role))
    .broken_by(
        &[set("participant.1", OKAFOR_AS_CARDIOLOGIST)],
        "CareTeam.participant[1].member.reference",
        "A practitioner can have only one role on a care team",
    )
    .kept_by(&[set("participant.1", WHITFIELD_AS_CARDIOLOGIST)]),
    rule(
        "careteam-one-practitioner",
        IssueCode::BusinessRule,
        "A role can be held by only one practitioner on a care team",
    )
    .on(ON_UPDATE)
    .when("two members have one role")
    .check(Check::Write(one_practitioner))
    .broken_by(
        &[set("participant.1", WHITFIELD_AS_PRIMARY)],
        "CareTeam.participant[1].role",
        "A role can be held by only one practitioner on a care team",
    )
    .kept_by(&[set("participant.1", WHITFIELD_AS_CARDIOLOGIST)]),
    rule("careteam-one-lead", IssueCode::BusinessRule, "Only one participant can be the lead of a care team")
        .on(ON_UPDATE)
        .when("careteam-lead is true of two participants")
        .check(Check::Write(one_lead))
        .broken_by(
            &[
                set("participant.1", WHITFIELD_AS_CARDIOLOGIST),
                set("participant.0.extension", LEADS),
                set("participant.1.extension", LEADS),
            ],
            "CareTeam.participant[1].extension",
            "Only one participant can be the lead of a care team",
        )
        .kept_by(&[set("participant.1", WHITFIELD_AS_CARDIOLOGIST), set("participant.0.extension", LEADS)]),
];

fn lead_has_value(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, participant) in sent.objects("participant") {
        for found in sent::extensions(&place, participant, LEAD) {
            if !found.extension.contains("valueBoolean") {
                findings.add(&found.expression, &[]);
            }
        }
    }
}

fn id_matches(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.str("id").is_some_and(|id| id != write.id) {
        findings.add("CareTeam.id", &[]);
    }
    Ok(())
}

fn subject_matches(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let subject = write.sent.body.get("subject").and_then(|subject| subject.str("reference"));
    if subject != Some(&format!("Patient/{}", write.id)) {
        findings.add("CareTeam.subject.reference", &[]);
    }
    Ok(())
}

fn practitioners(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let inactive = members::group_id(write.id, "inactive");
    let others = match fhir::primitive::is_id(&inactive) {
        true => write.unit.resource(ResourceType::CARE_TEAM, &inactive)?,
        false => None,
    };
    let others = others.as_ref().and_then(Json::as_object);
    let stored = write.stored.into_iter().chain(others).flat_map(|team| team.items("participant"));
    let known: Vec<&str> = stored.filter_map(members::member).collect();
    for (place, participant) in write.sent.values("participant") {
        let Some(reference) = members::member(participant) else { continue };
        let is_practitioner = matches!(
            Reference::local(reference),
            Some(Reference::Local { resource_type: ResourceType::PRACTITIONER, .. })
        );
        if !is_practitioner && !known.contains(&reference) {
            findings.add(&format!("{place}.member.reference"), &[]);
        }
    }
    Ok(())
}

fn role_exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let clinic = write.sent.clinic;
    for (place, role) in write.sent.objects("participant.role") {
        let codings: Vec<(&str, &str)> = codings(role).collect();
        let is_known = codings.iter().any(|(system, code)| clinic.care_team_role(system, code).is_some());
        if let (false, Some((system, code))) = (is_known, codings.first()) {
            findings.add(&place, &[("code", code), ("system", system)]);
        }
    }
    Ok(())
}

/// System and code of each coding.
fn codings(role: &Object) -> impl Iterator<Item = (&str, &str)> {
    role.items("coding").iter().filter_map(|coding| Some((coding.str("system")?, coding.str("code")?)))
}

fn one_role(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let mut seen: Vec<&str> = Vec::new();
    for (place, participant) in write.sent.values("participant") {
        let member = members::member(participant).unwrap_or_default();
        if seen.contains(&member) {
            findings.add(&format!("{place}.member.reference"), &[]);
        } else if participant.get("role").map(Json::items).unwrap_or_default().len() > 1 {
            findings.add(&format!("{place}.role"), &[]);
        }
        seen.push(member);
    }
    Ok(())
}

fn one_practitioner(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let mut held: Vec<(&str, &str, &str)> = Vec::new();
    for (place, participant) in write.sent.objects("participant") {
        let member = participant.get("member").and_then(|member| member.str("reference")).unwrap_or_default();
        let roles = participant.items("role").iter().filter_map(Json::as_object);
        let roles: Vec<(&str, &str)> = roles.flat_map(codings).collect();
        let is_held = |role: &(&str, &str)| {
            held.iter().any(|(system, code, by)| (*system, *code) == *role && *by != member)
        };
        if roles.iter().any(is_held) {
            findings.add(&format!("{place}.role"), &[]);
        }
        held.extend(roles.into_iter().map(|(system, code)| (system, code, member)));
    }
    Ok(())
}

fn one_lead(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let leads = write.sent.objects("participant").into_iter();
    let leads = leads.filter(|(_, participant)| members::lead(participant) == Some(true));
    for (place, _) in leads.skip(1) {
        findings.add(&format!("{place}.extension"), &[]);
    }
    Ok(())
}
