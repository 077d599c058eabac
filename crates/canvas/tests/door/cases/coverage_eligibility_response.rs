//! CoverageEligibilityResponse.

use super::Case;
use crate::support::set;

pub const CASE: Case = Case {
    name: "CoverageEligibilityResponse",
    stored: &[
        (
            "1",
            r#""status":"active","purpose":["benefits"],"patient":{"reference":"Patient/a"},"created":"2023-09-19","request":{"reference":"CoverageEligibilityRequest/x"},"outcome":"complete","insurer":{"identifier":{"value":"1111"}}"#,
        ),
        (
            "2",
            r#""status":"active","purpose":["benefits"],"patient":{"reference":"Patient/b"},"created":"2023-09-19","request":{"reference":"CoverageEligibilityRequest/y"},"outcome":"error","insurer":{"display":"x"}"#,
        ),
    ],
    found: &[
        ("patient=Patient/a", &["1"]),
        ("request=CoverageEligibilityRequest/y", &["2"]),
        ("request=CoverageEligibilityRequest/z", &[]),
        ("request=Patient/x", &[]),
        ("_id=1,2", &["1", "2"]),
    ],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    as_stored: |response| {
        set(response, "insurer", fhir::json!({ "identifier": { "value": "1111" } }));
        let items = response.at(&["insurance", "0", "item"]).map_or(0, |items| items.items().len());
        for index in 0..items {
            set(response, &format!("insurance.0.item.{index}.category"), fhir::json!({ "text": "x" }));
        }
    },
    ..Case::NEW
};
