//! Goal (<https://docs.canvasmedical.com/api/goal/>), read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Goal;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-goal"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &[
        "target is the first one that has a due date; without one there is none.",
        "Goals are written at the R4 door.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Goal", ResourceType::GOAL, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("lifecycleStatus", "code").read_only().one_of(&["active", "completed", "entered-in-error"]),
    element("achievementStatus", "CodeableConcept").read_only(),
    element("achievementStatus.coding", "Coding").list().read_only(),
    element("achievementStatus.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/goal-achievement"]),
    element("achievementStatus.coding.code", "code").read_only().one_of(&[
        "in-progress",
        "improving",
        "worsening",
        "no-change",
        "achieved",
        "sustaining",
        "not-achieved",
        "no-progress",
        "not-attainable",
    ]),
    element("achievementStatus.coding.display", "string").read_only(),
    element("priority", "CodeableConcept").read_only(),
    element("priority.coding", "Coding").list().read_only(),
    element("priority.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/goal-priority"]),
    element("priority.coding.code", "code").read_only().one_of(&[
        "high-priority",
        "medium-priority",
        "low-priority",
    ]),
    element("priority.coding.display", "string").read_only(),
    element("description", "CodeableConcept").read_only(),
    element("description.text", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("startDate", "date").read_only().format("YYYY-MM-DD"),
    element("target", "BackboneElement").list().read_only(),
    element("target.dueDate", "date").read_only().format("YYYY-MM-DD"),
    element("expressedBy", "Reference").read_only(),
    element("expressedBy.reference", "string").read_only().format("Practitioner/{id}"),
    element("expressedBy.type", "uri").read_only().one_of(&["Practitioner"]),
    element("note", "Annotation").list().read_only(),
    element("note.id", "string").read_only(),
    element("note.authorReference", "Reference").read_only(),
    element("note.authorReference.reference", "string").read_only().format("Practitioner/{id}"),
    element("note.authorReference.type", "uri").read_only().one_of(&["Practitioner"]),
    element("note.time", "dateTime").read_only().format("YYYY-MM-DDThh:mm:ss[.ffffff]+zz:zz"),
    element("note.text", "string").read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[decision(
    "lifecycleStatus",
    "As stored; other codes of R4 than the vendor's three are not made active.",
    "A goal that was proposed, rejected or cancelled must not read as one that is pursued.",
)];

impl CanvasType for Goal {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        let due = resource.items("target").iter().find(|target| target.get("dueDate").is_some()).cloned();
        resource.insert("target", due.into_iter().collect::<Vec<Json>>());
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
