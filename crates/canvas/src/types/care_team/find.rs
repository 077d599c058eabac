//! Searches that find the teams of patients, stored or not, and the patients of a team's members.

use super::{CONTRACT, CareTeam};
use crate::canvas_type::CanvasType;
use crate::search::{Asked, Reading, alternatives};
use crate::stored;
use fhir::{Issue, Json, Reference, ResourceType};
use interactions::Refusal;
use interactions::search::{Criterion, Query, References, limits, reference_criterion, token_criterion};
use interactions::unit::stored_json;
use std::collections::BTreeMap;
use std::sync::Arc;

const CARE_TEAM: ResourceType = ResourceType::CARE_TEAM;
const HAS_MEMBER: &str = "'_has:CareTeam:participant:member'";

/// What a search by `patient` finds, by id; `None` for others, which find what is stored and nothing else.
///
/// # Errors
///
/// The store's failures.
pub fn of_patients(asked: &Asked<'_>, reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
    let mut values = asked.values("patient");
    let Some(first) = values.next() else { return Ok(None) };
    let may_be_empty = asked.value("participant").is_none() && asked.values("status").all(is_active);
    if !may_be_empty {
        return Ok(None);
    }
    let mut teams = stored_teams(asked, reading)?;
    let mut patients: Vec<&str> = alternatives(first).into_iter().map(id_of).collect();
    for other in values {
        let others: Vec<&str> = alternatives(other).into_iter().map(id_of).collect();
        patients.retain(|id| others.contains(id));
    }
    for id in patients {
        let reference = format!("Patient/{id}");
        let is_the_patients =
            |team: &Json| team.at(&["subject", "reference"]).and_then(Json::as_str) == Some(&reference);
        let has_one =
            teams.values().any(|team| is_the_patients(team) && team.str("status") == Some("active"));
        if !has_one && !teams.contains_key(id) {
            teams.extend(CareTeam.get(id, reading)?.map(|team| (id.to_owned(), team)));
        }
    }
    Ok(Some(teams.into_values().collect()))
}

/// Whether a value of `status` finds active teams: the code, after a system or not.
fn is_active(value: &str) -> bool {
    let code = |one: &str| one.rsplit_once('|').map_or(one, |(_, code)| code) == "active";
    alternatives(value).into_iter().any(code)
}

/// The id in `Patient/{id}` or alone.
fn id_of(value: &str) -> &str {
    value.strip_prefix("Patient/").unwrap_or(value)
}

/// The stored teams that the search finds, in the vendor's shape.
fn stored_teams(asked: &Asked<'_>, reading: &mut Reading<'_>) -> Result<BTreeMap<String, Json>, Refusal> {
    let registry = reading.engine.registry();
    let mut query = Query::all(CARE_TEAM);
    for value in asked.values("patient") {
        query = query.and(any(value, |one| reference_criterion(&registry, CARE_TEAM, "patient", one))?);
    }
    for value in asked.values("status") {
        query = query.and(any(value, |one| token_criterion(&registry, CARE_TEAM, "status", one))?);
    }
    let mut teams = BTreeMap::new();
    for version in &reading.reader.search(&query)?.resources {
        let mut team = stored_json(version)?;
        if let Some(team) = team.as_object_mut() {
            CareTeam.present(team, reading)?;
            stored::keep_shown(&CONTRACT, team);
        }
        teams.insert(version.id.clone(), team);
    }
    Ok(teams)
}

fn any(value: &str, make: impl Fn(&str) -> Result<Criterion, Issue>) -> Result<Criterion, Refusal> {
    let each: Result<Vec<Criterion>, Issue> = alternatives(value).into_iter().map(make).collect();
    Ok(Criterion::Either(each.map_err(|issue| Refusal::invalid(vec![issue]))?))
}

/// Whether there is a patient with this id.
///
/// # Errors
///
/// The store's failures.
pub fn is_patient(id: &str, reading: &mut Reading<'_>) -> Result<bool, Refusal> {
    if !fhir::primitive::is_id(id) {
        return Ok(false);
    }
    let found = reading.reader.resource(ResourceType::PATIENT, id)?;
    Ok(found.is_some_and(|version| version.body.is_some()))
}

/// The condition on patients that one of these (`Practitioner/{id}`) is on their active team.
///
/// # Errors
///
/// 400 when the value is no reference.
pub fn with_member(value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    let registry = reading.engine.registry();
    let member = any(value, |one| {
        // The client asked for the members of teams.
        let told = |issue: Issue| Issue { text: issue.text.replace("'participant'", HAS_MEMBER), ..issue };
        reference_criterion(&registry, CARE_TEAM, "participant", one).map_err(told)
    })?;
    let active = any("active", |one| token_criterion(&registry, CARE_TEAM, "status", one))?;
    Ok(vec![Criterion::ReferredToBy {
        by: CARE_TEAM,
        criteria: vec![active, member],
        references: References(Arc::new(patient_of)),
    }])
}

/// The id of the patient whom a stored team is of.
fn patient_of(body: &[u8]) -> Vec<String> {
    let team = fhir::json::parse(body, limits::BODY_DEPTH).ok();
    let reference = team.as_ref().and_then(|team| team.at(&["subject", "reference"])).and_then(Json::as_str);
    match reference.and_then(Reference::local) {
        Some(Reference::Local { resource_type: ResourceType::PATIENT, id, .. }) => vec![id.to_owned()],
        _ => Vec::new(),
    }
}
