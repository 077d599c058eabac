//! CoverageEligibilityRequest (<https://docs.canvasmedical.com/api/coverageeligibilityrequest/>): created, and never read;
//! its answer is a CoverageEligibilityResponse.

mod answer;

use crate::canvas_type::CanvasType;
use crate::clinic::{Clinic, Payer};
use crate::contract::{Contract, Decision, ElementFact, IdForm, decision, element};
use crate::finding::Findings;
use crate::references::{Target, id_of, set_type, typed};
use crate::rule::{Check, Rule, remove, rule, set};
use crate::sent::{Sent, extension};
use crate::stored;
use crate::types::coverage::is_of_another;
use crate::types::patient::{DEFAULT_LOCATION, DEFAULT_PROVIDER};
use crate::write::Write;
use fhir::{IssueCode, Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct CoverageEligibilityRequest;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: ON_CREATE,
    elements: ELEMENTS,
    rules: RULES,
    minimal: r#"{"resourceType":"CoverageEligibilityRequest","status":"active","purpose":["benefits"],"patient":{"reference":"Patient/{demo-patient}"},"created":"2024-05-06","insurer":{},"insurance":[{"focal":true,"coverage":{"reference":"Coverage/{demo-coverage}"}}]}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("CoverageEligibilityRequest", ResourceType::COVERAGE_ELIGIBILITY_REQUEST, IdForm::Uuid)
};

const ON_CREATE: &[Interaction] = &[Interaction::Create];

const ELEMENTS: &[ElementFact] = &[
    element("status", "code").required_on(ON_CREATE).one_of(&["active"]),
    element("purpose", "code").list().required_on(ON_CREATE).one_of(&["benefits"]),
    element("patient", "Reference").required_on(ON_CREATE),
    element("patient.reference", "string").required_on(ON_CREATE).format("Patient/{id}"),
    element("patient.type", "uri").one_of(&["Patient"]),
    element("created", "dateTime")
        .required_on(ON_CREATE)
        .note("has no effect: the time of the create is stored"),
    element("insurer", "Reference")
        .required_on(ON_CREATE)
        .note("has no effect, {} is taken: the insurer is the coverage's payor"),
    element("insurance", "BackboneElement").list().required_on(ON_CREATE).note("exactly one"),
    element("insurance.focal", "boolean").default("true"),
    element("insurance.coverage", "Reference").required_on(ON_CREATE),
    element("insurance.coverage.reference", "string").required_on(ON_CREATE).format("Coverage/{id}"),
];

const RULES: &[Rule] = &[
    rule("coverageeligibilityrequest-purpose", IssueCode::Value, "purpose must be [\"benefits\"]")
        .on(ON_CREATE)
        .when("purpose is not exactly [benefits]")
        .check(Check::Body(purpose))
        .broken_by(
            &[set("purpose", r#"["benefits","validation"]"#)],
            "CoverageEligibilityRequest.purpose",
            "purpose must be [\"benefits\"]",
        )
        .kept_by(&[]),
    rule("coverageeligibilityrequest-status", IssueCode::Value, "status must be active")
        .on(ON_CREATE)
        .when("status is not active")
        .check(Check::Listed(&["status"]))
        .broken_by(
            &[set("status", "\"draft\"")],
            "CoverageEligibilityRequest.status",
            "status must be active",
        )
        .kept_by(&[]),
    rule(
        "coverageeligibilityrequest-insurance",
        IssueCode::Value,
        "insurance must contain a single coverage",
    )
    .on(ON_CREATE)
    .when("insurance does not hold exactly one coverage")
    .check(Check::Body(insurance))
    .broken_by(
        &[set("insurance.1", r#"{"coverage":{"reference":"Coverage/{demo-coverage-other}"}}"#)],
        "CoverageEligibilityRequest.insurance",
        "insurance must contain a single coverage",
    )
    .kept_by(&[]),
    rule(
        "coverageeligibilityrequest-patient",
        IssueCode::BusinessRule,
        "Coverage {id} does not belong to the patient",
    )
    .on(ON_CREATE)
    .when("the coverage is another patient's")
    .check(Check::Write(is_the_patients))
    .broken_by(
        &[set("insurance.0.coverage.reference", "\"Coverage/{demo-coverage-stranger}\"")],
        "CoverageEligibilityRequest.insurance[0].coverage.reference",
        "Coverage 5ee10000-0000-4000-8000-000000000063 does not belong to the patient",
    )
    .kept_by(&[]),
    rule("coverageeligibilityrequest-required", IssueCode::Required, "{element} is required")
        .on(ON_CREATE)
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("insurer")], "CoverageEligibilityRequest.insurer", "insurer is required")
        .kept_by(&[]),
    rule(
        "coverageeligibilityrequest-provider",
        IssueCode::BusinessRule,
        "A default provider is required to run this eligibility request",
    )
    .on(ON_CREATE)
    .when("clinic.toml has the insurer asked by the patient's default provider, and the patient has none")
    .check(Check::Write(has_provider))
    .broken_by(
        &[
            set("patient.reference", "\"Patient/{demo-patient-unprovided}\""),
            set("insurance.0.coverage.reference", "\"Coverage/{demo-coverage-unprovided}\""),
        ],
        "CoverageEligibilityRequest.patient",
        "A default provider is required to run this eligibility request",
    )
    .kept_by(&[set("insurance.0.coverage.reference", "\"Coverage/{demo-coverage-other}\"")]),
];

const BEHAVIOURS: &[&str] = &[
    "A request cannot be read or searched; its id finds the answer: CoverageEligibilityResponse?request=CoverageEligibilityRequest/{id}.",
    "created is the time of the create, insurer the coverage's payor.",
    "The R4 door shows as provider the patient's default provider where the insurer demands one, and as facility the patient's default location.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "The answer",
        "A CoverageEligibilityResponse is stored in the same write. Of an insurer whom clinic.toml does not name by a payer id, its outcome is error. Else it is queued, and the software that asks the clearinghouse completes it at the R4 door.",
        "The server asks no clearinghouse itself, and an answer that has not come must not read as complete.",
    ),
    decision(
        "Insurers with answers_from_record",
        "Are answered at once: outcome complete, Active Coverage with the plan's name when the stored Coverage is active and in its period, else Inactive (Incomplete information).",
        "Applications need an answer to develop against. It is asked for in clinic.toml, holds nothing but what the record says, and its disposition says so.",
    ),
    decision(
        "insurance.coverage that says of no beneficiary",
        "Is accepted.",
        "Nothing contradicts the request.",
    ),
];

/// What an eligibility request is about.
pub struct Eligibility<'c> {
    /// The stored coverage.
    pub coverage: &'c Object,
    /// Its insurer, where clinic.toml names it by a payer id.
    pub payer: Option<&'c Payer>,
}

