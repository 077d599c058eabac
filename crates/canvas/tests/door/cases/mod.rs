//! What the tests over all types need to know of a single one, a file for each: searches, and differences from the vendor's
//! facts and examples, each with why. Whoever adds a type adds a file here.

mod allergen;
mod allergy_intolerance;
mod care_plan;
mod care_team;
mod communication;
mod condition;
mod consent;
mod coverage_eligibility_response;
mod detected_issue;
mod device;
mod diagnostic_report;
mod document_reference;
mod encounter;
mod goal;
mod immunization;
mod location;
mod media;
mod medication;
mod medication_dispense;
mod medication_request;
mod medication_statement;
mod observation;
mod organization;
mod patient;
mod practitioner;
mod procedure;
mod provenance;
mod questionnaire;
mod questionnaire_response;
mod related_person;
mod service_request;
mod specimen;
mod task;

use crate::support::{Door, remove};
use fhir::Json;

/// What is to be known of one type.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Queries that find the vendor's example, stored as it stands. Each parameter of the contract is in one; `{id}` is the
    /// example's id, `{other}` one that nothing has.
    pub finding: &'static [&'static str],
    /// Queries that do not find it. Each parameter is in one, but for those with a default.
    pub missing: &'static [&'static str],
    /// Parameters that the vendor's example lacks the element for: no query by them finds it.
    pub finding_nothing: &'static [&'static str],
    /// Resources of the test's own: ids, and members but for `resourceType` and `id`.
    pub stored: &'static [(&'static str, &'static str)],
    /// Which of these queries find.
    pub found: &'static [(&'static str, &'static [&'static str])],
    /// Changes the vendor's example to what the R4 door takes, for types that are read-only here: what R4 does not allow
    /// is put as R4 has it, what is derived is left out.
    pub as_stored: fn(&mut Json),
    /// Resources that the example refers to and that it shows something of.
    pub others: &'static [&'static str],
    /// Where what is read differs from the vendor's example, and why. A path stands for all below it; extensions are told
    /// by their urls, in parentheses.
    pub shapes: &'static [(&'static str, &'static str)],
    /// Members whose values differ from those of the vendor's example, for types that are read-only here, and why.
    pub values: &'static [(&'static str, &'static str)],
    /// Elements (by path) and extensions (by url) of the facts that the contract leaves out, and why.
    pub elements: &'static [(&'static str, &'static str)],
    /// Texts of rules of the facts that the contract does not have, and why. It may only shrink.
    pub missing_rules: &'static [(&'static str, &'static str)],
    /// Changes the vendor's request of a create where it names what each clinic configures for itself.
    pub before_create: fn(&mut Json),
    /// Of a type that is updated and not created: the id of the demo clinic's that its rules' examples are sent to.
    pub updated: &'static str,
    /// Stores what an example refers to where a placeholder of its type does not do.
    pub place: fn(&Door, &Json),
    /// Changes the vendor's request that creates what its update is then sent to.
    pub before_update: fn(&mut Json),
}

impl Case {
    /// One that explains nothing.
    pub const NEW: Case = Case {
        name: "",
        finding: &[],
        missing: &[],
        finding_nothing: &[],
        stored: &[],
        found: &[],
        as_stored: |_| {},
        others: &[],
        shapes: &[],
        values: &[],
        elements: &[],
        missing_rules: &[],
        before_create: |_| {},
        updated: "",
        place: |_, _| {},
        before_update: |_| {},
    };
}

/// The cases.
pub const CASES: &[Case] = &[
    allergen::CASE,
    allergy_intolerance::CASE,
    care_plan::CASE,
    care_team::CASE,
    communication::CASE,
    condition::CASE,
    consent::CASE,
    coverage_eligibility_response::CASE,
    detected_issue::CASE,
    device::CASE,
    diagnostic_report::CASE,
    document_reference::CASE,
    encounter::CASE,
    goal::CASE,
    immunization::CASE,
    location::CASE,
    media::CASE,
    medication::CASE,
    medication_dispense::CASE,
    medication_request::CASE,
    medication_statement::CASE,
    observation::CASE,
    organization::CASE,
    patient::CASE,
    practitioner::CASE,
    procedure::CASE,
    provenance::CASE,
    questionnaire::CASE,
    questionnaire_response::CASE,
    related_person::CASE,
    service_request::CASE,
    specimen::CASE,
    task::CASE,
];

/// Takes members away.
fn take(resource: &mut Json, members: &[&str]) {
    members.iter().for_each(|member| remove(resource, member));
}

/// The case of a type; one that explains nothing where it has none.
pub fn case(name: &str) -> &'static Case {
    CASES.iter().find(|case| case.name == name).unwrap_or(&Case::NEW)
}

/// Types whose examples are sent, and whose searches are tried, by tests of their own.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("Appointment", "tests/scheduling: it needs schedules and free time"),
    ("Schedule", "tests/scheduling: derived from practitioners' hours"),
    ("Slot", "tests/scheduling: derived from practitioners' hours"),
];

/// Types of the live capability statement that are not served. It may only shrink.
pub const UNSERVED: &[&str] = &["Claim", "Coverage", "CoverageEligibilityRequest", "Group", "PaymentNotice"];
