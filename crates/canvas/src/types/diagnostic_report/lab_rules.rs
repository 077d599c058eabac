//! What is held against `$create-lab-report` (DiagnosticReport.json, `operations`).

use super::lab_parameters::{Parameter, collections, is_of, observations, parameters, parts, reports};
use super::lab_store;
use crate::finding::Findings;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::Sent;
use crate::write::Write;
use fhir::{IssueCode, Json, Object, Reference, ResourceType};
use interactions::{Interaction, Refusal, State};

const ON: &[Interaction] = &[Interaction::Operation];
const OURS: &str = "not the vendor's";
const ABNORMAL: &str = r#"[{"text":"Abnormal","coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"A","display":"Abnormal"}]}]"#;
const HIGH: &str = r#"[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H","display":"High"}]}]"#;
const PATIENT: &str = r#"{"resourceType":"Patient"}"#;

/// The rules.
pub const RULES: &[Rule] = &[
    rule(
        "diagnosticreport-lab-resource",
        IssueCode::Invalid,
        "labReport must be a DiagnosticReport resource",
    )
    .on(ON)
    .when("labReport is no DiagnosticReport")
    .check(Check::Body(report_resource))
    .broken_by(
        &[set("parameter.0.resource", PATIENT)],
        "Parameters.parameter[0].resource",
        "labReport must be a DiagnosticReport resource",
    )
    .kept_by(&[])
    .note(OURS),
    rule(
        "diagnosticreport-lab-observations",
        IssueCode::Invalid,
        "labTest and labValue must be Observation resources",
    )
    .on(ON)
    .when("a labTest or labValue is no Observation")
    .check(Check::Body(part_resource))
    .broken_by(
        &[set("parameter.1.part.1.resource", PATIENT)],
        "Parameters.parameter[1].part[1].resource",
        "labTest and labValue must be Observation resources",
    )
    .kept_by(&[]),
    rule("diagnosticreport-lab-data", IssueCode::Required, "presentedForm.data is required")
        .on(ON)
        .when("labReport has no presentedForm, or one without data")
        .check(Check::Body(data))
        .broken_by(
            &[remove("parameter.0.resource.presentedForm.0.data")],
            "Parameters.parameter[0].resource.presentedForm[0].data",
            "presentedForm.data is required",
        )
        .kept_by(&[]),
    rule("diagnosticreport-lab-subject", IssueCode::Required, "subject.reference is required")
        .on(ON)
        .when("labReport says nobody whose report it is")
        .check(Check::Body(subject))
        .broken_by(
            &[remove("parameter.0.resource.subject")],
            "Parameters.parameter[0].resource.subject.reference",
            "subject.reference is required",
        )
        .kept_by(&[])
        .note(OURS),
    rule(
        "diagnosticreport-lab-pdf",
        IssueCode::Value,
        "presentedForm.contentType must be application/pdf, not {value}",
    )
    .on(ON)
    .when("a presentedForm is said to be something else than a PDF")
    .check(Check::Body(pdf))
    .broken_by(
        &[set("parameter.0.resource.presentedForm.0.contentType", "\"image/png\"")],
        "Parameters.parameter[0].resource.presentedForm[0].contentType",
        "presentedForm.contentType must be application/pdf, not image/png",
    )
    .kept_by(&[remove("parameter.0.resource.presentedForm.0.contentType")])
    .note(OURS),
    rule("diagnosticreport-lab-status", IssueCode::Value, "status must be final, not {value}")
        .on(ON)
        .when("the report, a test or a value is of another status than final")
        .check(Check::Body(status))
        .broken_by(
            &[set("parameter.1.part.1.resource.status", "\"preliminary\"")],
            "Parameters.parameter[1].part[1].resource.status",
            "status must be final, not preliminary",
        )
        .kept_by(&[])
        .note(OURS),
    rule(
        "diagnosticreport-lab-one-report",
        IssueCode::BusinessRule,
        "Exactly one labReport parameter is required",
    )
    .on(ON)
    .when("labReport is missing or given more than once")
    .check(Check::Write(one_report))
    .broken_by(
        &[remove("parameter.0")],
        "Parameters.parameter",
        "Exactly one labReport parameter is required",
    )
    .kept_by(&[remove("parameter.1")]),
    rule("diagnosticreport-lab-parameters", IssueCode::BusinessRule, "Unexpected parameter: {name}")
        .on(ON)
        .when(
            "a parameter is neither labReport nor labTestCollection, or a part neither labTest nor labValue",
        )
        .check(Check::Write(known))
        .broken_by(
            &[set("parameter.1.name", "\"labTests\"")],
            "Parameters.parameter[1].name",
            "Unexpected parameter: labTests",
        )
        .kept_by(&[]),
    rule(
        "diagnosticreport-lab-one-test",
        IssueCode::BusinessRule,
        "Exactly one labTest is required per labTestCollection",
    )
    .on(ON)
    .when("a labTestCollection does not hold exactly one labTest")
    .check(Check::Write(one_test))
    .broken_by(
        &[remove("parameter.1.part.0")],
        "Parameters.parameter[1].part",
        "Exactly one labTest is required per labTestCollection",
    )
    .kept_by(&[remove("parameter.1.part.1")]),
    rule("diagnosticreport-lab-patient", IssueCode::BusinessRule, "Patient does not exist: {reference}")
        .on(ON)
        .when("the subject of labReport is no patient that there is")
        .check(Check::Write(patient))
        .broken_by(
            &[set("parameter.0.resource.subject.reference", "\"Patient/none\"")],
            "Parameters.parameter[0].resource.subject.reference",
            "Patient does not exist: Patient/none",
        )
        .kept_by(&[]),
    rule(
        "diagnosticreport-lab-same-patient",
        IssueCode::BusinessRule,
        "A lab test or value is of another patient than the report: {reference}",
    )
    .on(ON)
    .when("a labTest or labValue has another subject than labReport")
    .check(Check::Write(same_patient))
    .broken_by(
        &[set("parameter.1.part.1.resource.subject", r#"{"reference":"Patient/none"}"#)],
        "Parameters.parameter[1].part[1].resource.subject.reference",
        "A lab test or value is of another patient than the report: Patient/none",
    )
    .kept_by(&[set("parameter.1.part.1.resource.subject", r#"{"reference":"Patient/{demo-patient}"}"#)])
    .note("not the vendor's: nobody's result may land in another's chart"),
    rule(
        "diagnosticreport-lab-abnormal",
        IssueCode::BusinessRule,
        "Only the abnormal interpretation (A) is supported",
    )
    .on(ON)
    .when("the interpretation of a labValue is another than abnormal")
    .check(Check::Write(abnormal))
    .broken_by(
        &[set("parameter.1.part.1.resource.interpretation", HIGH)],
        "Parameters.parameter[1].part[1].resource.interpretation[0]",
        "Only the abnormal interpretation (A) is supported",
    )
    .kept_by(&[set("parameter.1.part.1.resource.interpretation", ABNORMAL)]),
];

fn report_resource(sent: &Sent<'_>, findings: &mut Findings) {
    for report in reports(sent.body).filter(|report| !is_of(report, "DiagnosticReport")) {
        findings.add(&format!("{}.resource", report.place), &[]);
    }
}

fn part_resource(sent: &Sent<'_>, findings: &mut Findings) {
    for part in observations(sent.body).filter(|part| !is_of(part, "Observation")) {
        findings.add(&format!("{}.resource", part.place), &[]);
    }
}

/// The DiagnosticReports that were sent as labReport, with their places.
fn sent_reports(body: &Object) -> impl Iterator<Item = (String, &Object)> {
    let reports = reports(body).filter(|report| is_of(report, "DiagnosticReport"));
    reports.filter_map(|report| Some((format!("{}.resource", report.place), report.resource?)))
}

fn data(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, report) in sent_reports(sent.body) {
        let forms = report.items("presentedForm");
        if forms.is_empty() {
            findings.add(&format!("{place}.presentedForm"), &[]);
        }
        for (index, _) in forms.iter().enumerate().filter(|(_, form)| form.get("data").is_none()) {
            findings.add(&format!("{place}.presentedForm[{index}].data"), &[]);
        }
    }
}

fn subject(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, report) in sent_reports(sent.body) {
        if report.get("subject").and_then(|subject| subject.get("reference")).is_none() {
            findings.add(&format!("{place}.subject.reference"), &[]);
        }
    }
}

fn pdf(sent: &Sent<'_>, findings: &mut Findings) {
    for (place, report) in sent_reports(sent.body) {
        for (index, form) in report.items("presentedForm").iter().enumerate() {
            if let Some(other) = form.str("contentType").filter(|media_type| *media_type != lab_store::PDF) {
                findings.add(&format!("{place}.presentedForm[{index}].contentType"), &[("value", other)]);
            }
        }
    }
}

fn status(sent: &Sent<'_>, findings: &mut Findings) {
    for parameter in reports(sent.body).chain(observations(sent.body)) {
        let status = parameter.resource.and_then(|resource| resource.str("status"));
        if let Some(other) = status.filter(|status| *status != "final") {
            findings.add(&format!("{}.resource.status", parameter.place), &[("value", other)]);
        }
    }
}

fn one_report(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if reports(write.sent.body).count() != 1 {
        findings.add("Parameters.parameter", &[]);
    }
    Ok(())
}

fn known(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let body = write.sent.body;
    let unknown = |known: [&'static str; 2]| move |one: &Parameter<'_>| !known.contains(&one.name);
    let others = parameters(body).into_iter().filter(unknown(["labReport", "labTestCollection"]));
    let other_parts = collections(body).flat_map(|collection| parts(&collection));
    for other in others.chain(other_parts.filter(unknown(["labTest", "labValue"]))) {
        findings.add(&format!("{}.name", other.place), &[("name", other.name)]);
    }
    Ok(())
}

fn one_test(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for collection in collections(write.sent.body) {
        if parts(&collection).iter().filter(|part| part.name == "labTest").count() != 1 {
            findings.add(&format!("{}.part", collection.place), &[]);
        }
    }
    Ok(())
}

/// What a resource says whom it is about.
fn subject_of(resource: &Object) -> Option<&str> {
    resource.get("subject")?.str("reference")
}

fn patient(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for (place, report) in sent_reports(write.sent.body) {
        let reference = subject_of(report).unwrap_or_default();
        let exists = match Reference::local(reference) {
            Some(Reference::Local { resource_type: ResourceType::PATIENT, id, version: None }) => {
                matches!(write.unit.state(ResourceType::PATIENT, id)?, State::Present(_))
            }
            _ => false,
        };
        if !exists {
            findings.add(&format!("{place}.subject.reference"), &[("reference", reference)]);
        }
    }
    Ok(())
}

fn same_patient(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let body = write.sent.body;
    let of_report = sent_reports(body).next().and_then(|(_, report)| subject_of(report));
    for part in observations(body) {
        let other = part.resource.and_then(subject_of).filter(|reference| Some(*reference) != of_report);
        if let Some(reference) = other {
            findings.add(&format!("{}.resource.subject.reference", part.place), &[("reference", reference)]);
        }
    }
    Ok(())
}

fn abnormal(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    for value in observations(write.sent.body).filter(|part| part.name == "labValue") {
        let interpretations = value.resource.map(|resource| resource.items("interpretation"));
        for (index, interpretation) in interpretations.unwrap_or_default().iter().enumerate() {
            let codings = interpretation.get("coding").map(Json::items).unwrap_or_default();
            let is_abnormal = match codings {
                [] => interpretation.str("text") == Some("Abnormal"),
                codings => codings.iter().all(|coding| coding.str("code") == Some("A")),
            };
            if !is_abnormal {
                findings.add(&format!("{}.resource.interpretation[{index}]", value.place), &[]);
            }
        }
    }
    Ok(())
}