impl CanvasType for CoverageEligibilityRequest {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        if body.get("insurer").and_then(Json::as_object).is_some_and(Object::is_empty) {
            body.insert("insurer", json!({ "display": "Unused" }));
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut request = stored::writable(sent);
        set_type(&mut request, "patient");
        if let Some(coverage) = coverage_reference(&request).map(typed) {
            request.insert("insurance", vec![json!({ "focal": true, "coverage": coverage })]);
        }
        request
    }

    fn leaves_open(&self, target: &Target) -> bool {
        target.expression == "CoverageEligibilityRequest.insurer.reference"
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        let Some(coverage) = coverage(resource, write)? else { return Ok(None) };
        let patient = patient(resource, write)?;
        let payor = coverage.items("payor").first();
        let eligibility = Eligibility { coverage: &coverage, payer: payer(&coverage, write.sent.clinic) };
        let mut settled = resource.clone();
        settled.insert("created", fhir::datetime::instant(write.unit.now()));
        let default = |url: &str| Some(typed(extension(patient.as_ref()?, url)?.get("valueReference")?));
        let by_provider = eligibility.payer.is_some_and(|payer| payer.asked_by_provider);
        if let Some(provider) = default(DEFAULT_PROVIDER).filter(|_| by_provider) {
            settled.insert("provider", provider);
        }
        settled.insert("insurer", payor.map_or_else(|| json!({ "display": "Unknown" }), typed));
        if let Some(facility) = default(DEFAULT_LOCATION) {
            settled.insert("facility", facility);
        }
        answer::store(&settled, &eligibility, write)?;
        Ok(Some(settled))
    }
}

fn coverage_reference(request: &Object) -> Option<&Json> {
    request.items("insurance").first()?.get("coverage")
}

/// The coverage that a request is about, if it is stored.
fn coverage(request: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
    let id = id_of(coverage_reference(request), ResourceType::COVERAGE);
    stored_object(ResourceType::COVERAGE, id, write)
}

fn patient(request: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
    let id = id_of(request.get("patient"), ResourceType::PATIENT);
    stored_object(ResourceType::PATIENT, id, write)
}

fn stored_object(
    resource_type: ResourceType,
    id: Option<&str>,
    write: &mut Write<'_, '_>,
) -> Result<Option<Object>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    Ok(write.unit.resource(resource_type, id)?.and_then(|found| found.as_object().cloned()))
}

/// The insurer of a coverage, where clinic.toml names it.
fn payer<'c>(coverage: &Object, clinic: &'c Clinic) -> Option<&'c Payer> {
    clinic.payer_of(id_of(coverage.items("payor").first(), ResourceType::ORGANIZATION)?)
}

fn purpose(sent: &Sent<'_>, findings: &mut Findings) {
    let purpose = sent.body.items("purpose");
    if !purpose.is_empty() && purpose != [Json::from("benefits")] {
        findings.add("CoverageEligibilityRequest.purpose", &[]);
    }
}

fn insurance(sent: &Sent<'_>, findings: &mut Findings) {
    if sent.body.items("insurance").len() > 1 {
        findings.add("CoverageEligibilityRequest.insurance", &[]);
    }
}

fn is_the_patients(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let body = write.sent.body;
    let Some(coverage) = coverage(body, write)? else { return Ok(()) };
    if is_of_another(&coverage, body.get("patient")) {
        let place = "CoverageEligibilityRequest.insurance[0].coverage.reference";
        let id = id_of(coverage_reference(body), ResourceType::COVERAGE).unwrap_or_default();
        findings.add(place, &[("id", id)]);
    }
    Ok(())
}

fn has_provider(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let body = write.sent.body;
    let Some(coverage) = coverage(body, write)? else { return Ok(()) };
    if !payer(&coverage, write.sent.clinic).is_some_and(|payer| payer.asked_by_provider) {
        return Ok(());
    }
    let patient = patient(body, write)?;
    if patient.as_ref().and_then(|patient| extension(patient, DEFAULT_PROVIDER)).is_none() {
        findings.add("CoverageEligibilityRequest.patient", &[]);
    }
    Ok(())
}
