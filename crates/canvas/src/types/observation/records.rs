//! Observations besides the one that a request is about: read and stored in the same write.

use super::CONTRACT;
use crate::provenance;
use crate::stored::in_contract_order;
use crate::write::Write;
use fhir::{Json, Object, ResourceType};
use interactions::search::{Query, reference_criterion};
use interactions::unit::{Effect, stored_json};
use interactions::{Interaction, Refusal, State};

const OBSERVATION: ResourceType = ResourceType::OBSERVATION;

/// A stored observation, if it is there.
pub fn stored(write: &mut Write<'_, '_>, id: &str) -> Result<Option<Object>, Refusal> {
    Ok(write.unit.resource(OBSERVATION, id)?.as_ref().and_then(Json::as_object).cloned())
}

/// Stores an observation besides the one that the request is about, and its Provenance.
pub fn put(write: &mut Write<'_, '_>, id: &str, observation: Object) -> Result<(), Refusal> {
    let before = write.unit.state(OBSERVATION, id)?;
    let interaction = match before {
        State::Present(_) => Interaction::Update,
        State::Absent | State::Deleted(_) => Interaction::Create,
    };
    let observation = in_contract_order(&CONTRACT, observation);
    let prepared = write.unit.prepare(OBSERVATION, id, observation.clone().into());
    if write.unit.put(before, &prepared)?.effect != Effect::Unchanged {
        provenance::record(write.unit, &CONTRACT, interaction, id, &observation)?;
    }
    Ok(())
}

/// The observations that are derived from `reference`, with their ids.
pub fn derived(write: &mut Write<'_, '_>, reference: &str) -> Result<Vec<(String, Object)>, Refusal> {
    referring(write, "derived-from", reference)
}

/// The observations that list the observation `id` as a member, with their ids.
pub fn listing(write: &mut Write<'_, '_>, id: &str) -> Result<Vec<(String, Object)>, Refusal> {
    referring(write, "has-member", &format!("Observation/{id}"))
}

/// The observations with `reference` under a parameter.
fn referring(
    write: &mut Write<'_, '_>,
    parameter: &str,
    reference: &str,
) -> Result<Vec<(String, Object)>, Refusal> {
    let criterion = reference_criterion(&write.engine.registry(), OBSERVATION, parameter, reference);
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let mut found = Vec::new();
    for version in write.unit.search(&Query::all(OBSERVATION).and(criterion))? {
        if let Json::Object(observation) = stored_json(&version)? {
            found.push((version.id, observation));
        }
    }
    Ok(found)
}
