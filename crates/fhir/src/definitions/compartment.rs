//! Compartments (<http://hl7.org/fhir/R4/compartmentdefinition.html>).

use super::ResourceType;
use super::generated::COMPARTMENTS;

/// What belongs to one resource of a type: to a patient, an encounter, a practitioner, a related person, a device.
#[derive(Debug)]
pub struct Compartment {
    /// The name, `Patient`: that of the resource type.
    pub code: &'static str,
    /// The type of the resource that has the compartment.
    pub resource_type: ResourceType,
    /// The types that can belong to it, by name. `resource_type` itself is always among them: the resource is in
    /// its own compartment, with or without a parameter that says so.
    pub members: &'static [CompartmentMember],
}

/// How resources of one type belong to a compartment.
#[derive(Debug)]
pub struct CompartmentMember {
    /// The type.
    pub resource_type: ResourceType,
    /// The codes of the reference search parameters, any one of which must point to the compartment's resource.
    /// Empty only for the compartment's own type.
    pub parameters: &'static [&'static str],
}

impl Compartment {
    /// The search parameters that put a resource of that type into the compartment; none if the type can't be in
    /// it.
    pub fn parameters(&self, resource_type: ResourceType) -> Option<&'static [&'static str]> {
        let found = self.members.binary_search_by_key(&resource_type, |member| member.resource_type).ok()?;
        Some(self.members[found].parameters)
    }
}

/// The compartment of that name, one of `Device`, `Encounter`, `Patient`, `Practitioner`, `RelatedPerson`.
pub fn compartment(code: &str) -> Option<&'static Compartment> {
    COMPARTMENTS.iter().find(|compartment| compartment.code == code)
}

/// All five compartments, by name.
pub fn compartments() -> &'static [Compartment] {
    &COMPARTMENTS
}
