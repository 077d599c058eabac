//! The vendor's shape of what other software wrote: the elements of the contract and nothing else, at every depth and in the
//! contract's order.

use crate::contract::{Access, Contract, ElementFact, UTC};
use crate::time;
use fhir::{Json, Object, Reference, json};

/// A stored resource as its contract has it. On the way down, what the contract shows in another form than R4 allows is
/// completed: the `type` of a reference, the text of a concept that is shown by text alone, the coding of one that is
/// shown by codings alone, the offset of times that are shown in UTC.
pub fn of(contract: &Contract, resource: &Object) -> Object {
    let mut shaped = Object::new();
    shaped.insert("resourceType", contract.resource_type.name());
    if let Some(id) = resource.get("id") {
        shaped.insert("id", id.clone());
    }
    add_listed(contract, "", resource, &mut shaped);
    shaped
}

/// Adds the members of the element at `path` that the contract lists.
fn add_listed(contract: &Contract, path: &str, element: &Object, shaped: &mut Object) {
    for (name, fact) in children(contract, path) {
        if shaped.contains(name) {
            continue;
        }
        let value = element.get(name).and_then(|value| listed(contract, fact, value));
        if let Some(value) = value {
            shaped.insert(name, value);
        }
    }
}

/// The elements right below `path` that are shown, with their names.
fn children<'p>(
    contract: &Contract,
    path: &'p str,
) -> impl Iterator<Item = (&'static str, &'static ElementFact)> + use<'p> {
    let shown = contract.elements.iter().filter(|fact| fact.access != Access::WriteOnly);
    shown.filter_map(move |fact| {
        let below = match path {
            "" => fact.path,
            path => fact.path.strip_prefix(path)?.strip_prefix('.')?,
        };
        (!below.contains('.')).then_some((below, fact))
    })
}

/// What the contract lists of a value; `None` when that is nothing.
fn listed(contract: &Contract, fact: &ElementFact, value: &Json) -> Option<Json> {
    match value {
        Json::Array(items) if fact.type_name == "Extension" => {
            let known: Vec<Json> =
                items.iter().filter(|item| is_known(contract, fact, item)).cloned().collect();
            (!known.is_empty()).then(|| known.into())
        }
        Json::Array(items) if fact.type_name == "Identifier" => {
            let items = of_listed_systems(contract, fact, items);
            let items: Vec<Json> = items.filter_map(|item| listed(contract, fact, item)).collect();
            (!items.is_empty()).then(|| items.into())
        }
        Json::Array(items) => {
            let items: Vec<Json> = items.iter().filter_map(|item| listed(contract, fact, item)).collect();
            (!items.is_empty()).then(|| items.into())
        }
        Json::Object(element) if children(contract, fact.path).next().is_some() => {
            let mut shaped = Object::new();
            match completed(contract, fact, element) {
                Some(whole) => add_listed(contract, fact.path, &whole, &mut shaped),
                None => add_listed(contract, fact.path, element, &mut shaped),
            }
            (!shaped.is_empty()).then(|| shaped.into())
        }
        Json::String(text) if fact.format == UTC => Some(time::shown(text).into()),
        value => Some(value.clone()),
    }
}

/// Of identifiers whose systems the contract lists, those of these systems, in their order; else all.
fn of_listed_systems<'i>(
    contract: &Contract,
    fact: &ElementFact,
    items: &'i [Json],
) -> Box<dyn Iterator<Item = &'i Json> + 'i> {
    let systems = contract.element(&format!("{}.system", fact.path)).map_or(&[][..], |system| system.values);
    if systems.is_empty() {
        return Box::new(items.iter());
    }
    Box::new(
        systems
            .iter()
            .flat_map(move |system| items.iter().filter(move |item| item.str("system") == Some(system))),
    )
}

/// Whether the contract lists the extension where it is.
fn is_known(contract: &Contract, fact: &ElementFact, extension: &Json) -> bool {
    let mut on = contract.resource_type.name().to_owned();
    if let Some((parent, _)) = fact.path.rsplit_once('.') {
        on.push('.');
        on.push_str(parent);
    }
    extension.str("url").is_some_and(|url| contract.extension(&on, url).is_some())
}

