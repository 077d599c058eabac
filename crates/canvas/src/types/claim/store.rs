//! What is stored of a claim, and how it is shown (Claim.json, `behaviours`).

use super::CONTRACT;
use super::elements::{QUEUE, QUEUE_SYSTEM};
use crate::clinic::Clinic;
use crate::keyed::pick;
use crate::money::Decimal;
use crate::references::{set_type, typed};
use crate::sent::{Sent, extension};
use crate::stored::{in_contract_order, writable};
use crate::time;
use fhir::{Json, Object, json};

/// The queue of a claim that is created without one.
const FIRST_QUEUE: &str = "NeedsCodingReview";

/// The members of an item, in R4's order.
const ITEM: [&str; 9] = [
    "sequence",
    "diagnosisSequence",
    "productOrService",
    "modifier",
    "servicedDate",
    "quantity",
    "unitPrice",
    "net",
    "encounter",
];

/// The spellings of systems that a claim is sent with, and those that it is stored and shown with.
const SYSTEMS: [(&str, &str); 6] = [
    ("http://hl7.org/fhir/ValueSet/claim-type", "http://terminology.hl7.org/CodeSystem/claim-type"),
    (
        "http://hl7.org/fhir/ValueSet/process-priority",
        "http://terminology.hl7.org/CodeSystem/processpriority",
    ),
    (
        "http://hl7.org/fhir/ValueSet/claim-informationcategory",
        "http://terminology.hl7.org/CodeSystem/claiminformationcategory",
    ),
    ("http://hl7.org/fhir/ValueSet/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"),
    ("http://hl7.org/fhir/us/core/ValueSet/us-core-procedure-code", "http://www.ama-assn.org/go/cpt"),
    (
        "http://hl7.org/fhir/us/carin-bb/ValueSet/AMACPTCMSHCPCSModifiers",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    ),
];

/// The time zone that a time of `created` without one is in.
pub fn normalise(body: &mut Object) {
    let Some((date, time)) = body.str("created").and_then(|created| created.split_once('T')) else { return };
    if !time.is_empty() && !time.contains(['Z', '+', '-']) {
        let created = format!("{date}T{time}Z");
        body.insert("created", created);
    }
}

/// What is stored of a claim that is created.
pub fn compose(sent: &Sent<'_>) -> Object {
    let mut claim = writable(sent);
    let queue = queue(sent.body, sent.clinic).or_else(|| queue_of(FIRST_QUEUE, sent.clinic));
    claim.insert("extension", queue.into_iter().collect::<Vec<Json>>());
    set_type(&mut claim, "patient");
    set_type(&mut claim, "provider");
    for name in ["type", "priority"] {
        if let Some(concept) = claim.get_mut(name) {
            *concept = concept_of(concept, &["system", "code"]);
        }
    }
    each(&mut claim, "supportingInfo", |entry| {
        let mut kept = pick(&["sequence", "category", "valueString"], entry, None);
        if let Some(category) = kept.get_mut("category") {
            *category = concept_of(category, &["system", "code", "display"]);
        }
        kept
    });
    each(&mut claim, "diagnosis", |entry| {
        let mut kept = pick(&["sequence", "diagnosisCodeableConcept"], entry, None);
        if let Some(concept) = kept.get_mut("diagnosisCodeableConcept") {
            *concept = concept_of(concept, &["system", "code", "display"]);
        }
        kept
    });
    claim.insert("insurance", insurance(sent.body));
    each(&mut claim, "item", item);
    in_contract_order(&CONTRACT, claim)
}

/// The stored claim in the queue that was sent, if one was.
pub fn requeued(stored: &Object, sent: &Sent<'_>) -> Object {
    let Some(queue) = queue(sent.body, sent.clinic) else { return stored.clone() };
    let others = stored.items("extension").iter().filter(|extension| extension.str("url") != Some(QUEUE));
    let extensions: Vec<Json> = std::iter::once(queue).chain(others.cloned()).collect();
    let mut claim = stored.clone();
    claim.insert("extension", extensions);
    in_contract_order(&CONTRACT, claim)
}

/// The claim-queue extension that was sent, with the display of its code.
fn queue(sent: &Object, clinic: &Clinic) -> Option<Json> {
    queue_of(queue_code(sent)?, clinic)
}

fn queue_of(code: &str, clinic: &Clinic) -> Option<Json> {
    let display = clinic.claim_queue(code)?;
    let coding = json!({ "system": QUEUE_SYSTEM, "code": code, "display": display });
    Some(json!({ "url": QUEUE, "valueCoding": coding }))
}

/// The queue that a claim is in.
pub fn queue_code(claim: &Object) -> Option<&str> {
    extension(claim, QUEUE)?.get("valueCoding")?.str("code")
}

