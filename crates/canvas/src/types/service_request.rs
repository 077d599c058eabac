//! ServiceRequest (<https://docs.canvasmedical.com/api/servicerequest/>): orders of imaging and laboratories and referrals,
//! read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::keyed::default;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::{Date, Reference, Token};
use fhir::{Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct ServiceRequest;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-servicerequest"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &["Orders and referrals are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("ServiceRequest", ResourceType::SERVICE_REQUEST, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID with hyphens"),
    element("status", "code").read_only().one_of(&["active", "completed", "draft", "entered-in-error"]),
    element("intent", "code").read_only().one_of(&["order"]),
    element("category", "CodeableConcept").list().read_only(),
    element("category.coding", "Coding").list().read_only(),
    element("category.coding.system", "uri").read_only().one_of(&["http://snomed.info/sct"]),
    element("category.coding.code", "code").read_only().one_of(&["363679005", "108252007", "386053000"]),
    element("category.coding.display", "string").read_only(),
    element("code", "CodeableConcept").read_only(),
    element("code.coding", "Coding").list().read_only(),
    element("code.coding.system", "uri").read_only(),
    element("code.coding.code", "code").read_only(),
    element("code.coding.display", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("occurrencePeriod", "Period").read_only(),
    element("occurrencePeriod.start", "dateTime").read_only(),
    element("occurrencePeriod.end", "dateTime").read_only(),
    element("authoredOn", "dateTime").read_only(),
    element("requester", "Reference").read_only(),
    element("requester.reference", "string").read_only(),
    element("requester.type", "uri").read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("authored", Date, Finds::Date("authored"))
        .defined_by("http://hl7.org/fhir/SearchParameter/ServiceRequest-authored")
        .note("authoredOn; repeat it for a range"),
    parameter("category", Token, Finds::Token("category"))
        .defined_by("http://hl7.org/fhir/SearchParameter/ServiceRequest-category")
        .note("code or system|code: 363679005 imaging, 108252007 laboratory, 386053000 referral"),
    parameter("code", Token, Finds::Token("code"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-code")
        .note("code or system|code"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "status and intent",
        "As stored, also codes of R4 that are not among the vendor's.",
        "A proposal must not read as an order, a revoked order not as an active one.",
    ),
    decision(
        "occurrencePeriod of a request that was stored with one time",
        "Starts and ends with that time.",
        "The vendor has a window; both ends are inclusive.",
    ),
    decision(
        "requester",
        "reference and type, as all references.",
        "Its children on the page were not visible.",
    ),
    decision(
        "What the page lists after requester",
        "Is not shown.",
        "It was not visible, and no example shows it.",
    ),
];

impl CanvasType for ServiceRequest {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        if let Some(time) = resource.get("occurrenceDateTime").cloned() {
            let period: Object = [("start", time.clone()), ("end", time)].into_iter().collect();
            default(resource, "occurrencePeriod", Json::from(period));
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
