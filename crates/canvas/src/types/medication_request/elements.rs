//! The elements of MedicationRequest (MedicationRequest.json, `elements`).

use crate::concept::ICD_10_CM;
use crate::contract::{ElementFact, element};

/// The elements.
pub const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("status", "code").read_only().one_of(&["active", "entered-in-error", "cancelled"]),
    element("intent", "code").read_only().one_of(&["order", "filler-order"]),
    element("reportedBoolean", "boolean").read_only(),
    element("medicationCodeableConcept", "CodeableConcept").read_only(),
    element("medicationCodeableConcept.coding", "Coding").list().read_only(),
    element("medicationCodeableConcept.coding.system", "uri")
        .read_only()
        .one_of(&["http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.fdbhealth.com/"]),
    element("medicationCodeableConcept.coding.code", "code").read_only(),
    element("medicationCodeableConcept.coding.display", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("encounter", "Reference").read_only(),
    element("encounter.reference", "string").read_only().format("Encounter/{id}"),
    element("encounter.type", "uri").read_only().one_of(&["Encounter"]),
    element("authoredOn", "dateTime").read_only().format("YYYY-MM-DDThh:mm:ss[.ffffff]+zz:zz"),
    element("requester", "Reference").read_only(),
    element("requester.reference", "string").read_only().format("Practitioner/{id}"),
    element("requester.type", "uri").read_only().one_of(&["Practitioner"]),
    element("reasonCode", "CodeableConcept").list().read_only(),
    element("reasonCode.coding", "Coding").list().read_only(),
    element("reasonCode.coding.system", "uri").read_only().one_of(&[ICD_10_CM]),
    element("reasonCode.coding.code", "code").read_only(),
    element("reasonCode.coding.display", "string").read_only(),
    element("note", "Annotation").list().read_only(),
    element("note.text", "string").read_only(),
    element("dosageInstruction", "Dosage").list().read_only(),
    element("dosageInstruction.text", "string").read_only(),
    element("dosageInstruction.doseAndRate", "Element").list().read_only(),
    element("dosageInstruction.doseAndRate.doseQuantity", "Quantity").read_only(),
    element("dosageInstruction.doseAndRate.doseQuantity.unit", "string").read_only(),
    element("dispenseRequest", "BackboneElement").read_only(),
    element("dispenseRequest.numberOfRepeatsAllowed", "unsignedInt").read_only(),
    element("dispenseRequest.quantity", "Quantity").read_only(),
    element("dispenseRequest.quantity.value", "decimal").read_only(),
    element("dispenseRequest.expectedSupplyDuration", "Duration").read_only(),
    element("dispenseRequest.expectedSupplyDuration.value", "integer").read_only(),
    element("dispenseRequest.expectedSupplyDuration.unit", "string").read_only().one_of(&["days"]),
    element("dispenseRequest.performer", "Reference").read_only(),
    element("dispenseRequest.performer.display", "string")
        .read_only()
        .format("Name: {name}|NCPDP ID: {ncpdp}|Address: {address}|Phone: {phone}|Fax: {fax}"),
    element("substitution", "BackboneElement").read_only(),
    element("substitution.allowedBoolean", "boolean").read_only(),
];
