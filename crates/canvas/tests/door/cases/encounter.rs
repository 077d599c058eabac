//! Encounter.

use super::{Case, take};

pub const CASE: Case = Case {
    name: "Encounter",
    stored: &[
        (
            "1",
            r#""status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"period":{"start":"2023-09-20T18:41:54Z","end":"2023-09-20T18:57:47Z"}"#,
        ),
        (
            "2",
            r#""status":"in-progress","class":{"code":"AMB"},"subject":{"reference":"Patient/a"},"period":{"start":"2023-10-02T17:00:00Z"}"#,
        ),
        (
            "3",
            r#""status":"planned","class":{"code":"AMB"},"subject":{"reference":"Patient/b"},"period":{"start":"2023-10-02T17:00:00Z"},"appointment":[{"reference":"Appointment/x"},{"reference":"Appointment/y"}]"#,
        ),
    ],
    found: &[
        ("appointment=Appointment/y", &["3"]),
        ("appointment=x", &["3"]),
        ("appointment=z", &[]),
        ("date=2023-09-20", &["1"]),
        ("date=2023-10-02", &["2"]),
        ("date=ge2023-09-21", &["2"]),
        ("date=le2023-10-02", &["1", "2"]),
        ("date=lt2023-10-02", &["1"]),
        ("patient=Patient/a", &["1", "2"]),
        ("subject=Patient/b", &["3"]),
        ("patient=Patient/a&date=gt2023-10-01", &["2"]),
        ("_id=3", &["3"]),
    ],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    as_stored: |encounter| take(encounter, &["identifier", "reasonCode", "hospitalization"]),
    others: &[
        r#"{"resourceType":"Practitioner","id":"4150cd20de8a470aa570a852859ac87e","name":[{"family":"Support","given":["Canvas"],"suffix":["MD"]}]}"#,
    ],
    ..Case::NEW
};
