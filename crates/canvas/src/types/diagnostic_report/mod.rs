//! DiagnosticReport (<https://docs.canvasmedical.com/api/diagnosticreport/>): reports of laboratories and imaging. They are read
//! here; those of laboratories come in by an operation.

mod lab_parameters;
mod lab_report;
mod lab_rules;
mod lab_store;

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, ExtensionFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts,
    SortBy, UTC, decision, element, extension, parameter,
};
use crate::file::{self, DEPRECATED_URL};
use crate::keyed::default;
use crate::search::Reading;
use fhir::definitions::SearchParameterType::{Date, Reference, Token};
use fhir::{Json, Object, ResourceType};
use interactions::search::{ExtraParameter, ParameterId};
use interactions::{Interaction, Refusal};
use std::collections::HashSet;

/// The type.
pub struct DiagnosticReport;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &[
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-lab",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-note",
    ],
    elements: ELEMENTS,
    extensions: EXTENSIONS,
    search: SearchFacts { order: &[(SortBy::Date(START), false)], ..SearchFacts::by(PARAMETERS) },
    indexed: &[ExtraParameter {
        number: ParameterId::FIRST_EXTRA + 200,
        code: START,
        resource_type: ResourceType::DIAGNOSTIC_REPORT,
        kind: Date,
        expression: "DiagnosticReport.effective.ofType(dateTime) | DiagnosticReport.effective.ofType(Period).start",
        targets: &[],
    }],
    authors: Some(&["performer"]),
    files: &["presentedForm"],
    operations: &[lab_report::CREATE_LAB_REPORT],
    behaviours: &[
        "Reports of laboratories and of imaging are told apart by category.",
        "A document is shown by its URLs, of which one needs the bearer token and one expires; without a document there is no presentedForm.",
        "A search finds the oldest report first.",
        "$create-lab-report stores a report with its document, its tests and their values in one write: an Observation for each value, one that lists them and is the report's result, and a DocumentReference for the document.",
        "interpretation is stored and not shown; tests are stored within the report and not shown.",
        "All other reports are written at the R4 door.",
    ],
    decisions: DECISIONS,
    ..Contract::of("DiagnosticReport", ResourceType::DIAGNOSTIC_REPORT, IdForm::Uuid)
};

/// The parameter of the time that is shown.
const START: &str = "canvas-start";

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("text", "Narrative").read_only(),
    element("text.status", "code").read_only().one_of(&["generated"]),
    element("text.div", "xhtml").read_only(),
    element("status", "code").read_only().one_of(&["final", "entered-in-error"]),
    element("category", "CodeableConcept").list().read_only(),
    element("category.coding", "Coding").list().read_only(),
    element("category.coding.system", "uri")
        .read_only()
        .one_of(&["http://terminology.hl7.org/CodeSystem/v2-0074", "http://loinc.org"]),
    element("category.coding.code", "code").read_only().one_of(&[
        "LAB",
        "LP29684-5",
        "LP29708-2",
        "LP7839-6",
    ]),
    element("category.coding.display", "string").read_only().one_of(&[
        "Laboratory",
        "Radiology",
        "Cardiology",
        "Pathology",
    ]),
    element("code", "CodeableConcept").read_only(),
    element("code.coding", "Coding").list().read_only(),
    element("code.coding.system", "uri")
        .read_only()
        .one_of(&["http://loinc.org", "http://www.ama-assn.org/go/cpt"]),
    element("code.coding.code", "code").read_only(),
    element("code.coding.display", "string").read_only(),
    element("code.text", "string").read_only(),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
    element("encounter", "Reference").read_only(),
    element("encounter.reference", "string").read_only().format("Encounter/{id}"),
    element("encounter.type", "uri").read_only().one_of(&["Encounter"]),
    element("effectiveDateTime", "dateTime").read_only().format(UTC),
    element("issued", "instant").read_only().format(UTC),
    element("performer", "Reference").list().read_only(),
    element("performer.reference", "string").read_only().format("Practitioner/{id}"),
    element("performer.type", "uri").read_only().one_of(&["Practitioner"]),
    element("result", "Reference").list().read_only(),
    element("result.reference", "string").read_only().format("Observation/{id}"),
    element("result.type", "uri").read_only().one_of(&["Observation"]),
    element("presentedForm", "Attachment").list().read_only(),
    element("presentedForm.extension", "Extension").list().read_only().note("deprecated-url"),
    element("presentedForm.url", "url")
        .read_only()
        .format("{base}/DiagnosticReport/{id}/files/presentedForm"),
];

const EXTENSIONS: &[ExtensionFact] =
    &[extension("DiagnosticReport.presentedForm", DEPRECATED_URL, "valueUri").read_only()];

