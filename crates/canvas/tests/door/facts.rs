//! The contracts against the vendor's facts, where these lie beside the checkout.

use crate::cases::{UNSERVED, case};
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

/// The rules of a page that a contract must have, those of its operations among them.
fn stated_rules(page: &Json) -> Vec<&Json> {
    let name = page.str("resource").unwrap();
    let of_operations = page.get("operations").map(Json::items).unwrap_or_default().iter();
    let rules = |of: &'_ Json| of.get("rules").map(Json::items).unwrap_or_default().len();
    let pages = std::iter::once(page).chain(of_operations.filter(|operation| rules(operation) > 0));
    let unknown = format!("Unknown {name} resource '{{id}}'");
    pages
        .flat_map(|of| of.get("rules").map(Json::items).unwrap_or_default())
        .filter(|stated| {
            let text = stated.str("text").unwrap();
            stated.get("status").is_some() && !GENERIC.contains(&text) && text != unknown
        })
        .collect()
}

#[test]
fn every_rule_of_the_facts_is_in_the_contract_with_its_text_or_in_the_list_of_missing_ones() {
    if facts().is_none() {
        return;
    }
    let mut count = 0;
    for contract in contracts() {
        let page = fact(&format!("resources/{}.json", contract.name)).unwrap();
        for stated in stated_rules(&page) {
            let text = stated.str("text").unwrap();
            let missing = case(contract.name).missing_rules.iter().any(|(known, _)| *known == text);
            match of_text(contract, text) {
                Some(rule) if missing => panic!("{} is there: strike it from its case", rule.id),
                Some(rule) => check(rule, stated),
                None => assert!(missing, "{}: no rule with the text: {text}", contract.name),
            }
            count += 1;
        }
    }
    let missing: usize = contracts().map(|contract| case(contract.name).missing_rules.len()).sum();
    println!("{} of {count} rules of the facts are in the contracts", count - missing);
    assert!(count > 0);
}

/// The rule with this text, of the type or of one of its operations.
fn of_text(contract: &'static Contract, text: &str) -> Option<&'static Rule> {
    let of_operations = contract.operations.iter().flat_map(|operation| operation.rules);
    contract.all_rules().chain(of_operations).find(|rule| rule.text == text || rule.stands_for == Some(text))
}

fn check(rule: &Rule, stated: &Json) {
    let status = stated.get("status").and_then(Json::as_number).and_then(|status| status.as_i64());
    assert_eq!(Some(i64::from(rule.status())), status, "{}", rule.id);
    assert_eq!(Some(rule.code.code()), stated.str("code"), "{}", rule.id);
    let documented = stated.get("text_documented").and_then(Json::as_bool);
    assert_eq!(Some(rule.text_documented), documented, "{}: text_documented", rule.id);
    let mut on = names(stated.get("on"));
    on.sort_unstable();
    // Each page has a name of its own for an operation.
    if rule.on != [Interaction::Operation] {
        assert_eq!(interactions(rule), on, "{}", rule.id);
    }
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
    for contract in contracts().filter(|contract| contract.is_live) {
        let name = contract.name;
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
        let name = contract.name;
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

fn is_explained(name: &str, what: &str) -> bool {
    case(name).elements.iter().any(|(path, _)| *path == what)
        // Every type's resourceType is what it is.
        || what == "resourceType"
}

#[test]
fn what_is_live_is_served_or_in_the_list_of_what_is_not() {
    let Some(live) = fact("capability.json") else { return };
    let live: Vec<&str> =
        live.get("resource").unwrap().as_object().unwrap().iter().map(|(name, _)| name).collect();
    let is_served = |name: &&str| contracts().any(|contract| contract.name == *name);
    let unserved: Vec<&str> = live.into_iter().filter(|name| !is_served(name)).collect();
    assert_eq!(unserved, UNSERVED, "strike from cases/mod.rs what is served");
}
