//! The rules of DocumentReference (DocumentReference.json, `rules`). None has a text documented by the vendor.

use super::elements::{CATEGORY, CLINICAL_DATE, EXTENSIONS, REQUIRES_SIGNATURE, REVIEW_MODE, REVIEWER};
use super::kinds::creatable;
use crate::contract::ExtensionFact;
use crate::finding::Findings;
use crate::references::{leads_to, only};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::text::is_date;
use crate::write::Write;
use fhir::{IssueCode, Json, ResourceType};
use interactions::{Interaction, Refusal};

const ON_CREATE: &[Interaction] = &[Interaction::Create];
/// The categories of what can be created.
pub const CATEGORIES: [&str; 2] = ["patientadministrativedocument", "uncategorizedclinicaldocument"];

/// The rules, in the order of the facts.
pub const RULES: &[Rule] = &[
    rule("documentreference-extension-required", IssueCode::Required, "Missing required extension: {url}")
        .on(ON_CREATE)
        .when("no clinical-date, reviewer or requires-signature extension")
        .check(Check::Body(required_extensions))
        .broken_by(
            &[remove("extension.2")],
            "DocumentReference.extension",
            "Missing required extension: http://schemas.canvasmedical.com/fhir/document-reference-requires-signature",
        )
        .kept_by(&[]),
    rule("documentreference-clinical-date", IssueCode::Value, "Invalid date: {value}")
        .on(ON_CREATE)
        .when("clinical-date is not YYYY-MM-DD")
        .check(Check::Body(clinical_date))
        .broken_by(
            &[set("extension.0.valueDate", "\"2024-04\"")],
            "DocumentReference.extension[0].valueDate",
            "Invalid date: 2024-04",
        )
        .kept_by(&[set("extension.0.valueDate", "\"2024-02-29\"")]),
    rule("documentreference-review-mode", IssueCode::Value, "Invalid review mode: {value}")
        .on(ON_CREATE)
        .when("review-mode is not RR, AR or RN")
        .check(Check::Body(review_mode))
        .broken_by(
            &[set("extension.3", r#"{"url":"http://schemas.canvasmedical.com/fhir/document-reference-review-mode","valueCode":"XX"}"#)],
            "DocumentReference.extension[3].valueCode",
            "Invalid review mode: XX",
        )
        .kept_by(&[set("extension.3", r#"{"url":"http://schemas.canvasmedical.com/fhir/document-reference-review-mode","valueCode":"RR"}"#)]),
    rule("documentreference-extension-value", IssueCode::Required, "Extension {url} requires {attribute}")
        .on(ON_CREATE)
        .when("an extension that the vendor knows has a value of another type")
        .check(Check::Body(extension_values))
        .broken_by(
            &[set("extension.3", r#"{"url":"http://schemas.canvasmedical.com/fhir/document-reference-priority","valueString":"true"}"#)],
            "DocumentReference.extension[3]",
            "Extension http://schemas.canvasmedical.com/fhir/document-reference-priority requires valueBoolean",
        )
        .kept_by(&[set("extension.3", r#"{"url":"http://schemas.canvasmedical.com/fhir/document-reference-priority","valueBoolean":true}"#)])
        .note("ours: the facts name the type and give no text"),
    rule("documentreference-reviewer", IssueCode::Value, "reviewer extension must reference a Practitioner")
        .on(ON_CREATE)
        .when("reviewer does not refer to a Practitioner")
        .check(Check::Body(reviewer))
        .broken_by(
            &[set("extension.1.valueReference.reference", "\"Patient/{demo-patient}\"")],
            "DocumentReference.extension[1].valueReference.reference",
            "reviewer extension must reference a Practitioner",
        )
        .kept_by(&[])
        .note("ours: the facts name the target and give no text"),
    rule("documentreference-author", IssueCode::Value, "{element} must reference a Practitioner")
        .on(ON_CREATE)
        .when("author refers to something else than a Practitioner")
        .check(Check::Body(|sent, findings| only(sent, "author", &[ResourceType::PRACTITIONER], findings)))
        .broken_by(
            &[set("author", r#"[{"reference":"Patient/{demo-patient}"}]"#)],
            "DocumentReference.author[0].reference",
            "author must reference a Practitioner",
        )
        .kept_by(&[set("author", r#"[{"reference":"Practitioner/{demo-practitioner}"}]"#)])
        .note("ours: the facts name the target and give no text"),
    rule("documentreference-subject", IssueCode::Value, "{element} must reference a Patient")
        .on(ON_CREATE)
        .when("subject refers to something else than a Patient")
        .check(Check::Body(|sent, findings| only(sent, "subject", &[ResourceType::PATIENT], findings)))
        .broken_by(
            &[set("subject.reference", "\"Practitioner/{demo-practitioner}\"")],
            "DocumentReference.subject.reference",
            "subject must reference a Patient",
        )
        .kept_by(&[])
        .note("ours: the facts name the target and give no text"),
    rule("documentreference-type", IssueCode::BusinessRule, "Unsupported document type: {code}")
        .on(ON_CREATE)
        .when("no coding of type is of LOINC with a code of the kinds that can be created")
        .check(Check::Write(kind))
        .broken_by(
            &[set("type.coding.0.code", "\"51852-2\"")],
            "DocumentReference.type.coding[0].code",
            "Unsupported document type: 51852-2",
        )
        .kept_by(&[set("type.coding.0.code", "\"64290-0\"")]),
    rule("documentreference-category", IssueCode::BusinessRule, "Unsupported document category: {code}")
        .on(ON_CREATE)
        .when("category is neither patientadministrativedocument nor uncategorizedclinicaldocument")
        .check(Check::Write(category))
        .broken_by(
            &[set("category.0.coding.0.code", "\"labreport\"")],
            "DocumentReference.category[0].coding[0].code",
            "Unsupported document category: labreport",
        )
        .kept_by(&[set("category.0.coding.0.code", "\"patientadministrativedocument\"")]),
    rule(
        "documentreference-title",
        IssueCode::BusinessRule,
        "Document title does not match type code: {code}",
    )
    .on(ON_CREATE)
    .when("description is not the title of the type")
    .check(Check::Write(title))
    .broken_by(
        &[set("description", "\"Nursing Home\"")],
        "DocumentReference.description",
        "Document title does not match type code: 34109-9",
    )
    .kept_by(&[set("description", "\"Uncategorized Clinical Document\"")]),
    rule("documentreference-required", IssueCode::Required, "{path} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("subject")], "DocumentReference.subject", "subject is required")
        .kept_by(&[set("content.0.attachment.contentType", "\"application/pdf\"")]),
    rule("documentreference-one-content", IssueCode::BusinessRule, "Only a single content is supported")
        .on(ON_CREATE)
        .when("content has more than one entry")
        .check(Check::Write(one_content))
        .broken_by(
            &[set("content.1", r#"{"attachment":{"data":"JVBERi0xLjYK"}}"#)],
            "DocumentReference.content",
            "Only a single content is supported",
        )
        .kept_by(&[])
        .note("not the vendor's: one address serves the content, the others would be lost"),
];

fn required_extensions(sent: &Sent<'_>, findings: &mut Findings) {
    for url in [CLINICAL_DATE, REVIEWER, REQUIRES_SIGNATURE] {
        if sent.extensions(url).is_empty() {
            findings.add("DocumentReference.extension", &[("url", url)]);
        }
    }
}

fn clinical_date(sent: &Sent<'_>, findings: &mut Findings) {
    invalid(sent, CLINICAL_DATE, "valueDate", is_date, findings);
}

fn review_mode(sent: &Sent<'_>, findings: &mut Findings) {
    invalid(sent, REVIEW_MODE, "valueCode", |code| matches!(code, "RR" | "AR" | "RN"), findings);
}

/// The texts in the extensions `url` that are not valid.
fn invalid(sent: &Sent<'_>, url: &str, member: &str, is_valid: fn(&str) -> bool, findings: &mut Findings) {
    for found in sent.extensions(url) {
        if let Some(value) = found.extension.str(member).filter(|value| !is_valid(value)) {
            findings.add(&format!("{}.{member}", found.expression), &[("value", value)]);
        }
    }
}

fn reviewer(sent: &Sent<'_>, findings: &mut Findings) {
    for found in sent.extensions(REVIEWER) {
        let reviewer = found.extension.get("valueReference");
        if reviewer.is_some_and(|reviewer| leads_to(reviewer) != Some(ResourceType::PRACTITIONER)) {
            findings.add(&format!("{}.valueReference.reference", found.expression), &[]);
        }
    }
}

fn extension_values(sent: &Sent<'_>, findings: &mut Findings) {
    let own = |fact: &&ExtensionFact| fact.on == "DocumentReference";
    for fact in EXTENSIONS.iter().filter(own) {
        for found in sent.extensions(fact.url).iter().filter(|found| !found.extension.contains(fact.value)) {
            findings.add(&found.expression, &[("url", fact.url), ("attribute", fact.value)]);
        }
    }
}

fn kind(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let sent = &write.sent;
    if sent.body.get("type").is_some_and(|kind| creatable(kind, sent.clinic).is_none()) {
        let code = sent.values("type.coding.code").into_iter().next();
        if let Some((place, code)) = code {
            findings.add(&place, &[("code", code.as_str().unwrap_or_default())]);
        }
    }
    Ok(())
}

fn category(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (place, category) in write.sent.objects("category") {
        let codings = category.items("coding");
        if let (Some(first), false) = (codings.first(), codings.iter().any(is_category)) {
            let code = first.str("code").unwrap_or_default();
            findings.add(&format!("{place}.coding[0].code"), &[("code", code)]);
        }
    }
    Ok(())
}

/// Whether a coding is a category of what can be created.
pub fn is_category(coding: &Json) -> bool {
    let code = coding.str("code").filter(|_| coding.str("system") == Some(CATEGORY));
    code.is_some_and(|code| CATEGORIES.contains(&code))
}

fn title(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let (body, clinic) = (write.sent.body, write.sent.clinic);
    let kind = body.get("type").and_then(|kind| creatable(kind, clinic));
    if let (Some(title), Some(kind)) = (body.str("description"), kind)
        && title != kind.title
        && title != kind.description
    {
        findings.add("DocumentReference.description", &[("code", kind.code)]);
    }
    Ok(())
}

fn one_content(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.items("content").len() > 1 {
        findings.add("DocumentReference.content", &[]);
    }
    Ok(())
}
