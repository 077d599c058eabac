//! The elements and extensions of Encounter (Encounter.json, `elements` and `extensions`).

use crate::contract::{ElementFact, ExtensionFact, UTC, element, extension};

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with dashes"),
    element("extension", "Extension").list().read_only(),
    element("identifier", "Identifier").list().read_only(),
    element("identifier.id", "string").read_only(),
    element("identifier.system", "uri").read_only().one_of(&["http://canvasmedical.com"]),
    element("identifier.value", "string").read_only(),
    element("status", "code").read_only().one_of(&["planned", "cancelled", "finished", "in-progress"]),
    element("class", "Coding").read_only(),
    element("class.system", "uri")
        .read_only()
        .one_of(&["https://www.hl7.org/fhir/v3/ActEncounterCode/vs.html"]),
    element("class.code", "code").read_only(),
    element("class.display", "string").read_only(),
    element("type", "CodeableConcept").list().read_only(),
    element("type.coding", "Coding").list().read_only(),
    element("type.coding.system", "uri").read_only(),
    element("type.coding.code", "code").read_only(),
    element("type.coding.display", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{32 hex}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("participant", "BackboneElement").list().read_only(),
    element("participant.type", "CodeableConcept").list().read_only(),
    element("participant.type.coding", "Coding").list().read_only(),
    element("participant.type.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/v3-ParticipationType"]),
    element("participant.type.coding.code", "code").read_only().one_of(&["PART"]),
    element("participant.type.coding.display", "string").read_only().one_of(&["Participation"]),
    element("participant.period", "Period").read_only(),
    element("participant.period.start", "dateTime").read_only().format(UTC),
    element("participant.period.end", "dateTime").read_only().format(UTC),
    element("participant.individual", "Reference").read_only(),
    element("participant.individual.reference", "string").read_only().format("Practitioner/{32 hex}"),
    element("participant.individual.type", "uri").read_only().one_of(&["Practitioner"]),
    element("participant.individual.display", "string").read_only(),
    element("appointment", "Reference").list().read_only(),
    element("appointment.reference", "string").read_only().format("Appointment/{uuid}"),
    element("appointment.type", "uri").read_only().one_of(&["Appointment"]),
    element("period", "Period").read_only(),
    element("period.start", "dateTime").read_only().format(UTC),
    element("period.end", "dateTime").read_only().format(UTC),
    element("reasonCode", "CodeableConcept").list().read_only(),
    element("reasonCode.coding", "Coding").list().read_only(),
    element("reasonCode.coding.system", "uri").read_only().one_of(&["http://snomed.info/sct"]),
    element("reasonCode.coding.code", "code").read_only().one_of(&["308335008"]),
    element("reasonCode.coding.display", "string")
        .read_only()
        .one_of(&["Patient encounter procedure (procedure)"]),
    element("reasonReference", "Reference").list().read_only(),
    element("reasonReference.reference", "string").read_only().format("Condition/{uuid}"),
    element("reasonReference.type", "uri").read_only().one_of(&["Condition"]),
    element("hospitalization", "BackboneElement").read_only(),
    element("hospitalization.dischargeDisposition", "CodeableConcept").read_only(),
    element("hospitalization.dischargeDisposition.coding", "Coding").list().read_only(),
    element("hospitalization.dischargeDisposition.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/discharge-disposition"]),
    element("hospitalization.dischargeDisposition.coding.code", "code").read_only().one_of(&["oth"]),
    element("hospitalization.dischargeDisposition.coding.display", "string").read_only().one_of(&["Other"]),
    element("location", "BackboneElement").list().read_only(),
    element("location.location", "Reference").read_only(),
    element("location.location.reference", "string").read_only().format("Location/{uuid}"),
    element("location.location.type", "uri").read_only().one_of(&["Location"]),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] =
    &[extension("Encounter", "http://schemas.canvasmedical.com/fhir/extensions/note-id", "valueId")
        .read_only()];
