//! Every search parameter of every type: it finds the vendor's example, and another value does not.

use crate::cases::{CASES, Case, case};
use crate::support::{Door, entries, facts, pairs, parse};
use crate::vendor::{contracts, put, shown};
use fhir::ResourceType;
use std::collections::BTreeSet;

/// An id that nothing has.
const OTHER: &str = "00000000-0000-4000-8000-00000000dead";

#[test]
fn every_parameter_finds_the_vendors_example_and_only_by_its_value() {
    for contract in contracts().filter(|contract| !contract.search.parameters.is_empty()) {
        let Some(example) = shown(contract) else { continue };
        let door = Door::of_demo_clinic();
        let id = put(&door, contract, example);
        let read = door.read(contract.resource_type, &id).ok();
        let case = case(contract.name);
        for (queries, expected) in [(case.finding, true), (case.missing, false)] {
            for query in queries {
                let query = format!("{}&_count=100", query.replace("{id}", &id).replace("{other}", OTHER));
                let found =
                    door.search(contract.resource_type, &query).unwrap_or_else(|refusal| panic!("{refusal}"));
                let shown = entries(&found).into_iter().find(|found| found.str("id") == Some(&id));
                assert_eq!(shown.is_some(), expected, "{}?{query} finds {found}", contract.name);
                // A search shows what a read does.
                assert!(shown.is_none() || shown == read, "{}?{query}: {shown:?}", contract.name);
            }
        }
    }
}

#[test]
fn each_query_finds_what_it_should_and_nothing_else() {
    let door = Door::empty();
    let resource_type = |case: &Case| ResourceType::from_name(case.name).unwrap();
    for case in CASES {
        for (id, members) in case.stored {
            let body = format!(r#"{{"resourceType":"{}",{members}}}"#, case.name);
            door.put(resource_type(case), id, parse(&body));
        }
    }
    for case in CASES {
        for (query, expected) in case.found {
            assert_eq!(door.found(resource_type(case), query), *expected, "{}?{query}", case.name);
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
        let own = |tries: fn(&Case, &[&str]) -> bool| -> Vec<&str> {
            let queries = case.found.iter().filter(|(_, found)| tries(case, found));
            queries.map(|(query, _)| *query).collect()
        };
        let finding = names(&[case.finding, &own(|_, found| !found.is_empty())].concat());
        let missing = names(&[case.missing, &own(|case, found| found.len() < case.stored.len())].concat());
        for parameter in contract.search.parameters {
            let finds_nothing = case.finding_nothing.contains(&parameter.name);
            let is_tried = (finds_nothing || finding.contains(parameter.name))
                && (missing.contains(parameter.name) || parameter.default.is_some());
            assert!(is_tried, "{}?{} is not tried: add it to its case", contract.name, parameter.name);
        }
    }
}
