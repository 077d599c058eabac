//! Immunization (<https://docs.canvasmedical.com/api/immunization/>).

use crate::canvas_type::CanvasType;
use crate::check::{empty_strings, whole_date};
use crate::concept;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, Mark, NOTE_ID, ParameterFact, SearchFacts,
    WRITES, decision, element, extension, parameter,
};
use crate::finding::Findings;
use crate::note_of;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored;
use crate::time;
use crate::write::Write;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{IssueCode, Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Immunization;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-immunization"],
    elements: ELEMENTS,
    extensions: &[extension("Immunization", NOTE_ID, "valueId").note("the note that it is in")],
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    note: Some(note_of!(
        "Immunization",
        "immunization",
        "encounter",
        "The note id extension and the encounter must refer to the same note"
    )),
    // The page names no author.
    authors: Some(&[]),
    mark: Some(Mark::code("status")),
    minimal: r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"115","display":"Tdap"}]},"patient":{"reference":"Patient/{demo-patient}"},"occurrenceDateTime":"2021-12-01","primarySource":false}"#,
    minimal_update: &[set("status", "\"entered-in-error\"")],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Immunization", ResourceType::IMMUNIZATION, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("extension", "Extension").list(),
    element("extension.url", "uri").required(),
    element("extension.valueId", "id").required(),
    element("status", "code")
        .required()
        .one_of(&["completed", "entered-in-error", "not-done"])
        .values_on(&[(Interaction::Create, &["completed"]), (Interaction::Update, &["entered-in-error"])]),
    element("statusReason", "CodeableConcept").ignored_on(WRITES).read_only().note("why it was not given"),
    element("statusReason.coding", "Coding").list().read_only(),
    element("statusReason.coding.system", "uri").read_only(),
    element("statusReason.coding.code", "code").read_only(),
    element("statusReason.coding.display", "string").read_only(),
    element("vaccineCode", "CodeableConcept").required(),
    element("vaccineCode.coding", "Coding")
        .list()
        .required()
        .note("the examples have one of CVX and one of CPT"),
    element("vaccineCode.coding.system", "uri").required().one_of(&[
        "http://hl7.org/fhir/sid/cvx",
        "http://www.ama-assn.org/go/cpt",
        "http://hl7.org/fhir/sid/cpt",
        "unstructured",
    ]),
    element("vaccineCode.coding.code", "code").required(),
    element("vaccineCode.coding.display", "string"),
    element("patient", "Reference").required(),
    element("patient.reference", "string").required().format("Patient/{id}"),
    element("patient.type", "uri"),
    element("encounter", "Reference").note("its note is the one that a create lands in"),
    element("encounter.reference", "string").required().format("Encounter/{id}"),
    element("encounter.type", "uri"),
    element("occurrenceDateTime", "dateTime")
        .required()
        .format("YYYY-MM-DD or YYYY-MM-DDThh:mm:ss[.ffffff]+zz:zz")
        .note("times are shown in UTC"),
    element("primarySource", "boolean")
        .required()
        .note("true: given in the clinic; false, which create takes: given elsewhere"),
    element("note", "Annotation").list().note("several are joined to one, by newlines"),
    element("note.text", "string"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const ON_CREATE: &[Interaction] = &[Interaction::Create];

const RULES: &[Rule] = &[
    rule("immunization-required", IssueCode::Required, "Attribute '{path}' is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(
            &[remove("occurrenceDateTime")],
            "Immunization.occurrenceDateTime",
            "Attribute 'occurrenceDateTime' is required",
        )
        .kept_by(&[]),
    rule("immunization-listed", IssueCode::Value, "Value '{value}' is not allowed for '{path}'")
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("vaccineCode.coding.0.system", "\"http://hl7.org/fhir/sid/ndc\"")],
            "Immunization.vaccineCode.coding[0].system",
            "Value 'http://hl7.org/fhir/sid/ndc' is not allowed for 'vaccineCode.coding.system'",
        )
        .kept_by(&[set("vaccineCode.coding.0.system", "\"unstructured\"")]),
    rule(
        "immunization-occurrence",
        IssueCode::Value,
        "occurrenceDateTime must be a date (YYYY-MM-DD) or a time, not {value}",
    )
    .when("occurrenceDateTime is a year or a month alone")
    .check(Check::Body(|sent, findings| whole_date(sent, "occurrenceDateTime", findings)))
    .broken_by(
        &[set("occurrenceDateTime", "\"2021-12\"")],
        "Immunization.occurrenceDateTime",
        "occurrenceDateTime must be a date (YYYY-MM-DD) or a time, not 2021-12",
    )
    .kept_by(&[set("occurrenceDateTime", "\"2021-12-01T10:00:00-08:00\"")])
    .note("not the vendor's: the table has the two forms and no text"),
    rule("immunization-empty", IssueCode::Value, "Attribute '{path}' must not be empty")
        .when("a string is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("note", r#"[{"text":""}]"#)],
            "Immunization.note[0].text",
            "Attribute 'note.text' must not be empty",
        )
        .kept_by(&[set("note", r#"[{"text":"First Dose"}]"#)]),
    rule("immunization-given-elsewhere", IssueCode::BusinessRule, "primarySource must be false on create")
        .on(ON_CREATE)
        .when("primarySource is not false")
        .check(Check::Write(given_elsewhere))
        .broken_by(
            &[set("primarySource", "true")],
            "Immunization.primarySource",
            "primarySource must be false on create",
        )
        .kept_by(&[]),
    rule("immunization-completed", IssueCode::BusinessRule, "status must be completed on create")
        .on(ON_CREATE)
        .when("status is not completed")
        .check(Check::ListedOn("status"))
        .broken_by(
            &[set("status", "\"not-done\"")],
            "Immunization.status",
            "status must be completed on create",
        )
        .kept_by(&[]),
    rule(
        "immunization-update-marks",
        IssueCode::BusinessRule,
        "The only supported Immunization update is status entered-in-error",
    )
    .on(&[Interaction::Update])
    .when("status is not entered-in-error")
    .check(Check::Write(crate::check::marks))
    .broken_by(
        &[set("status", "\"completed\"")],
        "Immunization.status",
        "The only supported Immunization update is status entered-in-error",
    )
    .kept_by(&[]),
];

const BEHAVIOURS: &[&str] = &[
    "create lands in the note that encounter or the note-id extension names, else in a new Data Import note.",
    "create records what was given elsewhere; what was given in the clinic, and what was not given, is written at the R4 door.",
    "update marks the record entered-in-error and does nothing else; what is required must be there all the same.",
    "Several notes are joined to one, by newlines.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "The status of an update",
        "200.",
        "The page prints 201 there and nowhere else; nothing is created.",
    ),
    decision(
        "Update of what was given in the clinic",
        "Marks it like any other.",
        "The page speaks of statements alone and has no refusal for others; a record that is wrong must not have to stand.",
    ),
    decision(
        "http://hl7.org/fhir/sid/cpt",
        "Is accepted beside http://www.ama-assn.org/go/cpt; each is shown as it was sent.",
        "The table has the one, the examples both.",
    ),
    decision(
        "statusReason.coding.system",
        "Is shown as it is stored, in R4 http://terminology.hl7.org/CodeSystem/v3-ActReason.",
        "The table's v3-ActReaso is a slip.",
    ),
    decision(
        "extension",
        "Each entry must have a valueId. Only the note-id extension is kept.",
        "The table requires it of every entry and knows no other url.",
    ),
    decision(
        "note.text",
        "Is required of each note.",
        "R4 requires it; the vendor's writes are checked against R4.",
    ),
    decision(
        "occurrenceString of records of the R4 door",
        "Is not shown.",
        "The vendor has no place for it; a date made of it would be a guess.",
    ),
];

impl CanvasType for Immunization {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        concept::join_notes(&mut resource);
        resource
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        time::show(resource, &["occurrenceDateTime"]);
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

fn given_elsewhere(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.get("primarySource").and_then(Json::as_bool) == Some(true) {
        findings.add("Immunization.primarySource", &[]);
    }
    Ok(())
}
