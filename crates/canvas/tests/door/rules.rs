//! Every rule: its example is refused with its text, the neighbour is accepted.

use crate::support::{Door, block_on, changed, pairs, told};
use canvas::contract::Contract;
use canvas::finding::next_placeholder;
use canvas::rule::{Check, Example, Rule};
use canvas::types::TYPES;
use interactions::{Interaction, Refusal};

fn every_rule() -> impl Iterator<Item = (&'static Contract, &'static Rule)> {
    TYPES.iter().flat_map(|served| served.contract().rules.iter().map(|rule| (served.contract(), rule)))
}

/// Sends an example to a clinic of its own.
fn send(contract: &Contract, on: Interaction, example: &Example) -> Result<(), Refusal> {
    let door = Door::of_demo_clinic();
    let resource_type = contract.resource_type;
    if on == Interaction::SearchType {
        let found =
            block_on(door.canvas.search(resource_type, &pairs(example.query), false, crate::support::NOW));
        return found.map(drop);
    }
    let mut id = String::new();
    for changes in example.before {
        id = door
            .create(&changed(contract.minimal, changes, &id))
            .unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    if on == Interaction::Update && id.is_empty() {
        id = door.create(&changed(contract.minimal, &[], "")).unwrap();
    }
    let body = changed(contract.minimal, example.changes, &id);
    match on {
        Interaction::Create => door.create(&body).map(drop),
        _ => block_on(door.canvas.update(resource_type, &id, &body.to_bytes(), None)),
    }
}

#[test]
fn the_example_of_every_rule_is_refused_with_its_text_and_nothing_else() {
    for (contract, rule) in every_rule() {
        for on in rule.on {
            let refusal = send(contract, *on, &rule.broken).expect_err(rule.id);
            let (status, problems) = told(&refusal);
            let (place, text) = rule.finding;
            let expected = [(rule.code.code().to_owned(), text.to_owned(), place.to_owned())];
            assert_eq!(
                (status, problems.as_slice()),
                (rule.status(), expected.as_slice()),
                "{} on {on:?}",
                rule.id
            );
        }
    }
}

#[test]
fn a_neighbour_that_keeps_the_rule_is_accepted() {
    for (contract, rule) in every_rule() {
        for on in rule.on {
            let sent = send(contract, *on, &rule.kept);
            assert!(sent.is_ok(), "{} on {on:?}: {}", rule.id, sent.unwrap_err());
        }
    }
}

#[test]
fn the_text_of_an_example_is_the_rules_own() {
    for (_, rule) in every_rule() {
        let (mut rest, mut text) = (rule.text, rule.finding.1);
        while let Some((before, _, after)) = next_placeholder(rest) {
            let found = text.strip_prefix(before);
            text = found.unwrap_or_else(|| panic!("{}: {text}", rule.id));
            // The value ends where the template goes on.
            let next = next_placeholder(after).map_or(after, |(before, ..)| before);
            let end = if next.is_empty() { text.len() } else { text.find(next).expect(rule.id) };
            text = &text[end..];
            rest = after;
        }
        assert_eq!(rest, text, "{}", rule.id);
    }
}

#[test]
fn rules_have_unique_names_that_begin_with_their_type() {
    let mut names: Vec<&str> = every_rule().map(|(_, rule)| rule.id).collect();
    for (contract, rule) in every_rule() {
        let prefix = format!("{}-", contract.resource_type.name().to_ascii_lowercase());
        assert!(rule.id.starts_with(&prefix), "{}", rule.id);
        assert!(!rule.when.is_empty(), "{}", rule.id);
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn rules_name_elements_that_the_contract_has() {
    for (contract, rule) in every_rule() {
        let paths: &[&str] = match rule.check {
            Check::Required(paths) | Check::Listed(paths) => paths,
            Check::List(ref path) | Check::Object(ref path) => std::slice::from_ref(path),
            _ => &[],
        };
        for path in paths {
            let element = contract.element(path).unwrap_or_else(|| panic!("{}: no element {path}", rule.id));
            if matches!(rule.check, Check::Listed(_)) {
                assert!(!element.values.is_empty(), "{}: {path} lists no values", rule.id);
            }
        }
    }
}

#[test]
fn every_minimal_body_is_accepted() {
    for served in TYPES {
        let contract = served.contract();
        if contract.offers(Interaction::Create) {
            let sent = send(contract, Interaction::Create, &Example::MINIMAL);
            assert!(sent.is_ok(), "{}: {}", contract.resource_type, sent.unwrap_err());
        }
    }
}
