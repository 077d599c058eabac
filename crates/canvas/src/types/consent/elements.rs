//! What the vendor knows of a consent (Consent.json, `elements`, `extensions`).

use crate::contract::{ElementFact, ExtensionFact, element, extension};
use crate::file::DEPRECATED_URL;
use interactions::Interaction;

const ON_CREATE: &[Interaction] = &[Interaction::Create];

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("status", "code")
        .required_on(ON_CREATE)
        .one_of(&["active", "rejected", "inactive"])
        .values_on(&[(Interaction::Create, &["active", "rejected"])])
        .note("inactive is an active one whose period has ended"),
    element("scope", "CodeableConcept").required_on(ON_CREATE).note("{} will do; always Unknown on read"),
    element("scope.text", "string").ignored_on(ON_CREATE).one_of(&["Unknown"]),
    element("scope.coding", "Coding").list().ignored_on(ON_CREATE),
    element("scope.coding.system", "uri").ignored_on(ON_CREATE),
    element("scope.coding.code", "code").ignored_on(ON_CREATE),
    element("category", "CodeableConcept").list().required_on(ON_CREATE).note("a configured consent coding"),
    element("category.coding", "Coding").list().required_on(ON_CREATE),
    element("category.coding.system", "uri").required_on(ON_CREATE).note("any text"),
    element("category.coding.code", "code").note("it or display"),
    element("category.coding.display", "string").note("it or code"),
    element("patient", "Reference").required_on(ON_CREATE),
    element("patient.reference", "string").required_on(ON_CREATE).format("Patient/{id}"),
    element("patient.type", "uri").ignored_on(ON_CREATE).one_of(&["Patient"]),
    element("dateTime", "dateTime").read_only().note("when it was last created"),
    element("sourceAttachment", "Attachment").required_on(ON_CREATE),
    element("sourceAttachment.extension", "Extension").list().read_only(),
    element("sourceAttachment.url", "url").read_only().format("{base}/Consent/{id}/files/sourceAttachment"),
    element("sourceAttachment.title", "string").required_on(ON_CREATE).write_only().note("a file name"),
    element("sourceAttachment.contentType", "code")
        .required_on(ON_CREATE)
        .write_only()
        .one_of(&["application/pdf"]),
    element("sourceAttachment.data", "base64Binary").required_on(ON_CREATE).write_only(),
    element("provision", "BackboneElement").required_on(ON_CREATE),
    element("provision.period", "Period").required_on(ON_CREATE),
    element("provision.period.start", "dateTime").required_on(ON_CREATE).format("YYYY-MM-DD"),
    element("provision.period.end", "dateTime").format("YYYY-MM-DD").note("the last day"),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] = &[extension("Consent.sourceAttachment", DEPRECATED_URL, "valueUri")
    .read_only()
    .note("needs no token and expires")];
