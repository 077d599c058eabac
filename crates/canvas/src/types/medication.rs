//! Medication (<https://docs.canvasmedical.com/api/medication/>): the catalogue of medications, read-only at this door.

use crate::canvas_type::CanvasType;
use crate::catalogue;
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
pub struct Medication;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    is_stored: false,
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    behaviours: &[
        "A medication has one name: code.text, the display of each of its codings and the narrative.",
        "The catalogue of clinic.toml, which at the vendor's comes from First Databank; not patient data, not written.",
    ],
    decisions: DECISIONS,
    ..Contract::of("Medication", ResourceType::MEDICATION, IdForm::Derived("fdb-{FDB code}"))
};

const ELEMENTS: &[ElementFact] = &[
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

const PARAMETERS: &[ParameterFact] = &[
    parameter("code", Token, Finds::Itself)
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-code")
        .note("code or system|code"),
    parameter("_text", String, Finds::Itself)
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
.check(Check::AnyParameter(&["code", "_text"]))
.broken_by_query("_count=5", "Medication search requires a code or _text parameter")
.kept_by_query("_text=tylenol")];

const DECISIONS: &[Decision] = &[
    decision(
        "The catalogue",
        "Is that of clinic.toml, as Allergen's. Medications that the R4 door stores are not in it; prescriptions and dispenses that refer to one show its code.",
        "The page has a catalogue of First Databank's that nobody writes, each entry under fdb-{FDB code}. What other software stores as Medication is what one patient was given, once for each prescription.",
    ),
    decision("_text", "Looks at the name, whatever its case.", "The narrative of the example is the name."),
    decision(
        "code",
        "Finds the medications that have it among their codings; FDB codes as well, in every form of a token.",
        "The page has branded and generic medications found by related codes; RxNorm, which tells what is related, is not built in. The catalogue's entries carry the related codes.",
    ),
];

impl CanvasType for Medication {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn find(&self, asked: &Asked<'_>, _reading: &mut Reading<'_>) -> Result<Option<Vec<Json>>, Refusal> {
        let found = catalogue::found(&asked.clinic.medications, asked, |entry| vec![entry.name.as_str()]);
        Ok(Some(found.into_iter().map(shown).collect()))
    }

    fn get(&self, id: &str, reading: &mut Reading<'_>) -> Result<Option<Json>, Refusal> {
        Ok(catalogue::by_id(&reading.clinic.medications, id).map(shown))
    }
}

fn shown(entry: &CatalogueEntry) -> Json {
    json!({
        "resourceType": "Medication",
        "id": (catalogue::id(entry)),
        "text": (catalogue::narrative(&escaped(&entry.name))),
        "code": (catalogue::concept(entry))
    })
}
