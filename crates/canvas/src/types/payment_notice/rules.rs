//! The rules of PaymentNotice (PaymentNotice.json, `rules`). None has a text documented by the vendor.

use super::account::Account;
use super::{COPAYMENT, ON_CREATE, copayment_claims};
use crate::finding::Findings;
use crate::money::Decimal;
use crate::references::{id_of, only};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::write::Write;
use fhir::{IssueCode, ResourceType};
use interactions::Refusal;

const COPAY: &str = r#"[{"url":"http://schemas.canvasmedical.com/fhir/copayment-claims","extension":[{"url":"claim","valueReference":{"reference":"Claim/{demo-claim}"}}]}]"#;

/// The rules, in the order of the facts, then those that they are silent on.
pub const RULES: &[Rule] = &[
    rule(
        "paymentnotice-balance",
        IssueCode::BusinessRule,
        "Payment amount exceeds the patient's account balance",
    )
    .on(ON_CREATE)
    .when("there is no copayment-claims extension, and the amount is more than the patient owes")
    .check(Check::Write(balance))
    .broken_by(
        &[set("amount.value", "120.01")],
        "PaymentNotice.amount.value",
        "Payment amount exceeds the patient's account balance",
    )
    .kept_by(&[set("amount.value", "120.00")]),
    rule("paymentnotice-one-claim", IssueCode::Value, "Only a single claim is accepted for a copayment")
        .on(ON_CREATE)
        .when("the copayment-claims extension holds other than one reference to a Claim")
        .check(Check::Body(one_claim))
        .broken_by(
            &[
                set("extension", COPAY),
                set(
                    "extension.0.extension.1",
                    r#"{"url":"claim","valueReference":{"reference":"Claim/{demo-claim}"}}"#,
                ),
            ],
            "PaymentNotice.extension[0]",
            "Only a single claim is accepted for a copayment",
        )
        .kept_by(&[set("extension", COPAY), set("amount.value", "500")]),
    rule("paymentnotice-status", IssueCode::Value, "PaymentNotice status must be active")
        .on(ON_CREATE)
        .when("status is not active")
        .check(Check::Listed(&["status"]))
        .broken_by(
            &[set("status", "\"cancelled\"")],
            "PaymentNotice.status",
            "PaymentNotice status must be active",
        )
        .kept_by(&[]),
    rule("paymentnotice-request", IssueCode::Value, "request must reference a Patient")
        .on(ON_CREATE)
        .when("request does not reference a Patient")
        .check(Check::Body(request))
        .broken_by(
            &[set("request.reference", "\"Claim/{demo-claim}\"")],
            "PaymentNotice.request.reference",
            "request must reference a Patient",
        )
        .kept_by(&[]),
    rule("paymentnotice-required", IssueCode::Required, "{element} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("recipient")], "PaymentNotice.recipient", "recipient is required")
        .kept_by(&[]),
    rule(
        "paymentnotice-amount",
        IssueCode::Value,
        "amount.value must be more than 0 and below 1000000000, in whole cents",
    )
    .on(ON_CREATE)
    .when("amount.value is not positive, too large, or has parts of a cent")
    .check(Check::Body(amount))
    .broken_by(
        &[set("amount.value", "0")],
        "PaymentNotice.amount.value",
        "amount.value must be more than 0 and below 1000000000, in whole cents",
    )
    .kept_by(&[set("amount.value", "0.010")])
    .note("not the vendor's: what is paid is counted exactly, and nothing is paid back here"),
    rule("paymentnotice-claim-patient", IssueCode::BusinessRule, "Claim {id} is of another patient")
        .on(ON_CREATE)
        .when("the claim of a copayment is of another patient than request")
        .check(Check::Write(is_the_patients))
        .broken_by(
            &[set("extension", COPAY), set("request.reference", "\"Patient/{demo-patient-unprovided}\"")],
            "PaymentNotice.extension[0]",
            "Claim 5ee10000-0000-4000-8000-000000000064 is of another patient",
        )
        .kept_by(&[set("extension", COPAY)])
        .note("not the vendor's: nobody's payment may go to another patient's claim"),
];

fn balance(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let body = write.sent.body;
    let amount = body.get("amount").and_then(|amount| Decimal::of(amount.get("value")));
    let patient = body.get("request").and_then(|request| request.str("reference"));
    let (Some(amount), Some(patient)) = (amount, patient) else { return Ok(()) };
    if write.sent.extensions(COPAYMENT).is_empty() && amount > Account::of(patient, write)?.balance {
        findings.add("PaymentNotice.amount.value", &[]);
    }
    Ok(())
}

fn one_claim(sent: &Sent<'_>, findings: &mut Findings) {
    if let Some(first) = sent.extensions(COPAYMENT).first()
        && copayment_claims(sent.body).len() != 1
    {
        findings.add(&first.expression, &[]);
    }
}

fn request(sent: &Sent<'_>, findings: &mut Findings) {
    only(sent, "request", &[ResourceType::PATIENT], findings);
}

fn amount(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, value) in sent.values("amount.value") {
        let amount = Decimal::of(Some(value));
        if value.as_number().is_some()
            && !amount.is_some_and(|amount| amount.is_positive() && amount.is_cents())
        {
            findings.add(&place, &[]);
        }
    }
}

fn is_the_patients(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let body = write.sent.body;
    let patient = id_of(body.get("request"), ResourceType::PATIENT);
    for id in copayment_claims(body) {
        let claim = write.unit.resource(ResourceType::CLAIM, id)?;
        let whose = claim.as_ref().and_then(|claim| id_of(claim.get("patient"), ResourceType::PATIENT));
        if whose.is_some()
            && whose != patient
            && let Some(first) = write.sent.extensions(COPAYMENT).first()
        {
            findings.add(&first.expression, &[("id", id)]);
        }
    }
    Ok(())
}
