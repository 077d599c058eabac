//! What the tests over all types need to know of a single one: differences from the vendor's examples, each with why;
//! examples that need something first; what is tested elsewhere. Whoever adds a type adds its rows here.

use crate::support::{parse, set};
use fhir::Json;

/// Where what is read differs from the vendor's example, and why. A path stands for all below it; extensions are told by
/// their urls, in parentheses.
pub const SHAPES: &[(&str, &str)] = &[
    ("Patient.contact.extension", "removed by the vendor on 2025-09-30"),
    (
        "Patient.contact.extension(http://schemas.canvasmedical.com/fhir/extensions/emergency-contact)",
        "removed by the vendor on 2025-09-30",
    ),
    (
        "Patient.contact.extension(http://schemas.canvasmedical.com/fhir/extensions/authorized-for-release-of-information)",
        "removed by the vendor on 2025-09-30",
    ),
    ("Patient.contact.relationship.text", "removed by the vendor on 2025-09-30"),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyName)",
        "shown since 2024-08-15, the example is older",
    ),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyAddress)",
        "shown since 2024-08-15, the example is older",
    ),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyPhoneNumber)",
        "shown since 2024-08-15, the example is older",
    ),
    (
        "Patient.extension(http://schemas.canvasmedical.com/fhir/extensions/preferred-pharmacy).extension(pharmacyFaxNumber)",
        "shown since 2024-08-15, the example is older",
    ),
    ("Practitioner.address.type", "the example lacks what its request has"),
    ("Provenance.location", "the table has the data-absent marker, the example lacks it"),
];

/// A change to a request.
pub type Change = fn(&mut Json);

/// Changes to the vendor's request that creates what its update is then sent to, and why.
pub const BEFORE_UPDATE: &[(&str, Change, &str)] = &[(
    "Practitioner",
    |request| {
        let second = r#"{"system":"email","value":"samantha.jones2@example.com","use":"work","rank":2}"#;
        set(request, "telecom.3", parse(second));
    },
    "emails cannot be changed, so the stored practitioner has those of the update",
)];

/// Types whose examples are sent, and whose searches are tried, by tests of their own.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("Appointment", "tests/scheduling: it needs schedules and free time"),
    ("Schedule", "tests/scheduling: derived from practitioners' hours"),
    ("Slot", "tests/scheduling: derived from practitioners' hours"),
];

/// Searches: a query that finds the vendor's example, stored as it stands, and one that does not. Each parameter of a
/// contract is in one of each at least; `{id}` is the example's id, `{other}` an id that nothing has.
pub const SEARCHES: &[(&str, &[&str], &[&str])] = &[
    (
        "Allergen",
        &[
            "code=http://www.nlm.nih.gov/research/umls/rxnorm|6979",
            "code=6979&_text=MINOCYCLINE",
            "_text=6979",
        ],
        &["code=http://snomed.info/sct|6979", "_text=nothing of the kind"],
    ),
    (
        "AllergyIntolerance",
        &["_id={id}", "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0"],
        &["_id={other}", "patient=Patient/{other}"],
    ),
    ("Location", &["_id={id}"], &["_id={other}"]),
    (
        "Organization",
        &["_id={id}", "name=anvas", "address=Amherst"],
        &["_id={other}", "name=nobody", "address=Nowhere", "type=prov"],
    ),
    (
        "Patient",
        &[
            "_id={id}",
            "active=true",
            "birthdate=1980-11-13",
            "email=samantha.jones@example.com",
            "family=Jones",
            "gender=female",
            "given=Samantha",
            "identifier=s07960990",
            "name=ones",
            "nickname=Sammy",
            "phone=5554320555",
        ],
        &[
            "_id={other}",
            "active=false",
            "birthdate=gt1980-11-13",
            "email=nobody@example.com",
            "family=Nobody",
            "gender=male",
            "given=Nobody",
            "identifier=nobody",
            "name=nobody",
            "nickname=Nobody",
            "phone=5550000000",
        ],
    ),
    (
        "Practitioner",
        &[
            "_id={id}&include-non-schedulable-practitioners=true",
            "active=true&include-non-schedulable-practitioners=true",
            "email=samantha.jones@example.com&include-non-schedulable-practitioners=true",
            "name=ones&include-non-schedulable-practitioners=true",
            "npi-number=1920301155&include-non-schedulable-practitioners=true",
        ],
        &[
            "_id={other}&include-non-schedulable-practitioners=true",
            "active=false&include-non-schedulable-practitioners=true",
            "email=nobody@example.com&include-non-schedulable-practitioners=true",
            "name=nobody&include-non-schedulable-practitioners=true",
            "npi-number=9&include-non-schedulable-practitioners=true",
        ],
    ),
    (
        "Provenance",
        &[
            "_id={id}",
            "agent=Organization/00000000-0000-0000-0002-000000000000",
            "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0",
            "target=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0",
        ],
        &[
            "_id={other}",
            "agent=Practitioner/{other}",
            "patient=Patient/{other}",
            "target=Observation/{other}",
        ],
    ),
];

/// Parameters that find nothing in the vendor's example, which lacks their element.
pub const FIND_NOTHING: &[(&str, &str)] = &[("Organization", "type")];

/// Rules of the facts that no contract has, by type and text, and why. It may only shrink.
pub const MISSING_RULES: &[(&str, &str, &str)] = &[];

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
    "Observation",
    "PaymentNotice",
    "Procedure",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Specimen",
    "Task",
];
