//! DetectedIssue.

use super::Case;

pub const CASE: Case = Case {
    name: "DetectedIssue",
    finding: &[
        "_id={id}",
        "patient=Patient/a39cafb9d1b445be95a2e2548e12a787",
        "status=preliminary",
        "identified=ge2024-08-10&identified=le2024-08-10",
        "identified=2024-08-10T14:23:08Z",
    ],
    missing: &["_id={other}", "patient=Patient/{other}", "status=final", "identified=lt2024-08-10"],
    shapes: &[
        ("DetectedIssue.severity", "sent by the vendor's create, in the table, and missing in what is read"),
        ("DetectedIssue.evidence.id", "needed by an update to keep an entry, the examples lack it"),
    ],
    ..Case::NEW
};
