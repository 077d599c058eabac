//! Provenance (<https://docs.canvasmedical.com/api/provenance/>): who created and changed what, read-only at this door.
//! How they come about is in [`provenance`](crate::provenance).

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, ExtensionFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts,
    UTC, decision, element, extension, parameter,
};
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Object, ResourceType, json};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Provenance;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"],
    elements: ELEMENTS,
    extensions: EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    indexed: &[ExtraParameter {
        number: ParameterId::FIRST_EXTRA,
        code: PATIENT,
        resource_type: ResourceType::PROVENANCE,
        kind: Reference,
        expression: "Provenance.target.where(resolve() is Patient) | Provenance.extension.where(url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Provenance.patient').value",
        targets: &[ResourceType::PATIENT],
    }],
    behaviours: &[
        "There is one for each create and each update of what the vendor tracks, stored with it or not at all.",
        "activity is CREATE or UPDATE accordingly. An update that changes nothing leaves none.",
        "agent is the author whom the record names, else the default organization as composer.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Provenance", ResourceType::PROVENANCE, IdForm::Uuid)
};

/// The parameter of whose record a Provenance is about.
const PATIENT: &str = "canvas-patient";

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("target", "Reference").list().read_only(),
    element("target.reference", "string").read_only().format("{type}/{id}"),
    element("target.type", "uri").read_only(),
    element("target.display", "string").read_only(),
    element("recorded", "instant").read_only().format(UTC),
    element("location", "Reference").read_only().note("always a data-absent marker"),
    element("location.extension", "Extension").list().read_only(),
    element("location.extension.url", "uri").read_only(),
    element("location.extension.valueCode", "code").read_only().one_of(&["unsupported"]),
    element("activity", "CodeableConcept").read_only(),
    element("activity.coding", "Coding").list().read_only(),
    element("activity.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/v3-DataOperation"]),
    element("activity.coding.code", "code").read_only().one_of(&["CREATE", "UPDATE"]),
    element("agent", "BackboneElement").list().read_only(),
    element("agent.type", "CodeableConcept").read_only(),
    element("agent.type.coding", "Coding").list().read_only(),
    element("agent.type.coding.system", "uri").read_only(),
    element("agent.type.coding.code", "code").read_only().one_of(&["author", "composer"]),
    element("agent.type.coding.display", "string").read_only().one_of(&["Author", "Composer"]),
    element("agent.who", "Reference").read_only(),
    element("agent.who.reference", "string").read_only(),
    element("agent.who.type", "uri").read_only().one_of(&["Practitioner", "Organization"]),
    element("agent.who.display", "string").read_only(),
    element("agent.onBehalfOf", "Reference").read_only(),
    element("agent.onBehalfOf.reference", "string").read_only(),
    element("agent.onBehalfOf.type", "uri").read_only().one_of(&["Organization"]),
];

const EXTENSIONS: &[ExtensionFact] = &[extension(
    "Provenance.location",
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode",
)
.read_only()
.one_of(&["unsupported"])];

const PARAMETERS: &[ParameterFact] = &[
    parameter("agent", Reference, Finds::Reference("agent"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Provenance-agent"),
    parameter("patient", Reference, Finds::Reference(PATIENT))
        .defined_by("http://hl7.org/fhir/SearchParameter/Provenance-patient")
        .note("whatever the target"),
    parameter("target", Reference, Finds::Reference("target"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Provenance-target")
        .note("of any type"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "Which writes leave one",
        "Those at this door, of the types that the page lists and this door writes.",
        "The R4 door takes Provenances from its clients, who know who did what; one made up beside theirs would contradict it.",
    ),
    decision(
        "The code system of agent.type",
        "http://terminology.hl7.org/CodeSystem/provenance-participant-type for author and composer.",
        "The page names two systems and does not pair them; HL7's US Core system has neither code.",
    ),
    decision(
        "location",
        "Shown as the data-absent marker.",
        "The table has it, the example leaves it out; the table ranks higher.",
    ),
    decision(
        "patient",
        "Finds the records of a patient by R5's extension-Provenance.patient, which every Provenance of this server has, and by a target that is the patient. The extension is not shown.",
        "R4's own parameter finds patients as targets alone; the page says whatever the target.",
    ),
    decision(
        "The agent of an update",
        "Is the author whom the stored record names; of a Condition, whom the update names.",
        "The page says the record's committer or originator; who sent the update is a client, not a person.",
    ),
];

impl CanvasType for Provenance {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let marker = json!({ "extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unsupported"
        }] });
        resource.insert("location", marker);
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
