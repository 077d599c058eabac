//! Provenance.

use super::Case;

pub const CASE: Case = Case {
    name: "Provenance",
    finding: &[
        "_id={id}",
        "agent=Organization/00000000-0000-0000-0002-000000000000",
        "patient=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0",
        "target=Patient/b8dfa97bdcdf4754bcd8197ca78ef0f0",
    ],
    missing: &[
        "_id={other}",
        "agent=Practitioner/{other}",
        "patient=Patient/{other}",
        "target=Observation/{other}",
    ],
    shapes: &[("Provenance.location", "the table has the data-absent marker, the example lacks it")],
    values: &[("location", "the table has the data-absent marker, the example lacks it")],
    ..Case::NEW
};
