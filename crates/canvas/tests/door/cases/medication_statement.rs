//! MedicationStatement.

use super::Case;

pub const CASE: Case = Case {
    name: "MedicationStatement",
    finding: &["_id={id}", "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0"],
    missing: &["_id={other}", "patient=Patient/{other}"],
    shapes: &[
        ("MedicationStatement.extension", "documented for all interactions, the examples lack it"),
        (
            "MedicationStatement.extension(http://schemas.canvasmedical.com/fhir/extensions/note-id)",
            "documented for all interactions, the examples lack it",
        ),
        ("MedicationStatement.dateAsserted", "in the table, the examples lack it"),
    ],
    ..Case::NEW
};