/// The insurances that are focal; that of a claim that the patient pays when there are none.
fn insurance(sent: &Object) -> Vec<Json> {
    let is_focal = |entry: &&Json| entry.get("focal").and_then(Json::as_bool) == Some(true);
    let kept = |entry: &Json| {
        let mut kept = pick(&["sequence", "focal", "coverage"], entry.as_object()?, None);
        kept.get_mut("coverage").into_iter().for_each(|coverage| *coverage = typed(coverage));
        Some(Json::from(kept))
    };
    let focal: Vec<Json> = sent.items("insurance").iter().filter(is_focal).filter_map(kept).collect();
    match focal.is_empty() {
        true => vec![json!({ "sequence": 1, "focal": false, "coverage": { "display": "No Coverage" } })],
        false => focal,
    }
}

fn item(sent: &Object) -> Object {
    let names = [
        "sequence",
        "diagnosisSequence",
        "productOrService",
        "modifier",
        "servicedDate",
        "quantity",
        "unitPrice",
    ];
    let mut item = pick(&names, sent, None);
    if let Some(service) = item.get_mut("productOrService") {
        *service = concept_of(service, &["system", "code", "display"]);
        if let Some(Json::Array(codings)) =
            service.as_object_mut().and_then(|service| service.get_mut("coding"))
        {
            codings.truncate(1);
        }
    }
    if let Some(Json::Array(modifiers)) = item.get_mut("modifier") {
        modifiers.iter_mut().for_each(|one| *one = concept_of(one, &["system", "code", "display"]));
    }
    for name in ["quantity", "unitPrice"] {
        match item.get(name).and_then(|amount| amount.get("value")).cloned() {
            Some(value) => item.insert(name, json!({ "value": value })),
            None => drop(item.remove(name)),
        }
    }
    if let Some(net) = product(&item) {
        item.insert("net", json!({ "value": (net.to_json()) }));
    }
    item
}

/// Quantity times price.
fn product(item: &Object) -> Option<Decimal> {
    let value = |name: &str| Decimal::of(item.get(name)?.get("value"));
    Some(value("quantity")?.times(value("unitPrice")?))
}

/// What the items of a claim cost together.
pub fn total(claim: &Object) -> Decimal {
    let net = |item: &Json| {
        let item = item.as_object()?;
        product(item).or_else(|| Decimal::of(item.get("net")?.get("value")))
    };
    claim.items("item").iter().filter_map(net).fold(Decimal::default(), |sum, net| sum + net)
}

/// A CodeableConcept of its codings alone, these with the members `names`, systems in the spelling of reads.
fn concept_of(concept: &Json, names: &[&str]) -> Json {
    let codings = concept.get("coding").map(Json::items).unwrap_or_default().iter();
    let codings: Vec<Json> = codings
        .filter_map(Json::as_object)
        .map(|coding| {
            let mut kept = pick(names, coding, None);
            let system = kept.str("system").and_then(|own| SYSTEMS.iter().find(|(sent, _)| *sent == own));
            if let Some((_, system)) = system {
                kept.insert("system", *system);
            }
            Json::from(kept)
        })
        .collect();
    json!({ "coding": codings })
}

fn each(claim: &mut Object, name: &str, change: impl Fn(&Object) -> Object) {
    if let Some(Json::Array(entries)) = claim.get_mut(name) {
        for entry in entries.iter_mut() {
            if let Some(object) = entry.as_object() {
                *entry = change(object).into();
            }
        }
    }
}

/// The vendor's shape of a stored claim.
pub fn present(claim: &mut Object) {
    if let Some(created) = claim.str("created").map(time::shown) {
        claim.insert("created", created.get(..10).unwrap_or(&created));
    }
    set_type(claim, "patient");
    set_type(claim, "provider");
    each(claim, "diagnosis", |entry| {
        let mut shown = entry.clone();
        let concept = shown.get_mut("diagnosisCodeableConcept").and_then(Json::as_object_mut);
        if let Some(Json::Array(codings)) = concept.and_then(|concept| concept.get_mut("coding")) {
            for coding in codings.iter_mut().filter_map(Json::as_object_mut) {
                if let Some(code) = coding.str("code").map(without_dot) {
                    coding.insert("code", code);
                }
            }
        }
        shown
    });
    if let Some(Json::Array(entries)) = claim.get_mut("insurance") {
        entries.retain(|entry| entry.get("focal").and_then(Json::as_bool) == Some(true));
        if entries.is_empty() {
            claim.remove("insurance");
        }
    }
    each(claim, "insurance", |entry| {
        let mut shown = entry.clone();
        set_type(&mut shown, "coverage");
        shown
    });
    each(claim, "item", |entry| {
        let mut shown = pick(&ITEM, entry, None);
        let net = product(entry).or_else(|| Decimal::of(entry.get("net")?.get("value")));
        let price = entry.get("unitPrice").and_then(|price| Decimal::of(price.get("value")));
        for (name, amount) in [("unitPrice", price), ("net", net)] {
            if let Some(amount) = amount {
                shown.insert(name, json!({ "value": (amount.to_json()) }));
            }
        }
        pick(&ITEM, &shown, None)
    });
}

/// An ICD-10 code as a read gives it: `F411`.
pub fn without_dot(code: &str) -> String {
    code.replace('.', "")
}
