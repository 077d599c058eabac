//! The rules of DetectedIssue (DetectedIssue.json, `rules`).

use super::{body_rules, mitigation};
use crate::check::empty_strings;
use crate::rule::{Check, Rule, remove, rule, set};
use fhir::IssueCode;

const VALID: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const INVALID: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"invalid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const DEFERRED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"deferred"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const DEFERRED_THEN_ACCEPTED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"deferred"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"accepted"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_ACCEPTED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"accepted"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_REFUTED_THEN_ACCEPTED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"refuted"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"accepted"}]},"date":"2024-08-12T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_DEFERRED_THEN_ACCEPTED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"deferred"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"accepted"}]},"date":"2024-08-12T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_VALID: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_REFUTED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"refuted"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_DEFERRED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"deferred"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;
const VALID_THEN_CORRECTED: &str = r#"[{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"valid"}]},"date":"2024-08-10T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}},{"action":{"coding":[{"system":"https://schemas.canvasmedical.com/fhir/detectedissue-mitigation-action","code":"corrected"}]},"date":"2024-08-11T14:00:00+00:00","author":{"reference":"Practitioner/{demo-practitioner}"}}]"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule("detectedissue-required", IssueCode::Required, "Attribute '{path}' is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("author")], "DetectedIssue.author", "Attribute 'author' is required")
        .kept_by(&[]),
    rule("detectedissue-listed", IssueCode::Value, "Value '{value}' is not allowed for '{path}'")
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("code.coding.0.code", "\"DRG\"")],
            "DetectedIssue.code.coding[0].code",
            "Value 'DRG' is not allowed for 'code.coding.code'",
        )
        .kept_by(&[]),
    rule("detectedissue-empty", IssueCode::Value, "Attribute '{path}' must not be empty")
        .when("a string is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("detail", "\"\"")],
            "DetectedIssue.detail",
            "Attribute 'detail' must not be empty",
        )
        .kept_by(&[set("detail", "\"found in a review\"")]),
    rule("detectedissue-reference", IssueCode::Value, "reference must be a valid URL")
        .when("reference has no scheme or no host")
        .check(Check::Body(body_rules::reference))
        .broken_by(
            &[set("reference", "\"example.com\"")],
            "DetectedIssue.reference",
            "reference must be a valid URL",
        )
        .kept_by(&[set("reference", "\"https://example.com/gaps?id=1\"")]),
    rule("detectedissue-one-identifier", IssueCode::BusinessRule, "Only one identifier is supported")
        .when("identifier has more than one entry")
        .check(Check::Write(body_rules::one_identifier))
        .broken_by(
            &[set("identifier", r#"[{"system":"urn:x","value":"1"},{"system":"urn:x","value":"2"}]"#)],
            "DetectedIssue.identifier",
            "Only one identifier is supported",
        )
        .kept_by(&[set("identifier", r#"[{"system":"urn:x","value":"1"}]"#)]),
    rule(
        "detectedissue-evidence",
        IssueCode::BusinessRule,
        "At least one evidence coding must have system http://hl7.org/fhir/sid/icd-10-cm",
    )
    .when("no coding of evidence is of ICD-10-CM")
    .check(Check::Write(body_rules::evidence))
    .broken_by(
        &[set("evidence.0.code.0.coding.0.system", "\"http://snomed.info/sct\"")],
        "DetectedIssue.evidence",
        "At least one evidence coding must have system http://hl7.org/fhir/sid/icd-10-cm",
    )
    .kept_by(&[set(
        "evidence.1",
        r#"{"code":[{"coding":[{"system":"http://snomed.info/sct","code":"44054006","display":"Diabetes mellitus type 2"}]}]}"#,
    )]),
    rule("detectedissue-registered", IssueCode::BusinessRule, "status must be registered when no mitigation is supplied")
        .when("mitigation is empty and status is not registered")
        .check(Check::Write(mitigation::registered))
        .broken_by(&[set("status", "\"final\"")], "DetectedIssue.status", "status must be registered when no mitigation is supplied")
        .kept_by(&[]),
    rule("detectedissue-preliminary", IssueCode::BusinessRule, "status must be preliminary when the only mitigation is valid")
        .when("the only mitigation is valid and status is not preliminary")
        .check(Check::Write(mitigation::preliminary))
        .broken_by(&[set("status", "\"final\""), set("mitigation", VALID)], "DetectedIssue.status", "status must be preliminary when the only mitigation is valid")
        .kept_by(&[set("status", "\"preliminary\""), set("mitigation", VALID)]),
    rule("detectedissue-cancelled", IssueCode::BusinessRule, "status must be cancelled when the only mitigation is invalid")
        .when("the only mitigation is invalid and status is not cancelled")
        .check(Check::Write(mitigation::cancelled))
        .broken_by(&[set("status", "\"registered\""), set("mitigation", INVALID)], "DetectedIssue.status", "status must be cancelled when the only mitigation is invalid")
        .kept_by(&[set("status", "\"cancelled\""), set("mitigation", INVALID)]),
    rule("detectedissue-first", IssueCode::BusinessRule, "A single mitigation must have action valid or invalid")
        .when("the only mitigation is neither valid nor invalid")
        .check(Check::Write(mitigation::first))
        .broken_by(&[set("status", "\"amended\""), set("mitigation", DEFERRED)], "DetectedIssue.mitigation[0].action", "A single mitigation must have action valid or invalid")
        .kept_by(&[set("status", "\"preliminary\""), set("mitigation", VALID)]),
    rule("detectedissue-earliest", IssueCode::BusinessRule, "The earliest mitigation must have action valid")
        .when("the earliest of several mitigations is not valid")
        .check(Check::Write(mitigation::earliest))
        .broken_by(&[set("status", "\"final\""), set("mitigation", DEFERRED_THEN_ACCEPTED)], "DetectedIssue.mitigation[0].action", "The earliest mitigation must have action valid")
        .kept_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_ACCEPTED)]),
    rule("detectedissue-between", IssueCode::BusinessRule, "Mitigations between the first and the last must have action deferred")
        .when("a mitigation between the earliest and the latest is not deferred")
        .check(Check::Write(mitigation::between))
        .broken_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_REFUTED_THEN_ACCEPTED)], "DetectedIssue.mitigation[1].action", "Mitigations between the first and the last must have action deferred")
        .kept_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_DEFERRED_THEN_ACCEPTED)]),
    rule("detectedissue-latest", IssueCode::BusinessRule, "The latest mitigation must have action deferred, accepted, refuted or corrected")
        .when("the latest of several mitigations neither defers nor decides")
        .check(Check::Write(mitigation::latest))
        .broken_by(&[set("status", "\"preliminary\""), set("mitigation", VALID_THEN_VALID)], "DetectedIssue.mitigation[1].action", "The latest mitigation must have action deferred, accepted, refuted or corrected")
        .kept_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_REFUTED)]),
    rule("detectedissue-amended", IssueCode::BusinessRule, "status must be amended when the latest mitigation is deferred")
        .when("the latest of several mitigations is deferred and status is not amended")
        .check(Check::Write(mitigation::amended))
        .broken_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_DEFERRED)], "DetectedIssue.status", "status must be amended when the latest mitigation is deferred")
        .kept_by(&[set("status", "\"amended\""), set("mitigation", VALID_THEN_DEFERRED)]),
    rule("detectedissue-final", IssueCode::BusinessRule, "status must be final when the latest mitigation is accepted or refuted")
        .when("the latest of several mitigations is accepted or refuted and status is not final")
        .check(Check::Write(mitigation::is_final))
        .broken_by(&[set("status", "\"preliminary\""), set("mitigation", VALID_THEN_ACCEPTED)], "DetectedIssue.status", "status must be final when the latest mitigation is accepted or refuted")
        .kept_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_ACCEPTED)]),
    rule("detectedissue-corrected", IssueCode::BusinessRule, "status must be corrected when the latest mitigation is corrected")
        .when("the latest of several mitigations is corrected and status is not corrected")
        .check(Check::Write(mitigation::corrected))
        .broken_by(&[set("status", "\"final\""), set("mitigation", VALID_THEN_CORRECTED)], "DetectedIssue.status", "status must be corrected when the latest mitigation is corrected")
        .kept_by(&[set("status", "\"corrected\""), set("mitigation", VALID_THEN_CORRECTED)]),
];
