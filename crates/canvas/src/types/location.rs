//! Location (<https://docs.canvasmedical.com/api/location/>): practice locations, read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, ID_PARAMETER, IdForm, SearchFacts, decision, element,
};
use crate::display;
use crate::search::Reading;
use fhir::{Object, Reference, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Location;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-location"],
    elements: ELEMENTS,
    search: SearchFacts::by(&[ID_PARAMETER]),
    behaviours: &["Each resource is one practice location. Locations are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("Location", ResourceType::LOCATION, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("identifier", "Identifier").list().read_only().note("the NPI of the group"),
    element("identifier.system", "uri").read_only().one_of(&["http://hl7.org/fhir/sid/us-npi"]),
    element("identifier.value", "string").read_only(),
    element("status", "code").read_only().one_of(&["active", "inactive"]),
    element("name", "string").read_only().note("the full name"),
    element("alias", "string").list().read_only().note("the short name"),
    element("description", "string")
        .read_only()
        .format("{full name of the organization}: {full name of the location}"),
    element("address", "Address").read_only(),
    element("address.use", "code").read_only().one_of(&["home", "work", "temp", "old", "billing"]),
    element("address.line", "string").list().read_only(),
    element("address.city", "string").read_only(),
    element("address.state", "string").read_only().format("2 letters"),
    element("address.postalCode", "string").read_only(),
    element("address.country", "string").read_only(),
];

const DECISIONS: &[Decision] = &[
    decision(
        "description",
        "Shown as it is stored; without one, made of the names of managingOrganization and location.",
        "The page gives the form, its example does not follow it.",
    ),
    decision("Identifiers of another system than NPI", "Are not shown.", "The page lists the one system."),
];

impl CanvasType for Location {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let managing = managing_organization(resource).and_then(Reference::local);
        let Some(Reference::Local { resource_type, id, .. }) = managing else { return Ok(()) };
        let organization = display::of(resource_type, id, reading)?;
        if let (Some(organization), Some(name)) = (organization, resource.str("name")) {
            let description = format!("{organization}: {name}");
            resource.insert("description", description);
        }
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(managing_organization(resource).into_iter().collect())
    }
}

/// The organization whose name makes the description of a location that has none.
fn managing_organization(location: &Object) -> Option<&str> {
    match location.contains("description") {
        true => None,
        false => location.get("managingOrganization")?.str("reference"),
    }
}
