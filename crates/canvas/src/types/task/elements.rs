//! What the vendor knows of a task (Task.json, `elements`, `extensions`).

use crate::contract::{ElementFact, ExtensionFact, WRITES, element, extension};

/// The team that a task is assigned to.
pub const GROUP: &str = "http://schemas.canvasmedical.com/fhir/extensions/task-group";
/// Where the vendor's user interface shows it.
const PERMALINK: &str = "http://schemas.canvasmedical.com/fhir/extensions/task-permalink";

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("extension", "Extension").list(),
    element("status", "code")
        .required()
        .one_of(&["requested", "completed", "cancelled"])
        .note("open, completed, closed"),
    element("description", "string").required().note("the title"),
    element("for", "Reference").note("shows the task on that chart"),
    element("for.reference", "string").required().format("Patient/{id}"),
    element("for.type", "uri").ignored_on(WRITES).one_of(&["Patient"]),
    element("authoredOn", "dateTime").note("the moment of the create when it is not sent"),
    element("lastModified", "instant").read_only(),
    element("requester", "Reference").required(),
    element("requester.reference", "string").required().format("Practitioner/{id}"),
    element("requester.type", "uri").ignored_on(WRITES).one_of(&["Practitioner"]),
    element("owner", "Reference").note("whom it is assigned to"),
    element("owner.reference", "string").required().format("Practitioner/{id}"),
    element("owner.type", "uri").ignored_on(WRITES).one_of(&["Practitioner"]),
    element("intent", "code").required().one_of(&["unknown"]),
    element("restriction", "BackboneElement"),
    element("restriction.period", "Period"),
    element("restriction.period.end", "dateTime").note("when it is due"),
    element("note", "Annotation").list_or_empty().note("the comments"),
    element("note.text", "markdown").required(),
    element("note.time", "dateTime").note("the moment of the write when it is not sent"),
    element("note.authorReference", "Reference").required(),
    element("note.authorReference.reference", "string").required().format("Practitioner/{id}"),
    element("note.authorReference.type", "uri").ignored_on(WRITES).one_of(&["Practitioner"]),
    element("input", "BackboneElement").list().note("the labels"),
    element("input.type", "CodeableConcept").required(),
    element("input.type.text", "string").required().one_of(&["label"]),
    element("input.valueString", "string").required().note("any label"),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] = &[
    extension("Task", GROUP, "valueReference").note("the team that it is assigned to: Group/{id}"),
    extension("Task", PERMALINK, "valueString").read_only(),
];
