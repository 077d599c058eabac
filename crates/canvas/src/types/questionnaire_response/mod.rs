//! QuestionnaireResponse (<https://docs.canvasmedical.com/api/questionnaireresponse/>).

mod checks;
mod elements;
mod observations;
mod parameters;
mod present;
mod questionnaire;
mod rules;
mod store;

use crate::canvas_type::CanvasType;
use crate::contract::{Contract, Decision, IdForm, Mark, NoteFact, decision};
use crate::note_of;
use crate::rule::set;
use crate::search::Reading;
use crate::sent::Sent;
use crate::write::Write;
use fhir::{Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct QuestionnaireResponse;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-questionnaireresponse"],
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: parameters::SEARCH,
    rules: rules::RULES,
    note: Some(NOTE),
    mark: Some(Mark::code("status")),
    minimal: r#"{"resourceType":"QuestionnaireResponse","questionnaire":"Questionnaire/7eefd6fc-0000-44c2-8224-d95f0ceaa2fd","status":"completed","subject":{"reference":"Patient/{demo-patient}"},"item":[{"linkId":"e2e5ddc3-a0ec-4a1b-9c53-bf2e2e990fe1","answer":[{"valueCoding":{"system":"http://snomed.info/sct","code":"8517006","display":"Former user"}}]}]}"#,
    minimal_update: &[set("status", "\"entered-in-error\"")],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("QuestionnaireResponse", ResourceType::QUESTIONNAIRE_RESPONSE, IdForm::Uuid)
};

/// What responses land in.
const NOTE: NoteFact = note_of!(
    "QuestionnaireResponse",
    "questionnaireresponse",
    "encounter",
    "The note identifier and the encounter must refer to the same note"
)
.dated_by("authored");

const BEHAVIOURS: &[&str] = &[
    "create lands in the note that encounter or the note-id extension names, else in a new Data Import note of the time authored.",
    "The texts of questions and the displays of options are the questionnaire's, whatever was sent.",
    "Each answered question that is coded in LOINC or SNOMED CT makes a social-history Observation, and a questionnaire whose options have weights a survey Observation with their sum; both are derivedFrom the response and stored with it.",
    "Without an answer to every question there is no score: the Observation then has neither code nor value.",
    "update marks the response and its Observations entered-in-error and does nothing else.",
    "Questionnaires are written at the R4 door.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "questionnaire",
        "Is taken as Questionnaire/{id} and as an absolute URL that ends so, whatever its base, and returned in the relative form. The URL of its own by which an R4 client named it is returned so too, and found.",
        "The page has the one, sample requests and the change of 2026-02-02 the other; the base of an application's configuration need not be this server's.",
    ),
    decision(
        "Scoring",
        "A questionnaire is scored when an option has R4's ordinalValue (or itemWeight): the score is the sum over the chosen options. Its code is the questionnaire's first code of LOINC or SNOMED CT.",
        "The vendor configures scoring outside the API; this is what R4 has for it.",
    ),
    decision(
        "Incomplete scores",
        "Every question must be answered, also those that do not count; else the score has no code (data-absent-reason unknown) and no value. Nothing is refused.",
        "The page says that all are needed; a partial sum must not read as a score.",
    ),
    decision(
        "Several answers to one question",
        "Are codings of one Observation. The same option twice is refused (422).",
        "One observation for each question, as the page has it; an option that is chosen twice would count twice in the score.",
    ),
    decision(
        "Observations of a response that is marked entered-in-error",
        "Are marked as well.",
        "The facts are silent; an answer that was not given must not stay in the chart.",
    ),
    decision("The placeholders of code systems in messages", "Are URIs.", "They are what the client sends."),
    decision(
        "valueCoding.system",
        "Is held against the question's options alone, not against the page's list of systems.",
        "Questionnaires of the R4 door may be of other systems; the list has a placeholder.",
    ),
    decision(
        "Questions whose options stand in a value set, and questions of types that the vendor does not have",
        "The former take any coding, the latter a text.",
        "What the questionnaire does not list cannot be checked.",
    ),
    decision(
        "Nested items, linkIds of no question, questionnaires that are not there, subjects and authors of other types",
        "Are refused.",
        "The facts are silent; nobody could read such an answer.",
    ),
    decision(
        "Responses of the R4 door",
        "Are shown with their items in one list, those without an answer left out; answers that are neither codings nor texts as text.",
        "The vendor has no others.",
    ),
    decision(
        "The permalink",
        "Is shown where the R4 door stored one; none is made.",
        "There is no user interface that it could lead to.",
    ),
    decision("Billing by CPT codes of answers", "Does not happen.", "There are no fee schedules here."),
    decision(
        "Creates at the same time that name one encounter",
        "Are each carried out.",
        "The page does not support them; here they are serialised.",
    ),
];

impl CanvasType for QuestionnaireResponse {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        store::settle(resource, write)
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        present::present(resource, reading)
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        present::is_told(resource).then(Vec::new)
    }
}
