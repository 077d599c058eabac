//! How responses are searched.

use crate::contract::{Finds, ID_PARAMETER, ParameterFact, SearchFacts, SortBy, SortFact, parameter};
use crate::search::{Asked, Reading, alternatives};
use crate::types::questionnaire::{OWN_CODE, QUESTION};
use fhir::definitions::SearchParameterType::{Date, Reference, Token};
use fhir::{Issue, ResourceType};
use interactions::Refusal;
use interactions::search::{Criterion, reference_criterion, token_criterion};

/// The search.
pub const SEARCH: SearchFacts = SearchFacts {
    sort: &[
        SortFact { name: "_id", by: SortBy::Id },
        SortFact { name: "authored", by: SortBy::Date("authored") },
    ],
    ..SearchFacts::by(PARAMETERS)
};

const PARAMETERS: &[ParameterFact] = &[
    parameter("authored", Date, Finds::Date("authored"))
        .defined_by("http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-authored")
        .note("repeat it for a range"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-patient")
        .note("Patient/{id}"),
    parameter("questionnaire", Reference, Finds::By(questionnaire))
        .defined_by("http://hl7.org/fhir/SearchParameter/QuestionnaireResponse-questionnaire")
        .note("Questionnaire/{id}"),
    parameter("questionnaire.code", Token, Finds::By(own_code))
        .note("the questionnaire's own code: code or system|code"),
    parameter("questionnaire.item.code", Token, Finds::By(question_code))
        .note("the code of one of the questionnaire's questions: code or system|code"),
    ID_PARAMETER,
];

/// Responses that name one of the questionnaires by its id or its own URL.
fn questionnaire(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    any(value, reading, |value, reading| {
        let registry = &reading.engine.registry();
        let named =
            reference_criterion(registry, ResourceType::QUESTIONNAIRE_RESPONSE, "questionnaire", value)?;
        let id = super::questionnaire::id(value).unwrap_or(value).to_owned();
        let by_url = answers(reading, Criterion::Ids(vec![id]));
        Ok(Criterion::Either(std::iter::once(named).chain(by_url).collect()))
    })
}

fn own_code(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    coded(OWN_CODE, value, reading)
}

fn question_code(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    coded(QUESTION, value, reading)
}

/// Responses to questionnaires that have one of the codes under the parameter `code`.
fn coded(code: &str, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    any(value, reading, |value, reading| {
        let registry = &reading.engine.registry();
        let criterion = token_criterion(registry, ResourceType::QUESTIONNAIRE, code, value)?;
        Ok(Criterion::Either(answers(reading, criterion).into_iter().collect()))
    })
}

/// That a response answers a questionnaire of which the criterion holds.
fn answers(reading: &Reading<'_>, criterion: Criterion) -> Option<Criterion> {
    let registry = reading.engine.registry();
    let parameter = registry.parameter(ResourceType::QUESTIONNAIRE_RESPONSE, "questionnaire")?.id();
    Some(Criterion::RefersTo { parameter, target: ResourceType::QUESTIONNAIRE, criteria: vec![criterion] })
}

/// Any of the alternatives of a value.
fn any(
    value: &str,
    reading: &mut Reading<'_>,
    one: impl Fn(&str, &Reading<'_>) -> Result<Criterion, Issue>,
) -> Result<Vec<Criterion>, Refusal> {
    let each = alternatives(value).into_iter().map(|value| one(value, reading));
    let each: Result<Vec<Criterion>, Issue> = each.collect();
    Ok(vec![Criterion::Either(each.map_err(|issue| Refusal::invalid(vec![issue]))?)])
}
