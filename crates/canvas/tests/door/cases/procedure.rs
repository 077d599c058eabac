//! Procedure.

use super::Case;

pub const CASE: Case = Case {
    name: "Procedure",
    stored: &[
        ("1", r#""status":"unknown","subject":{"reference":"Patient/a"}"#),
        ("2", r#""status":"completed","subject":{"reference":"Patient/b"}"#),
    ],
    found: &[("patient=Patient/a", &["1"]), ("_id=2", &["2"])],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    ..Case::NEW
};
