//! RelatedPerson.

use super::Case;

pub const CASE: Case = Case {
    name: "RelatedPerson",
    stored: &[
        ("1", r#""patient":{"reference":"Patient/a"}"#),
        ("2", r#""patient":{"reference":"Patient/b"}"#),
    ],
    found: &[("patient=Patient/b", &["2"]), ("_id=1", &["1"])],
    ..Case::NEW
};
