//! Specimen.

use super::Case;

pub const CASE: Case = Case {
    name: "Specimen",
    stored: &[
        ("1", r#""subject":{"reference":"Patient/a"}"#),
        ("2", r#""subject":{"reference":"Patient/b"}"#),
    ],
    found: &[("patient=Patient/b", &["2"]), ("_id=1", &["1"])],
    ..Case::NEW
};
