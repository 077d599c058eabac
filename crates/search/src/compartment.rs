//! Compartments (<http://hl7.org/fhir/R4/compartmentdefinition.html>): what belongs to a patient, an encounter, …

use crate::key::Key;
use crate::merge::any;
use crate::query::Criterion;
use crate::reference::has_one_of;
use crate::registry::Registry;
use fhir::ResourceType;
use fhir::definitions::Compartment;

/// The condition that a resource of a type is in the compartment of the resource `id`; `None` if the type can't be in
/// it.
pub fn compartment_criterion(
    registry: &Registry,
    compartment: &Compartment,
    id: &str,
    resource_type: ResourceType,
) -> Option<Criterion> {
    let codes = compartment.parameters(resource_type)?;
    let hash = Key::Resource(compartment.resource_type.name(), id).hash();
    let parameters = codes.iter().filter_map(|code| registry.parameter(resource_type, code));
    let mut each: Vec<Criterion> = parameters.map(|parameter| has_one_of(parameter, vec![hash])).collect();
    if resource_type == compartment.resource_type {
        each.push(Criterion::Ids(vec![id.to_owned()]));
    }
    Some(any(each))
}
