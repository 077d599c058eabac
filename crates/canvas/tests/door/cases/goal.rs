//! Goal.

use super::Case;

pub const CASE: Case = Case {
    name: "Goal",
    stored: &[
        ("1", r#""lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/a"}"#),
        ("2", r#""lifecycleStatus":"active","description":{"text":"x"},"subject":{"reference":"Patient/b"}"#),
    ],
    found: &[("patient=Patient/b", &["2"]), ("_id=1", &["1"])],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    ..Case::NEW
};
