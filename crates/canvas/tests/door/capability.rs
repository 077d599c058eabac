//! The CapabilityStatement.

use crate::support::{Door, NOW};
use canvas::types::TYPES;
use fhir::Json;

#[test]
fn it_claims_what_is_served_in_the_form_of_the_live_one() {
    let statement = Door::empty().canvas.capability_statement(NOW);
    let names: Vec<&str> = statement.as_object().unwrap().iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "resourceType",
            "status",
            "date",
            "publisher",
            "kind",
            "implementation",
            "fhirVersion",
            "format",
            "rest"
        ]
    );
    assert_eq!(statement.str("date"), Some("2026-11-18T11:06:40.000000+00:00"));
    let rest = statement.at(&["rest", "0"]).unwrap().as_object().unwrap();
    let members: Vec<&str> = rest.iter().map(|(name, _)| name).collect();
    assert_eq!(members, ["mode", "resource"]);
    let types: Vec<&str> =
        rest.items("resource").iter().filter_map(|resource| resource.str("type")).collect();
    assert!(types.is_sorted());
    assert_eq!(types.len(), TYPES.iter().filter(|served| served.contract().is_live).count());
}

#[test]
fn it_is_valid_r4() {
    let statement = Door::empty().canvas.capability_statement(NOW);
    let problems = interactions::validation::validate(&statement, &Default::default());
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(matches!(statement, Json::Object(_)));
}
