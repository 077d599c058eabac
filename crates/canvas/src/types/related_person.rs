//! RelatedPerson (<https://docs.canvasmedical.com/api/relatedperson/>), read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::keyed::default;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct RelatedPerson;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-relatedperson"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &[
        "A name is a text alone, or family, given, prefix and suffix alone.",
        "A contact that is written through Patient.contact is a related person under the contact's id, as long as it is there, and changes with it at both doors; others are written at the R4 door.",
    ],
    decisions: DECISIONS,
    ..Contract::of("RelatedPerson", ResourceType::RELATED_PERSON, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with hyphens"),
    element("active", "boolean").read_only(),
    element("patient", "Reference").read_only(),
    element("patient.reference", "string").read_only().format("Patient/{32 hex}"),
    element("patient.type", "uri").read_only().one_of(&["Patient"]),
    element("relationship", "CodeableConcept").list().read_only(),
    element("relationship.coding", "Coding").list().read_only(),
    element("relationship.coding.system", "uri").read_only(),
    element("relationship.coding.code", "code").read_only(),
    element("relationship.coding.display", "string").read_only(),
    element("name", "HumanName").list().read_only(),
    element("name.text", "string").read_only(),
    element("name.family", "string").read_only(),
    element("name.given", "string").list().read_only(),
    element("name.prefix", "string").list().read_only(),
    element("name.suffix", "string").list().read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/RelatedPerson-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "Contacts of a patient (Patient.contact)",
        "Are related persons under their own ids, from the write at this door that brings them until the one, at either door, that leaves them out or deletes the patient; a change of the contact changes them. Contacts that the R4 door alone has written are none.",
        "Both pages say that contacts are read here, neither under which id; a contact's id is a UUID as a related person's is. The R4 door makes no resources of what it is sent, but it must not leave one that says otherwise than the contact it was made of.",
    ),
    decision(
        "name",
        "A name with a text is shown as the text alone, another by its parts.",
        "The vendor shows text for contacts and parts for patients; R4 does not tell which of both a related person is.",
    ),
    decision("active", "true unless it is stored otherwise.", "R4 leaves it out."),
    decision(
        "What the page lists after name",
        "Is not shown.",
        "It was not visible, and no example shows it.",
    ),
];

impl CanvasType for RelatedPerson {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        default(resource, "active", true);
        let Some(Json::Array(names)) = resource.get_mut("name") else { return Ok(()) };
        for name in names.iter_mut().filter_map(Json::as_object_mut) {
            if name.contains("text") {
                name.retain(|part, _| part == "text");
            }
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
