//! The elements and extensions of Claim (Claim.json, `elements`, `extensions`).

use crate::contract::{ElementFact, ExtensionFact, NOTE_ID, WRITES, element, extension};
use interactions::Interaction;

/// The extension that names the queue.
pub const QUEUE: &str = "http://schemas.canvasmedical.com/fhir/extensions/claim-queue";
/// The system of queues.
pub const QUEUE_SYSTEM: &str = "http://canvasmedical.com";

/// The elements, in the order of a read.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with dashes"),
    element("extension", "Extension").list(),
    element("status", "code").required().one_of(&["active"]),
    element("type", "CodeableConcept").required(),
    element("type.coding", "Coding").list().required(),
    element("type.coding.system", "uri").required().one_of(&[
        "http://terminology.hl7.org/CodeSystem/claim-type",
        "http://hl7.org/fhir/ValueSet/claim-type",
    ]),
    element("type.coding.code", "code").required().one_of(&["professional"]),
    element("type.coding.display", "string").ignored_on(WRITES).one_of(&["Professional"]),
    element("use", "code").required().one_of(&["claim"]),
    element("patient", "Reference").required(),
    element("patient.reference", "string").required().format("Patient/{id}"),
    element("patient.type", "uri").one_of(&["Patient"]),
    element("created", "dateTime")
        .required()
        .format("YYYY-MM-DDTHH:mm:ssZZ | YYYY-MM-DD")
        .note("the date of service; a time without a zone is in UTC; a read gives the date in UTC"),
    element("provider", "Reference").required().note("a Practitioner"),
    element("provider.reference", "string").required().format("Practitioner/{id}"),
    element("provider.type", "uri").one_of(&["Practitioner"]),
    element("priority", "CodeableConcept").required(),
    element("priority.coding", "Coding").list().required(),
    element("priority.coding.system", "uri").required().one_of(&[
        "http://terminology.hl7.org/CodeSystem/processpriority",
        "http://hl7.org/fhir/ValueSet/process-priority",
    ]),
    element("priority.coding.code", "code").required().one_of(&["normal"]),
    element("priority.coding.display", "string").ignored_on(WRITES).one_of(&["Normal"]),
    element("supportingInfo", "BackboneElement")
        .list()
        .write_only()
        .note("at most one: the reason for the visit, told in the claim's note"),
    element("supportingInfo.sequence", "positiveInt").required().write_only(),
    element("supportingInfo.category", "CodeableConcept").required().write_only(),
    element("supportingInfo.category.coding", "Coding").list().required().write_only(),
    element("supportingInfo.category.coding.system", "uri").required().write_only().one_of(&[
        "http://terminology.hl7.org/CodeSystem/claiminformationcategory",
        "http://hl7.org/fhir/ValueSet/claim-informationcategory",
    ]),
    element("supportingInfo.category.coding.code", "code")
        .required()
        .write_only()
        .one_of(&["patientreasonforvisit"]),
    element("supportingInfo.category.coding.display", "string")
        .write_only()
        .ignored_on(WRITES)
        .one_of(&["Patient Reason for Visit"]),
    element("supportingInfo.valueString", "string").write_only(),
    element("diagnosis", "BackboneElement").list().note("one at least on create"),
    element("diagnosis.sequence", "positiveInt").required().note("unique among the diagnoses"),
    element("diagnosis.diagnosisCodeableConcept", "CodeableConcept").required(),
    element("diagnosis.diagnosisCodeableConcept.coding", "Coding").list().required(),
    element("diagnosis.diagnosisCodeableConcept.coding.system", "uri")
        .required()
        .one_of(&["http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/ValueSet/icd-10"]),
    element("diagnosis.diagnosisCodeableConcept.coding.code", "code")
        .required()
        .note("with or without the dot; a read gives it without"),
    element("diagnosis.diagnosisCodeableConcept.coding.display", "string"),
    element("insurance", "BackboneElement").list().required(),
    element("insurance.focal", "boolean").required().note("what is not focal is not kept"),
    element("insurance.sequence", "positiveInt").required().note("unique among the insurances"),
    element("insurance.coverage", "Reference").required(),
    element("insurance.coverage.reference", "string")
        .format("Coverage/{id}")
        .note("required where focal is true"),
    element("insurance.coverage.type", "uri").one_of(&["Coverage"]),
    element("insurance.coverage.display", "string")
        .ignored_on(WRITES)
        .note("No Coverage of a claim that the patient pays, with focal false"),
    element("item", "BackboneElement").list().note("one at least on create"),
    element("item.sequence", "positiveInt").required().note("unique among the items"),
    element("item.diagnosisSequence", "positiveInt").list().required().note("sequences of diagnoses"),
    element("item.productOrService", "CodeableConcept").required(),
    element("item.productOrService.coding", "Coding").list().required().note("the first is used"),
    element("item.productOrService.coding.system", "uri").required().one_of(&[
        "http://www.ama-assn.org/go/cpt",
        "http://hl7.org/fhir/us/core/ValueSet/us-core-procedure-code",
    ]),
    element("item.productOrService.coding.code", "code").required(),
    element("item.productOrService.coding.display", "string").required(),
    element("item.modifier", "CodeableConcept").list(),
    element("item.modifier.coding", "Coding").list().required(),
    element("item.modifier.coding.system", "uri").required().one_of(&[
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        "http://hl7.org/fhir/us/carin-bb/ValueSet/AMACPTCMSHCPCSModifiers",
    ]),
    element("item.modifier.coding.code", "code").required().note("two characters"),
    element("item.modifier.coding.display", "string"),
    element("item.servicedDate", "date"),
    element("item.quantity", "SimpleQuantity").required(),
    element("item.quantity.value", "integer"),
    element("item.unitPrice", "Money").required(),
    element("item.unitPrice.value", "decimal").note("US dollars"),
    element("item.net", "Money").ignored_on(WRITES).note("quantity times unitPrice"),
    element("item.net.value", "decimal").ignored_on(WRITES),
    element("item.encounter", "Reference").list().ignored_on(WRITES).read_only(),
    element("item.encounter.reference", "string").read_only().format("Encounter/{id}"),
    element("item.encounter.type", "uri").read_only().one_of(&["Encounter"]),
];

/// The extensions.
pub const EXTENSIONS: &[ExtensionFact] = &[
    extension("Claim", QUEUE, "valueCoding").note("the queue: one of the vendor's or of clinic.toml"),
    extension("Claim", NOTE_ID, "valueId").read_only().note("the note of the claim"),
];

/// Create alone.
pub const ON_CREATE: &[Interaction] = &[Interaction::Create];
