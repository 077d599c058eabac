//! Condition (<https://docs.canvasmedical.com/api/condition/>).

use crate::canvas_type::CanvasType;
use crate::check::{empty_strings, one_entry};
use crate::concept;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, Mark, NOTE_ID, ParameterFact, SearchFacts,
    WRITES, decision, element, extension, parameter,
};
use crate::keyed::default;
use crate::note_of;
use crate::rule::{Check, Rule, remove, rule, set};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{self, in_contract_order};
use crate::time;
use crate::write::Write;
use fhir::definitions::SearchParameterType::{Reference, Token};
use fhir::{IssueCode, Json, Object, ResourceType, json};
use interactions::{Interaction, Refusal};

/// The type.
pub struct Condition;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::Update, Interaction::Create, Interaction::SearchType],
    profiles: &[
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-encounter-diagnosis",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-condition-problems-health-concerns",
    ],
    elements: ELEMENTS,
    extensions: &[extension("Condition", NOTE_ID, "valueId").note("the note that it is in")],
    search: SearchFacts::by(PARAMETERS),
    rules: RULES,
    note: Some(note_of!(
        "Condition",
        "condition",
        "encounter",
        "The note id extension and the encounter must refer to the same note"
    )),
    authors: Some(&["recorder"]),
    mark: Some(
        Mark::concept("verificationStatus", VERIFICATION, "Entered in Error")
            .displacing(&[
                "clinicalStatus",
                "abatementDateTime",
                "abatementAge",
                "abatementPeriod",
                "abatementRange",
                "abatementString",
            ])
            .by("recorder"),
    ),
    minimal: r#"{"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"I10","display":"Essential (primary) hypertension"}]},"subject":{"reference":"Patient/{demo-patient}"}}"#,
    behaviours: BEHAVIOURS,
    decisions: DECISIONS,
    ..Contract::of("Condition", ResourceType::CONDITION, IdForm::Uuid)
};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";

