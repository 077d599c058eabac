//! Schedules and their slots, read from the store.

use super::availability::Availability;
use super::rules::holder;
use super::schedule_id::ScheduleId;
use super::slots::Wanted;
use super::{location_key, names};
use crate::search::Reading;
use fhir::definitions::SearchParameterType;
use fhir::{Issue, Json, ResourceType};
use interactions::Refusal;
use interactions::search::{
    Criterion, ExtraParameter, ParameterId, Query, reference_criterion, token_criterion,
};
use interactions::unit::stored_json;
use std::collections::{BTreeSet, HashMap};

/// How many appointments of one practitioner are looked at in one search for slots. What a year can hold is far
/// less; the limit is there because the store wants one.
const MAX_HOLDS: usize = 1_000_000;

/// Finds the roles that say times among all those of a large directory.
const HAS_TIMES: &str = "canvas-has-available-time";

/// What is indexed for scheduling.
pub const INDEXED: &[ExtraParameter] = &[ExtraParameter {
    number: ParameterId::FIRST_EXTRA + 102,
    code: HAS_TIMES,
    resource_type: ResourceType::PRACTITIONER_ROLE,
    kind: SearchParameterType::Token,
    expression: "PractitionerRole.availableTime.exists()",
    targets: &[],
}];

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
    let with_times =
        token_criterion(&reading.engine.registry(), ResourceType::PRACTITIONER_ROLE, HAS_TIMES, "true");
    let mut roles = availabilities(reading, with_times)?;
    roles.retain(|role| !role.is_over(now));
    let locations = active_locations(reading, &roles)?;
    let mut names: HashMap<&str, Option<String>> = HashMap::new();
    for role in &roles {
        if !names.contains_key(role.practitioner.as_str()) {
            names.insert(&role.practitioner, schedulable_name(reading, &role.practitioner)?);
        }
    }
    let mut found = Vec::new();
    for role in &roles {
        let id = role.practitioner.as_str();
        let Some(Some(name)) = names.get(id) else { continue };
        for place in locations.iter().filter(|place| role.is_at(&place.id)) {
            found.push((place.key, name.as_str(), id, place.name.as_str()));
        }
    }
    found.sort_unstable();
    found.dedup();
    let schedule = |(location_key, name, id, place): (u32, &str, &str, &str)| Schedule {
        id: ScheduleId { location_key, practitioner: id.to_owned() },
        comment: format!("Schedule for {name} at {place}"),
    };
    Ok(found.into_iter().map(schedule).collect())
}

/// What a practitioner who sees patients is called.
fn schedulable_name(reading: &mut Reading<'_>, id: &str) -> Result<Option<String>, Refusal> {
    let practitioner = current(reading, ResourceType::PRACTITIONER, id)?;
    let schedulable = practitioner.filter(|practitioner| is_schedulable(reading, practitioner));
    Ok(schedulable.as_ref().map(names::credentialed))
}

/// A location where patients are seen.
struct Place {
    key: u32,
    id: String,
    name: String,
}

/// The active locations of these roles: all of the clinic's if one of them is for all.
fn active_locations(reading: &mut Reading<'_>, roles: &[Availability]) -> Result<Vec<Place>, Refusal> {
    let mut query = Query::all(ResourceType::LOCATION);
    if roles.iter().all(|role| !role.locations.is_empty()) {
        let ids: BTreeSet<String> = roles.iter().flat_map(|role| role.locations.iter().cloned()).collect();
        query = query.and(Criterion::Ids(ids.into_iter().collect()));
    }
    let mut places = Vec::new();
    for version in reading.reader.search(&query)?.resources {
        let location = stored_json(&version)?;
        if !is_active_location(&location) {
            continue;
        }
        if let Some(key) = location_key::key_of(reading.reader, &version.id)? {
            let name = names::location(&location, &version.id).to_owned();
            places.push(Place { key, id: version.id, name });
        }
    }
    Ok(places)
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
    let practitioner = format!("Practitioner/{}", id.practitioner);
    let (registry, role) = (&reading.engine.registry(), ResourceType::PRACTITIONER_ROLE);
    let of_practitioner = reference_criterion(registry, role, "practitioner", &practitioner);
    let mut roles = availabilities(reading, of_practitioner)?;
    roles.retain(|role| role.practitioner == id.practitioner && role.is_at(&location_id));
    let held = reading.reader.holds(holder(&id.practitioner), span, MAX_HOLDS)?;
    Ok(Some(wanted.starts(&roles, held.into_iter().map(|held| held.period).collect())))
}

/// The availability that the roles of one criterion give.
fn availabilities(
    reading: &mut Reading<'_>,
    criterion: Result<Criterion, Issue>,
) -> Result<Vec<Availability>, Refusal> {
    // An error would be the program's: the parameters are its own.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let query = Query::all(ResourceType::PRACTITIONER_ROLE).and(criterion);
    let mut found = Vec::new();
    for version in reading.reader.search(&query)?.resources {
        found.extend(Availability::read(&stored_json(&version)?, &reading.clinic.time_zone));
    }
    Ok(found)
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