/// The element with what the contract shows and R4 leaves out; `None` when that is nothing.
fn completed(contract: &Contract, fact: &ElementFact, element: &Object) -> Option<Object> {
    let has = |name: &str| contract.element(&format!("{}.{name}", fact.path)).is_some();
    let (name, value) = match fact.type_name {
        "Reference" if has("type") && !element.contains("type") => {
            match Reference::local(element.str("reference")?)? {
                Reference::Local { resource_type, .. } => ("type", Json::from(resource_type.name())),
                _ => return None,
            }
        }
        "CodeableConcept" if has("text") && !has("coding") && !element.contains("text") => {
            ("text", Json::from(display(element)?))
        }
        "CodeableConcept" if has("coding") && !has("text") && !element.contains("coding") => {
            ("coding", json!([{ "display": (element.str("text")?) }]))
        }
        _ => return None,
    };
    let mut whole = element.clone();
    whole.insert(name, value);
    Some(whole)
}

/// What the codings of a concept are called: the first display, else the first code.
pub fn display(concept: &Object) -> Option<&str> {
    let codings = concept.items("coding");
    let first = |name: &str| codings.iter().find_map(|coding| coding.str(name));
    first("display").or_else(|| first("code"))
}

/// What a concept is called: its text, else what its codings are called.
pub fn name(concept: &Object) -> Option<&str> {
    concept.str("text").or_else(|| display(concept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{coverage_eligibility_response, goal, procedure, specimen};

    fn check(contract: &Contract, stored: Json, expected: Json) {
        assert_eq!(Json::from(of(contract, stored.as_object().unwrap())), expected);
    }

    #[test]
    fn what_the_contract_does_not_list_is_gone_at_every_depth() {
        check(
            &goal::CONTRACT,
            json!({
                "resourceType": "Goal", "id": "g", "meta": { "versionId": "1" }, "language": "en",
                "target": [{ "measure": { "text": "steps" } }, { "dueDate": "2024-01-01", "detailString": "x" }],
                "priority": { "coding": [{ "system": "s", "version": "1", "code": "c" }], "text": "x" },
                "lifecycleStatus": "active", "_lifecycleStatus": { "id": "x" },
                "subject": { "display": "only a name" }
            }),
            json!({
                "resourceType": "Goal", "id": "g", "lifecycleStatus": "active",
                "priority": { "coding": [{ "system": "s", "code": "c" }] },
                "target": [{ "dueDate": "2024-01-01" }]
            }),
        );
    }

    #[test]
    fn extensions_are_known_by_url_and_place() {
        const PLAN: &str = "http://schemas.canvasmedical.com/fhir/extensions/active-health-benefit-plan-coverage-description";
        check(
            &coverage_eligibility_response::CONTRACT,
            json!({
                "resourceType": "CoverageEligibilityResponse",
                "extension": [{ "url": PLAN, "valueString": "x" }],
                "insurance": [{ "extension": [{ "url": PLAN, "valueString": "Gold" }, { "url": "x" }] }]
            }),
            json!({
                "resourceType": "CoverageEligibilityResponse",
                "insurance": [{ "extension": [{ "url": PLAN, "valueString": "Gold" }] }]
            }),
        );
    }

    #[test]
    fn references_get_their_type_and_concepts_the_form_that_is_shown() {
        check(
            &specimen::CONTRACT,
            json!({
                "resourceType": "Specimen", "subject": { "reference": "Patient/1" },
                "type": { "coding": [{ "code": "SER" }, { "code": "x", "display": "Serum" }] }
            }),
            json!({
                "resourceType": "Specimen", "type": { "text": "Serum" },
                "subject": { "reference": "Patient/1", "type": "Patient" }
            }),
        );
        check(
            &procedure::CONTRACT,
            json!({
                "resourceType": "Procedure", "code": { "text": "Wound care" },
                "subject": { "reference": "https://other/Patient/1" }
            }),
            json!({
                "resourceType": "Procedure", "code": { "coding": [{ "display": "Wound care" }] },
                "subject": { "reference": "https://other/Patient/1" }
            }),
        );
    }
}
