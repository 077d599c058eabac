//! AllergyIntolerance (<https://docs.canvasmedical.com/api/allergyintolerance/>).

use crate::canvas_type::CanvasType;
use crate::catalogue::FDB;
use crate::check::{empty_strings, one_entry};
use crate::clinic::Clinic;
use crate::concept;
use crate::contract::{
    Contract, Decision, ElementFact, ExtensionFact, Finds, ID_PARAMETER, IdForm, Mark, NOTE_ID,
    ParameterFact, SearchFacts, WRITES, decision, element, extension, parameter,
};
use crate::finding::Findings;
use crate::keyed::default;
use crate::note_of;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{self, in_contract_order};
use crate::time;
use crate::write::Write;
use fhir::definitions::SearchParameterType::Reference;
use fhir::{IssueCode, Json, Object, ResourceType};
use interactions::{Interaction, Refusal};

/// The type.
pub struct AllergyIntolerance;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-allergyintolerance"],
    elements: ELEMENTS,
    extensions: EXTENSIONS,
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    note: Some(note_of!(
        "AllergyIntolerance",
        "allergyintolerance",
        "encounter",
        "The note id extension and the encounter must refer to the same note"
    )),
    authors: Some(&["recorder"]),
    mark: Some(
        Mark::concept("verificationStatus", VERIFICATION, "Entered-in-error").displacing(&["clinicalStatus"]),
    ),
    minimal: r#"{"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"confirmed"}]},"type":"allergy","code":{"coding":[{"system":"http://www.fdbhealth.com/","code":"2-15588","display":"Allergy Medicine"}]},"patient":{"reference":"Patient/{demo-patient}"}}"#,
    minimal_update: &[set("verificationStatus.coding.0.code", "\"entered-in-error\"")],
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("AllergyIntolerance", ResourceType::ALLERGY_INTOLERANCE, IdForm::Uuid)
};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

const DATA_ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("extension", "Extension").list(),
    element("extension.url", "uri"),
    element("extension.valueId", "id"),
    element("clinicalStatus", "CodeableConcept").required(),
    element("clinicalStatus.coding", "Coding").list().required(),
    element("clinicalStatus.coding.system", "uri").required().one_of(&[CLINICAL]),
    element("clinicalStatus.coding.code", "code").required().one_of(&["active", "inactive"]),
    element("clinicalStatus.coding.display", "string").ignored_on(WRITES).one_of(&["Active", "Inactive"]),
    element("clinicalStatus.text", "string").ignored_on(WRITES).one_of(&["Active", "Inactive"]),
    element("verificationStatus", "CodeableConcept").required(),
    element("verificationStatus.coding", "Coding").list().required(),
    element("verificationStatus.coding.system", "uri").required().one_of(&[VERIFICATION]),
    element("verificationStatus.coding.code", "code").required().one_of(&["confirmed", "entered-in-error"]),
    element("verificationStatus.coding.display", "string")
        .ignored_on(WRITES)
        .one_of(&["Confirmed", "Entered-in-error"]),
    element("verificationStatus.text", "string")
        .ignored_on(WRITES)
        .one_of(&["Confirmed", "Entered-in-error"]),
    element("type", "code").required().one_of(&["allergy", "intolerance"]),
    element("code", "CodeableConcept").required().note("the codings come from an Allergen search"),
    element("code.coding", "Coding").list().required().note("one of FDB at least, on create"),
    element("code.coding.system", "uri").required().one_of(&[
        "http://www.fdbhealth.com/",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "http://snomed.info/sct",
    ]),
    element("code.coding.code", "code").required().note("FDB's look like 2-15588"),
    element("code.coding.display", "string").note("of an FDB code of the catalogue, the catalogue's"),
    element("code.text", "string").note("the catalogue's name when it is not sent"),
    element("patient", "Reference").required(),
    element("patient.reference", "string").required().format("Patient/{id}"),
    element("patient.type", "uri"),
    element("encounter", "Reference").note("its note is the one that a create lands in"),
    element("encounter.reference", "string").format("Encounter/{id}"),
    element("encounter.type", "uri"),
    element("onsetDateTime", "dateTime").format("YYYY-MM-DD"),
    element("recordedDate", "dateTime").ignored_on(WRITES).read_only().note("the time of the create"),
    element("recorder", "Reference").note("the author of its Provenance"),
    element("recorder.reference", "string").required().format("Practitioner/{id}"),
    element("recorder.type", "uri"),
    element("lastOccurrence", "dateTime").format("YYYY-MM-DD"),
    element("note", "Annotation").list().note("several are joined to one, by newlines"),
    element("note.text", "string").required(),
    element("reaction", "BackboneElement").list().note("at most one"),
    element("reaction.manifestation", "CodeableConcept").list().required(),
    element("reaction.manifestation.coding", "Coding").list().required(),
    element("reaction.manifestation.coding.system", "uri").required().one_of(&[DATA_ABSENT]),
    element("reaction.manifestation.coding.code", "code").required().one_of(&["unknown"]),
    element("reaction.manifestation.coding.display", "string").ignored_on(WRITES).one_of(&["Unknown"]),
    element("reaction.manifestation.text", "string").ignored_on(WRITES).one_of(&["Unknown"]),
    element("reaction.severity", "code").one_of(&["mild", "moderate", "severe"]),
];

