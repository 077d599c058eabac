//! The questions of a stored questionnaire, as answers to them are held against them.

use super::items;
use fhir::{Json, Number, Object};

/// A question.
pub struct Question {
    /// What answers name it by.
    pub link_id: String,
    /// Its text.
    pub text: Option<String>,
    /// How it is answered.
    pub kind: Kind,
    /// Its first code in LOINC or SNOMED CT: a Coding.
    pub code: Option<Object>,
    /// The options that it lists.
    pub options: Vec<Choice>,
}

/// How a question is answered (Questionnaire.json, `behaviours`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One option.
    Single,
    /// Any number of options.
    Multiple,
    /// Free text.
    Text,
}

impl Kind {
    /// What messages call it.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Single => "SING",
            Kind::Multiple => "MULT",
            Kind::Text => "TXT",
        }
    }
}

/// An option of a question.
pub struct Choice {
    /// Its Coding: system, code, display.
    pub coding: Object,
    /// What it counts for in a score.
    pub weight: Option<Number>,
}

impl Question {
    /// The one option that a coding chooses.
    pub fn chosen(&self, coding: &Json) -> Option<&Choice> {
        let same = |option: &Choice, name: &str| option.coding.str(name) == coding.str(name);
        self.options.iter().find(|option| same(option, "system") && same(option, "code"))
    }
}

/// The systems whose questions and scores come out as observations.
const OBSERVED: [&str; 2] = ["http://loinc.org", "http://snomed.info/sct"];

/// The extensions that weigh an answer: R4's, and the one that took its place.
const WEIGHTS: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
];

/// The questions of a stored questionnaire, in its order.
pub fn all(questionnaire: &Object) -> Vec<Question> {
    let questions = items::questions(questionnaire.items("item"));
    questions.iter().filter_map(Json::as_object).filter_map(question).collect()
}

/// The first of some codings that is of LOINC or SNOMED CT: system, code, and display if it has one.
pub fn observed(codings: &[Json]) -> Option<Object> {
    let is_observed = |coding: &&Json| coding.str("system").is_some_and(|system| OBSERVED.contains(&system));
    codings.iter().find(is_observed).and_then(Json::as_object).map(plain)
}

fn question(item: &Object) -> Option<Question> {
    let repeats = item.get("repeats").and_then(Json::as_bool).unwrap_or_default();
    Some(Question {
        link_id: item.str("linkId")?.to_owned(),
        text: item.str("text").map(str::to_owned),
        kind: match item.str("type") {
            Some("choice") if repeats => Kind::Multiple,
            Some("choice") => Kind::Single,
            _ => Kind::Text,
        },
        code: observed(item.items("code")),
        options: item.items("answerOption").iter().filter_map(choice).collect(),
    })
}

fn choice(option: &Json) -> Option<Choice> {
    let coding = option.get("valueCoding")?.as_object()?;
    let weight = weight(option.as_object()?).or_else(|| weight(coding));
    Some(Choice { coding: plain(coding), weight })
}

fn weight(element: &Object) -> Option<Number> {
    let weighs = |extension: &&Json| extension.str("url").is_some_and(|url| WEIGHTS.contains(&url));
    element.items("extension").iter().find(weighs)?.get("valueDecimal")?.as_number().cloned()
}

fn plain(coding: &Object) -> Object {
    let members = ["system", "code", "display"].into_iter();
    members.filter_map(|name| Some((name, coding.get(name)?.clone()))).collect()
}
