//! Searches of the types that are read-only at this door: what is refused, and the order of what is found.

use crate::support::{Door, entries, parse, told};
use canvas::types::TYPES;
use fhir::ResourceType;

#[test]
fn a_parameter_that_is_not_listed_is_refused_with_those_that_are() {
    let door = Door::empty();
    for served in TYPES.iter().filter(|served| served.contract().is_read_only()) {
        let contract = served.contract();
        if !contract.search.pages {
            continue;
        }
        let name = contract.name;
        // Required parameters are there, so that nothing else is wrong.
        let query = if contract.is_stored { "encounter=1" } else { "code=1&encounter=1" };
        let (status, problems) = told(&door.search(contract.resource_type, query).unwrap_err());
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

#[test]
fn a_report_is_found_by_the_time_that_it_shows() {
    let door = Door::empty();
    let report = r#"{"resourceType":"DiagnosticReport","status":"final","code":{"text":"x"},
        "effectivePeriod":{"start":"2024-01-01T10:00:00Z","end":"2024-03-01T10:00:00Z"}}"#;
    door.put(ResourceType::DIAGNOSTIC_REPORT, "r", parse(report));
    for (query, is_found) in [
        ("date=2024-01-01", true),
        ("date=lt2024-01-02", true),
        ("date=gt2024-02-01", false),
        ("date=2024-02-01", false),
    ] {
        assert_eq!(!door.found(ResourceType::DIAGNOSTIC_REPORT, query).is_empty(), is_found, "{query}");
    }
}
