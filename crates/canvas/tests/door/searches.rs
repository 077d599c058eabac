//! Every search parameter of every type: it finds the vendor's example, and another value does not.

use crate::cases::case;
use crate::support::{Door, facts, pairs};
use crate::vendor::{contracts, place_what_it_refers_to, shown};
use canvas::contract::IdForm;
use std::collections::BTreeSet;

/// An id that nothing has.
const OTHER: &str = "00000000-0000-4000-8000-00000000dead";

#[test]
fn every_parameter_finds_the_vendors_example_and_only_by_its_value() {
    for contract in contracts().filter(|contract| !contract.search.parameters.is_empty()) {
        let Some(example) = shown(contract) else { continue };
        let door = Door::of_demo_clinic();
        let id = example.str("id").unwrap().to_owned();
        if !matches!(contract.ids, IdForm::Derived(_)) {
            place_what_it_refers_to(&door, &example);
            door.put(contract.resource_type, &id, example);
        }
        let case = case(contract.name);
        for (queries, expected) in [(case.finding, true), (case.missing, false)] {
            for query in queries {
                let query = format!("{}&_count=100", query.replace("{id}", &id).replace("{other}", OTHER));
                let found = door.found(contract.resource_type, &query);
                assert_eq!(found.contains(&id), expected, "{}?{query} finds {found:?}", contract.name);
            }
        }
    }
}

#[test]
fn every_parameter_is_tried_both_ways() {
    if facts().is_none() {
        return;
    }
    for contract in contracts() {
        let case = case(contract.name);
        let names = |queries: &[&str]| -> BTreeSet<String> {
            queries.iter().flat_map(|query| pairs(query)).map(|(name, _)| name).collect()
        };
        let (finding, missing) = (names(case.finding), names(case.missing));
        for parameter in contract.search.parameters {
            let finds_nothing = case.finding_nothing.contains(&parameter.name);
            let is_tried = (finds_nothing || finding.contains(parameter.name))
                && (missing.contains(parameter.name) || parameter.default.is_some());
            assert!(is_tried, "{}?{} is not tried: add it to its case", contract.name, parameter.name);
        }
    }
}
