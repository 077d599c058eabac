//! The elements of Observation (Observation.json).

use crate::contract::{ElementFact, ExtensionFact, element, extension};
use interactions::Interaction;

const ON_CREATE: &[Interaction] = &[Interaction::Create];

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("status", "code")
        .required_on(ON_CREATE)
        .one_of(&["final", "unknown", "entered-in-error"])
        .note("what is created is final, whatever was sent"),
    element("category", "CodeableConcept").list().read_only().note("set from where the record came from"),
    element("category.coding", "Coding").list().read_only(),
    element("category.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/observation-category"]),
    element("category.coding.code", "code").read_only().one_of(&[
        "vital-signs",
        "social-history",
        "imaging",
        "laboratory",
        "procedure",
        "survey",
        "exam",
        "therapy",
        "activity",
    ]),
    element("category.coding.display", "string").read_only(),
    element("code", "CodeableConcept").required_on(ON_CREATE).note("on create, one of twelve vital signs"),
    element("code.coding", "Coding").list().required_on(ON_CREATE),
    element("code.coding.system", "uri")
        .required_on(ON_CREATE)
        .one_of(&["http://loinc.org", "http://snomed.info/sct"]),
    element("code.coding.code", "code").required_on(ON_CREATE),
    element("code.coding.display", "string")
        .required_on(ON_CREATE)
        .note("that of the server is read back, whatever was sent"),
    element("code.extension", "Extension").list().read_only().note("in place of a coding"),
    element("code.extension.url", "uri")
        .read_only()
        .one_of(&["http://hl7.org/fhir/StructureDefinition/data-absent-reason"]),
    element("code.extension.valueCode", "code").read_only().one_of(&["unsupported", "unknown"]),
    element("subject", "Reference").required_on(ON_CREATE),
    element("subject.reference", "string").required_on(ON_CREATE).format("Patient/{id}"),
    element("subject.type", "string").one_of(&["Patient"]),
    element("specimen", "Reference").read_only(),
    element("performer", "Reference").list().read_only(),
    element("effectiveDateTime", "dateTime")
        .default("the time of the request")
        .note("a reading's own, which may differ from its panel's"),
    element("issued", "instant").read_only().note("when it was taken in"),
    element("valueQuantity", "Quantity").note("without it, or without a value in it, a reading is empty"),
    element("valueQuantity.value", "decimal").note("a string of digits is taken as a number"),
    element("valueQuantity.unit", "string").note("one of the vital sign's; its first when none is sent"),
    element("valueQuantity.system", "uri").read_only().one_of(&["http://unitsofmeasure.org"]),
    element("valueQuantity.code", "code").read_only(),
    element("valueString", "string").note("of notes, pulse rhythms and blood pressures"),
    element("valueCodeableConcept", "CodeableConcept").read_only().note("the answer to a question"),
    element("valueCodeableConcept.coding", "Coding").list().read_only(),
    element("valueCodeableConcept.coding.system", "uri").read_only(),
    element("valueCodeableConcept.coding.code", "code").read_only(),
    element("valueCodeableConcept.coding.display", "string").read_only(),
    element("dataAbsentReason", "CodeableConcept").read_only().note("there when no value is"),
    element("dataAbsentReason.coding", "Coding").list().read_only(),
    element("dataAbsentReason.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/data-absent-reason"]),
    element("dataAbsentReason.coding.code", "code").read_only().one_of(&["not-performed"]),
    element("dataAbsentReason.coding.display", "string").read_only().one_of(&["Not Performed"]),
    element("hasMember", "Reference")
        .list()
        .note("of a panel: its readings; on create, those that it adopts"),
    element("hasMember.reference", "string").required_on(ON_CREATE).format("Observation/{id}"),
    element("hasMember.type", "string").one_of(&["Observation"]),
    element("hasMember.display", "string").note("the display of the reading's first coding"),
    element("derivedFrom", "Reference").list().note("on create, the panel that a reading joins"),
    element("derivedFrom.reference", "string").required_on(ON_CREATE).format("Observation/{id}"),
    element("derivedFrom.type", "string").one_of(&["Observation", "QuestionnaireResponse"]),
    element("component", "BackboneElement").list().note("on create, of a blood pressure"),
    element("component.code", "CodeableConcept").required_on(ON_CREATE),
    element("component.code.coding", "Coding").list().required_on(ON_CREATE),
    element("component.code.coding.system", "uri").required_on(ON_CREATE).one_of(&["http://loinc.org"]),
    element("component.code.coding.code", "code")
        .required_on(ON_CREATE)
        .note("8480-6 systolic, 8462-4 diastolic"),
    element("component.code.coding.display", "string").required_on(ON_CREATE),
    element("component.valueQuantity", "Quantity"),
    element("component.valueQuantity.value", "decimal").required_on(ON_CREATE),
    element("component.valueQuantity.unit", "string").default("mmHg"),
    element("component.valueQuantity.system", "uri").read_only().one_of(&["http://unitsofmeasure.org"]),
    element("component.valueQuantity.code", "code").read_only().one_of(&["mm[Hg]", "%"]),
    element("component.valueString", "string").read_only().note("of components that the R4 door stored so"),
    element("component.valueCodeableConcept", "CodeableConcept")
        .read_only()
        .note("of components that the R4 door stored so"),
    element("component.valueCodeableConcept.coding", "Coding").list().read_only(),
    element("component.valueCodeableConcept.coding.system", "uri").read_only(),
    element("component.valueCodeableConcept.coding.code", "code").read_only(),
    element("component.valueCodeableConcept.coding.display", "string").read_only(),
    element("component.dataAbsentReason", "CodeableConcept").read_only(),
    element("component.dataAbsentReason.coding", "Coding").list().read_only(),
    element("component.dataAbsentReason.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/data-absent-reason"]),
    element("component.dataAbsentReason.coding.code", "code").read_only().one_of(&["not-performed"]),
    element("component.dataAbsentReason.coding.display", "string").read_only().one_of(&["Not Performed"]),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] = &[extension(
    "Observation.code",
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode",
)
.read_only()
.one_of(&["unsupported", "unknown"])];
