//! What the tests over all types need to know of a single one, a file for each: searches, and differences from the vendor's
//! facts and examples, each with why. Whoever adds a type adds a file here.

mod allergen;
mod allergy_intolerance;
mod location;
mod observation;
mod organization;
mod patient;
mod practitioner;
mod provenance;

use crate::support::Door;
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
    /// Where what is read differs from the vendor's example, and why. A path stands for all below it; extensions are told
    /// by their urls, in parentheses.
    pub shapes: &'static [(&'static str, &'static str)],
    /// Elements (by path) and extensions (by url) of the facts that the contract leaves out, and why.
    pub elements: &'static [(&'static str, &'static str)],
    /// Texts of rules of the facts that the contract does not have, and why. It may only shrink.
    pub missing_rules: &'static [(&'static str, &'static str)],
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
        shapes: &[],
        elements: &[],
        missing_rules: &[],
        place: |_, _| {},
        before_update: |_| {},
    };
}

/// The cases.
pub const CASES: &[Case] = &[
    allergen::CASE,
    allergy_intolerance::CASE,
    location::CASE,
    observation::CASE,
    organization::CASE,
    patient::CASE,
    practitioner::CASE,
    provenance::CASE,
];

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
pub const UNSERVED: &[&str] = &[
    "CarePlan",
    "CareTeam",
    "Claim",
    "Communication",
    "Condition",
    "Consent",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "DetectedIssue",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Goal",
    "Group",
    "Immunization",
    "Media",
    "Medication",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "PaymentNotice",
    "Procedure",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Specimen",
    "Task",
];