const PARAMETERS: &[ParameterFact] = &[
    parameter("category", Token, Finds::Token("category"))
        .defined_by("http://hl7.org/fhir/SearchParameter/DiagnosticReport-category")
        .note("code or system|code"),
    parameter("code", Token, Finds::Token("code"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-code")
        .note("code or system|code"),
    parameter("date", Date, Finds::Date(START))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-date")
        .note("effectiveDateTime; repeat it for a range"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "status",
        "As stored, also codes of R4 that are not among the vendor's.",
        "A preliminary or cancelled report must not read as final.",
    ),
    decision(
        "effectiveDateTime of a report that was stored with a period",
        "The start of the period, by which it is found and sorted too.",
        "The vendor has one time; R4's parameter would find by the whole period.",
    ),
    decision("performer", "Practitioners alone.", "The page has the one whom the report is assigned to."),
    decision("text", "As stored; none is generated.", "The table has it, no example does."),
    decision(
        "identifier",
        "Not shown.",
        "Its one member, the id, was removed by the vendor; no example has it.",
    ),
    decision(
        "presentedForm",
        "One entry: the first with data, by URLs of this server; else the first as stored, by its own URL.",
        "The example has one, and one address serves it.",
    ),
    decision(
        "Order",
        "By date, the oldest first; reports without a date come last.",
        "The page says by date; the order of its example.",
    ),
    decision(
        "$create-lab-report: times without an offset",
        "Are those of the clinic's clock.",
        "The vendor's examples send them so.",
    ),
    decision(
        "$create-lab-report: numbers as strings, an empty code",
        "Are taken: numbers as what they write, the code as none.",
        "Every example of the vendor's has them.",
    ),
    decision(
        "code of a lab report",
        "The first coding of each value; its text is the name that was sent, else the names of its tests.",
        "The example has a coding for each value, and the page a name on every lab report.",
    ),
    decision(
        "$create-lab-report: what the page lists one value for (status, contentType, category)",
        "Another status or contentType is refused (400); the category is always LAB, the contentType application/pdf where none is sent.",
        "A preliminary report must not be stored as final. What comes in by this operation is a laboratory's.",
    ),
    decision(
        "$create-lab-report: the subject of a test or value",
        "May be left out; another than the report's is refused.",
        "The table does not list it; nobody's result may land in another's chart.",
    ),
    decision(
        "$create-lab-report: interpretation",
        "The code A, or the text Abnormal without a code.",
        "The table has both.",
    ),
    decision(
        "$create-lab-report: what values there are",
        "valueQuantity and every other that R4 has, shown as Observation shows them.",
        "Examples of reads have texts as well.",
    ),
];

impl CanvasType for DiagnosticReport {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let start = resource.get("effectivePeriod").and_then(|period| period.get("start")).cloned();
        if let Some(start) = start {
            default(resource, "effectiveDateTime", start);
        }
        if let Some(Json::Array(performers)) = resource.get_mut("performer") {
            performers.retain(is_practitioner);
        }
        // Tests are kept within the report, and are not the vendor's to show.
        if let Some(Json::Array(results)) = resource.get_mut("result") {
            results.retain(|result| !result.str("reference").is_some_and(|text| text.starts_with('#')));
        }
        if let Some(Json::Array(categories)) = resource.get_mut("category") {
            once(categories);
        }
        let form = match document(resource) {
            Some(document) => Some(file::shown(reading, resource, "presentedForm", document, &[])),
            None => resource.items("presentedForm").iter().find(|form| form.get("url").is_some()).cloned(),
        };
        resource.insert("presentedForm", form.into_iter().collect::<Vec<Json>>());
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }

    fn file<'a>(&self, resource: &'a Object, element: &str) -> Option<&'a Object> {
        document(resource).filter(|_| element == "presentedForm")
    }
}

/// The stored document.
fn document(report: &Object) -> Option<&Object> {
    report.items("presentedForm").iter().filter_map(Json::as_object).find(|form| form.contains("data"))
}

fn is_practitioner(reference: &Json) -> bool {
    use fhir::Reference::Local;
    let found = reference.str("reference").and_then(fhir::Reference::local);
    matches!(found, Some(Local { resource_type: ResourceType::PRACTITIONER, .. }))
}

/// Takes away codings that an earlier category has already.
fn once(categories: &mut [Json]) {
    let mut seen: HashSet<(Option<String>, Option<String>)> = HashSet::new();
    for category in categories.iter_mut().filter_map(Json::as_object_mut) {
        let Some(Json::Array(codings)) = category.get_mut("coding") else { continue };
        codings.retain(|coding| {
            seen.insert((coding.str("system").map(str::to_owned), coding.str("code").map(str::to_owned)))
        });
    }
}
