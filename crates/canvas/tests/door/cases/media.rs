//! Media.

use super::Case;

pub const CASE: Case = Case {
    name: "Media",
    finding: &["_id={id}", "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0"],
    missing: &["_id={other}", "patient=Patient/{other}"],
    shapes: &[
        ("Media.encounter.type", "the table has it, the examples lack it"),
        ("Media.operator.type", "the table has it, the examples lack it"),
    ],
    ..Case::NEW
};
