//! What the vendor knows of a document (DocumentReference.json, `elements`, `extensions`, `search`).

use crate::contract::{
    ElementFact, ExtensionFact, Finds, ID_PARAMETER, ParameterFact, element, extension, parameter,
};
use crate::file::DEPRECATED_URL;
use fhir::definitions::SearchParameterType::{Date, Reference, Token};
use interactions::Interaction;

/// The document's own date.
pub const CLINICAL_DATE: &str = "http://schemas.canvasmedical.com/fhir/document-reference-clinical-date";
/// Whether it is to be reviewed.
pub const REVIEW_MODE: &str = "http://schemas.canvasmedical.com/fhir/document-reference-review-mode";
/// Who reviews it.
pub const REVIEWER: &str = "http://schemas.canvasmedical.com/fhir/document-reference-reviewer";
/// Whether it comes first.
pub const PRIORITY: &str = "http://schemas.canvasmedical.com/fhir/document-reference-priority";
/// Whether it is to be signed.
pub const REQUIRES_SIGNATURE: &str =
    "http://schemas.canvasmedical.com/fhir/document-reference-requires-signature";
/// What somebody wrote on it.
const COMMENT: &str = "http://schemas.canvasmedical.com/fhir/document-reference-comment";

/// The system of categories.
pub const CATEGORY: &str = "http://schemas.canvasmedical.com/fhir/document-reference-category";
/// The system of identifiers.
pub const IDENTIFIER: &str = "http://schemas.canvasmedical.com/fhir/document-reference-identifier";

const ON_CREATE: &[Interaction] = &[Interaction::Create];

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("identifier", "Identifier").list().read_only(),
    element("identifier.system", "uri").read_only().one_of(&[IDENTIFIER]),
    element("identifier.value", "string").read_only(),
    element("extension", "Extension").list().required_on(ON_CREATE),
    element("extension.url", "uri"),
    element("extension.valueString", "string").note("the comment"),
    element("extension.valueCode", "code").note("the review mode"),
    element("extension.valueDate", "date").format("YYYY-MM-DD").note("the clinical date"),
    element("extension.valueReference", "Reference").note("the reviewer"),
    element("extension.valueReference.reference", "string").format("Practitioner/{id}"),
    element("extension.valueReference.type", "uri").ignored_on(ON_CREATE).one_of(&["Practitioner"]),
    element("extension.valueBoolean", "boolean").note("priority, requires-signature"),
    element("status", "code")
        .required_on(ON_CREATE)
        .one_of(&["current", "superseded", "entered-in-error"])
        .note("any of them creates a current one"),
    element("type", "CodeableConcept").required_on(ON_CREATE).note("a kind that can be created"),
    element("type.coding", "Coding").list().required_on(ON_CREATE),
    element("type.coding.system", "uri").required_on(ON_CREATE).format("http://loinc.org"),
    element("type.coding.code", "code").required_on(ON_CREATE),
    element("type.coding.display", "string").read_only(),
    element("type.text", "string").read_only().note("the display"),
    element("category", "CodeableConcept").list().required_on(ON_CREATE),
    element("category.coding", "Coding").list().required_on(ON_CREATE),
    element("category.coding.system", "uri").required_on(ON_CREATE).format(CATEGORY),
    element("category.coding.code", "code")
        .required_on(ON_CREATE)
        .format("patientadministrativedocument or uncategorizedclinicaldocument, on create"),
    element("subject", "Reference").required_on(ON_CREATE),
    element("subject.reference", "string").required_on(ON_CREATE).format("Patient/{id}"),
    element("subject.type", "uri").ignored_on(ON_CREATE).one_of(&["Patient"]),
    element("date", "instant").read_only().note("when it was created"),
    element("author", "Reference").list(),
    element("author.reference", "string").required_on(ON_CREATE).format("Practitioner/{id}"),
    element("author.type", "uri").ignored_on(ON_CREATE).one_of(&["Practitioner"]),
    element("custodian", "Reference").read_only(),
    element("custodian.reference", "string").read_only(),
    element("custodian.type", "uri").read_only().one_of(&["Organization"]),
    element("description", "string").note("the title of the type; may be left out"),
    element("content", "BackboneElement").list().required_on(ON_CREATE).note("one"),
    element("content.attachment", "Attachment").required_on(ON_CREATE),
    element("content.attachment.contentType", "code").note("told from the data when it is not sent"),
    element("content.attachment.data", "base64Binary").required_on(ON_CREATE).write_only(),
    element("content.attachment.url", "url")
        .read_only()
        .format("{base}/DocumentReference/{id}/files/content"),
    element("content.attachment.extension", "Extension").list().read_only(),
    element("content.attachment.extension.url", "uri").read_only(),
    element("content.attachment.extension.valueUri", "uri").read_only().note("needs no token and expires"),
    element("content.format", "Coding").read_only(),
    element("content.format.system", "uri").read_only(),
    element("content.format.code", "code").read_only(),
    element("content.format.display", "string").read_only(),
    element("context", "BackboneElement").read_only(),
    element("context.encounter", "Reference").list().read_only(),
    element("context.encounter.reference", "string").read_only().format("Encounter/{id}"),
    element("context.encounter.type", "uri").read_only().one_of(&["Encounter"]),
    element("context.period", "Period").read_only().note("that of the encounter"),
    element("context.period.start", "dateTime").read_only(),
    element("context.period.end", "dateTime").read_only(),
];

/// The extensions, in the order in which they are shown.
pub const EXTENSIONS: &[ExtensionFact] = &[
    extension("DocumentReference", COMMENT, "valueString"),
    extension("DocumentReference", CLINICAL_DATE, "valueDate").required(),
    extension("DocumentReference", REVIEW_MODE, "valueCode").one_of(&["RR", "AR", "RN"]),
    extension("DocumentReference", REVIEWER, "valueReference").required(),
    extension("DocumentReference", PRIORITY, "valueBoolean").note("false when it is not sent"),
    extension("DocumentReference", REQUIRES_SIGNATURE, "valueBoolean").required(),
    extension("DocumentReference.content.attachment", DEPRECATED_URL, "valueUri").read_only(),
];

/// The search parameters.
pub const PARAMETERS: &[ParameterFact] = &[
    parameter("category", Token, Finds::Token("category"))
        .defined_by("http://hl7.org/fhir/SearchParameter/DocumentReference-category")
        .note("code or system|code"),
    parameter("date", Date, Finds::Date("date"))
        .defined_by("http://hl7.org/fhir/SearchParameter/DocumentReference-date")
        .note("when it was created; repeat it for a range"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("status", Token, Finds::Token("status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/DocumentReference-status")
        .one_of(&["current", "superseded", "entered-in-error"]),
    parameter("subject", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/DocumentReference-subject")
        .note("the same as patient"),
    parameter("type", Token, Finds::Token("type"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-type")
        .note("code or system|code"),
    ID_PARAMETER,
];
