//! Allergen (<https://docs.canvasmedical.com/api/allergen/>): the catalogue of allergens, a type that R4 does not know.

use crate::canvas_type::CanvasType;
use crate::catalogue::{self, FDB};
use crate::clinic::CatalogueEntry;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, IdForm, ParameterFact, SearchFacts, decision, element, parameter,
};
use crate::rule::{Check, Rule, rule};
use crate::search::{Asked, Reading};
use crate::text::escaped;
use fhir::definitions::SearchParameterType::{String, Token};
use fhir::{IssueCode, Json, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Allergen;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    is_live: false,
    is_stored: false,
    interactions: &[Interaction::Read, Interaction::SearchType],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    behaviours: &[
        "The catalogue of clinic.toml, which at the vendor's comes from First Databank; not patient data, not written.",
        "It supplies the codings of AllergyIntolerance.code.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Allergen", ResourceType::BASIC, IdForm::Derived("fdb-{FDB code}"))
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("fdb-{FDB code}"),
    element("text", "Narrative").read_only(),
    element("text.status", "code").read_only().one_of(&["generated"]),
    element("text.div", "xhtml").read_only().note("the name, then each RxNorm code, in paragraphs"),
    element("code", "CodeableConcept").read_only(),
    element("code.coding", "Coding").list().read_only(),
    element("code.coding.system", "uri").read_only().one_of(&[
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://snomed.info/sct",
        "http://www.fdbhealth.com/",
    ]),
    element("code.coding.code", "code").read_only().note("FDB's look like 6-2754"),
    element("code.coding.display", "string").read_only().note("on the FDB coding"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("_text", String, Finds::Itself).note("a part of the narrative's text, whatever its case"),
    parameter("code", Token, Finds::Itself).note("{system}|{code}"),
];

const RULES: &[Rule] =
    &[rule("allergen-search", IssueCode::Required, "Allergen search requires a code or _text parameter")
        .on(&[Interaction::SearchType])
        .when("neither code nor _text is given")
        .check(Check::AnyParameter(&["code", "_text"]))
        .broken_by_query("", "Allergen search requires a code or _text parameter")
        .kept_by_query("_text=minocycline")];

const DECISIONS: &[Decision] = &[
    decision(
        "CapabilityStatement",
        "Allergen is not in it.",
        "The live one does not list it, and R4 has no such type; it is served all the same, as the page says.",
    ),
    decision("Scopes", "system/Allergen.read or user/Allergen.read, or one for *.", "The facts name none."),
    decision(
        "code",
        "Searches FDB codes as well, in every form of a token.",
        "The page lists RxNorm and SNOMED CT; refusing the codes that the type itself shows helps no client.",
    ),
    decision(
        "text.div",
        "Without the stray quotation mark of the vendor's example.",
        "It is a slip of the example.",
    ),
];

impl CanvasType for Allergen {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn find(&self, asked: &Asked<'_>, _reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
        let found = catalogue::found(&asked.clinic.allergens, asked, texts);
        Ok(Some(found.into_iter().map(shown).collect()))
    }

    fn get(&self, id: &str, reading: &mut Reading<'_>) -> Result<Option<Json>, Refusal> {
        Ok(catalogue::by_id(&reading.clinic.allergens, id).map(shown))
    }
}

/// What the narrative shows: the name and the RxNorm codes.
fn texts(entry: &CatalogueEntry) -> Vec<&str> {
    std::iter::once(entry.name.as_str()).chain(entry.rxnorm.iter().map(|code| code.as_str())).collect()
}

fn shown(entry: &CatalogueEntry) -> Json {
    let paragraphs: Vec<std::string::String> =
        texts(entry).into_iter().map(|text| format!("<p>{}</p>", escaped(text))).collect();
    let coding = |(system, code): (&'static str, &str)| match system {
        FDB => json!({ "system": system, "code": code, "display": (entry.name.as_str()) }),
        _ => json!({ "system": system, "code": code }),
    };
    let codings: Vec<Json> = catalogue::codings(entry).map(coding).collect();
    json!({
        "resourceType": "Allergen",
        "id": (catalogue::id(entry)),
        "text": (catalogue::narrative(&paragraphs.concat())),
        "code": { "coding": codings }
    })
}
