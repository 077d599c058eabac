//! The rules of Consent (Consent.json, `rules`). None has a text documented by the vendor.

use super::coding;
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::text::is_date;
use crate::write::Write;
use fhir::IssueCode;
use interactions::{Interaction, Refusal};

const ON_CREATE: &[Interaction] = &[Interaction::Create];

/// The rules, in the order of the facts.
pub const RULES: &[Rule] = &[
    rule(
        "consent-coding",
        IssueCode::BusinessRule,
        "Consent coding does not exist with system: {system} and code: {code}",
    )
    .on(ON_CREATE)
    .when("no coding of a category is one that the clinic has, by system and code or by system and display")
    .check(Check::Write(configured))
    .broken_by(
        &[set("category.0.coding.0.code", "\"FAX\"")],
        "Consent.category[0].coding[0]",
        "Consent coding does not exist with system: INTERNAL and code: FAX",
    )
    .kept_by(&[set(
        "category.0.coding.0",
        r#"{"system":"INTERNAL","display":"Consent to telehealth"}"#,
    )]),
    rule("consent-one-coding", IssueCode::BusinessRule, "Only a single consent coding is supported")
        .on(ON_CREATE)
        .when("categories mean different consent codings of the clinic")
        .check(Check::Write(one_coding))
        .broken_by(
            &[set("category.1", r#"{"coding":[{"system":"INTERNAL","code":"HIPAA"}]}"#)],
            "Consent.category",
            "Only a single consent coding is supported",
        )
        .kept_by(&[set("category.1", r#"{"coding":[{"system":"INTERNAL","code":"TELE"}]}"#)])
        .note("not the vendor's: one of the two would be lost"),
    rule("consent-code-or-display", IssueCode::Required, "category.coding requires a code or a display")
        .on(ON_CREATE)
        .when("a coding of category has neither code nor display")
        .check(Check::Body(code_or_display))
        .broken_by(
            &[remove("category.0.coding.0.code")],
            "Consent.category[0].coding[0]",
            "category.coding requires a code or a display",
        )
        .kept_by(&[]),
    rule("consent-required", IssueCode::Required, "{element} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("patient")], "Consent.patient", "patient is required")
        .kept_by(&[set(
            "scope",
            r#"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]}"#,
        )]),
    rule(
        "consent-content-type",
        IssueCode::Value,
        "sourceAttachment.contentType must be application/pdf",
    )
    .on(ON_CREATE)
    .when("contentType of the document is not application/pdf")
    .check(Check::Listed(&["sourceAttachment.contentType"]))
    .broken_by(
        &[set("sourceAttachment.contentType", "\"image/png\"")],
        "Consent.sourceAttachment.contentType",
        "sourceAttachment.contentType must be application/pdf",
    )
    .kept_by(&[]),
    rule(
        "consent-start",
        IssueCode::Value,
        "provision.period.start must be a date in the format YYYY-MM-DD",
    )
    .on(ON_CREATE)
    .when("provision.period.start is not a whole date")
    .check(Check::Body(|sent, findings| dates(sent, "provision.period.start", findings)))
    .broken_by(
        &[set("provision.period.start", "\"2024-05\"")],
        "Consent.provision.period.start",
        "provision.period.start must be a date in the format YYYY-MM-DD",
    )
    .kept_by(&[set("provision.period.start", "\"2024-02-29\"")]),
    rule("consent-end", IssueCode::Value, "provision.period.end must be a date in the format YYYY-MM-DD")
        .on(ON_CREATE)
        .when("provision.period.end is not a whole date")
        .check(Check::Body(|sent, findings| dates(sent, "provision.period.end", findings)))
        .broken_by(
            &[set("provision.period.end", "\"2025-05-01T00:00:00Z\"")],
            "Consent.provision.period.end",
            "provision.period.end must be a date in the format YYYY-MM-DD",
        )
        .kept_by(&[set("provision.period.end", "\"2025-05-01\"")])
        .note("ours: the facts give the format and no text"),
    rule("consent-status", IssueCode::Value, "Consent status is not supported: {status}")
        .on(ON_CREATE)
        .when("status is neither active nor rejected")
        .check(Check::Body(status))
        .broken_by(
            &[set("status", "\"inactive\"")],
            "Consent.status",
            "Consent status is not supported: inactive",
        )
        .kept_by(&[set("status", "\"rejected\"")]),
];

fn configured(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (place, category) in write.sent.objects("category") {
        let first = category.items("coding").first().and_then(fhir::Json::as_object);
        if let (Some(first), None) = (first, coding::of_category(category, write.sent.clinic)) {
            let system = first.str("system").unwrap_or_default();
            let code = first.str("code").or_else(|| first.str("display")).unwrap_or_default();
            findings.add(&format!("{place}.coding[0]"), &[("system", system), ("code", code)]);
        }
    }
    Ok(())
}

fn one_coding(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let categories = write.sent.objects("category");
    let mut known =
        categories.iter().filter_map(|(_, category)| coding::of_category(category, write.sent.clinic));
    if let Some(first) = known.next()
        && known.any(|other| other != first)
    {
        findings.add("Consent.category", &[]);
    }
    Ok(())
}

fn code_or_display(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, coding) in sent.objects("category.coding") {
        if !coding.contains("code") && !coding.contains("display") {
            findings.add(&place, &[]);
        }
    }
}

fn dates(sent: &Sent<'_>, path: &str, findings: &mut Findings) {
    for (place, value) in sent.values(path) {
        // What is no text, or empty, is R4's validation's affair.
        if value.as_str().is_some_and(|text| !text.is_empty() && !is_date(text)) {
            findings.add(&place, &[]);
        }
    }
}

fn status(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, value) in sent.values("status") {
        if let Some(status) = value.as_str().filter(|code| !matches!(*code, "" | "active" | "rejected")) {
            findings.add(&place, &[("status", status)]);
        }
    }
}
