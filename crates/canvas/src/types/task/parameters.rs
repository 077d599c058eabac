//! How tasks are searched (Task.json, `search`; capability.json).

use super::status;
use crate::contract::{
    DATE_PREFIXES, Finds, ID_PARAMETER, ParameterFact, SearchFacts, SortBy, SortFact, parameter,
};
use crate::search::{Asked, Reading, alternatives, unescaped};
use fhir::ResourceType;
use fhir::definitions::SearchParameterType::{self, Date, Reference, String, Token};
use interactions::Refusal;
use interactions::search::{
    Criterion, ExtraParameter, ParameterId, StringMatch, string_criterion, token_criterion,
};

const DUE: &str = "canvas-due";
const LABEL: &str = "canvas-label";
const DESCRIPTION: &str = "canvas-description";

/// What is indexed for it.
pub const INDEXED: &[ExtraParameter] = &[
    extra(0, DUE, Date, "Task.restriction.period.end"),
    extra(1, LABEL, String, "Task.input.where(type.text = 'label').value.ofType(string)"),
    extra(2, DESCRIPTION, String, "Task.description"),
];

const fn extra(
    number: u16,
    code: &'static str,
    kind: SearchParameterType,
    expression: &'static str,
) -> ExtraParameter {
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + number,
        code,
        resource_type: ResourceType::TASK,
        kind,
        expression,
        targets: &[],
    }
}

/// The search.
pub const SEARCH: SearchFacts = SearchFacts { sort: SORT, ..SearchFacts::by(PARAMETERS) };

const PAGE: &str = "https://docs.canvasmedical.com/reference/task-search";

const PARAMETERS: &[ParameterFact] = &[
    parameter("description", String, Finds::Beginning(&[DESCRIPTION]))
        .defined_by(PAGE)
        .note("the beginning of the title"),
    parameter("due", String, Finds::Date(DUE))
        .defined_by(PAGE)
        .prefixes(DATE_PREFIXES)
        .note("restriction.period.end, a date; repeat it for a range"),
    parameter("label", String, Finds::By(labelled)).defined_by(PAGE).note("a whole label"),
    parameter("modified", Date, Finds::Date("modified"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Task-modified")
        .note("lastModified; repeat it for a range"),
    parameter("owner", Reference, Finds::Reference("owner"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Task-owner")
        .note("Practitioner/{id}"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Task-patient")
        .note("Patient/{id}"),
    parameter("priority", Token, Finds::Token("priority"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Task-priority")
        .note("of tasks that other software stored with one"),
    parameter("requester", Reference, Finds::Reference("requester"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Task-requester")
        .note("Practitioner/{id}"),
    parameter("status", Token, Finds::By(shown_as))
        .defined_by("http://hl7.org/fhir/SearchParameter/Task-status")
        .one_of(&["requested", "completed", "cancelled"]),
    ParameterFact { finds: Finds::By(identified), note: "the id, also as Task/{id}", ..ID_PARAMETER },
];

const SORT: &[SortFact] =
    &[SortFact { name: "_id", by: SortBy::Id }, SortFact { name: "due-date", by: SortBy::Date(DUE) }];

/// Tasks with one of these ids.
fn identified(_: &Asked<'_>, value: &str, _: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    let ids = alternatives(value).into_iter().map(unescaped);
    let ids = ids.map(|id| id.strip_prefix("Task/").map_or(id.clone(), str::to_owned));
    Ok(vec![Criterion::Ids(ids.collect())])
}

/// Tasks with one of these labels.
fn labelled(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    let registry = &reading.engine.registry();
    let one = |label: &str| {
        string_criterion(registry, ResourceType::TASK, LABEL, StringMatch::Exact, &unescaped(label))
    };
    let any: Result<Vec<Criterion>, _> = alternatives(value).into_iter().map(one).collect();
    any.map(|any| vec![Criterion::Either(any)]).map_err(|issue| Refusal::invalid(vec![issue]))
}

/// Tasks that are shown with one of these statuses.
fn shown_as(_: &Asked<'_>, value: &str, reading: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    let registry = &reading.engine.registry();
    let mut any = Vec::new();
    for one in alternatives(value) {
        let (system, code) = one.rsplit_once('|').map_or(("", one), |(system, code)| (system, code));
        for stored in status::stored(code) {
            let token = match one.contains('|') {
                true => format!("{system}|{stored}"),
                false => (*stored).to_owned(),
            };
            let criterion = token_criterion(registry, ResourceType::TASK, "status", &token);
            any.push(criterion.map_err(|issue| Refusal::invalid(vec![issue]))?);
        }
        if code.is_empty() {
            let criterion = token_criterion(registry, ResourceType::TASK, "status", one);
            any.push(criterion.map_err(|issue| Refusal::invalid(vec![issue]))?);
        }
    }
    Ok(vec![Criterion::Either(any)])
}
