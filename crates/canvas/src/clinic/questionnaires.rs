//! Questionnaires of `clinic.toml`: their questions, and the resource that is stored of each.

use super::lists;
use super::read::Unique;
use super::section::{Problems, Section};
use fhir::outcome::quoted;
use fhir::{Json, Object, json};

/// R4's extension that says what an answer counts.
const ORDINAL_VALUE: &str = "http://hl7.org/fhir/StructureDefinition/ordinalValue";

/// A questionnaire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Questionnaire {
    /// The id of the resource.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its version, which is shown when it is retired.
    pub version: Option<String>,
    /// Whether it is in use; else it is retired.
    pub active: bool,
    /// Its own coding.
    pub coding: (String, String),
    /// Its questions, in their order.
    pub questions: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What answers name it by.
    pub link_id: String,
    /// Its coding.
    pub coding: (String, String),
    /// What the coding is called.
    pub display: Option<String>,
    /// What is asked.
    pub text: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// The options to choose from; none where the answer is text.
    pub options: Vec<AnswerOption>,
}

/// How a question is answered (Questionnaire.json, behaviours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// By one option.
    Single,
    /// By any number of options.
    Multiple,
    /// By text.
    Text,
}

impl QuestionKind {
    /// The word in `clinic.toml`.
    fn parse(word: &str) -> Option<Self> {
        match word {
            "single" => Some(QuestionKind::Single),
            "multiple" => Some(QuestionKind::Multiple),
            "text" => Some(QuestionKind::Text),
            _ => None,
        }
    }
}

/// An option to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerOption {
    /// Its coding.
    pub coding: (String, String),
    /// What it says.
    pub display: String,
    /// What it counts for the score, if the questionnaire has one.
    pub score: Option<u32>,
}

pub(super) fn questionnaires(root: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<Questionnaire> {
    let mut unique = Unique::default();
    let sections = root.sections("questionnaire", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let questionnaire = Questionnaire {
            id: lists::required_id(&mut section, "id", problems),
            name: section.required("name", problems),
            description: section.text("description", problems),
            version: section.text("version", problems),
            active: section.flag("active", true, problems),
            coding: coding(&mut section, problems),
            questions: questions(&mut section, problems),
        };
        if questionnaire.questions.is_empty() {
            problems.add(section.at, "questionnaire.question is required: [[questionnaire.question]] tables");
        }
        unique.check("the questionnaire", questionnaire.id.clone(), section.at, problems);
        section.finish(problems);
        questionnaire
    };
    sections.into_iter().map(read).collect()
}

fn coding(section: &mut Section<'_>, problems: &mut Problems<'_>) -> (String, String) {
    (section.required("system", problems), section.required("code", problems))
}

fn questions(questionnaire: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<Question> {
    let (mut codes, mut links) = (Unique::default(), Unique::default());
    let sections = questionnaire.sections("question", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let coding = coding(&mut section, problems);
        let expected = "'single', 'multiple' or 'text'";
        let kind = section.parsed("kind", expected, problems, QuestionKind::parse);
        let question = Question {
            link_id: section.text("link_id", problems).unwrap_or_else(|| coding.1.clone()),
            display: section.text("display", problems),
            text: section.required("text", problems),
            kind: kind.unwrap_or(QuestionKind::Single),
            options: options(&mut section, problems),
            coding,
        };
        check_options(&question, section.at, problems);
        codes.check("the question", question.coding.1.clone(), section.at, problems);
        links.check("the link_id", question.link_id.clone(), section.at, problems);
        section.finish(problems);
        question
    };
    sections.into_iter().map(read).collect()
}

fn check_options(question: &Question, at: usize, problems: &mut Problems<'_>) {
    let shown = quoted(&question.coding.1);
    match (question.kind, question.options.is_empty()) {
        (QuestionKind::Text, false) => {
            problems.add(at, format!("the question {shown} is answered by text and has options"));
        }
        (QuestionKind::Single | QuestionKind::Multiple, true) => {
            problems.add(at, format!("the question {shown} has no options; kind = \"text\" needs none"));
        }
        _ => {}
    }
}

fn options(question: &mut Section<'_>, problems: &mut Problems<'_>) -> Vec<AnswerOption> {
    let mut unique = Unique::default();
    let sections = question.sections("option", problems).unwrap_or_default();
    let read = |mut section: Section<'_>| {
        let option = AnswerOption {
            coding: coding(&mut section, problems),
            display: section.required("display", problems),
            score: section.count("score", problems),
        };
        unique.check("the option", option.coding.1.clone(), section.at, problems);
        section.finish(problems);
        option
    };
    sections.into_iter().map(read).collect()
}

impl Questionnaire {
    /// The resource that is stored.
    pub fn to_resource(&self) -> Json {
        let mut resource = Object::new();
        resource.insert("resourceType", "Questionnaire");
        resource.insert("id", self.id.as_str());
        if let Some(version) = &self.version {
            resource.insert("version", version.as_str());
        }
        resource.insert("name", self.name.as_str());
        resource.insert("status", if self.active { "active" } else { "retired" });
        if let Some(description) = &self.description {
            resource.insert("description", description.as_str());
        }
        resource.insert("code", vec![coded(&self.coding).into()]);
        resource.insert("item", self.questions.iter().map(Question::to_item).collect::<Vec<_>>());
        resource.into()
    }
}

impl Question {
    fn to_item(&self) -> Json {
        let mut item = Object::new();
        item.insert("linkId", self.link_id.as_str());
        let mut coding = coded(&self.coding);
        if let Some(display) = &self.display {
            coding.insert("display", display.as_str());
        }
        item.insert("code", vec![coding.into()]);
        item.insert("text", self.text.as_str());
        item.insert("type", if self.kind == QuestionKind::Text { "text" } else { "choice" });
        item.insert("repeats", self.kind == QuestionKind::Multiple);
        if !self.options.is_empty() {
            item.insert("answerOption", self.options.iter().map(AnswerOption::to_json).collect::<Vec<_>>());
        }
        item.into()
    }
}

impl AnswerOption {
    fn to_json(&self) -> Json {
        let mut option = Object::new();
        if let Some(score) = self.score {
            option.insert("extension", json!([{ "url": ORDINAL_VALUE, "valueDecimal": (i64::from(score)) }]));
        }
        let mut coding = coded(&self.coding);
        coding.insert("display", self.display.as_str());
        option.insert("valueCoding", coding);
        option.into()
    }
}

fn coded((system, code): &(String, String)) -> Object {
    let mut coding = Object::new();
    coding.insert("system", system.as_str());
    coding.insert("code", code.as_str());
    coding
}
