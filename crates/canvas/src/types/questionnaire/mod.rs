//! Questionnaire (<https://docs.canvasmedical.com/api/questionnaire/>), read-only at this door.

mod items;
pub mod question;

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::keyed::default;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::{String, Token};
use fhir::{Object, ResourceType};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Questionnaire;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    indexed: INDEXED,
    behaviours: &[
        "Questions are choice with repeats true (several answers), choice with repeats false (one), or text.",
        "A retired questionnaire has its version after its name.",
        "Questionnaires are written at the R4 door, or kept in clinic.toml, from where they are stored at the start.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Questionnaire", ResourceType::QUESTIONNAIRE, IdForm::Uuid)
};

const SYSTEMS: &[&str] = &[
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://canvasmedical.com",
    "http://www.ama-assn.org/go/cpt",
    "http://hl7.org/fhir/sid/icd-10",
    "http://schemas.{customer_identifier}.canvasmedical.com/fhir/systems/internal",
];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("name", "string").read_only(),
    element("status", "code").read_only().one_of(&["active", "retired"]),
    element("description", "markdown").read_only(),
    element("code", "Coding").list().read_only(),
    element("code.system", "uri").read_only().one_of(SYSTEMS),
    element("code.code", "code").read_only(),
    element("item", "BackboneElement").list().read_only(),
    element("item.linkId", "string").read_only(),
    element("item.code", "Coding").list().read_only(),
    element("item.code.system", "uri").read_only().one_of(SYSTEMS),
    element("item.code.code", "code").read_only(),
    element("item.text", "string").read_only(),
    element("item.type", "code").read_only().one_of(&["choice", "text"]),
    element("item.repeats", "boolean").read_only(),
    element("item.answerOption", "BackboneElement").list().read_only(),
    element("item.answerOption.valueCoding", "Coding").read_only(),
    element("item.answerOption.valueCoding.system", "uri").read_only().one_of(SYSTEMS),
    element("item.answerOption.valueCoding.code", "code").read_only(),
    element("item.answerOption.valueCoding.display", "string").read_only(),
];

/// The parameter of its own code.
pub const OWN_CODE: &str = "canvas-own-code";
/// The parameter of the codes of its questions.
pub const QUESTION: &str = "canvas-question";

/// What is indexed for it: its own code, which R4 has no parameter for, and the codes of its questions, nested ones
/// included.
const INDEXED: &[ExtraParameter] = &[
    codes(200, OWN_CODE, "Questionnaire.code"),
    codes(201, QUESTION, "Questionnaire.repeat(item).where(type != 'group' and type != 'display').code"),
];

const fn codes(number: u16, code: &'static str, expression: &'static str) -> ExtraParameter {
    ExtraParameter {
        number: ParameterId::FIRST_EXTRA + number,
        code,
        resource_type: ResourceType::QUESTIONNAIRE,
        kind: Token,
        expression,
        targets: &[],
    }
}

const PARAMETERS: &[ParameterFact] = &[
    parameter("code", Token, Finds::Token(QUESTION))
        .defined_by("http://hl7.org/fhir/SearchParameter/Questionnaire-code")
        .note("the code of a question: code or system|code"),
    parameter("name", String, Finds::Beginning(&["name"]))
        .defined_by("http://hl7.org/fhir/SearchParameter/Questionnaire-name")
        .note("the beginning of the name"),
    parameter("questionnaire-code", String, Finds::Token(OWN_CODE))
        .defined_by("http://hl7.org/fhir/SearchParameter/Questionnaire-questionnaire-code")
        .note("the code of the questionnaire itself: code or system|code"),
    parameter("status", Token, Finds::Token("status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Questionnaire-status")
        .one_of(&["active", "retired"]),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "questionnaire-code",
        "Is advertised as string and compared as a token: a whole code.",
        "The live statement types it string, the page token; the beginning of a code is another code.",
    ),
    decision(
        "The name of a retired questionnaire",
        "Is shown with (v{version}) after it, when it has a version and does not end so already.",
        "The page gives the form.",
    ),
    decision(
        "status",
        "As stored; drafts are shown as drafts, but no search asks for them.",
        "The page has active and retired.",
    ),
    decision("description", "No Description Provided when nothing is stored.", "The examples' filler."),
    decision(
        "Groups, nested questions and texts without a question",
        "Questions are shown in one list in their order; groups and display items are left out.",
        "The items of the examples are not nested, and the page has questions alone.",
    ),
    decision(
        "item.type",
        "open-choice is shown as choice, string, which may have options in R4, as text; what the vendor does not have (integer, date, …) as it is stored.",
        "A client that cannot ask such a question must be able to see that.",
    ),
    decision(
        "Answers that were stored without a code",
        "Their text is shown as the display of a coding.",
        "The page has codings alone.",
    ),
];

impl CanvasType for Questionnaire {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        default(resource, "description", "No Description Provided");
        if let Some(name) = name_of_retired(resource) {
            resource.insert("name", name);
        }
        let questions = items::questions(resource.items("item"));
        resource.insert("item", questions);
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

/// `PHQ-9 (v7)`
fn name_of_retired(questionnaire: &Object) -> Option<std::string::String> {
    let version = questionnaire.str("version").filter(|_| questionnaire.str("status") == Some("retired"))?;
    let suffix = format!(" (v{})", version.trim_start_matches('v'));
    let name = questionnaire.str("name")?;
    (!name.ends_with(&suffix)).then(|| format!("{name}{suffix}"))
}
