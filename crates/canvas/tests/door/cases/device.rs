//! Device.

use super::Case;

pub const CASE: Case = Case {
    name: "Device",
    stored: &[
        ("1", r#""patient":{"reference":"Patient/a"}"#),
        ("2", r#""patient":{"reference":"Patient/b"}"#),
        ("none", r#""serialNumber":"of the practice""#),
    ],
    found: &[
        ("", &["1", "2"]),
        ("patient=Patient/a", &["1"]),
        ("_id=2", &["2"]),
        ("_id=none", &[]),
        ("_id=none,1", &["1"]),
    ],
    finding: &["_id={id}"],
    missing: &["_id={other}"],
    ..Case::NEW
};
