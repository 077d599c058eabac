//! MedicationDispense.

use super::Case;

pub const CASE: Case = Case {
    name: "MedicationDispense",
    stored: &[
        (
            "1",
            r#""status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/a"}"#,
        ),
        (
            "2",
            r#""status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/b"}"#,
        ),
    ],
    found: &[("patient=Patient/a", &["1"]), ("_id=2", &["2"])],
    ..Case::NEW
};