const EXTENSIONS: &[ExtensionFact] =
    &[extension("AllergyIntolerance", NOTE_ID, "valueId").note("the note that it is in")];

const PARAMETERS: &[ParameterFact] = &[
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient"),
    ID_PARAMETER,
];

const ON_CREATE: &[Interaction] = &[Interaction::Create];

const RULES: &[Rule] = &[
    rule("allergyintolerance-required", IssueCode::Required, "Attribute '{path}' is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("type")], "AllergyIntolerance.type", "Attribute 'type' is required")
        .kept_by(&[]),
    rule("allergyintolerance-listed", IssueCode::Value, "Value '{value}' is not allowed for '{path}'")
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("type", "\"aversion\"")],
            "AllergyIntolerance.type",
            "Value 'aversion' is not allowed for 'type'",
        )
        .kept_by(&[set("type", "\"intolerance\"")]),
    rule("allergyintolerance-one-status", IssueCode::Structure, "Attribute '{path}' must have one entry")
        .when("clinicalStatus or verificationStatus has several codings")
        .check(Check::Body(|sent, findings| {
            one_entry(sent, &["clinicalStatus.coding", "verificationStatus.coding"], findings);
        }))
        .broken_by(
            &[set(
                "clinicalStatus.coding.1",
                r#"{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"inactive"}"#,
            )],
            "AllergyIntolerance.clinicalStatus.coding",
            "Attribute 'clinicalStatus.coding' must have one entry",
        )
        .kept_by(&[])
        .note("ours: the facts do not speak of several"),
    rule("allergyintolerance-empty", IssueCode::Value, "Attribute '{path}' must not be empty")
        .when("a string is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("note", r#"[{"text":""}]"#)],
            "AllergyIntolerance.note[0].text",
            "Attribute 'note.text' must not be empty",
        )
        .kept_by(&[set("note", r#"[{"text":"hives"}]"#)]),
    rule(
        "allergyintolerance-fdb",
        IssueCode::BusinessRule,
        "At least one coding in code must have system http://www.fdbhealth.com/",
    )
    .on(ON_CREATE)
    .when("no coding of code is of FDB")
    .check(Check::Write(fdb_coding))
    .broken_by(
        &[set("code.coding.0.system", "\"http://www.nlm.nih.gov/research/umls/rxnorm\"")],
        "AllergyIntolerance.code.coding",
        "At least one coding in code must have system http://www.fdbhealth.com/",
    )
    .kept_by(&[set(
        "code.coding.1",
        r#"{"system":"http://snomed.info/sct","code":"764146007","display":"Penicillin"}"#,
    )]),
    rule("allergyintolerance-one-reaction", IssueCode::BusinessRule, "Only one reaction is supported")
        .when("reaction has more than one entry")
        .check(Check::Write(one_reaction))
        .broken_by(
            &[set(
                "reaction",
                r#"[{"manifestation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}]},{"manifestation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}]}]"#,
            )],
            "AllergyIntolerance.reaction",
            "Only one reaction is supported",
        )
        .kept_by(&[set(
            "reaction",
            r#"[{"manifestation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}],"severity":"mild"}]"#,
        )]),
    rule(
        "allergyintolerance-update-marks",
        IssueCode::BusinessRule,
        "The only supported AllergyIntolerance update is verificationStatus entered-in-error",
    )
    .on(&[Interaction::Update])
    .when("verificationStatus is not entered-in-error")
    .check(Check::Write(crate::check::marks))
    .broken_by(
        &[set("verificationStatus.coding.0.code", "\"confirmed\"")],
        "AllergyIntolerance.verificationStatus",
        "The only supported AllergyIntolerance update is verificationStatus entered-in-error",
    )
    .kept_by(&[]),
];

const BEHAVIOURS: &[&str] = &[
    "create lands in the note that encounter or the note-id extension names, else in a new Data Import note.",
    "update marks the record entered-in-error and does nothing else; what is required must be there all the same.",
    "Several notes are joined to one, by newlines.",
    "Displays and texts of the two statuses are those of their codes.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "clinicalStatus of a record that is marked entered-in-error",
        "Is required of the request, and gone from the record.",
        "R4 forbids it beside the mark (ait-2), the vendor's table requires it; both hold.",
    ),
    decision("code.coding.display", "May be left out.", "The table has it both required and excluded."),
    decision(
        "FDB codes that the catalogue of clinic.toml does not have",
        "Are accepted.",
        "The page says where codings come from, not that they are looked up.",
    ),
    decision(
        "code.coding.display and code.text of FDB codes that the catalogue has",
        "The display is the catalogue's, whatever was sent, and the text where none was sent. Displays of other codes are kept as they were sent.",
        "The table excludes the display from writes, and the text is in examples alone, equal to it. A client must not give an allergen another name.",
    ),
    decision(
        "reaction.manifestation on create",
        "Is stored with the display and text Unknown.",
        "Both are ignored on writes and have the one value.",
    ),
    decision(
        "Several codings of clinicalStatus or verificationStatus",
        "Are refused (400).",
        "Two codes contradict each other, and a record could be confirmed and entered in error at once.",
    ),
    decision(
        "reaction.manifestation of records of the R4 door",
        "Is shown as it is stored.",
        "Hiding what is known of a reaction would be the worse mistake.",
    ),
];

impl CanvasType for AllergyIntolerance {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        concept::join_notes(&mut resource);
        name_allergen(&mut resource, sent.clinic);
        if let Some(Json::Array(reactions)) = resource.get_mut("reaction") {
            for reaction in reactions.iter_mut().filter_map(Json::as_object_mut) {
                concept::tell(reaction, "manifestation", DATA_ABSENT, &[("unknown", "Unknown")]);
            }
        }
        resource
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        if write.sent.interaction != Interaction::Create {
            return Ok(None);
        }
        let mut dated = resource.clone();
        dated.insert("recordedDate", fhir::datetime::instant(write.unit.now()));
        Ok(Some(in_contract_order(&CONTRACT, dated)))
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        concept::tell(
            resource,
            "clinicalStatus",
            CLINICAL,
            &[("active", "Active"), ("inactive", "Inactive")],
        );
        let verifications = [("confirmed", "Confirmed"), ("entered-in-error", "Entered-in-error")];
        concept::tell(resource, "verificationStatus", VERIFICATION, &verifications);
        time::show(resource, &["recordedDate"]);
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

/// What the catalogue calls an allergen stands in place of the display of its FDB code and, where none is sent, of the
/// text: a record must not call it otherwise.
fn name_allergen(resource: &mut Object, clinic: &Clinic) {
    let Some(code) = resource.get_mut("code").and_then(Json::as_object_mut) else { return };
    let mut name = None;
    if let Some(Json::Array(codings)) = code.get_mut("coding") {
        for coding in codings.iter_mut().filter(|coding| coding.str("system") == Some(FDB)) {
            let known = coding.str("code").and_then(|code| clinic.allergen(code));
            if let (Some(known), Some(coding)) = (known, coding.as_object_mut()) {
                coding.insert("display", known.name.as_str());
                name = name.or(Some(known.name.as_str()));
            }
        }
    }
    name.into_iter().for_each(|name| default(code, "text", name));
}

fn fdb_coding(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    let codings = write.sent.body.get("code").and_then(|code| code.get("coding")).map(Json::items);
    if !codings.unwrap_or_default().iter().any(|coding| coding.str("system") == Some(FDB)) {
        findings.add("AllergyIntolerance.code.coding", &[]);
    }
    Ok(())
}

fn one_reaction(write: &mut Write<'_, '_>, findings: &mut Findings) -> Result<(), Refusal> {
    if write.sent.body.items("reaction").len() > 1 {
        findings.add("AllergyIntolerance.reaction", &[]);
    }
    Ok(())
}
