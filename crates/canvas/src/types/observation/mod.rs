//! Observation (<https://docs.canvasmedical.com/api/observation/>): vital signs are created here, all others arise from other
//! records.

mod checks;
mod elements;
mod panel;
mod present;
mod pressure;
pub mod records;
mod rules;
pub mod shown_value;
pub mod store;
mod vitals;

use crate::canvas_type::CanvasType;
use crate::clinic::Clinic;
use crate::contract::{
    Contract, Decision, Finds, ID_PARAMETER, IdForm, NoteFact, ParameterFact, SearchFacts, decision,
    parameter,
};
use crate::search::Reading;
use crate::sent::Sent;
use crate::write::Write;
use fhir::definitions::SearchParameterType::{Date, Reference, Token};
use fhir::{Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Observation;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Create, Interaction::SearchType],
    profiles: PROFILES,
    elements: elements::ELEMENTS,
    extensions: elements::EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    rules: rules::RULES,
    authors: Some(&["performer"]),
    minimal: r#"{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Weight"}]},"subject":{"reference":"Patient/{demo-patient}"},"valueQuantity":{"value":50,"unit":"kg"}}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Observation", ResourceType::OBSERVATION, IdForm::Uuid)
};

/// What readings that are created land in. Clients cannot name it: neither the element nor the extension is listed.
pub const NOTE: NoteFact = NoteFact {
    element: "encounter",
    rules: &[],
    import_type: Some(("Canvas", "VitalsImport")),
    dated_by: Some("effectiveDateTime"),
};

const PROFILES: &[&str] = &[
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-clinical-result",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-occupation",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-pregnancyintent",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-pregnancystatus",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-screening-assessment",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-sexual-orientation",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-simple-observation",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-smokingstatus",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-vital-signs",
    "http://hl7.org/fhir/us/core/StructureDefinition/head-occipital-frontal-circumference-percentile",
    "http://hl7.org/fhir/us/core/StructureDefinition/pediatric-bmi-for-age",
    "http://hl7.org/fhir/us/core/StructureDefinition/pediatric-weight-for-height",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-bmi",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-height",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-temperature",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-weight",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-head-circumference",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-pulse-oximetry",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-respiratory-rate",
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("category", Token, Finds::Token("category"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Observation-category")
        .note("code or system|code"),
    parameter("code", Token, Finds::Token("code"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-code")
        .note("code or system|code"),
    parameter("date", Date, Finds::Date("date"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-date")
        .note("effectiveDateTime; repeat it for a range"),
    parameter("derived-from", Reference, Finds::Reference("derived-from"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Observation-derived-from")
        .note("Observation/{id} or QuestionnaireResponse/{id}"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const BEHAVIOURS: &[&str] = &[
    "Vital sign panels and their readings are created here; every other observation arises from other records.",
    "A reading without derivedFrom gets a panel of its own, with derivedFrom it joins that panel, whose hasMember then lists it.",
    "A panel that is created with hasMember takes those readings over from the panels that they were in.",
    "A panel holds at most one reading of each kind; both oxygen saturations are one kind, and a reading carries both codes.",
    "A reading without a value is empty: it reads with dataAbsentReason not-performed.",
    "A panel that is created, or made for a reading, lands in a new note: one of the type Canvas|VitalsImport where clinic.toml has it, else a Data Import. A reading is in the note of its panel.",
    "Heights are shown in inches, waist circumferences in centimetres, numbers with a decimal part.",
    "interpretation is not shown.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "status on create",
        "final, unknown and entered-in-error are taken; final is stored.",
        "The page has final alone, the migration guide recommends unknown.",
    ),
    decision(
        "valueQuantity.value as a string",
        "Is taken as the number that it writes; one that writes none is refused as R4 has it (400), 0 and less by the vendor's rule (422).",
        "The guide demands a number, the page's example sends a string.",
    ),
    decision(
        "valueQuantity without value",
        "Is an empty reading, as none is; also an empty object.",
        "The table has the value required, the page describes its absence as an empty reading.",
    ),
    decision(
        "valueQuantity.code on create",
        "Tells the unit where none is sent; else it has no effect.",
        "The table ignores it. 50 with the code kg must not be stored as 50 ounces.",
    ),
    decision(
        "Other forms of a value: comparator, valueInteger, valueString for a number and the like",
        "Are refused by the vendor's rule for the vital sign (422). valueCodeableConcept has no effect, as the table says.",
        "What is not stored must not read as an empty reading.",
    ),
    decision(
        "Other forms of effective",
        "effectiveInstant is stored as effectiveDateTime; effectivePeriod and effectiveTiming are refused (400).",
        "The page has effectiveDateTime alone. An instant is one; which moment of a period is meant nobody can tell, and the time of the request would be untrue.",
    ),
    decision(
        "Weight",
        "Is shown in the unit it was sent in, the code only of those that the table lists ([lb_av]).",
        "The guide's prose converts to ounces, its example shows pounds; the table names no returned unit. The R4 door has all codes.",
    ),
    decision(
        "Conversion of heights and waist circumferences",
        "Rounded to two decimals when shown; stored as sent.",
        "A hundredth of an inch is finer than any measurement.",
    ),
    decision(
        "Blood pressure",
        "Is shown as 122/68 mmHg and as components, whichever was sent as text; components alone are shown without text and count as a value. Components that contradict the text are refused.",
        "The page has both and says that they must match; nobody can tell which of two numbers is right.",
    ),
    decision(
        "The older spelling Regulary Irregular",
        "Is refused; the text tells the spelling to send.",
        "The change released 2026-11-18 replaces it.",
    ),
    decision(
        "What the page does not speak of: codes of two vital signs, hasMember of a reading, components of anything but a blood pressure, a value of a panel, derivedFrom of something that is no panel of the patient",
        "Are refused (422).",
        "Passing them over would store something else than was sent.",
    ),
    decision(
        "Readings that were entered in error",
        "Do not keep a panel from holding another of their kind.",
        "The facts are silent; a mistake must be correctable.",
    ),
    decision(
        "Values that R4 has and the vendor does not (ratios, ranges, quantities with a comparator, …)",
        "Are shown as valueString, of components too; sampled data not at all, without dataAbsentReason.",
        "<5 must not read as 5, and no value as not performed. The page has quantities alone in components; a value that is left out would be lost to its readers.",
    ),
    decision(
        "An observation of the R4 door without codings",
        "Shows its text as the display of a coding, that of a laboratory with the code N/A; without a text, data-absent-reason unknown.",
        "The vendor has codings alone.",
    ),
    decision(
        "issued of an observation of the R4 door that has none",
        "Is when it was last changed.",
        "The page has it on every observation: when it was taken in.",
    ),
    decision(
        "Percentiles for children (59576-9, 77606-2, 8289-1)",
        "Are read when the clinic's software stores them; the server computes none.",
        "They need growth charts, which are none of the API.",
    ),
];

impl CanvasType for Observation {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        store::normalise(body);
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        store::compose(sent)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        panel::settle(resource, write).map(Some)
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        present::present(resource, reading)
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(present::unnamed_members(resource))
    }
}
