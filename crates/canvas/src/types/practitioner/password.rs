//! `$send-reset-password-email` (Practitioner.json, `operations`).

use crate::contract::OperationFact;
use crate::finding::Findings;
use crate::provenance::ORGANIZATION;
use crate::rule::{Check, Rule, rule, set};
use crate::sent::Sent;
use crate::write::Write;
use fhir::{Issue, IssueCode, Json, ResourceType, json};
use interactions::{Interaction, Refusal, State};

/// The operation.
pub const SEND_RESET_PASSWORD_EMAIL: OperationFact =
    OperationFact { rules: RULES, ..OperationFact::of("send-reset-password-email", run) };

const RULES: &[Rule] = &[rule(
    "practitioner-reset-parameters",
    IssueCode::NotSupported,
    "$send-reset-password-email takes no parameters",
)
.on(&[Interaction::Operation])
.when("the body of $send-reset-password-email has parameters")
.check(Check::Body(no_parameters))
.broken_by(
    &[set("parameter", r#"[{"name":"email","valueString":"maria.reyes@example.com"}]"#)],
    "Parameters.parameter",
    "$send-reset-password-email takes no parameters",
)
.kept_by(&[])];

fn no_parameters(sent: &Sent<'_>, findings: &mut Findings) {
    if !sent.body.items("parameter").is_empty() {
        findings.add("Parameters.parameter", &[]);
    }
}

/// Asks for the e-mail: the server sends none itself, what does finds the request at the R4 door.
fn run(write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let Some(email) = write.stored.and_then(email) else {
        let text = "The practitioner has no e-mail address";
        return Err(Refusal::broken_rules(vec![Issue::error(IssueCode::BusinessRule, text)]));
    };
    let request = json!({
        "resourceType": "CommunicationRequest",
        "status": "active",
        "category": [{ "text": "Password reset" }],
        "medium": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode",
            "code": "EMAILWRIT",
            "display": "email"
        }] }],
        "payload": [{ "contentString": (format!("Send a link to reset the password to {email}")) }],
        "authoredOn": (fhir::datetime::instant(write.unit.now())),
        "requester": { "reference": ORGANIZATION, "type": "Organization" },
        "recipient": [{ "reference": (format!("Practitioner/{}", write.id)), "type": "Practitioner" }]
    });
    let id = uuid::Uuid::new_v4().to_string();
    let prepared = write.unit.prepare(ResourceType::COMMUNICATION_REQUEST, &id, request);
    write.unit.put(State::Absent, &prepared)?;
    Ok(())
}

/// The first e-mail address: that of rank 1, else any.
fn email(practitioner: &fhir::Object) -> Option<String> {
    let emails =
        || practitioner.items("telecom").iter().filter(|telecom| telecom.str("system") == Some("email"));
    let is_first =
        |email: &&Json| email.get("rank").and_then(Json::as_number).is_some_and(|rank| rank.as_str() == "1");
    emails().find(is_first).or_else(|| emails().next())?.str("value").map(str::to_owned)
}
