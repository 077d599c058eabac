//! CarePlan (<https://docs.canvasmedical.com/api/careplan/>): that a patient has a plan of care, read-only at this door.

use crate::canvas_type::CanvasType;
use crate::contract::{
    Contract, Decision, ElementFact, Finds, ID_PARAMETER, IdForm, ParameterFact, SearchFacts, decision,
    element, parameter,
};
use crate::search::{Asked, Reading, alternatives, unescaped};
use crate::text::escaped;
use fhir::definitions::SearchParameterType::{Reference, Token};
use fhir::{Json, Object, ResourceType, json};
use interactions::search::Criterion;
use interactions::unit::stored_json;
use interactions::{Interaction, Refusal};

/// The type.
pub struct CarePlan;

/// Its contract.
pub static CONTRACT: Contract = Contract {
    interactions: &[Interaction::Read, Interaction::SearchType],
    profiles: &["http://hl7.org/fhir/us/core/StructureDefinition/us-core-careplan"],
    elements: ELEMENTS,
    search: SearchFacts::by(PARAMETERS),
    behaviours: &["Narrative and categories are generated. Care plans are written at the R4 door."],
    decisions: DECISIONS,
    ..Contract::of("CarePlan", ResourceType::CARE_PLAN, IdForm::Uuid)
};

const ELEMENTS: &[ElementFact] = &[
    element("id", "id").read_only(),
    element("text", "Narrative").read_only(),
    element("text.status", "code").read_only().one_of(&["generated"]),
    element("text.div", "xhtml").read_only(),
    element("status", "code").read_only().one_of(&["active"]),
    element("intent", "code").read_only().one_of(&["plan"]),
    element("category", "CodeableConcept").list().read_only(),
    element("category.coding", "Coding").list().read_only(),
    element("category.coding.system", "uri")
        .read_only()
        .one_of(&["http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "http://snomed.info/sct"]),
    element("category.coding.code", "code").read_only().one_of(&["assess-plan", "734163000"]),
    element("category.coding.display", "string").read_only().one_of(&["Care plan"]),
    element("subject", "Reference").read_only(),
    element("subject.reference", "string").read_only().format("Patient/{id}"),
    element("subject.type", "uri").read_only().one_of(&["Patient"]),
];

const PARAMETERS: &[ParameterFact] = &[
    parameter("category", Token, Finds::By(category))
        .defined_by("http://hl7.org/fhir/SearchParameter/CarePlan-category")
        .note("all care plans have the same two categories"),
    parameter("patient", Reference, Finds::Reference("patient"))
        .defined_by("http://hl7.org/fhir/SearchParameter/clinical-patient")
        .note("Patient/{id}"),
    ID_PARAMETER,
];

const DECISIONS: &[Decision] = &[
    decision(
        "Which care plans there are",
        "Those that the R4 door stored; none is made of a patient's Goals.",
        "The vendor has one for each patient with a goal. What can be read must have an id that stays, and be the same at both doors.",
    ),
    decision(
        "status and intent",
        "As stored, although the vendor's are always active and plan.",
        "A plan that was revoked must not read as active.",
    ),
    decision(
        "category",
        "The vendor's two, whatever is stored; a search finds by them.",
        "The page has them on every care plan.",
    ),
    decision(
        "The patient's name in the narrative",
        "{family}, {given} {initials of further given names} ({nickname}).",
        "The form of the example.",
    ),
];

/// The categories of every care plan: system, code, display.
const CATEGORIES: [(&str, &str, Option<&str>); 2] = [
    ("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "assess-plan", None),
    ("http://snomed.info/sct", "734163000", Some("Care plan")),
];

impl CanvasType for CarePlan {
    fn contract(&self) -> &'static Contract {
        &CONTRACT
    }

    fn present(&self, resource: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
        let name = patient_name(resource, reading)?;
        resource.insert("text", narrative(&name));
        let categories = CATEGORIES.iter().map(|(system, code, display)| {
            let mut coding = json!({ "system": (*system), "code": (*code) });
            if let (Some(display), Json::Object(coding)) = (display, &mut coding) {
                coding.insert("display", *display);
            }
            json!({ "coding": [coding] })
        });
        resource.insert("category", categories.collect::<Vec<Json>>());
        Ok(())
    }

    fn looks_up<'a>(&self, resource: &'a Object) -> Option<Vec<&'a str>> {
        Some(subject(resource).into_iter().collect())
    }
}

/// Every care plan or none has a category.
fn category(_: &Asked<'_>, value: &str, _: &mut Reading<'_>) -> Result<Vec<Criterion>, Refusal> {
    let has = |wanted: &str| {
        CATEGORIES.iter().any(|(system, code, _)| match wanted.split_once('|') {
            None => *code == unescaped(wanted),
            Some((of, "")) => *system == unescaped(of),
            Some((of, wanted)) => *system == unescaped(of) && *code == unescaped(wanted),
        })
    };
    match alternatives(value).into_iter().any(has) {
        true => Ok(Vec::new()),
        false => Ok(vec![Criterion::Ids(Vec::new())]),
    }
}

fn subject(care_plan: &Object) -> Option<&str> {
    care_plan.get("subject")?.str("reference")
}

/// The name of the patient; empty when there is none.
fn patient_name(care_plan: &Object, reading: &mut Reading<'_>) -> Result<String, Refusal> {
    use fhir::Reference::Local;
    let Some(Local { resource_type, id, .. }) = subject(care_plan).and_then(fhir::Reference::local) else {
        return Ok(String::new());
    };
    let found = reading.reader.resource(resource_type, id)?.filter(|version| version.body.is_some());
    Ok(found.as_ref().map(stored_json).transpose()?.map(|patient| full_name(&patient)).unwrap_or_default())
}

/// `Cube, Rubik N. (Nick Name)`.
fn full_name(patient: &Json) -> String {
    let names = patient.get("name").map(Json::items).unwrap_or_default();
    let in_use = |wanted: &str| names.iter().find(|name| name.str("use") == Some(wanted));
    let Some(name) = in_use("official").or(names.first()) else { return String::new() };
    let given = |name: &Json| -> Vec<String> {
        let given = name.get("given").map(Json::items).unwrap_or_default().iter();
        given.filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let parts = given(name);
    let (first, further) = parts.split_at(parts.len().min(1));
    let initials = further.iter().filter_map(|name| name.chars().next()).map(|initial| format!("{initial}."));
    let mut called: Vec<String> = first.iter().cloned().chain(initials).collect();
    called.extend(
        in_use("nickname").and_then(|name| given(name).into_iter().next()).map(|name| format!("({name})")),
    );
    match (name.str("family"), called.is_empty()) {
        (Some(family), false) => format!("{family}, {}", called.join(" ")),
        (Some(family), true) => family.to_owned(),
        (None, _) => called.join(" "),
    }
}

/// The narrative in the form of the example.
fn narrative(name: &str) -> Json {
    let div = format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><div class=\"hapiHeaderText\">CarePlan</div>\
         <table class=\"hapiPropertyTable\"><tbody><tr><td>Coding</td>\
         <td>{{'system': 'http://snomed.info/sct', 'code': '734163000', 'display': 'Care plan'}}</td></tr>\
         <tr><td>For Patient Name</td><td><span>{}</span></td></tr></tbody></table></div>",
        escaped(name)
    );
    json!({ "status": "generated", "div": div })
}
