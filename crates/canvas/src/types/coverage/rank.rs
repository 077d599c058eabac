//! The ranks of a patient's coverages: primary, secondary and so on (Coverage.json, `behaviours`).

use super::rules::LAST_RANK;
use super::store::subject;
use crate::write::Write;
use fhir::{Json, Number, Object, ResourceType};
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;
use interactions::{Refusal, State};

/// Whether a coverage is in the stack; a cancelled one has left it.
fn is_ranked(coverage: &Object) -> bool {
    coverage.str("status") == Some("active")
}

fn rank(coverage: &Object) -> Option<i64> {
    coverage.get("order").and_then(Json::as_number).and_then(Number::as_i64)
}

/// Makes room for `coverage` in the stack of its patient: one that has its rank already moves down by one, and so does
/// the one that is there, up to the last rank, which several can have. An update that changes neither rank nor patient
/// moves nothing.
///
/// # Errors
///
/// The store's failures.
pub fn make_room(coverage: &Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let place = |coverage: &Object| {
        let patient = subject(coverage, "beneficiary")?.to_owned();
        Some((patient, rank(coverage).filter(|_| is_ranked(coverage))?))
    };
    let Some((patient, wanted)) = place(coverage) else { return Ok(()) };
    if write.stored.and_then(place).as_ref() == Some(&(patient.clone(), wanted)) {
        return Ok(());
    }
    let others = others(&patient, write)?;
    for here in wanted..LAST_RANK {
        let moving: Vec<&Object> = others.iter().filter(|other| rank(other) == Some(here)).collect();
        if moving.is_empty() {
            break;
        }
        for other in moving {
            let mut moved = other.clone();
            moved.insert("order", here + 1);
            put(moved, write)?;
        }
    }
    Ok(())
}

/// The other coverages in the patient's stack.
fn others(patient: &str, write: &mut Write<'_, '_>) -> Result<Vec<Object>, Refusal> {
    let registry = write.engine.registry();
    let criterion = reference_criterion(&registry, ResourceType::COVERAGE, "beneficiary", patient);
    // The parameter and the form of the value are ours: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let mut others = Vec::new();
    for version in write.unit.search(&Query::all(ResourceType::COVERAGE).and(criterion))? {
        if version.id != write.id
            && let Json::Object(other) = stored_json(&version)?
            && is_ranked(&other)
        {
            others.push(other);
        }
    }
    Ok(others)
}

fn put(coverage: Object, write: &mut Write<'_, '_>) -> Result<(), Refusal> {
    let id = coverage.str("id").unwrap_or_default().to_owned();
    let before: State = write.unit.state(ResourceType::COVERAGE, &id)?;
    let prepared = write.unit.prepare(ResourceType::COVERAGE, &id, coverage.into());
    write.unit.put(before, &prepared)?;
    Ok(())
}
