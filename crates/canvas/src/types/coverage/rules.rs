//! The rules of Coverage (Coverage.json, `rules`). None has a text documented by the vendor.

use crate::check::{empty_strings, resource_type};
use crate::finding::Findings;
use crate::references::only;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::write::Write;
use fhir::{IssueCode, Json, Number, ResourceType};
use interactions::Refusal;

/// The ranks that a coverage can have.
pub const LAST_RANK: i64 = 5;

/// The rules, in the order of the facts, then those that they are silent on.
pub const RULES: &[Rule] = &[
    rule("coverage-order", IssueCode::Value, "order must be between 1 and 5")
        .when("order is not an integer from 1 to 5")
        .check(Check::Body(order))
        .broken_by(&[set("order", "6")], "Coverage.order", "order must be between 1 and 5")
        .kept_by(&[set("order", "5")]),
    rule("coverage-payor", IssueCode::Required, "payor requires a reference or an identifier value")
        .when("payor[0] has neither reference nor identifier.value")
        .check(Check::Body(payor))
        .broken_by(
            &[set("payor", r#"[{"display":"Bayside Health Plan"}]"#)],
            "Coverage.payor[0]",
            "payor requires a reference or an identifier value",
        )
        .kept_by(&[set("payor", r#"[{"identifier":{"value":"62308"}}]"#)]),
    rule("coverage-payor-known", IssueCode::BusinessRule, "Payor does not exist with identifier: {value}")
        .when("payor[0].identifier.value is the payer id of no insurer in clinic.toml")
        .check(Check::Write(payor_is_known))
        .broken_by(
            &[set("payor", r#"[{"identifier":{"value":"99999"}}]"#)],
            "Coverage.payor[0].identifier.value",
            "Payor does not exist with identifier: 99999",
        )
        .kept_by(&[set(
            "payor",
            r#"[{"identifier":{"system":"https://www.claim.md/services/era/","value":"00060"}}]"#,
        )]),
    rule("coverage-relationship", IssueCode::Value, "relationship code is not supported: {code}")
        .when("relationship code outside child, spouse, other, self, injured")
        .check(Check::Listed(&["relationship.coding.code"]))
        .broken_by(
            &[set("relationship.coding.0.code", "\"parent\"")],
            "Coverage.relationship.coding[0].code",
            "relationship code is not supported: parent",
        )
        .kept_by(&[set("relationship.coding.0.code", "\"spouse\"")]),
    rule("coverage-status", IssueCode::Value, "Coverage status is not supported: {status}")
        .when("status outside active, cancelled")
        .check(Check::Listed(&["status"]))
        .broken_by(
            &[set("status", "\"draft\"")],
            "Coverage.status",
            "Coverage status is not supported: draft",
        )
        .kept_by(&[set("status", "\"cancelled\"")]),
    rule("coverage-required", IssueCode::Required, "{element} is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("beneficiary")], "Coverage.beneficiary", "beneficiary is required")
        .kept_by(&[]),
    rule("coverage-empty", IssueCode::Value, "{element} must not be empty")
        .when("a string is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("payor.0.display", "\"\"")],
            "Coverage.payor[0].display",
            "payor.display must not be empty",
        )
        .kept_by(&[set("payor.0.display", "\"Bayside\"")]),
    rule("coverage-resource-type", IssueCode::Value, "resourceType must be Coverage")
        .when("resourceType is not exactly Coverage")
        .check(Check::Envelope(resource_type))
        .broken_by(
            &[set("resourceType", "\"Account\"")],
            "Coverage.resourceType",
            "resourceType must be Coverage",
        )
        .kept_by(&[]),
    rule("coverage-listed", IssueCode::Value, "{path} value is not supported: {value}")
        .when("a system or code is not among those listed for it")
        .check(Check::Listed(&[
            "identifier.type.coding.system",
            "identifier.type.coding.code",
            "type.coding.system",
            "type.coding.code",
            "relationship.coding.system",
            "payor.identifier.system",
            "class.type.coding.system",
            "class.type.coding.code",
        ]))
        .broken_by(
            &[set("type", r#"{"coding":[{"system":"urn:other","code":"HMO"}]}"#)],
            "Coverage.type.coding[0].system",
            "type.coding.system value is not supported: urn:other",
        )
        .kept_by(&[set(
            "type",
            r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HMO"}]}"#,
        )])
        .note("an earlier edition of the page dropped such a type without a word"),
    rule("coverage-refers", IssueCode::Value, "{element} must reference a resource of type {type}")
        .when("subscriber or beneficiary is no Patient, payor no Organization")
        .check(Check::Body(refers))
        .broken_by(
            &[set("payor.0.reference", "\"Patient/{demo-patient}\"")],
            "Coverage.payor[0].reference",
            "payor must reference a resource of type Organization",
        )
        .kept_by(&[])
        .note("not the vendor's: R4 allows more types than the page lists"),
];

fn order(sent: &Sent<'_>, findings: &mut Findings) {
    let Some(order) = sent.body.get("order") else { return };
    let rank = order.as_number().and_then(Number::as_i64);
    if !rank.is_some_and(|rank| (1..=LAST_RANK).contains(&rank)) {
        findings.add("Coverage.order", &[]);
    }
}

/// The payer id by which a coverage names its insurer.
pub fn payer_id(coverage: &fhir::Object) -> Option<&str> {
    coverage.items("payor").first()?.get("identifier")?.str("value")
}

fn payor(sent: &Sent<'_>, findings: &mut Findings) {
    let Some(first) = sent.body.items("payor").first().and_then(Json::as_object) else { return };
    if !first.contains("reference") && payer_id(sent.body).is_none() {
        findings.add("Coverage.payor[0]", &[]);
    }
}

fn payor_is_known(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if let Some(id) = payer_id(write.sent.body)
        && write.sent.clinic.payer(id).is_none()
    {
        findings.add("Coverage.payor[0].identifier.value", &[("value", id)]);
    }
    Ok(())
}

fn refers(sent: &Sent<'_>, findings: &mut Findings) {
    only(sent, "subscriber", &[ResourceType::PATIENT], findings);
    only(sent, "beneficiary", &[ResourceType::PATIENT], findings);
    only(sent, "payor", &[ResourceType::ORGANIZATION], findings);
}
