//! Every rule: its example is refused with its text, the neighbour is accepted.

use crate::cases::case;
use crate::support::{Door, block_on, changed, pairs, remove, set, told};
use canvas::contract::{Access, Contract, Level, OperationFact};
use canvas::finding::next_placeholder;
use canvas::rule::{Change, Check, Example, Rule};
use canvas::types::TYPES;
use fhir::Json;
use interactions::{Interaction, Refusal};

fn every_rule() -> impl Iterator<Item = (&'static Contract, &'static Rule)> {
    TYPES.iter().flat_map(|served| {
        let contract = served.contract();
        let of_operations = contract.operations.iter().flat_map(|operation| operation.rules);
        contract.all_rules().chain(of_operations).map(move |rule| (contract, rule))
    })
}

/// The operation that has the rule.
fn operation_of(contract: &Contract, rule: &Rule) -> Option<&'static OperationFact> {
    contract.operations.iter().find(|operation| operation.rules.iter().any(|own| own.id == rule.id))
}

/// Whether the example of a rule is refused before anything is stored, so that others can be sent to the same clinic.
fn leaves_nothing(rule: &Rule, on: Interaction) -> bool {
    on != Interaction::Update && !matches!(rule.check, Check::Write(_) | Check::EveryDoor)
}

/// Sends an example to a clinic.
fn send(
    door: &Door,
    contract: &Contract,
    operation: Option<&OperationFact>,
    on: Interaction,
    example: &Example,
) -> Result<(), Refusal> {
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
    let of_instance = operation.is_some_and(|operation| operation.level == Level::Instance);
    if on == Interaction::Update && !contract.offers(Interaction::Create) {
        id = case(contract.name).updated.to_owned();
    }
    if (on == Interaction::Update || of_instance) && id.is_empty() {
        id = door.create(&changed(contract.minimal, &[], "")).unwrap();
    }
    if let Some(operation) = operation {
        let body = changed(operation.minimal, example.changes, &id).to_bytes();
        let id = of_instance.then_some(id.as_str());
        return block_on(door.canvas.operate(resource_type, id, operation.name, &body));
    }
    let update: &[Change] = if on == Interaction::Update { contract.minimal_update } else { &[] };
    let body = changed(contract.minimal, &[update, example.changes].concat(), &id);
    match on {
        Interaction::Create => door.create(&body).map(drop),
        _ => block_on(door.canvas.update(resource_type, &id, &body.to_bytes(), None)),
    }
}

#[test]
fn the_example_of_every_rule_is_refused_with_its_text_and_nothing_else() {
    let mut failures = Vec::new();
    let clinic = Door::of_demo_clinic();
    for (contract, rule) in every_rule() {
        let (place, text) = rule.finding;
        for on in rule.on {
            let text = text.replace("{interaction}", on.code());
            let expected = (rule.status(), vec![(rule.code.code().to_owned(), text, place.to_owned())]);
            let sent = match leaves_nothing(rule, *on) {
                true => send(&clinic, contract, operation_of(contract, rule), *on, &rule.broken),
                false => {
                    let clinic = Door::of_demo_clinic();
                    send(&clinic, contract, operation_of(contract, rule), *on, &rule.broken)
                }
            };
            match sent.as_ref().map_err(told) {
                Err(found) if found == expected => {}
                Err(found) => failures.push(format!("{} on {on:?}: {found:#?}", rule.id)),
                Ok(()) => failures.push(format!("{} on {on:?} was accepted", rule.id)),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_neighbour_that_keeps_the_rule_is_accepted() {
    let mut failures = Vec::new();
    for (contract, rule) in every_rule() {
        for on in rule.on {
            let clinic = Door::of_demo_clinic();
            let operation = operation_of(contract, rule);
            if let Err(refusal) = send(&clinic, contract, operation, *on, &rule.kept) {
                failures.push(format!("{} on {on:?}: {:#?}", rule.id, told(&refusal)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
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
        let prefix = format!("{}-", contract.name.to_ascii_lowercase());
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

/// Where the element at `path` is in `body`, with an index for the first item of each list; `None` when it is not there.
fn first_at(body: &Json, path: &str) -> Option<String> {
    let (mut here, mut place) = (body, Vec::new());
    for step in path.split('.') {
        if let Json::Array(items) = here {
            here = items.first()?;
            place.push("0");
        }
        here = here.get(step)?;
        place.push(step);
    }
    Some(place.join("."))
}

#[test]
fn what_a_contract_requires_or_lists_is_enforced() {
    let door = Door::of_demo_clinic();
    for contract in TYPES.iter().map(|served| served.contract()) {
        if !contract.offers(Interaction::Create) {
            continue;
        }
        let minimal = changed(contract.minimal, &[], "");
        for element in contract.elements {
            let Some(place) = first_at(&minimal, element.path) else { continue };
            let is_text = minimal
                .at(&place.split('.').collect::<Vec<_>>())
                .is_some_and(|value| value.as_str().is_some());
            let mut broken = Vec::new();
            if element.required_on.contains(&Interaction::Create) {
                broken.push(minimal.clone());
                remove(broken.last_mut().unwrap(), &place);
            }
            if is_text && !element.values.is_empty() && element.access != Access::ReadOnly {
                broken.push(minimal.clone());
                set(broken.last_mut().unwrap(), &place, Json::from("unlisted"));
            }
            for body in broken {
                let status = block_on(door.canvas.create(contract.resource_type, &body.to_bytes()))
                    .map_err(|r| r.row().status);
                assert_eq!(status, Err(400), "{}.{}: {body}", contract.resource_type, element.path);
            }
        }
    }
}

#[test]
fn every_minimal_body_is_accepted() {
    for served in TYPES {
        let contract = served.contract();
        if contract.offers(Interaction::Create) {
            let sent = send(&Door::of_demo_clinic(), contract, None, Interaction::Create, &Example::MINIMAL);
            assert!(sent.is_ok(), "{}: {}", contract.resource_type, sent.unwrap_err());
        }
    }
}
