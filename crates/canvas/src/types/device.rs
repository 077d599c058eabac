//! Device (<https://docs.canvasmedical.com/api/device/>): implantable devices, read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::hidden::{Hidden, refers_to_patient, without_patient};
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Object, ResourceType};
use interactions::search::ExtraParameter;
use interactions::{Interaction, Refusal};

/// The type.
pub struct Device;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-implantable-device"],
    elements: ELEMENTS,
    hides: Some(Hidden::without_patient(|device| !refers_to_patient(device, "patient"))),
    search: SearchFacts::by(PARAMETERS),
    indexed: INDEXED,
    behaviours: &["The implantable devices of patients. Devices are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("Device", ResourceType::DEVICE, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("udiCarrier", "BackboneElement").list().read_only(),
    element("udiCarrier.deviceIdentifier", "string").read_only(),
    element("udiCarrier.carrierHRF", "string").read_only(),
    element("status", "code").read_only().one_of(&["active", "inactive"]),
    element("distinctIdentifier", "string").read_only(),
    element("manufacturer", "string").read_only(),
    element("manufactureDate", "dateTime").read_only().format("YYYY-MM-DD"),
    element("expirationDate", "dateTime").read_only().format("YYYY-MM-DD"),
    element("lotNumber", "string").read_only(),
    element("serialNumber", "string").read_only(),
    element("modelNumber", "string").read_only(),
    element("type", "CodeableConcept").read_only(),
    element("type.coding", "Coding").list().read_only(),
    element("type.coding.system", "uri").read_only(),
    element("type.coding.code", "code").read_only(),
    element("type.coding.display", "string").read_only(),
    element("patient", "Reference").read_only(),
    element("patient.reference", "string").read_only().format("Patient/{id}"),
    element("patient.type", "uri").read_only().one_of(&["Patient"]),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Device-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "Devices without a patient",
        "Are not shown.",
        "The vendor has implantable devices alone; the R4 door also stores those of the practice.",
    ),
    decision(
        "distinctIdentifier",
        "As stored.",
        "The table says that it is the id, the example has the part of the UDI that it is in R4.",
    ),
    decision(
        "manufactureDate and expirationDate",
        "Are shown without a time of day.",
        "The page gives the form.",
    ),
];

const INDEXED: &[ExtraParameter] = &[without_patient(
    ResourceType::DEVICE,
    "Device.patient.where(resolve() is Patient).exists().not().where($this)",
)];

impl CanvasType for Device {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        for name in ["manufactureDate", "expirationDate"] {
            let date = resource.str(name).and_then(|time| time.get(..10)).map(str::to_owned);
            if let Some(date) = date {
                resource.insert(name, date);
            }
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
