//! MedicationStatement (<https://docs.canvasmedical.com/api/medicationstatement/>).

use crate::canvas_type::CanvasType;
use crate::catalogue::{self, FDB, RXNORM};
use crate::check::empty_strings;
use crate::clinic::{CatalogueEntry, Clinic};
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, Mark, NOTE_ID, ParameterFact, SearchFacts,
    WRITES, decision, element, extension, parameter,
};
use crate::finding::Findings;
use crate::keyed::default;
use crate::medication_code;
use crate::note_of;
use crate::references::Target;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{self, in_contract_order};
use crate::time;
use crate::write::Write;
use fhir::datetime::PartialDateTime;
use fhir::definitions::SearchParameterType;
use fhir::{IssueCode, Json, Object, Reference, ResourceType, json, primitive};
use interactions::{Interaction, Refusal};

/// The type.
pub struct MedicationStatement;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    elements: ELEMENTS,
    extensions: &[extension("MedicationStatement", NOTE_ID, "valueId").note("the note that it is in")],
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    note: Some(note_of!(
        "MedicationStatement",
        "medicationstatement",
        "context",
        "The note id extension and the context must refer to the same note"
    )),
    mark: Some(Mark::code("status")),
    minimal: r#"{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"314076","display":"lisinopril 10 MG Oral Tablet"}]},"subject":{"reference":"Patient/{demo-patient}"}}"#,
    minimal_update: &[set("status", "\"entered-in-error\"")],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("MedicationStatement", ResourceType::MEDICATION_STATEMENT, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("extension", "Extension").list(),
    element("extension.url", "uri").required(),
    element("extension.valueId", "id").required(),
    element("status", "code")
        .required()
        .one_of(&["active", "entered-in-error", "stopped", "intended"])
        .values_on(&[
            (Interaction::Create, &["active", "entered-in-error", "stopped"]),
            (Interaction::Update, &["entered-in-error"]),
        ])
        .note("intended is shown of an active one whose effectivePeriod begins in the future"),
    element("medicationReference", "Reference").write_only(),
    element("medicationReference.reference", "string")
        .required()
        .write_only()
        .format("Medication/fdb-{FDB code}")
        .to(&[ResourceType::MEDICATION]),
    element("medicationReference.display", "string").required().write_only(),
    element("medicationCodeableConcept", "CodeableConcept").note("is shown, whichever of the two was sent"),
    element("medicationCodeableConcept.coding", "Coding").list().required(),
    element("medicationCodeableConcept.coding.system", "uri").required().one_of(&[RXNORM, FDB]),
    element("medicationCodeableConcept.coding.code", "code").required(),
    element("medicationCodeableConcept.coding.display", "string").required(),
    element("subject", "Reference").required(),
    element("subject.reference", "string").required().format("Patient/{id}").to(&[ResourceType::PATIENT]),
    element("subject.type", "uri"),
    element("context", "Reference").note("its note is the one that a create lands in"),
    element("context.reference", "string").required().format("Encounter/{id}").to(&[ResourceType::ENCOUNTER]),
    element("context.type", "uri"),
    element("effectivePeriod", "Period"),
    element("effectivePeriod.start", "dateTime")
        .default("the time of the create")
        .format("YYYY-MM-DDThh:mm:ss[.ffffff]+zz:zz")
        .note("none when an end is sent that is over"),
    element("effectivePeriod.end", "dateTime").format("YYYY-MM-DDThh:mm:ss[.ffffff]+zz:zz"),
    element("dateAsserted", "dateTime").ignored_on(WRITES).read_only().note("the time of the create"),
    element("derivedFrom", "Reference").list().ignored_on(WRITES).read_only().note("the prescription"),
    element("derivedFrom.reference", "string").read_only().format("MedicationRequest/{id}"),
    element("derivedFrom.type", "uri").read_only(),
    element("dosage", "Dosage").list().note("the first is kept"),
    element("dosage.text", "string"),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", SearchParameterType::Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const RULES: &[Rule] = &[
    rule("medicationstatement-required", IssueCode::Required, "Attribute '{path}' is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("subject")], "MedicationStatement.subject", "Attribute 'subject' is required")
        .kept_by(&[]),
    rule("medicationstatement-listed", IssueCode::Value, "Value '{value}' is not allowed for '{path}'")
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("medicationCodeableConcept.coding.0.system", "\"http://hl7.org/fhir/sid/ndc\"")],
            "MedicationStatement.medicationCodeableConcept.coding[0].system",
            "Value 'http://hl7.org/fhir/sid/ndc' is not allowed for 'medicationCodeableConcept.coding.system'",
        )
        .kept_by(&[set("medicationCodeableConcept.coding.0.system", "\"http://www.fdbhealth.com/\"")]),
    rule("medicationstatement-empty", IssueCode::Value, "Attribute '{path}' must not be empty")
        .when("a string is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("dosage", r#"[{"text":""}]"#)],
            "MedicationStatement.dosage[0].text",
            "Attribute 'dosage.text' must not be empty",
        )
        .kept_by(&[set("dosage", r#"[{"text":"one tablet daily"}]"#)]),
    rule(
        "medicationstatement-medication",
        IssueCode::Required,
        "One of medicationReference or medicationCodeableConcept is required",
    )
    .when("neither medicationReference nor medicationCodeableConcept is sent")
    .check(Check::Body(medication))
    .broken_by(
        &[remove("medicationCodeableConcept")],
        "MedicationStatement.medication",
        "One of medicationReference or medicationCodeableConcept is required",
    )
    .kept_by(BY_REFERENCE),
    rule(
        "medicationstatement-medication-exists",
        IssueCode::BusinessRule,
        "Medication does not exist: {reference}",
    )
    .when("medicationReference leads to no medication of the catalogue and to no stored one")
    .check(Check::Write(medication_exists))
    .broken_by(
        &[
            remove("medicationCodeableConcept"),
            set("medicationReference", r#"{"reference":"Medication/fdb-0","display":"?"}"#),
        ],
        "MedicationStatement.medicationReference.reference",
        "Medication does not exist: Medication/fdb-0",
    )
    .kept_by(BY_REFERENCE),
    rule(
        "medicationstatement-status-taken",
        IssueCode::BusinessRule,
        "status is not allowed on {interaction}: {value}",
    )
    .on(&[Interaction::Create])
    .when("status is one that is only shown")
    .check(Check::ListedOn("status"))
    .broken_by(
        &[set("status", "\"intended\"")],
        "MedicationStatement.status",
        "status is not allowed on {interaction}: intended",
    )
    .kept_by(&[set("status", "\"stopped\"")]),
    rule(
        "medicationstatement-update-marks",
        IssueCode::BusinessRule,
        "The only supported MedicationStatement update is status entered-in-error",
    )
    .on(&[Interaction::Update])
    .when("status is not entered-in-error")
    .check(Check::Write(crate::check::marks))
    .broken_by(
        &[set("status", "\"stopped\"")],
        "MedicationStatement.status",
        "The only supported MedicationStatement update is status entered-in-error",
    )
    .kept_by(&[]),
];

const BY_REFERENCE: &[crate::rule::Change] = &[
    remove("medicationCodeableConcept"),
    set("medicationReference", r#"{"reference":"Medication/fdb-259181","display":"Advil 200 mg tablet"}"#),
];

const BEHAVIOURS: &[&str] = &[
    "create lands in the note that context or the note-id extension names, else in a new Data Import note.",
    "medicationReference is looked up on create and update, in the catalogue of clinic.toml and among stored Medications.",
    "The medication is shown with all codings that the catalogue has of it, FDB's and RxNorm's.",
    "effectivePeriod begins when it is created unless the request says when; it has no end unless the request says so.",
    "The first dosage is kept.",
    "update marks the record entered-in-error and does nothing else; what is required must be there all the same.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "medicationReference",
        "Is stored as the codings of what it leads to.",
        "It is not read back, and the record stays what it was when the catalogue changes.",
    ),
    decision(
        "A coding of RxNorm that several medications of the catalogue have",
        "Is shown alone.",
        "Which of them it was is not known.",
    ),
    decision(
        "A reference of the R4 door that leads to no known medication",
        "Is shown as a text: its display, else its identifier (system|value).",
        "The page has the medication inline alone; a statement must not read as one of nothing.",
    ),
    decision(
        "effectiveDateTime",
        "Is taken as the start of effectivePeriod.",
        "The page has the period alone, and the time that was sent must not be lost.",
    ),
    decision(
        "effectivePeriod with an end alone that is over when it is created",
        "Has no start.",
        "It began before it ended, nobody knows when; the time of the create would be after the end (per-1).",
    ),
    decision("intended", "Is R4's word for what the table prints as intented.", "It is a slip of the page."),
    decision(
        "context",
        "Is shown.",
        "The table leaves it out of what is read, both examples have it, and so has every other type with a note.",
    ),
    decision(
        "dateAsserted",
        "Is shown.",
        "The table has it, the examples leave it out; the table ranks higher.",
    ),
    decision(
        "derivedFrom",
        "Is shown as the R4 door stored it. MedicationStatements of prescriptions are written there, by what writes the MedicationRequests.",
        "A second record of one prescription made up here would contradict the clinic's own.",
    ),
    decision(
        "extension",
        "Each entry must have a valueId. Only the note-id extension is kept.",
        "The table requires it of every entry and knows no other url.",
    ),
];

impl CanvasType for MedicationStatement {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn normalise(&self, body: &mut Object, _clinic: &Clinic) {
        // What is no dateTime, or comes beside a period, is refused as R4 has it.
        if let Some(when) = body.get("effectiveDateTime").cloned()
            && primitive::check("dateTime", &when).is_ok()
            && !body.contains("effectivePeriod")
        {
            body.remove("effectiveDateTime");
            body.insert("effectivePeriod", json!({ "start": when }));
        }
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        let first = resource.items("dosage").first().cloned();
        first.into_iter().for_each(|first| resource.insert("dosage", vec![first]));
        resource
    }

    fn leaves_open(&self, target: &Target) -> bool {
        target.resource_type == ResourceType::MEDICATION
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        if write.sent.interaction != Interaction::Create {
            return Ok(None);
        }
        let mut settled = resource.clone();
        if let Some(code) = code_of_reference(resource, write)? {
            settled.remove("medicationReference");
            settled.insert("medicationCodeableConcept", code);
        }
        let (moment, zone) = (write.unit.now(), &write.sent.clinic.time_zone);
        let now = fhir::datetime::instant(moment);
        let mut period = Object::new();
        let sent = settled.get("effectivePeriod").and_then(Json::as_object);
        let end = sent.and_then(|sent| sent.str("end")).and_then(PartialDateTime::parse);
        // What has ended before it is recorded did not begin then.
        if end.is_none_or(|end| end.period(zone).to > moment) {
            period.insert("start", now.as_str());
        }
        sent.into_iter().flat_map(Object::iter).for_each(|(name, value)| period.insert(name, value.clone()));
        settled.insert("effectivePeriod", period);
        settled.insert("dateAsserted", now);
        Ok(Some(in_contract_order(&CONTRACT, settled)))
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        medication_code::add(resource, reading)?;
        if let Some(code) = resource.get_mut("medicationCodeableConcept").and_then(Json::as_object_mut) {
            expand(code, reading.clinic);
        }
        if resource.str("status") == Some("active") && begins_after(resource, reading) {
            resource.insert("status", "intended");
        }
        time::show(resource, &["dateAsserted"]);
        if let Some(period) = resource.get_mut("effectivePeriod").and_then(Json::as_object_mut) {
            time::show(period, &["start", "end"]);
        }
        *resource = in_contract_order(&CONTRACT, std::mem::take(resource));
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(medication_code::reference(resource).into_iter().collect())
    }
}

/// Whether it has not begun yet.
fn begins_after(resource: &Object, reading: &Reading<'_>) -> bool {
    let start = resource.get("effectivePeriod").and_then(|period| period.str("start"));
    let start = start.and_then(PartialDateTime::parse);
    start.is_some_and(|start| start.start(&reading.clinic.time_zone) > reading.now())
}

/// What is looked up under `medicationReference`, and its display.
fn referred(resource: &Object) -> Option<(&str, &str)> {
    let reference = resource.get("medicationReference")?;
    Some((reference.str("reference")?, reference.str("display").unwrap_or_default()))
}

/// The code of the medication that `medicationReference` leads to: of the catalogue, else of the store. A stored one
/// without a code is told by the display that was sent.
fn code_of_reference(resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Json>, Refusal> {
    let Some((reference, display)) = referred(resource) else { return Ok(None) };
    let Some(Reference::Local { resource_type: ResourceType::MEDICATION, id, .. }) =
        Reference::local(reference)
    else {
        return Ok(None);
    };
    if let Some(entry) = catalogue::by_id(&write.sent.clinic.medications, id) {
        let codings: Vec<Json> = codings(entry).collect();
        return Ok(Some(json!({ "coding": codings })));
    }
    let stored = write.unit.resource(ResourceType::MEDICATION, id)?;
    Ok(stored.map(|stored| stored.get("code").cloned().unwrap_or_else(|| json!({ "text": display }))))
}

/// The codings of an entry of the catalogue, each with its name.
fn codings(entry: &CatalogueEntry) -> impl Iterator<Item = Json> {
    let name = entry.name.as_str();
    catalogue::codings(entry)
        .map(move |(system, code)| json!({ "system": system, "code": code, "display": name }))
}

/// Adds the codings that the catalogue has of the medication, and displays where there are none.
fn expand(code: &mut Object, clinic: &Clinic) {
    let Some(entry) = entry_of(code.items("coding"), clinic) else { return };
    let mut expanded = code.items("coding").to_vec();
    for coding in codings(entry) {
        let same = |own: &&mut Json| same_code(own, coding.str("system"), coding.str("code"));
        match expanded.iter_mut().find(same).map(Json::as_object_mut) {
            Some(own) => own.into_iter().for_each(|own| default(own, "display", entry.name.as_str())),
            None => expanded.push(coding),
        }
    }
    code.insert("coding", expanded);
}

fn same_code(coding: &Json, system: Option<&str>, code: Option<&str>) -> bool {
    coding.str("system") == system && coding.str("code") == code
}

/// The one entry of the catalogue that the codings name: by FDB's code, else by the only one that has RxNorm's.
fn entry_of<'c>(own: &[Json], clinic: &'c Clinic) -> Option<&'c CatalogueEntry> {
    let coded = |system| own.iter().filter(move |coding| coding.str("system") == Some(system));
    if let Some(fdb) = coded(FDB).find_map(|coding| coding.str("code")) {
        return clinic.medication(fdb);
    }
    let mut found = clinic.medications.iter().filter(|entry| {
        coded(RXNORM).any(|coding| entry.rxnorm.iter().any(|code| coding.str("code") == Some(code)))
    });
    found.next().filter(|_| found.next().is_none())
}

fn medication(sent: &Sent<'_>, findings: &mut Findings) {
    if !["medicationReference", "medicationCodeableConcept"].iter().any(|name| sent.body.contains(name)) {
        findings.add("MedicationStatement.medication", &[]);
    }
}

fn medication_exists(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let sent = write.sent.body;
    if let Some((reference, _)) = referred(sent)
        && code_of_reference(sent, write)?.is_none()
    {
        findings.add("MedicationStatement.medicationReference.reference", &[("reference", reference)]);
    }
    Ok(())
}
