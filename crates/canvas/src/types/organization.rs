//! Organization (<https://docs.canvasmedical.com/api/organization/>): organizations, vendors and insurers, read-only at
//! this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::search::Reading;
use fhir::definitions::SearchParameterType::{String, Token};
use fhir::{Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Organization;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-organization"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &["Organizations, vendors and insurers alike. They are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("Organization", ResourceType::ORGANIZATION, IdForm::Uuid)
};

/// The system of tax ids (EIN).
const TAX_ID: &str = "urn:oid:2.16.840.1.113883.4.4";

/// The type of a tax id.
fn tax_id() -> Json {
    let system = "http://terminology.hl7.org/CodeSystem/v2-0203";
    json!({ "coding": [{ "system": system, "code": "TAX", "display": "Tax ID number" }] })
}

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("identifier", "Identifier").list().read_only().note("NPI of the group, taxonomy and tax id"),
    element("identifier.type", "CodeableConcept").read_only().note("v2-0203|TAX, on the tax id alone"),
    element("identifier.system", "uri").read_only().one_of(&[
        "http://hl7.org/fhir/sid/us-npi",
        "http://nucc.org/provider-taxonomy",
        TAX_ID,
    ]),
    element("identifier.value", "string").read_only(),
    element("active", "boolean").read_only(),
    element("name", "string").read_only(),
    element("telecom", "ContactPoint").list().read_only(),
    element("telecom.system", "code").read_only().one_of(&["phone", "fax", "email", "pager", "other"]),
    element("telecom.value", "string").read_only(),
    element("telecom.use", "code").read_only().one_of(&["work", "temp", "old", "mobile"]),
    element("address", "Address").list().read_only(),
    element("address.use", "code").read_only().one_of(&["work", "temp", "old", "billing"]),
    element("address.type", "code").read_only().one_of(&["both", "physical", "postal"]),
    element("address.line", "string").list().read_only(),
    element("address.city", "string").read_only(),
    element("address.state", "string").read_only().format("2 letters"),
    element("address.postalCode", "string").read_only().format("5 digits"),
    element("address.country", "string").read_only(),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("address", String, Finds::Part(&["address"]))
        .defined_by("http://hl7.org/fhir/SearchParameter/Organization-address")
        .note("a part of any part of an address"),
    parameter("name", String, Finds::Part(&["name"]))
        .defined_by("http://hl7.org/fhir/SearchParameter/Organization-name")
        .note("a part of the name or alias"),
    parameter("type", Token, Finds::Token("type"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Organization-type"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "identifier",
        "Those of the three systems are shown, in the page's order; others, payer ids among them, are not.",
        "The page says that payor identifiers are not exposed.",
    ),
    decision(
        "type",
        "Searches Organization.type as stored at the R4 door; the element is not shown.",
        "The live capability statement has the parameter, the page does not have the element.",
    ),
    decision(
        "name",
        "Found by any part of the name or an alias.",
        "The page says portion; the definition that the live statement names includes aliases.",
    ),
];

impl CanvasType for Organization {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        if let Some(Json::Array(identifiers)) = resource.get_mut("identifier") {
            for identifier in identifiers.iter_mut().filter_map(Json::as_object_mut) {
                match identifier.str("system") {
                    Some(TAX_ID) => identifier.insert("type", tax_id()),
                    _ => drop(identifier.remove("type")),
                }
            }
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}
