//! The elements of Coverage (Coverage.json, `elements`).

use crate::contract::{ElementFact, WRITES, element};

/// The system of the codes of `type`.
pub const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
/// The system of `pay`, which is no ActCode.
pub const SELF_PAY: &str = "http://terminology.hl7.org/CodeSystem/coverage-selfpay";
/// The system of `relationship`.
pub const RELATIONSHIP: &str = "http://terminology.hl7.org/CodeSystem/subscriber-relationship";
/// The system of `class.type`.
pub const CLASS: &str = "http://terminology.hl7.org/CodeSystem/coverage-class";
/// The system of the types of identifiers.
pub const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// The codes of `type` with their displays.
pub const TYPES: [(&str, &str); 53] = [
    ("ANNU", "Annuity policy"),
    ("AUTOPOL", "Automobile"),
    ("CHAR", "Charity program"),
    ("COL", "Collision coverage policy"),
    ("CRIME", "Crime victim program"),
    ("DENTAL", "Dental care policy"),
    ("DENTPRG", "Dental program"),
    ("DIS", "Disability insurance policy"),
    ("DISEASE", "Disease specific policy"),
    ("DRUGPOL", "Drug policy"),
    ("EAP", "Employee assistance program"),
    ("EWB", "Employee welfare benefit plan policy"),
    ("ENDRENAL", "End renal program"),
    ("EHCPOL", "Extended healthcare"),
    ("FLEXP", "Flexible benefit plan policy"),
    ("GOVEMP", "Government employee health program"),
    ("HIP", "Health insurance plan policy"),
    ("HMO", "Health maintenance organization policy"),
    ("HSAPOL", "Health spending account"),
    ("HIRISK", "High risk pool program"),
    ("HIVAIDS", "HIV-AIDS program"),
    ("IND", "Indigenous peoples health program"),
    ("LIFE", "Life insurance policy"),
    ("LTC", "Long term care policy"),
    ("MCPOL", "Managed care policy"),
    ("MANDPOL", "Mandatory health program"),
    ("MENTPOL", "Mental health policy"),
    ("MENTPRG", "Mental health program"),
    ("MILITARY", "Military health program"),
    ("pay", "Pay"),
    ("POS", "Point of service policy"),
    ("PPO", "Preferred provider organization policy"),
    ("PNC", "Property and casualty insurance policy"),
    ("DISEASEPRG", "Public health program"),
    ("PUBLICPOL", "Public healthcare"),
    ("REI", "Reinsurance policy"),
    ("RETIRE", "Retiree health program"),
    ("SAFNET", "Safety net clinic program"),
    ("SOCIAL", "Social service program"),
    ("SUBSIDIZ", "Subsidized health program"),
    ("SUBSIDMC", "Subsidized managed care program"),
    ("SUBSUPP", "Subsidized supplemental health program"),
    ("SUBPOL", "Substance use policy"),
    ("SUBPRG", "Substance use program"),
    ("SURPL", "Surplus line insurance policy"),
    ("TLIFE", "Term life insurance policy"),
    ("UMBRL", "Umbrella liability insurance policy"),
    ("UNINSMOT", "Uninsured motorist policy"),
    ("ULIFE", "Universal life insurance policy"),
    ("VET", "Veteran health program"),
    ("VISPOL", "Vision care policy"),
    ("CANPRG", "Women's cancer detection program"),
    ("WCBPOL", "Worker's compensation"),
];

const TYPE_CODES: [&str; TYPES.len()] = codes(&TYPES);

/// The codes of pairs of code and display.
const fn codes<const N: usize>(pairs: &[(&'static str, &'static str); N]) -> [&'static str; N] {
    let (mut codes, mut index) = ([""; N], 0);
    while index < N {
        codes[index] = pairs[index].0;
        index += 1;
    }
    codes
}

/// The codes of patient relationships that claims are filed with.
pub const CMS_RELATIONSHIPS: &[&str] = &[
    "18", "01", "19", "43", "17", "10", "15", "20", "21", "22", "39", "40", "05", "07", "41", "23", "24",
    "32", "33", "04", "53", "29", "G8",
];

/// The elements, in the order of a read.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with dashes"),
    element("identifier", "Identifier").list().note("the member id"),
    element("identifier.type", "CodeableConcept"),
    element("identifier.type.coding", "Coding").list().note("also taken without coding, as the table has it"),
    element("identifier.type.coding.system", "uri").one_of(&[IDENTIFIER_TYPE]),
    element("identifier.type.coding.code", "code").one_of(&["MB"]),
    element("identifier.type.coding.display", "string"),
    element("identifier.value", "string"),
    element("status", "code")
        .required()
        .one_of(&["active", "cancelled"])
        .note("cancelled is removed; that a coverage has ended does not change it"),
    element("type", "CodeableConcept"),
    element("type.coding", "Coding").list(),
    element("type.coding.system", "uri").required().one_of(&[
        "http://hl7.org/fhir/ValueSet/coverage-type",
        ACT_CODE,
        SELF_PAY,
    ]),
    element("type.coding.code", "code").required().one_of(&TYPE_CODES),
    element("type.coding.display", "string").ignored_on(WRITES).note("a read gives the listed one"),
    element("type.text", "string").ignored_on(WRITES),
    element("subscriber", "Reference").required(),
    element("subscriber.reference", "string").required().format("Patient/{id}"),
    element("subscriber.type", "uri").one_of(&["Patient"]),
    element("subscriberId", "string").note("the subscriber's own id; required until 2025-10-21"),
    element("beneficiary", "Reference").required().note("the patient whom it covers"),
    element("beneficiary.reference", "string").required().format("Patient/{id}"),
    element("beneficiary.type", "uri").one_of(&["Patient"]),
    element("relationship", "CodeableConcept").required(),
    element("relationship.coding", "Coding").list().required().note("only the first is used"),
    element("relationship.coding.system", "uri")
        .required()
        .one_of(&["http://hl7.org/fhir/ValueSet/subscriber-relationship", RELATIONSHIP]),
    element("relationship.coding.code", "code")
        .one_of(&["child", "spouse", "other", "self", "injured"])
        .note("parent and common are read of coverages of the R4 door"),
    element("relationship.coding.display", "string").ignored_on(WRITES),
    element("relationship.text", "string").ignored_on(WRITES).read_only().one_of(CMS_RELATIONSHIPS),
    element("period", "Period"),
    element("period.start", "date").format("YYYY-MM-DD").note("the current date when it is not sent"),
    element("period.end", "date").format("YYYY-MM-DD").note("absent while it is in force"),
    element("payor", "Reference").list().required().note("only the first is used"),
    element("payor.reference", "string").format("Organization/{id}"),
    element("payor.type", "uri").one_of(&["Organization"]),
    element("payor.display", "string").ignored_on(WRITES).note("the Organization's name"),
    element("payor.identifier", "Identifier").write_only().note("in place of reference"),
    element("payor.identifier.value", "string")
        .required()
        .write_only()
        .note("the payer id of an insurer of clinic.toml"),
    element("payor.identifier.system", "uri").write_only().one_of(&["https://www.claim.md/services/era/"]),
    element("class", "BackboneElement").list(),
    element("class.type", "CodeableConcept").required(),
    element("class.type.coding", "Coding").list().required(),
    element("class.type.coding.system", "uri")
        .required()
        .one_of(&["http://hl7.org/fhir/ValueSet/coverage-class", CLASS]),
    element("class.type.coding.code", "code").required().one_of(&["plan", "subplan", "group", "subgroup"]),
    element("class.value", "string").note("required by R4"),
    element("order", "positiveInt").required().note("from 1 to 5"),
];
