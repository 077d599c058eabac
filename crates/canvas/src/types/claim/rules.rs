//! The rules of Claim (Claim.json, `rules`). None has a text documented by the vendor.

use super::elements::{ON_CREATE, QUEUE, QUEUE_SYSTEM};
use crate::check;
use crate::finding::Findings;
use crate::money::{Decimal, LIMIT, PLACES};
use crate::references::{id_of, only};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::{Sent, SentExtension};
use crate::types::coverage::is_of_another;
use crate::write::Write;
use fhir::{IssueCode, Json, Number, Object, ResourceType};
use interactions::Refusal;

const TRASH: &str = r#"[{"url":"http://schemas.canvasmedical.com/fhir/extensions/claim-queue","valueCoding":{"system":"http://canvasmedical.com","code":"Trash"}}]"#;

/// The rules, in the order of the facts, then those that they are silent on.
pub const RULES: &[Rule] = &[
    rule("claim-diagnosis", IssueCode::Required, "At least one diagnosis is required")
        .on(ON_CREATE)
        .when("diagnosis is empty or absent")
        .check(Check::Required(&["diagnosis"]))
        // Without a diagnosis there is nothing that an item could be for.
        .broken_by(
            &[remove("diagnosis"), set("item.0.diagnosisSequence", "[1]")],
            "Claim.diagnosis",
            "At least one diagnosis is required",
        )
        .kept_by(&[]),
    rule("claim-item", IssueCode::Required, "At least one item is required")
        .on(ON_CREATE)
        .when("item is empty or absent")
        .check(Check::Required(&["item"]))
        .broken_by(&[remove("item")], "Claim.item", "At least one item is required")
        .kept_by(&[]),
    rule("claim-required", IssueCode::Required, "{element} is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("insurance.0.focal")], "Claim.insurance[0].focal", "insurance.focal is required")
        .kept_by(&[]),
    rule("claim-listed", IssueCode::Value, "{element} value is not supported: {value}")
        .when("status, use, or a code of type, priority or supportingInfo is not the one that is supported")
        .check(Check::Listed(&[
            "status",
            "type.coding.code",
            "use",
            "priority.coding.code",
            "supportingInfo.category.coding.code",
        ]))
        .broken_by(
            &[set("type.coding.0.code", "\"institutional\"")],
            "Claim.type.coding[0].code",
            "type.coding.code value is not supported: institutional",
        )
        .kept_by(&[]),
    rule("claim-systems", IssueCode::Value, "{element} system is not supported: {system}")
        .when("a coding has a system that is not listed for it")
        .check(Check::Body(systems))
        .broken_by(
            &[set("item.0.productOrService.coding.0.system", "\"http://snomed.info/sct\"")],
            "Claim.item[0].productOrService.coding[0].system",
            "item.productOrService system is not supported: http://snomed.info/sct",
        )
        .kept_by(&[set("priority.coding.0.system", "\"http://hl7.org/fhir/ValueSet/process-priority\"")]),
    rule("claim-sequence", IssueCode::Value, "{element} sequence must be a unique positive integer")
        .when("a sequence repeats within diagnosis, insurance or item, or is not a positive integer")
        .check(Check::Body(sequences))
        .broken_by(
            &[set(
                "diagnosis.1",
                r#"{"sequence":1,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I10"}]}}"#,
            )],
            "Claim.diagnosis[1].sequence",
            "diagnosis sequence must be a unique positive integer",
        )
        .kept_by(&[set(
            "diagnosis.1",
            r#"{"sequence":2,"diagnosisCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I10"}]}}"#,
        )]),
    rule("claim-diagnosis-sequence", IssueCode::Value, "diagnosisSequence {value} does not match a diagnosis")
        .when("item.diagnosisSequence names no diagnosis.sequence")
        .check(Check::Body(diagnosis_sequences))
        .broken_by(
            &[set("item.0.diagnosisSequence.1", "2")],
            "Claim.item[0].diagnosisSequence[1]",
            "diagnosisSequence 2 does not match a diagnosis",
        )
        .kept_by(&[]),
    rule("claim-provider", IssueCode::Value, "provider must reference a Practitioner")
        .when("provider does not reference a Practitioner")
        .check(Check::Body(provider))
        .broken_by(
            &[set("provider.reference", "\"Organization/{demo-insurer}\"")],
            "Claim.provider.reference",
            "provider must reference a Practitioner",
        )
        .kept_by(&[]),
    rule("claim-supporting-info", IssueCode::Value, "Only one supportingInfo entry is supported")
        .when("supportingInfo has more than one entry")
        .check(Check::Body(one_supporting_info))
        .broken_by(
            &[set("supportingInfo", SUPPORTING_INFO_TWICE)],
            "Claim.supportingInfo",
            "Only one supportingInfo entry is supported",
        )
        .kept_by(&[set("supportingInfo", SUPPORTING_INFO)]),
    rule("claim-queue-exists", IssueCode::BusinessRule, "Claim queue does not exist: {code}")
        .when("the claim-queue is neither the vendor's nor one of clinic.toml")
        .check(Check::Write(queue_exists))
        .broken_by(
            &[set("extension", TRASH), set("extension.0.valueCoding.code", "\"Nowhere\"")],
            "Claim.extension[0].valueCoding.code",
            "Claim queue does not exist: Nowhere",
        )
        .kept_by(&[set("extension", TRASH), set("extension.0.valueCoding.code", "\"SecondLook\"")]),
    rule("claim-queue-parts", IssueCode::Required, "claim-queue requires valueCoding.{attribute}")
        .when("a claim-queue extension lacks system or code")
        .check(Check::Body(queue_parts))
        .broken_by(
            &[set("extension", TRASH), remove("extension.0.valueCoding.system")],
            "Claim.extension[0].valueCoding.system",
            "claim-queue requires valueCoding.system",
        )
        .kept_by(&[set("extension", TRASH)]),
    rule("claim-one-queue", IssueCode::Value, "Only one claim-queue is supported")
        .when("there is more than one claim-queue extension")
        .check(Check::Body(one_queue))
        .broken_by(
            &[
                set("extension", TRASH),
                set("extension.1", r#"{"url":"http://schemas.canvasmedical.com/fhir/extensions/claim-queue","valueCoding":{"system":"http://canvasmedical.com","code":"ZeroBalance"}}"#),
            ],
            "Claim.extension[1]",
            "Only one claim-queue is supported",
        )
        .kept_by(&[set("extension", TRASH)])
        .note("not the vendor's: a claim is in one queue"),
    rule("claim-focal-coverage", IssueCode::Required, "insurance.coverage.reference is required where focal is true")
        .when("a focal insurance names no Coverage")
        .check(Check::Body(focal_coverage))
        .broken_by(
            &[set("insurance.0.coverage", r#"{"display":"Bayside Gold"}"#)],
            "Claim.insurance[0].coverage.reference",
            "insurance.coverage.reference is required where focal is true",
        )
        .kept_by(&[set(
            "insurance",
            r#"[{"sequence":1,"focal":false,"coverage":{"display":"No Coverage"}}]"#,
        )])
        .note("not the vendor's: such a claim could be filed with nobody"),
    rule(
        "claim-coverage-patient",
        IssueCode::BusinessRule,
        "Coverage {id} does not belong to the patient",
    )
    .on(ON_CREATE)
    .when("a focal insurance names another patient's Coverage")
    .check(Check::Write(is_the_patients))
    .broken_by(
        &[set("insurance.0.coverage.reference", "\"Coverage/{demo-coverage-stranger}\"")],
        "Claim.insurance[0].coverage.reference",
        "Coverage 5ee10000-0000-4000-8000-000000000063 does not belong to the patient",
    )
    .kept_by(&[])
    .note("not the vendor's: the text is that of CoverageEligibilityRequest"),
    rule("claim-quantity", IssueCode::Value, "item.quantity.value must be a whole number greater than zero")
        .when("item.quantity.value is no whole number, or not greater than zero")
        .check(Check::Body(quantities))
        .broken_by(
            &[set("item.0.quantity.value", "1.5")],
            "Claim.item[0].quantity.value",
            "item.quantity.value must be a whole number greater than zero",
        )
        .kept_by(&[set("item.0.quantity.value", "2")])
        .note("not the vendor's: the table has an integer and no text"),
    rule("claim-price", IssueCode::Value, "item.unitPrice.value must not be below zero")
        .when("item.unitPrice.value is below zero")
        .check(Check::Body(prices))
        .broken_by(
            &[set("item.0.unitPrice.value", "-10")],
            "Claim.item[0].unitPrice.value",
            "item.unitPrice.value must not be below zero",
        )
        .kept_by(&[set("item.0.unitPrice.value", "0")])
        .note("not the vendor's: nobody is owed a negative amount"),
    rule("claim-created", IssueCode::Value, "created must be a date (YYYY-MM-DD) or a time, not {value}")
        .when("created is a year or a month alone")
        .check(Check::Body(|sent, findings| check::whole_date(sent, "created", findings)))
        .broken_by(
            &[set("created", "\"2024-05\"")],
            "Claim.created",
            "created must be a date (YYYY-MM-DD) or a time, not 2024-05",
        )
        .kept_by(&[set("created", "\"2024-05-06T10:00:00Z\"")])
        .note("not the vendor's: the table has the two forms and no text"),
    rule(
        "claim-amounts",
        IssueCode::Value,
        "{element} must be below {limit}, with at most {places} decimal places",
    )
    .when("item.quantity.value or item.unitPrice.value is larger or finer than amounts are counted here")
    .check(Check::Body(amounts))
    .broken_by(
        &[set("item.0.unitPrice.value", "1000000000")],
        "Claim.item[0].unitPrice.value",
        "item.unitPrice.value must be below 1000000000, with at most 6 decimal places",
    )
    .kept_by(&[set("item.0.unitPrice.value", "75.25")])
    .note("not the vendor's: what is owed is counted exactly"),
];

const SUPPORTING_INFO: &str = r#"[{"sequence":1,"category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claiminformationcategory","code":"patientreasonforvisit"}]},"valueString":"Cough"}]"#;
const SUPPORTING_INFO_TWICE: &str = r#"[{"sequence":1,"category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claiminformationcategory","code":"patientreasonforvisit"}]},"valueString":"Cough"},{"sequence":2,"category":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claiminformationcategory","code":"patientreasonforvisit"}]},"valueString":"Fever"}]"#;

/// The concepts whose codings have listed systems.
const CONCEPTS: [&str; 6] = [
    "type",
    "priority",
    "supportingInfo.category",
    "diagnosis.diagnosisCodeableConcept",
    "item.productOrService",
    "item.modifier",
];

fn systems(sent: &Sent<'_>, findings: &mut Findings) {
    for concept in CONCEPTS {
        let path = format!("{concept}.coding.system");
        let listed = sent.contract.element(&path).map(|element| element.values).unwrap_or_default();
        for (place, value) in sent.values(&path) {
            if let Some(system) = value.as_str().filter(|system| !listed.contains(system)) {
                findings.add(&place, &[("element", concept), ("system", system)]);
            }
        }
    }
    for (place, coding) in queue_codings(sent) {
        if let Some(system) = coding.str("system").filter(|system| *system != QUEUE_SYSTEM) {
            findings.add(&format!("{place}.system"), &[("element", "claim-queue"), ("system", system)]);
        }
    }
}

/// The codings of claim-queue extensions, and where they are.
fn queue_codings<'a>(sent: &Sent<'a>) -> Vec<(String, &'a Object)> {
    let coding = |found: SentExtension<'a>| {
        let coding = found.extension.get("valueCoding")?.as_object()?;
        Some((format!("{}.valueCoding", found.expression), coding))
    };
    sent.extensions(QUEUE).into_iter().filter_map(coding).collect()
}

fn queue_parts(sent: &Sent<'_>, findings: &mut Findings) {
    for found in sent.extensions(QUEUE) {
        let coding = found.extension.get("valueCoding");
        for attribute in ["system", "code"] {
            if coding.and_then(|coding| coding.get(attribute)).is_none() {
                let place = format!("{}.valueCoding.{attribute}", found.expression);
                findings.add(&place, &[("attribute", attribute)]);
            }
        }
    }
}

fn one_queue(sent: &Sent<'_>, findings: &mut Findings) {
    for second in sent.extensions(QUEUE).iter().skip(1) {
        findings.add(&second.expression, &[]);
    }
}

fn queue_exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (place, coding) in queue_codings(&write.sent) {
        if let Some(code) = coding.str("code")
            && write.sent.clinic.claim_queue(code).is_none()
        {
            findings.add(&format!("{place}.code"), &[("code", code)]);
        }
    }
    Ok(())
}

fn sequence(entry: &Object) -> Option<i64> {
    let number = entry.get("sequence")?.as_number()?.as_i64()?;
    (1..=i64::from(i32::MAX)).contains(&number).then_some(number)
}

fn sequences(sent: &Sent<'_>, findings: &mut Findings) {
    for element in ["diagnosis", "insurance", "item"] {
        let mut seen = std::collections::BTreeSet::new();
        for (place, entry) in sent.objects(element) {
            let is_new = sequence(entry).is_some_and(|number| seen.insert(number));
            if entry.contains("sequence") && !is_new {
                findings.add(&format!("{place}.sequence"), &[("element", element)]);
            }
        }
    }
}

/// Without any diagnosis, which only an update may lack, there is nothing to match.
fn diagnosis_sequences(sent: &Sent<'_>, findings: &mut Findings) {
    let known: std::collections::BTreeSet<i64> =
        sent.objects("diagnosis").into_iter().filter_map(|(_, diagnosis)| sequence(diagnosis)).collect();
    if known.is_empty() {
        return;
    }
    for (place, value) in sent.values("item.diagnosisSequence") {
        let Some(number) = value.as_number() else { continue };
        if !number.as_i64().is_some_and(|number| known.contains(&number)) {
            findings.add(&place, &[("value", number.as_str())]);
        }
    }
}

fn provider(sent: &Sent<'_>, findings: &mut Findings) {
    only(sent, "provider", &[ResourceType::PRACTITIONER], findings);
}

fn one_supporting_info(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.items("supportingInfo").len() > 1 {
        findings.add("Claim.supportingInfo", &[]);
    }
}

fn focal_coverage(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, insurance) in sent.objects("insurance") {
        let coverage = insurance.get("coverage").and_then(Json::as_object);
        let is_focal = insurance.get("focal").and_then(Json::as_bool) == Some(true);
        if is_focal
            && coverage.is_some_and(|coverage| !coverage.is_empty() && !coverage.contains("reference"))
        {
            findings.add(&format!("{place}.coverage.reference"), &[]);
        }
    }
}

