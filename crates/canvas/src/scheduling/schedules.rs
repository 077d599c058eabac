//! Schedules and their slots, read from the store.

use super::availability::Availability;
use super::rules::holder;
use super::schedule_id::ScheduleId;
use super::slots::Wanted;
use super::{location_key, names};
use crate::search::Reading;
use fhir::{Json, ResourceType};
use interactions::Refusal;
use interactions::search::{Query, reference_criterion};
use interactions::storage::Version;
use interactions::unit::stored_json;
use std::collections::HashMap;

/// How many appointments of one practitioner are looked at in one search for slots. What a year can hold is far
/// less; the limit is there because the store wants one.
const MAX_HOLDS: usize = 1_000_000;

/// A Schedule: where a practitioner sees patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// What it is called.
    pub comment: String,
}

/// The Schedules of the clinic at `now`, by location key, then by the practitioner's name.
///
/// # Errors
///
/// The store's failures.
pub fn all(reading: &mut Reading<'_>, now: i64) -> Result<Vec<Schedule>, Refusal> {
    let roles = availabilities(reading, &Query::all(ResourceType::PRACTITIONER_ROLE))?;
    let locations = active_locations(reading)?;
    let mut practitioners: HashMap<String, Option<String>> = HashMap::new();
    let mut found: Vec<(u32, String, String, String)> = Vec::new();
    for role in roles.iter().filter(|role| !role.is_over(now)) {
        let id = &role.practitioner;
        let name = match practitioners.get(id) {
            Some(known) => known.clone(),
            None => {
                let name = current(reading, ResourceType::PRACTITIONER, id)?
                    .filter(|practitioner| is_schedulable(reading, practitioner))
                    .map(|practitioner| names::credentialed(&practitioner));
                practitioners.insert(id.clone(), name.clone());
                name
            }
        };
        let Some(name) = name else { continue };
        for (key, _, place) in locations.iter().filter(|(_, location, _)| role.is_at(location)) {
            found.push((*key, name.clone(), id.clone(), format!("Schedule for {name} at {place}")));
        }
    }
    found.sort_unstable();
    found.dedup();
    let schedule = |(location_key, _, practitioner, comment)| Schedule {
        id: ScheduleId { location_key, practitioner },
        comment,
    };
    Ok(found.into_iter().map(schedule).collect())
}

/// Key, id and name of the locations where patients are seen.
fn active_locations(reading: &mut Reading<'_>) -> Result<Vec<(u32, String, String)>, Refusal> {
    let mut locations = Vec::new();
    for version in reading.reader.search(&Query::all(ResourceType::LOCATION))?.resources {
        let location = stored_json(&version)?;
        if !is_active_location(&location) {
            continue;
        }
        if let Some(key) = location_key::key_of(reading.reader, &version.id)? {
            let name = names::location(&location, &version.id).to_owned();
            locations.push((key, version.id, name));
        }
    }
    Ok(locations)
}

/// The starts of the slots of a Schedule; `None` when there is no such location or practitioner. A location or
/// practitioner that takes no appointments has none.
///
/// # Errors
///
/// The store's failures.
pub fn slots(
    reading: &mut Reading<'_>,
    id: &ScheduleId,
    wanted: &Wanted<'_>,
) -> Result<Option<Vec<i64>>, Refusal> {
    let Some(location_id) = location_key::location(reading.reader, id.location_key)? else { return Ok(None) };
    let Some(location) = current(reading, ResourceType::LOCATION, &location_id)? else { return Ok(None) };
    let Some(practitioner) = current(reading, ResourceType::PRACTITIONER, &id.practitioner)? else {
        return Ok(None);
    };
    let Some(span) = wanted.span() else { return Ok(Some(Vec::new())) };
    if !is_active_location(&location) || !is_schedulable(reading, &practitioner) {
        return Ok(Some(Vec::new()));
    }
    let mut roles = availabilities(reading, &roles_of(reading, &id.practitioner)?)?;
    roles.retain(|role| role.practitioner == id.practitioner && role.is_at(&location_id));
    let held = reading.reader.holds(holder(&id.practitioner), span, MAX_HOLDS)?;
    Ok(Some(wanted.starts(&roles, held.into_iter().map(|held| held.period).collect())))
}

/// What finds the roles of a practitioner.
fn roles_of(reading: &Reading<'_>, practitioner: &str) -> Result<Query, Refusal> {
    let (registry, role) = (reading.engine.registry(), ResourceType::PRACTITIONER_ROLE);
    let criterion =
        reference_criterion(registry, role, "practitioner", &format!("Practitioner/{practitioner}"));
    Ok(Query::all(role).and(criterion.map_err(|issue| Refusal::invalid(vec![issue]))?))
}

fn availabilities(reading: &mut Reading<'_>, query: &Query) -> Result<Vec<Availability>, Refusal> {
    let versions = reading.reader.search(query)?.resources;
    let mut found = Vec::new();
    // Most roles in a large directory say nothing of times: don't parse those.
    for version in versions.iter().filter(|version| mentions(version, "\"availableTime\"")) {
        found.extend(Availability::read(&stored_json(version)?, &reading.clinic.time_zone));
    }
    Ok(found)
}

fn mentions(version: &Version, text: &str) -> bool {
    let body = version.body.as_deref().unwrap_or_default();
    std::str::from_utf8(body).is_ok_and(|body| body.contains(text))
}

/// The current resource; `None` when there is none, or none any more.
fn current(
    reading: &mut Reading<'_>,
    resource_type: ResourceType,
    id: &str,
) -> Result<Option<Json>, Refusal> {
    let version = reading.reader.resource(resource_type, id)?.filter(|version| version.body.is_some());
    version.as_ref().map(stored_json).transpose()
}

fn is_active_location(location: &Json) -> bool {
    location.str("status").is_none_or(|status| status == "active")
}

fn is_schedulable(reading: &Reading<'_>, practitioner: &Json) -> bool {
    let is_active = practitioner.get("active").and_then(Json::as_bool).unwrap_or(true);
    is_active && reading.clinic.is_schedulable(practitioner)
}
