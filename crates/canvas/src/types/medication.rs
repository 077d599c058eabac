//! Medication (<https://docs.canvasmedical.com/api/medication/>): the catalogue of medications, read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, IdForm, ParameterFact, SearchFacts, decision, element, parameter,
};
use crate::finding::Findings;
use crate::rule::{Check, Rule, rule};
use crate::search::{Asked, Reading};
use crate::shape;
use crate::text::escaped;
use fhir::definitions::SearchParameterType::{String, Token};
use fhir::{IssueCode, Json, Object, ResourceType, json};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};
use std::collections::HashSet;

/// The type.
pub struct Medication;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    resource_type: ResourceType::MEDICATION,
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication"],
    ids: IdForm::Derived("fdb-{FDB code}"),
    elements: ELEMENTS,
    extensions: &[],
    search: SearchFacts { parameters: PARAMETERS, sort: &[], pages: true },
    indexed: INDEXED,
    rules: RULES,
    minimal: "",
    files: &[],
    behaviours: &[
        "A medication has one name: code.text, the display of each of its codings and the narrative.",
        "The catalogue is loaded at the R4 door.",
    ],
    decisions: DECISIONS,
};

const FDB: &str = "http://www.fdbhealth.com/";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

const ELEMENTS: &[ElementFact] = &[
    element("resourceType", "code").read_only().one_of(&["Medication"]),
    element("id", "id").read_only().format("fdb-{FDB code}"),
    element("text", "Narrative").read_only(),
    element("text.status", "code").read_only().one_of(&["generated"]),
    element("text.div", "xhtml").read_only(),
    element("code", "CodeableConcept").read_only(),
    element("code.coding", "Coding").list().read_only(),
    element("code.coding.system", "uri")
        .read_only()
        .one_of(&["http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.fdbhealth.com/"]),
    element("code.coding.code", "code").read_only(),
    element("code.coding.display", "string").read_only(),
    element("code.text", "string").read_only(),
];

const NAME: &str = "canvas-name";

/// The longest name that each coding repeats, in bytes; no medication has a longer one.
const LONGEST_DISPLAY: usize = 1024;

/// The name, as [`name`] tells it.
const INDEXED: &[ExtraParameter] = &[ExtraParameter {
    number: ParameterId::FIRST_EXTRA + 200,
    code: NAME,
    resource_type: ResourceType::MEDICATION,
    kind: String,
    expression: "Medication.code.select(iif(text.exists(), text, iif(coding.display.exists(), coding.display.first(), coding.code.first())))",
    targets: &[],
}];

const PARAMETERS: &[ParameterFact] = &[
    parameter("code", Token, Finds::Token("code"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-code")
        .note("code or system|code"),
    parameter("_text", String, Finds::Part(&[NAME]))
        .defined_by("http://hl7.org/fhir/SearchParameter/DomainResource-text")
        .note("a part of the name"),
];

const RULES: &[Rule] = &[rule(
    "medication-code-or-text",
    IssueCode::Required,
    "Medication search requires a code or _text parameter",
)
.on(&[Interaction::SearchType])
.when("neither code nor _text is given")
.check(Check::Query(code_or_text))
.broken_by_query("_count=5", "Medication search requires a code or _text parameter")
.kept_by_query("_text=tylenol")];

const DECISIONS: &[Decision] = &[
    decision(
        "Narrative",
        "Generated: the name. _text looks at it, in any case, without punctuation.",
        "The narrative of the example is the name.",
    ),
    decision(
        "code",
        "Finds the medications that have it among their codings.",
        "The page has branded and generic medications found by related codes; RxNorm, which tells what is related, is not built in. The catalogue's entries carry the related codes.",
    ),
    decision(
        "Codings of other systems than FDB and RxNorm",
        "Are not shown, and each coding is shown once, FDB first.",
        "The page has the two systems.",
    ),
];

impl CanvasType for Medication {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, _: &mut Reading<'_>) -> Result<(), Refusal> {
        let Some(name) = name(resource).map(str::to_owned) else {
            resource.remove("text");
            return Ok(());
        };
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div>", escaped(&name));
        resource.insert("text", json!({ "status": "generated", "div": div }));
        let codings = codings(resource, &name);
        if let Some(code) = resource.get_mut("code").and_then(Json::as_object_mut) {
            code.insert("coding", codings);
            code.insert("text", name);
        }
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

/// What it is called.
fn name(medication: &Object) -> Option<&str> {
    medication.get("code").and_then(Json::as_object).and_then(shape::name)
}

/// The codings of the catalogue, each once and under the name.
fn codings(medication: &Object, name: &str) -> Vec<Json> {
    let stored =
        medication.get("code").and_then(|code| code.get("coding")).map(Json::items).unwrap_or_default();
    let display = (name.len() <= LONGEST_DISPLAY).then_some(name);
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    let mut shown: Vec<Json> = Vec::new();
    for system in [FDB, RXNORM] {
        let of_system = stored.iter().filter(|coding| coding.str("system") == Some(system));
        for code in of_system.filter_map(|coding| coding.str("code")) {
            if seen.insert((system, code)) {
                let mut coding = json!({ "system": system, "code": code });
                if let (Some(display), Json::Object(coding)) = (display, &mut coding) {
                    coding.insert("display", display);
                }
                shown.push(coding);
            }
        }
    }
    shown
}

fn code_or_text(asked: &Asked<'_>, findings: &mut Findings) {
    if asked.value("code").is_none() && asked.value("_text").is_none() {
        findings.add("", &[]);
    }
}
