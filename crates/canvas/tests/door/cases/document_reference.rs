//! DocumentReference.

use super::Case;

pub const CASE: Case = Case {
    name: "DocumentReference",
    finding: &[
        "_id={id}",
        "category=uncategorizedclinicaldocument",
        "category=http://schemas.canvasmedical.com/fhir/document-reference-category|uncategorizedclinicaldocument",
        "date=2024-04-22T00:00:00Z",
        "date=ge2024-04-01&date=lt2024-05-01",
        "patient=Patient/aabcf98215eb4356ad773a0ec9cd3369",
        "status=current",
        "subject=Patient/aabcf98215eb4356ad773a0ec9cd3369",
        "type=34105-7",
        "type=http://loinc.org|34105-7",
    ],
    missing: &[
        "_id={other}",
        "category=labreport",
        "date=gt2024-04-22T00:00:00Z",
        "patient=Patient/{other}",
        "status=superseded",
        "subject=Patient/{other}",
        "type=http://snomed.info/sct|34105-7",
    ],
    shapes: &[("DocumentReference.type.text", "every search example has it, the read example lacks it")],
    ..Case::NEW
};
