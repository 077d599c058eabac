//! What is stored of a consent, and in place of which (Consent.json, `behaviours`).

use super::{CONTRACT, coding};
use crate::clinic::{ConsentCoding, ConsentExpiry};
use crate::keyed::pick;
use crate::references::typed;
use crate::sent::Sent;
use crate::stored::{self, in_contract_order};
use crate::write::Write;
use fhir::{Json, Object, ResourceType, json};
use interactions::Refusal;
use interactions::search::{Query, reference_criterion};
use interactions::unit::stored_json;
use jiff::ToSpan;
use jiff::civil::Date;

/// The concept that says nothing.
pub fn unknown() -> Json {
    json!({ "text": "Unknown" })
}

/// The period of a stored consent.
pub fn period(consent: &Object) -> Option<&Object> {
    consent.get("provision")?.get("period")?.as_object()
}

/// The consent of what was sent.
pub fn compose(sent: &Sent<'_>) -> Object {
    let mut consent = stored::writable(sent);
    consent.insert("scope", unknown());
    consent.insert("policyRule", unknown());
    if let Some(patient) = sent.body.get("patient") {
        consent.insert("patient", typed(patient));
    }
    let categories = sent.body.items("category").iter().filter_map(Json::as_object);
    let known = categories.into_iter().find_map(|category| coding::of_category(category, sent.clinic));
    if let Some(known) = known {
        let (system, code, display) = (known.system.as_str(), known.code.as_str(), known.display.as_str());
        let coding = json!({ "system": system, "code": code, "display": display });
        consent.insert("category", vec![json!({ "coding": [coding] })]);
    }
    let mut period = Object::new();
    if let Some(sent) = sent.body.get("provision").and_then(|provision| provision.get("period")) {
        period = sent.as_object().map(|sent| pick(&["start", "end"], sent, None)).unwrap_or_default();
    }
    if let (Some(known), Some(start), None) = (known, period.str("start"), period.str("end"))
        && let Some(end) = end(known, start)
    {
        period.insert("end", end);
    }
    if let Some(document) = sent.body.get("sourceAttachment").and_then(Json::as_object) {
        let mut document = pick(&["contentType", "data", "title"], document, None);
        if let Some(start) = period.str("start") {
            document.insert("creation", start);
        }
        consent.insert("sourceAttachment", document);
    }
    consent.insert("provision", json!({ "period": (Json::from(period)) }));
    in_contract_order(&CONTRACT, consent)
}

/// The last day of a consent that does not say its own.
fn end(known: &ConsentCoding, start: &str) -> Option<String> {
    let start: Date = start.parse().ok()?;
    let end = match known.expires {
        ConsentExpiry::Never => return None,
        ConsentExpiry::InAYear => start.checked_add(365.days()).ok()?,
        ConsentExpiry::EndOfYear => start.last_of_year(),
    };
    Some(end.to_string())
}

/// The stored consent of the same patient and coding, and its id: the one changed last where there are several.
///
/// # Errors
///
/// The store's failures.
pub fn same(resource: &Object, write: &mut Write<'_, '_>) -> Result<Option<(String, Object)>, Refusal> {
    let patient = resource.get("patient").and_then(|patient| patient.str("reference")).unwrap_or_default();
    let category = resource.items("category").first();
    let Some(wanted) = category.and_then(|category| category.at(&["coding", "0"])) else { return Ok(None) };
    let part = |name| wanted.str(name).unwrap_or_default();
    let registry = &write.engine.registry();
    let criterion = reference_criterion(registry, ResourceType::CONSENT, "patient", patient);
    // The parameter is R4's, and the reference was checked: a problem with them is a mistake of the program.
    let criterion = criterion.map_err(|issue| Refusal::failed(issue.text))?;
    let mut found = None;
    for version in write.unit.search(&Query::all(ResourceType::CONSENT).and(criterion))? {
        let Json::Object(stored) = stored_json(&version)? else { continue };
        let categories = stored
            .items("category")
            .iter()
            .flat_map(|category| category.get("coding").map(Json::items).unwrap_or_default());
        let is_it = |known: &Json| coding::is(known, part("system"), part("code"), part("display"));
        if stored.str("status") != Some("entered-in-error") && categories.into_iter().any(is_it) {
            found = Some((version.id, stored));
        }
    }
    Ok(found)
}

/// The consent to store at `now`: what was sent, in place of what `before` says of the same. Of the two documents, that of
/// the later start stays.
pub fn merged(resource: &Object, before: Option<&Object>, now: String) -> Object {
    let mut merged = before.cloned().unwrap_or_default();
    // What the vendor does not know, and stands in for, stays as other software stored it.
    let is_known = |name: &str| match name {
        "scope" => merged.contains("scope"),
        "policyRule" => merged.contains("policyRule") || merged.contains("policy"),
        _ => matches!(name, "id" | "meta"),
    };
    let new: Vec<(&str, &Json)> = resource.iter().filter(|(name, _)| !is_known(name)).collect();
    for (name, value) in new {
        merged.insert(name, value.clone());
    }
    if let Some(document) = before.and_then(|before| later_document(resource, before)) {
        merged.insert("sourceAttachment", document.clone());
    }
    // What the vendor does not know of the provision stays.
    let provision = before.and_then(|before| before.get("provision")).and_then(Json::as_object);
    if let (Some(provision), Some(period)) = (provision, period(resource)) {
        let mut provision = provision.clone();
        provision.insert("period", period.clone());
        merged.insert("provision", provision);
    }
    merged.insert("dateTime", now);
    in_contract_order(&CONTRACT, merged)
}

/// The stored document, when it came with a consent that starts after what was sent.
fn later_document<'a>(resource: &Object, before: &'a Object) -> Option<&'a Json> {
    let start = |consent: &Object| period(consent)?.str("start").map(str::to_owned);
    let document = before.get("sourceAttachment")?;
    let stored = document.str("creation").map(str::to_owned).or_else(|| start(before))?;
    (stored > start(resource)?).then_some(document)
}
