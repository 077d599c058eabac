//! How patients are searched (Patient.json, `search`; capability.json).

use crate::contract::{Finds, ID_PARAMETER, ParameterFact, SearchFacts, SortBy, SortFact, parameter};
use crate::search::{Asked, Reading};
use crate::types::care_team;
use fhir::ResourceType;
use fhir::definitions::SearchParameterType::{Date, Special, String, Token};
use interactions::Refusal;
use interactions::search::{Criterion, ExtraParameter, ParameterId};

const OFFICIAL_FAMILY: &str = "canvas-official-family";
const OFFICIAL_GIVEN: &str = "canvas-official-given";
const NICKNAME: &str = "canvas-nickname";

/// What is indexed for it.
pub const INDEXED: &[ExtraParameter] = &[
    text(0, OFFICIAL_FAMILY, "Patient.name.where(use = 'official').family"),
    text(1, OFFICIAL_GIVEN, "Patient.name.where(use = 'official').given"),
    text(2, NICKNAME, "Patient.name.where(use = 'nickname').given"),
];

const fn text(number: u16, code: &'static str, expression: &'static str) -> ExtraParameter {
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + number,
        code,
        resource_type: ResourceType::PATIENT,
        kind: String,
        expression,
        targets: &[],
    }
}

/// The search.
pub const SEARCH: SearchFacts = SearchFacts { sort: SORT, ..SearchFacts::by(PARAMETERS) };

const PARAMETERS: &[ParameterFact] = &[
    parameter("active", Token, Finds::TrueUnlessSaid("active"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Patient-active")
        .one_of(&["true", "false"])
        .note("without it active and inactive patients are found"),
    parameter("birthdate", Date, Finds::Date("birthdate"))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-birthdate")
        .also(&["birthDate"]),
    parameter("email", Token, Finds::Token("email"))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-email"),
    parameter("family", String, Finds::Beginning(&[OFFICIAL_FAMILY]))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-family")
        .note("the beginning of the family name of the official name"),
    parameter("gender", Token, Finds::Token("gender"))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-gender")
        .one_of(&["male", "female", "other", "unknown"]),
    parameter("given", String, Finds::Beginning(&[OFFICIAL_GIVEN]))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-given")
        .note("the beginning of a given name of the official name"),
    parameter("identifier", Token, Finds::Token("identifier"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Patient-identifier")
        .note("value, system|value, system| or |value; an MRN as http://canvasmedical.com|{mrn}"),
    parameter("name", String, Finds::Part(&["family", "given"]))
        .defined_by("http://hl7.org/fhir/SearchParameter/Patient-name")
        .note("a part of any family or given name"),
    parameter("nickname", String, Finds::Beginning(&[NICKNAME]))
        .defined_by("https://docs.canvasmedical.com/reference/patient-search"),
    parameter("phone", Token, Finds::Token("phone"))
        .defined_by("http://hl7.org/fhir/SearchParameter/individual-phone")
        .note("10 digits"),
    ID_PARAMETER,
    parameter("_has:CareTeam:participant:member", Special, Finds::By(on_the_team_of))
        .note("Practitioner/{id}; the patients whose active care team the practitioner is on"),
];

const SORT: &[SortFact] = &[
    SortFact { name: "_id", by: SortBy::Id },
    SortFact { name: "birthdate", by: SortBy::Date("birthdate") },
    SortFact { name: "family", by: SortBy::Text(OFFICIAL_FAMILY) },
    SortFact { name: "given", by: SortBy::Text(OFFICIAL_GIVEN) },
];

fn on_the_team_of(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    care_team::with_member(value, reading)
}
