//! MedicationRequest.

use super::Case;

pub const CASE: Case = Case {
    name: "MedicationRequest",
    stored: &[
        (
            "1",
            r#""status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/a"},"requester":{"reference":"Practitioner/p"}"#,
        ),
        (
            "2",
            r#""status":"cancelled","intent":"filler-order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/b"},"requester":{"reference":"Practitioner/q"}"#,
        ),
        (
            "group",
            r#""status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Group/g"},"requester":{"reference":"Practitioner/p"}"#,
        ),
        (
            "nobody",
            r#""status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"display":"somebody"}"#,
        ),
    ],
    found: &[
        ("", &["1", "2"]),
        ("intent=order", &["1"]),
        ("intent=filler-order,order", &["1", "2"]),
        ("status=active", &["1"]),
        ("status=entered-in-error", &[]),
        ("patient=Patient/b", &["2"]),
        ("requester=Practitioner/p", &["1"]),
        ("requester=q", &["2"]),
        ("_id=1", &["1"]),
        ("_id=group,nobody", &[]),
    ],
    elements: &[("performer", "deprecated, and wrong by the page's own words")],
    ..Case::NEW
};
