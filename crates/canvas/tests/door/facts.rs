//! The contracts against the vendor's facts, where these lie beside the checkout.

use crate::support::{fact, facts};
use canvas::contract::Contract;
use canvas::rule::Rule;
use canvas::types::TYPES;
use fhir::Json;
use interactions::Interaction;

/// Texts that the error table answers with, whatever the type.
const GENERIC: &[&str] = &[
    "Authentication failed",
    "Authorization failed",
    "Bad request",
    "Operation is not supported",
    "Resource updated since If-Unmodified-Since date",
    "The request was malformed or failed validation.",
    "Unprocessable entity",
];

fn contracts() -> impl Iterator<Item = &'static Contract> {
    TYPES.iter().map(|served| served.contract())
}

fn names(list: Option<&Json>) -> Vec<&str> {
    list.map(Json::items).unwrap_or_default().iter().filter_map(Json::as_str).collect()
}

#[test]
fn every_rule_of_the_facts_is_in_the_contract_with_its_text() {
    if facts().is_none() {
        return;
    }
    let mut count = 0;
    for contract in contracts() {
        let name = contract.resource_type.name();
        let page = fact(&format!("resources/{name}.json")).unwrap();
        for stated in page.get("rules").unwrap().items() {
            let text = stated.str("text").unwrap();
            let unknown = format!("Unknown {name} resource '{{id}}'");
            if stated.get("status").is_none() || GENERIC.contains(&text) || text == unknown {
                continue;
            }
            check(contract, stated, text);
            count += 1;
        }
    }
    println!("{count} rules of the facts are in the contracts");
    assert!(count > 0);
}

fn check(contract: &Contract, stated: &Json, text: &str) {
    let name = contract.resource_type;
    let mut same = contract.rules.iter().filter(|rule| rule.text == text || rule.stands_for == Some(text));
    let rule = same.next().unwrap_or_else(|| panic!("{name}: no rule with the text: {text}"));
    let status = stated.get("status").and_then(Json::as_number).and_then(|status| status.as_i64());
    assert_eq!(Some(i64::from(rule.status())), status, "{}", rule.id);
    assert_eq!(Some(rule.code.code()), stated.str("code"), "{}", rule.id);
    let documented = stated.get("text_documented").and_then(Json::as_bool);
    assert_eq!(Some(rule.text_documented), documented, "{}: text_documented", rule.id);
    let mut on = names(stated.get("on"));
    on.sort_unstable();
    assert_eq!(interactions(rule), on, "{}", rule.id);
}

fn interactions(rule: &Rule) -> Vec<&'static str> {
    let name = |on: &Interaction| match on {
        Interaction::SearchType => "search",
        other => other.code(),
    };
    let mut on: Vec<&str> = rule.on.iter().map(name).collect();
    on.sort_unstable();
    on
}

#[test]
fn interactions_and_parameters_are_those_of_the_live_capability_statement() {
    let Some(live) = fact("capability.json") else { return };
    for contract in contracts() {
        let name = contract.resource_type.name();
        let stated = live.get("resource").unwrap().get(name).unwrap_or_else(|| panic!("{name} is not live"));
        let offered: Vec<&str> = contract.interactions.iter().map(|offered| offered.code()).collect();
        assert_eq!(offered, names(stated.get("interaction")), "{name}");
        assert_eq!(contract.profiles, names(stated.get("supportedProfile")), "{name}");
        let parameters = stated.get("searchParam").map(Json::items).unwrap_or_default();
        let claimed =
            contract.search.parameters.iter().filter_map(|fact| Some((fact.name, fact.definition?)));
        let mut claimed: Vec<(&str, &str)> = claimed.collect();
        let mut stated: Vec<(&str, &str)> = parameters
            .iter()
            .map(|stated| (stated.str("name").unwrap(), stated.str("definition").unwrap()))
            .collect();
        claimed.sort_unstable();
        stated.sort_unstable();
        assert_eq!(claimed, stated, "{name}");
    }
}

#[test]
fn every_element_and_extension_of_the_facts_is_in_the_contract_or_explained() {
    if facts().is_none() {
        return;
    }
    let mut missing = Vec::new();
    for contract in contracts() {
        let name = contract.resource_type.name();
        let page = fact(&format!("resources/{name}.json")).unwrap();
        for stated in page.get("elements").unwrap().items() {
            let path = stated.str("path").unwrap();
            if contract.element(path).is_none() && !is_explained(name, path) {
                missing.push(format!("{name}.{path}"));
            }
        }
        for stated in page.get("extensions").map(Json::items).unwrap_or_default() {
            let url = stated.str("url").unwrap();
            let known = contract.extensions.iter().any(|extension| extension.url == url);
            if !known && !is_explained(name, url) {
                missing.push(format!("{name} extension {url}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Elements and extensions of the facts that the contracts leave out, and why.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("Patient", "identifier.type.coding", "said with identifier.type"),
    ("Patient", "identifier.assigner.display", "said with identifier.assigner"),
    ("Patient", "photo.extension", "deprecated-url: there is no pre-signed URL"),
    ("Patient", "contact.extension", "removed by the vendor on 2025-09-30"),
    (
        "Patient",
        "http://schemas.canvasmedical.com/fhir/extensions/emergency-contact",
        "removed by the vendor on 2025-09-30",
    ),
    (
        "Patient",
        "http://schemas.canvasmedical.com/fhir/extensions/authorized-for-release-of-information",
        "removed by the vendor on 2025-09-30",
    ),
    (
        "Patient",
        "http://schemas.canvasmedical.com/fhir/extensions/deprecated-url",
        "there is no pre-signed URL",
    ),
    ("Practitioner", "qualification.code.text", "without effect, as qualification.code"),
    (
        "Practitioner",
        "http://schemas.canvasmedical.com/fhir/extensions/deprecated-url",
        "there is no pre-signed URL",
    ),
    (
        "Practitioner",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
        "refused since 2026-02-16",
    ),
    ("Organization", "identifier.type.coding", "said with identifier.type"),
    ("MedicationRequest", "performer", "deprecated, and wrong by the page's own words"),
    ("DiagnosticReport", "identifier", "its one member was removed"),
    ("DiagnosticReport", "identifier.id", "removed"),
    ("DiagnosticReport", "presentedForm.extension", "deprecated-url: there is no pre-signed URL"),
    ("DiagnosticReport", "presentedForm.extension.url", "the same"),
    ("DiagnosticReport", "presentedForm.extension.valueUri", "the same"),
    (
        "DiagnosticReport",
        "http://schemas.canvasmedical.com/fhir/extensions/deprecated-url",
        "there is no pre-signed URL",
    ),
];

fn is_explained(name: &str, what: &str) -> bool {
    EXPLAINED.iter().any(|(known, path, _)| *known == name && *path == what)
        // Every type's resourceType is what it is.
        || what == "resourceType"
}
