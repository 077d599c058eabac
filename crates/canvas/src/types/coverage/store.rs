//! What is stored of a coverage, and how it is shown (Coverage.json, `behaviours`).

use super::CONTRACT;
use super::elements::{ACT_CODE, CLASS, CMS_RELATIONSHIPS, IDENTIFIER_TYPE, RELATIONSHIP, SELF_PAY, TYPES};
use super::rules::payer_id;
use crate::clinic::Clinic;
use crate::display;
use crate::references::{set_type, typed};
use crate::search::Reading;
use crate::sent::Sent;
use crate::stored::{in_contract_order, writable};
use fhir::{Json, Object, json};
use interactions::Refusal;

/// The relationships: code, display, and the code that claims are filed with (CMS).
const RELATIONSHIPS: [(&str, &str, &str); 7] = [
    ("self", "Self", "18"),
    ("spouse", "Spouse", "01"),
    ("child", "Child", "19"),
    ("common", "Common Law Spouse", "53"),
    ("injured", "Injured Party", "41"),
    ("parent", "Parent", "G8"),
    ("other", "Other", "G8"),
];

/// The form of the table, in which system, code and display of an identifier's type are not nested in `coding`.
pub fn normalise(body: &mut Object) {
    let Some(Json::Array(identifiers)) = body.get_mut("identifier") else { return };
    for identifier in identifiers.iter_mut().filter_map(Json::as_object_mut) {
        let Some(concept) = identifier.get_mut("type").and_then(Json::as_object_mut) else { continue };
        let members = ["system", "code", "display"];
        if concept.contains("coding") || !members.iter().any(|name| concept.contains(name)) {
            continue;
        }
        let coding: Object = members.iter().filter_map(|name| Some((*name, concept.remove(name)?))).collect();
        concept.insert("coding", vec![Json::from(coding)]);
    }
}

/// What is stored of what was sent.
pub fn compose(sent: &Sent<'_>) -> Object {
    let mut coverage = writable(sent);
    if let Some(payor) = payor(sent.body, sent.clinic) {
        coverage.insert("payor", vec![payor]);
    }
    if let Some(Json::Array(identifiers)) = coverage.get_mut("identifier") {
        identifiers.iter_mut().filter_map(Json::as_object_mut).for_each(|identifier| {
            if !identifier.contains("type") {
                identifier.insert_at(0, "type", json!({ "coding": [{ "system": IDENTIFIER_TYPE, "code": "MB", "display": "Member Number" }] }));
            }
        });
    }
    tidy(&mut coverage);
    let is_own = subject(&coverage, "subscriber").is_some()
        && subject(&coverage, "subscriber") == subject(&coverage, "beneficiary");
    let member_id = coverage.items("identifier").iter().find_map(|identifier| identifier.str("value"));
    if let Some(member_id) = member_id.filter(|_| is_own && !coverage.contains("subscriberId")) {
        let member_id = member_id.to_owned();
        coverage.insert("subscriberId", member_id);
    }
    in_contract_order(&CONTRACT, coverage)
}

/// The first payor: as it is referred to, else the insurer's Organization.
fn payor(sent: &Object, clinic: &Clinic) -> Option<Json> {
    let first = sent.items("payor").first()?;
    if first.str("reference").is_some() {
        return Some(typed(first));
    }
    let payer = clinic.payer(payer_id(sent)?)?;
    Some(typed(&json!({ "reference": (format!("Organization/{}", payer.organization)) })))
}

/// Whom a coverage is about: `Patient/{id}`.
pub fn subject<'a>(coverage: &'a Object, element: &str) -> Option<&'a str> {
    coverage.get(element)?.str("reference")
}

