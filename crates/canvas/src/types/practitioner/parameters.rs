//! How practitioners are searched (Practitioner.json, `search`; capability.json).

use super::username;
use crate::contract::{Finds, ID_PARAMETER, ParameterFact, SearchFacts, parameter};
use crate::search::{Asked, Reading};
use fhir::definitions::SearchParameterType::{String, Token};
use fhir::{Json, Reference, ResourceType};
use interactions::Refusal;
use interactions::search::{Criterion, ExtraParameter, ParameterId, Query};
use interactions::unit::stored_json;
use std::collections::BTreeSet;

const NPI: &str = "canvas-npi";

/// What is indexed for it.
pub const INDEXED: &[ExtraParameter] = &[
    username::INDEXED,
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + 1,
        code: NPI,
        resource_type: ResourceType::PRACTITIONER,
        kind: String,
        expression: "Practitioner.identifier.where(system = 'http://hl7.org/fhir/sid/us-npi').value",
        targets: &[],
    },
];

/// The search.
pub const SEARCH: SearchFacts = SearchFacts::by(PARAMETERS);

const PARAMETERS: &[ParameterFact] = &[
    parameter("active", Token, Finds::TrueUnlessSaid("active"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Practitioner-active")
        .one_of(&["true", "false"])
        .default("true")
        .note("case does not count"),
    parameter("email", Token, Finds::Token("email"))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-email"),
    parameter("include-non-schedulable-practitioners", String, Finds::By(schedulable))
        .defined_by("https://docs.canvasmedical.com/reference/practitioner-search")
        .also(&["include-non-scheduleable-practitioners"])
        .one_of(&["true", "false"])
        .default("false")
        .note("true also finds practitioners who cannot be scheduled"),
    parameter("name", String, Finds::Part(&["name"]))
        .defined_by("http://hl7.org/fhir/SearchParameter/Practitioner-name")
        .note("a part of any part of a name"),
    parameter("npi-number", String, Finds::Beginning(&[NPI]))
        .defined_by("https://docs.canvasmedical.com/reference/practitioner-search")
        .also(&["npiNumber"])
        .note("the beginning of an NPI"),
    ID_PARAMETER,
];

/// `false` finds those alone who can be scheduled: an active PractitionerRole refers to them, and their roles are
/// not all of staff who see no patients (clinic.toml).
fn schedulable(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    if value.eq_ignore_ascii_case("true") {
        return Ok(Vec::new());
    }
    let roles = reading.reader.search(&Query::all(ResourceType::PRACTITIONER_ROLE))?;
    let mut ids = BTreeSet::new();
    for role in &roles.resources {
        let role = stored_json(role)?;
        let reference = role.get("practitioner").and_then(|practitioner| practitioner.str("reference"));
        let active = role.get("active").and_then(Json::as_bool) != Some(false);
        if let (true, Some(Reference::Local { resource_type: ResourceType::PRACTITIONER, id, .. })) =
            (active, reference.and_then(Reference::local))
        {
            ids.insert(id.to_owned());
        }
    }
    let mut seen = Vec::new();
    for id in ids {
        let practitioner = reading.reader.resource(ResourceType::PRACTITIONER, &id)?;
        let Some(practitioner) = practitioner.filter(|found| found.body.is_some()) else { continue };
        if reading.clinic.is_schedulable(&stored_json(&practitioner)?) {
            seen.push(id);
        }
    }
    Ok(vec![Criterion::Ids(seen)])
}