const ON_UPDATE: &[Interaction] = &[Interaction::Update];
const TAKEN: &[&str] = &["active", "resolved"];
const CLINICAL_TEXTS: &[&str] = &["Active", "Resolved", "Relapsed", "Remission"];
const VERIFICATION_TEXTS: &[&str] = &["Confirmed", "Entered in Error", "Provisional"];
const CATEGORY_TEXTS: &[&str] = &["Encounter Diagnosis", "Problem List Item"];

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only().format("UUID"),
    element("text", "Narrative").read_only(),
    element("text.status", "code").read_only().one_of(&["generated"]),
    element("text.div", "xhtml").read_only(),
    element("extension", "Extension").list().ignored_on(ON_UPDATE),
    element("extension.url", "uri").ignored_on(ON_UPDATE),
    element("extension.valueId", "id").ignored_on(ON_UPDATE),
    element("clinicalStatus", "CodeableConcept").required(),
    element("clinicalStatus.coding", "Coding").list().required(),
    element("clinicalStatus.coding.system", "uri").required().one_of(&[CLINICAL]),
    element("clinicalStatus.coding.code", "code")
        .required()
        .one_of(&["active", "resolved", "relapsed", "remission"])
        .values_on(&[(Interaction::Create, TAKEN), (Interaction::Update, TAKEN)]),
    element("clinicalStatus.coding.display", "string").ignored_on(WRITES).one_of(CLINICAL_TEXTS),
    element("clinicalStatus.text", "string").ignored_on(WRITES).one_of(CLINICAL_TEXTS),
    element("verificationStatus", "CodeableConcept")
        .ignored_on(WRITES)
        .note("confirmed when it is created, entered-in-error when it is updated"),
    element("verificationStatus.coding", "Coding").list().ignored_on(WRITES),
    element("verificationStatus.coding.system", "uri").ignored_on(WRITES).one_of(&[VERIFICATION]),
    element("verificationStatus.coding.code", "code").ignored_on(WRITES).one_of(&[
        "confirmed",
        "entered-in-error",
        "provisional",
    ]),
    element("verificationStatus.coding.display", "string").ignored_on(WRITES).one_of(VERIFICATION_TEXTS),
    element("verificationStatus.text", "string").ignored_on(WRITES).one_of(VERIFICATION_TEXTS),
    element("category", "CodeableConcept").list().required(),
    element("category.coding", "Coding").list().required(),
    element("category.coding.system", "uri").required().one_of(&[CATEGORY]),
    element("category.coding.code", "code").required().one_of(&["encounter-diagnosis", "problem-list-item"]),
    element("category.coding.display", "string").ignored_on(WRITES).one_of(CATEGORY_TEXTS),
    element("category.text", "string").ignored_on(WRITES).one_of(CATEGORY_TEXTS),
    element("code", "CodeableConcept").required().note("of any system; ICD-10-CM is recommended"),
    element("code.coding", "Coding").list().required(),
    element("code.coding.system", "uri").required(),
    element("code.coding.code", "code").required(),
    element("code.coding.display", "string").note("kept as it is sent"),
    element("code.text", "string").note("the display when it is not sent"),
    element("subject", "Reference").required(),
    element("subject.reference", "string").required().format("Patient/{id}").to(&[ResourceType::PATIENT]),
    element("subject.type", "uri"),
    element("encounter", "Reference")
        .ignored_on(ON_UPDATE)
        .note("its note is the one that a create lands in"),
    element("encounter.reference", "string").ignored_on(ON_UPDATE).format("Encounter/{id}"),
    element("encounter.type", "uri").ignored_on(ON_UPDATE),
    element("onsetDateTime", "dateTime").ignored_on(ON_UPDATE).format("YYYY-MM-DD"),
    element("abatementDateTime", "dateTime").ignored_on(ON_UPDATE).format("YYYY-MM-DD"),
    element("recordedDate", "dateTime")
        .ignored_on(ON_UPDATE)
        .default("the time of the create")
        .format("YYYY-MM-DDThh:mm:ss+zz:zz"),
    element("recorder", "Reference")
        .default("the automation user")
        .note("on create who recorded it, on update who marks it"),
    element("recorder.reference", "string").format("Practitioner/{id}").to(&[ResourceType::PRACTITIONER]),
    element("recorder.type", "uri"),
    element("note", "Annotation").list().ignored_on(ON_UPDATE),
    element("note.text", "string").ignored_on(ON_UPDATE),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("category", Token, Finds::Token("category"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Condition-category")
        .note("code or system|code"),
    parameter("clinical-status", Token, Finds::Token("clinical-status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Condition-clinical-status")
        .one_of(TAKEN),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    parameter("verification-status", Token, Finds::Token("verification-status"))
        .defined_by("http://hl7.org/fhir/SearchParameter/Condition-verification-status")
        .one_of(&["entered-in-error", "provisional"]),
    ID_PARAMETER,
];

const RULES: &[Rule] = &[
    rule("condition-required", IssueCode::Required, "Attribute '{path}' is required")
        .when("an element that is required is missing, where its parent is there")
        .check(Check::RequiredElements)
        .broken_by(&[remove("category")], "Condition.category", "Attribute 'category' is required")
        .kept_by(&[]),
    rule("condition-listed", IssueCode::Value, "Value '{value}' is not allowed for '{path}'")
        .when("an element has a value that is not among those listed for it")
        .check(Check::ListedElements)
        .broken_by(
            &[set("category.0.coding.0.code", "\"health-concern\"")],
            "Condition.category[0].coding[0].code",
            "Value 'health-concern' is not allowed for 'category.coding.code'",
        )
        .kept_by(&[set("category.0.coding.0.code", "\"encounter-diagnosis\"")]),
    rule("condition-one-status", IssueCode::Structure, "Attribute '{path}' must have one entry")
        .when("clinicalStatus has several codings")
        .check(Check::Body(|sent, findings| one_entry(sent, &["clinicalStatus.coding"], findings)))
        .broken_by(
            &[set(
                "clinicalStatus.coding.1",
                r#"{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}"#,
            )],
            "Condition.clinicalStatus.coding",
            "Attribute 'clinicalStatus.coding' must have one entry",
        )
        .kept_by(&[])
        .note("ours: the facts do not speak of several"),
    rule("condition-empty", IssueCode::Value, "Attribute '{path}' must not be empty")
        .when("a string is empty")
        .check(Check::Body(empty_strings))
        .broken_by(
            &[set("note", r#"[{"text":""}]"#)],
            "Condition.note[0].text",
            "Attribute 'note.text' must not be empty",
        )
        .kept_by(&[set("note", r#"[{"text":"since childhood"}]"#)]),
    rule(
        "condition-clinical-status-taken",
        IssueCode::BusinessRule,
        "clinicalStatus is not allowed on {interaction}: {value}",
    )
    .when("clinicalStatus is one that is only shown")
    .check(Check::ListedOn("clinicalStatus.coding.code"))
    .broken_by(
        &[set("clinicalStatus.coding.0.code", "\"remission\"")],
        "Condition.clinicalStatus.coding[0].code",
        "clinicalStatus is not allowed on {interaction}: remission",
    )
    .kept_by(&[set("clinicalStatus.coding.0.code", "\"resolved\"")]),
];

const BEHAVIOURS: &[&str] = &[
    "create lands in the note that encounter or the note-id extension names, else in a new Data Import note.",
    "There is no check for duplicates: the same condition can be created again.",
    "Codings of code are not looked up; system, code and display are kept as they are sent, and codes of ICD-10 are shown under ICD-10-CM's system.",
    "Every update marks the record entered-in-error, whatever verificationStatus says, and does nothing else; what is required must be there all the same.",
    "Displays and texts of the two statuses and of category are those of their codes.",
    "Indications of orders (provisional) are written at the R4 door.",
];

const DECISIONS: &[Decision] = &[
    decision(
        "clinicalStatus and abatement of a record that is marked entered-in-error",
        "Are gone from the record; clinicalStatus is required of the request all the same.",
        "R4 forbids clinicalStatus beside the mark (con-5), and abatement without it (con-4); the vendor's table requires it.",
    ),
    decision(
        "recorder of an update",
        "Is the agent of the Provenance that the update leaves, by default the automation user. The record keeps its own.",
        "The page says that it is who marked the record, and that no field but the mark is changed.",
    ),
    decision(
        "category",
        "Both codes are accepted and shown as they were sent.",
        "The newer facts send problem-list-item and do not say that encounter-diagnosis went.",
    ),
    decision(
        "relapsed",
        "What R4 calls relapse is shown with the code relapsed, as the table has it.",
        "The page ranks above R4, and has the word four times over.",
    ),
    decision(
        "Other statuses of R4 (inactive, recurrence; unconfirmed, differential, refuted)",
        "Are shown as the R4 door stored them.",
        "None of the vendor's codes means the same.",
    ),
    decision(
        "clinical-status, verification-status",
        "Take the values that the page lists; confirmed is refused, with the others named.",
        "The page leaves it out.",
    ),
    decision(
        "Several codings of clinicalStatus",
        "Are refused (400).",
        "A condition is not active and resolved at once.",
    ),
    decision(
        "code.coding.display",
        "Is kept as it is sent.",
        "The table excludes it, the page's text keeps it.",
    ),
    decision(
        "code.text",
        "Kept as it is sent; without one, the first display is shown.",
        "It is in the examples alone, equal to the display.",
    ),
    decision(
        "Which systems are shown as ICD-10-CM's",
        "ICD-10, http://hl7.org/fhir/sid/icd-10 and the OID of ICD-10-CM. What is stored stays.",
        "The page says ICD-10 codes and names no other system.",
    ),
    decision(
        "text",
        "Is shown where the R4 door stored one, and not made up.",
        "All examples lack it; it would say nothing that code and statuses do not.",
    ),
    decision(
        "Assessments and billing diagnoses",
        "None are made of an active condition.",
        "Nothing at this door shows them.",
    ),
    decision(
        "Scopes by category",
        "Are not offered.",
        "The facts say that there are such and not how they are written.",
    ),
];

impl CanvasType for Condition {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn complete(&self, sent: &Sent<'_>) -> Object {
        let mut resource = stored::writable(sent);
        resource.insert("verificationStatus", verification("confirmed", "Confirmed"));
        default(&mut resource, "recorder", sent.clinic.automation_user_reference());
        in_contract_order(&CONTRACT, resource)
    }

    fn settle(&self, resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<Object>, Refusal> {
        if write.sent.interaction != Interaction::Create || resource.contains("recordedDate") {
            return Ok(None);
        }
        let mut dated = resource.clone();
        dated.insert("recordedDate", fhir::datetime::instant(write.unit.now()));
        Ok(Some(in_contract_order(&CONTRACT, dated)))
    }

    fn present(&self, resource: &mut Object, _reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let clinical = [
            ("active", "Active"),
            ("resolved", "Resolved"),
            ("relapse", "Relapsed"),
            ("remission", "Remission"),
        ];
        concept::tell(resource, "clinicalStatus", CLINICAL, &clinical);
        each_coding(resource, "clinicalStatus", |coding| {
            if coding.str("code") == Some("relapse") {
                coding.insert("code", "relapsed");
            }
        });
        let verifications = [
            ("confirmed", "Confirmed"),
            ("entered-in-error", "Entered in Error"),
            ("provisional", "Provisional"),
        ];
        concept::tell(resource, "verificationStatus", VERIFICATION, &verifications);
        let categories =
            [("encounter-diagnosis", "Encounter Diagnosis"), ("problem-list-item", "Problem List Item")];
        concept::tell(resource, "category", CATEGORY, &categories);
        concept::tell_icd_10_cm(resource, "code");
        add_text(resource);
        time::show(resource, &["recordedDate"]);
        Ok(())
    }

    fn looks_up<'a>(&self, _: &'a Object) -> Option<Vec<&'a str>> {
        Some(Vec::new())
    }
}

fn verification(code: &str, display: &str) -> Json {
    json!({ "coding": [{ "system": VERIFICATION, "code": code, "display": display }], "text": display })
}

fn each_coding(resource: &mut Object, element: &str, change: fn(&mut Object)) {
    let concept = resource.get_mut(element).and_then(Json::as_object_mut);
    let Some(Json::Array(codings)) = concept.and_then(|concept| concept.get_mut("coding")) else { return };
    codings.iter_mut().filter_map(Json::as_object_mut).for_each(change);
}

/// A code without a text is told by its first display.
fn add_text(resource: &mut Object) {
    let Some(code) = resource.get_mut("code").and_then(Json::as_object_mut) else { return };
    let display = code.items("coding").iter().find_map(|coding| coding.str("display")).map(str::to_owned);
    display.into_iter().for_each(|display| default(code, "text", display));
}
