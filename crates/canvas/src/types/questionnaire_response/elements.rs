//! The elements of QuestionnaireResponse (QuestionnaireResponse.json).

use crate::contract::{ElementFact, ExtensionFact, NOTE_ID, element, extension};

/// The extension that links to the response in the vendor's user interface.
pub const PERMALINK: &str = "http://schemas.canvasmedical.com/fhir/extensions/questionnaire-permalink";

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("extension", "Extension").list(),
    element("extension.url", "uri").required(),
    element("extension.valueId", "id"),
    element("extension.valueString", "string").read_only(),
    element("questionnaire", "canonical")
        .required()
        .format("Questionnaire/{id} or {base}/Questionnaire/{id}"),
    element("status", "code").required().note("completed on create, entered-in-error on update"),
    element("subject", "Reference").required(),
    element("subject.reference", "string").required().format("Patient/{id}"),
    element("subject.type", "string").one_of(&["Patient"]),
    element("encounter", "Reference").note("its note is the one that a create lands in"),
    element("encounter.reference", "string").required().format("Encounter/{id}"),
    element("encounter.type", "string").one_of(&["Encounter"]),
    element("authored", "dateTime").default("the time of the request"),
    element("author", "Reference").default("the automation user"),
    element("author.reference", "string").required().format("Practitioner/{id} or Patient/{id}"),
    element("author.type", "string").one_of(&["Patient", "Practitioner"]),
    element("item", "BackboneElement").list(),
    element("item.linkId", "string").required().note("of a question, each once"),
    element("item.text", "string").note("the question's is read back, whatever was sent"),
    element("item.answer", "BackboneElement").list().required(),
    element("item.answer.valueString", "string").note("to questions that are answered by text"),
    element("item.answer.valueCoding", "Coding").note("to questions with options"),
    element("item.answer.valueCoding.system", "uri").required().note("that of the question's options"),
    element("item.answer.valueCoding.code", "code").required(),
    element("item.answer.valueCoding.display", "string")
        .required()
        .note("the option's is read back, whatever was sent"),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] = &[
    extension("QuestionnaireResponse", NOTE_ID, "valueId").note("the note that it is in"),
    extension("QuestionnaireResponse", PERMALINK, "valueString").read_only(),
];