fn amounts(sent: &Sent<'_>, findings: &mut Findings) {
    let (limit, places) = (LIMIT.to_string(), PLACES.to_string());
    for element in ["item.quantity.value", "item.unitPrice.value"] {
        for (place, value) in sent.values(element) {
            if value.as_number().is_some() && Decimal::of(Some(value)).is_none() {
                findings.add(&place, &[("element", element), ("limit", &limit), ("places", &places)]);
            }
        }
    }
}

fn is_the_patients(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let patient = write.sent.body.get("patient");
    for (place, insurance) in write.sent.objects("insurance") {
        let is_focal = insurance.get("focal").and_then(Json::as_bool) == Some(true);
        let Some(id) = id_of(insurance.get("coverage"), ResourceType::COVERAGE).filter(|_| is_focal) else {
            continue;
        };
        let coverage = write.unit.resource(ResourceType::COVERAGE, id)?;
        let coverage = coverage.as_ref().and_then(Json::as_object);
        if coverage.is_some_and(|coverage| is_of_another(coverage, patient)) {
            findings.add(&format!("{place}.coverage.reference"), &[("id", id)]);
        }
    }
    Ok(())
}

fn quantities(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, value) in sent.values("item.quantity.value") {
        let number = value.as_number().map(Number::as_f64);
        if number.is_some_and(|number| number <= 0.0 || number.fract() != 0.0) {
            findings.add(&place, &[]);
        }
    }
}

fn prices(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, value) in sent.values("item.unitPrice.value") {
        if value.as_number().is_some_and(|number| number.as_f64() < 0.0) {
            findings.add(&place, &[]);
        }
    }
}
