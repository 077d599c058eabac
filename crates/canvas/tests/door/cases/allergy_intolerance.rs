//! AllergyIntolerance.

use super::Case;

pub const CASE: Case = Case {
    name: "AllergyIntolerance",
    finding: &["_id={id}", "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0"],
    missing: &["_id={other}", "patient=Patient/{other}"],
    shapes: &[(
        "AllergyIntolerance.recordedDate",
        "the table has it, the vendor's examples lack it; the table ranks higher",
    )],
    ..Case::NEW
};