/// The form that is stored and, of records of the R4 door, shown.
fn tidy(coverage: &mut Object) {
    set_type(coverage, "subscriber");
    set_type(coverage, "beneficiary");
    match coverage.get("type").map(coverage_type) {
        Some(Some(concept)) => coverage.insert("type", concept),
        Some(None) => drop(coverage.remove("type")),
        None => {}
    }
    if let Some(coding) = first_coding(coverage.get("relationship"), RELATIONSHIP) {
        coverage.insert("relationship", json!({ "coding": [(coding)] }));
    }
    if let Some(Json::Array(classes)) = coverage.get_mut("class") {
        for class in classes.iter_mut().filter_map(Json::as_object_mut) {
            let mut kept = Object::new();
            let coding = first_coding(class.get("type"), CLASS);
            kept.insert("type", coding.map_or_else(|| json!({}), |coding| json!({ "coding": [(coding)] })));
            if let Some(value) = class.remove("value") {
                kept.insert("value", value);
            }
            *class = kept;
        }
    }
    if let Some(period) = coverage.get_mut("period").and_then(Json::as_object_mut) {
        period.retain(|name, _| matches!(name, "start" | "end"));
        for name in ["start", "end"] {
            if let Some((date, _)) = period.str(name).and_then(|text| text.split_once('T')) {
                let date = date.to_owned();
                period.insert(name, date);
            }
        }
        if period.is_empty() {
            coverage.remove("period");
        }
    }
}

/// The listed codes with their displays; codings of another list as they are.
fn coverage_type(concept: &Json) -> Option<Json> {
    let codings = concept.get("coding").map(Json::items).unwrap_or_default();
    let told = |coding: &Json| match coding
        .str("code")
        .and_then(|code| TYPES.iter().find(|(known, _)| *known == code))
    {
        Some((code, display)) => {
            let system = if *code == "pay" { SELF_PAY } else { ACT_CODE };
            json!({ "system": system, "code": (*code), "display": (*display) })
        }
        None => coding.clone(),
    };
    let codings: Vec<Json> = codings.iter().map(told).collect();
    (!codings.is_empty()).then(|| json!({ "coding": (codings) }))
}

/// System and code of the first coding, the system in its present spelling.
fn first_coding(concept: Option<&Json>, system: &str) -> Option<Json> {
    let coding = concept?.get("coding")?.items().first()?;
    let own = coding.str("system").filter(|own| !own.starts_with("http://hl7.org/fhir/ValueSet/"));
    let mut kept = json!({ "system": (own.unwrap_or(system)) });
    if let (Some(code), Some(kept)) = (coding.get("code"), kept.as_object_mut()) {
        kept.insert("code", code.clone());
    }
    Some(kept)
}

/// The vendor's shape.
pub fn present(coverage: &mut Object, reading: &mut Reading<'_>) -> Result<(), Refusal> {
    let told = coverage.get("relationship").and_then(|concept| concept.str("text"));
    let told = told.filter(|text| CMS_RELATIONSHIPS.contains(text)).map(str::to_owned);
    tidy(coverage);
    if let Some(relationship) = coverage.get_mut("relationship").and_then(Json::as_object_mut) {
        tell_relationship(relationship, told);
    }
    if let Some(Json::Array(payors)) = coverage.get_mut("payor") {
        payors.truncate(1);
        for payor in payors.iter_mut() {
            *payor = typed(payor);
            if let Some(payor) = payor.as_object_mut() {
                payor.remove("identifier");
            }
            display::add(Some(payor), reading)?;
        }
    }
    Ok(())
}

/// Adds the display of the code and the code that claims are filed with: that which the clinic's software told, else
/// the one that the relationship means.
fn tell_relationship(relationship: &mut Object, told: Option<String>) {
    let code = relationship.items("coding").first().and_then(|coding| coding.str("code"));
    let known = RELATIONSHIPS.iter().find(|(known, ..)| code == Some(*known));
    if let Some((_, display, _)) = known
        && let Some(Json::Array(codings)) = relationship.get_mut("coding")
        && let Some(coding) = codings.first_mut().and_then(Json::as_object_mut)
    {
        coding.insert("display", *display);
    }
    if let Some(text) = told.or_else(|| known.map(|(.., text)| (*text).to_owned())) {
        relationship.insert("text", text);
    }
}
