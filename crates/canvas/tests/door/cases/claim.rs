//! Claim.

use super::Case;

pub const CASE: Case = Case {
    name: "Claim",
    finding: &[
        "_id={id}",
        "patient=4dc9d97b71924de58b54a9a91a8250dd",
        "patient=Patient/4dc9d97b71924de58b54a9a91a8250dd",
    ],
    missing: &["_id={other}", "patient=Patient/{other}"],
    shapes: &[
        (
            "Claim.extension(http://schemas.canvasmedical.com/fhir/extensions/note-id)",
            "read since 2025-02, the example is older",
        ),
        ("Claim.item.modifier", "the request has one, the example has none"),
    ],
    ..Case::NEW
};
