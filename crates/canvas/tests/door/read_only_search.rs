//! Searches of the types that are read-only at this door: each parameter finds what it should and nothing else.

use crate::read_only_cases::{CASES, Case};
use crate::support::{Door, entries, parse, told};
use canvas::types::{TYPES, canvas_type};
use fhir::ResourceType;

fn resource_type(case: &Case) -> ResourceType {
    ResourceType::from_name(case.name).unwrap()
}

/// A door with what all cases store.
fn door() -> Door {
    let door = Door::empty();
    for case in CASES {
        for (id, members) in case.stored {
            let body = format!(r#"{{"resourceType":"{}",{members}}}"#, case.name);
            door.put(resource_type(case), id, parse(&body));
        }
    }
    door
}

#[test]
fn each_parameter_finds_what_it_should_and_nothing_else() {
    let door = door();
    for case in CASES {
        for (query, expected) in case.found {
            assert_eq!(door.found(resource_type(case), query), *expected, "{}?{query}", case.name);
        }
    }
}

#[test]
fn the_cases_use_every_parameter_of_every_type() {
    for case in CASES {
        let served = canvas_type(resource_type(case)).unwrap();
        for fact in served.contract().search.parameters {
            let is_used = |query: &str| {
                query.split('&').any(|pair| pair.split_once('=').is_some_and(|(name, _)| name == fact.name))
            };
            assert!(case.found.iter().any(|(query, _)| is_used(query)), "{} {}", case.name, fact.name);
        }
    }
}

#[test]
fn a_parameter_that_is_not_listed_is_refused_with_those_that_are() {
    let door = Door::empty();
    for served in TYPES.iter().filter(|served| served.contract().is_read_only()) {
        let contract = served.contract();
        if !contract.search.pages {
            continue;
        }
        let name = contract.resource_type;
        // Required parameters are there, so that nothing else is wrong.
        let query = if name.name() == "Medication" { "code=1&encounter=1" } else { "encounter=1" };
        let (status, problems) = told(&door.search(name, query).unwrap_err());
        let parameters: Vec<&str> = contract.search.parameters.iter().map(|fact| fact.name).collect();
        let text = format!(
            "{name} has no search parameter 'encounter' (supported: {}, _count, _offset)",
            parameters.join(", ")
        );
        assert_eq!((status, problems), (400, vec![("not-supported".to_owned(), text, String::new())]));
    }
}

#[test]
fn codes_that_the_vendor_does_not_list_are_refused() {
    let door = Door::empty();
    let cases = [
        (
            "MedicationRequest",
            "status=on-hold",
            "the value 'on-hold' of search parameter 'status' is not one of active, entered-in-error, cancelled",
        ),
        (
            "MedicationRequest",
            "intent=proposal",
            "the value 'proposal' of search parameter 'intent' is not one of order, filler-order",
        ),
        (
            "Questionnaire",
            "status=draft",
            "the value 'draft' of search parameter 'status' is not one of active, retired",
        ),
        (
            "Encounter",
            "date=ap2024",
            "prefix 'ap' of search parameter 'date' is not supported (supported: eq, ne, gt, ge, lt, le)",
        ),
    ];
    for (name, query, text) in cases {
        let (status, problems) =
            told(&door.search(ResourceType::from_name(name).unwrap(), query).unwrap_err());
        assert_eq!(status, 400, "{name}?{query}");
        assert_eq!(problems.len(), 1, "{name}?{query}");
        assert_eq!(problems[0].1, text);
    }
}

#[test]
fn diagnostic_reports_come_by_date_on_every_page() {
    let door = Door::empty();
    let report = ResourceType::DIAGNOSTIC_REPORT;
    for (id, date) in [("c", "2024-03-01"), ("a", "2023-01-01T10:00:00Z"), ("b", "2023-06-01")] {
        let body = format!(
            r#"{{"resourceType":"DiagnosticReport","status":"final","code":{{"text":"x"}},"effectiveDateTime":"{date}"}}"#
        );
        door.put(report, id, parse(&body));
    }
    door.put(
        report,
        "undated",
        parse(r#"{"resourceType":"DiagnosticReport","status":"final","code":{"text":"x"}}"#),
    );
    let page = |query: &str| -> Vec<String> {
        let bundle = door.search(report, query).unwrap();
        entries(&bundle).iter().map(|found| found.str("id").unwrap().to_owned()).collect()
    };
    assert_eq!(page(""), ["a", "b", "c", "undated"]);
    assert_eq!(page("_count=2"), ["a", "b"]);
    assert_eq!(page("_count=2&_offset=2"), ["c", "undated"]);
}
