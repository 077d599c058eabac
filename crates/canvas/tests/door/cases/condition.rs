//! Condition.

use super::Case;

pub const CASE: Case = Case {
    name: "Condition",
    finding: &[
        "_id={id}",
        "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0",
        "clinical-status=resolved",
        "category=http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis",
    ],
    missing: &[
        "_id={other}",
        "patient=Patient/{other}",
        "clinical-status=active",
        "category=problem-list-item",
        "verification-status=entered-in-error",
        "verification-status=provisional",
    ],
    // It is confirmed, which the vendor lists no search for.
    finding_nothing: &["verification-status"],
    ..Case::NEW
};
